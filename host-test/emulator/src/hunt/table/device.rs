//! `DeviceInfo`: what the sensor reports about its device, twice a day or so.
//! Booleans, numbers and a dynamic column side by side make it a good test of a client's parser.

use std::sync::Arc;

use serde_json::json;

use super::field::{Field, blank, field, frame, text};
use super::initiator::report_id;
use super::moment::{Moment, moments};
use crate::data::person::NT_DOMAIN;
use crate::data::store::Store;
use crate::hunt::cell::{Cell, Frame, Kind};

pub(super) fn info(store: &Store) -> Frame {
    frame(&fields(), &moments(600, 400_000, store))
}

fn fields() -> Vec<Field<Moment>> {
    vec![
        field("Timestamp", Kind::DateTime, |moment| moment.at.into()),
        text("DeviceId", |moment| (&moment.device.id).into()),
        text("DeviceName", |moment| (&moment.device.name).into()),
        text("ClientVersion", |_| "10.8805.26100.3476".into()),
        text("PublicIP", |moment| (&moment.device.public_address).into()),
        text("OSArchitecture", |_| "64-bit".into()),
        text("OSPlatform", |moment| moment.device.platform.into()),
        field("OSBuild", Kind::Long, |moment| moment.device.build.into()),
        field("IsAzureADJoined", Kind::Bool, |moment| (!moment.device.server).into()),
        text("JoinType", |moment| if moment.device.server { "Domain Joined" } else { "Hybrid Azure AD Join" }.into()),
        text("AadDeviceId", |moment| (&moment.device.entra_id).into()),
        field("LoggedOnUsers", Kind::Dynamic, |moment| {
            Cell::Dynamic(Arc::new(json!([
                {"UserName": moment.person.account, "DomainName": NT_DOMAIN, "Sid": moment.person.sid}
            ])))
        }),
        blank("RegistryDeviceTag"),
        text("OSVersion", |_| "10.0".into()),
        text("MachineGroup", |moment| moment.device.group.into()),
        field("ReportId", Kind::Long, |moment| report_id(moment).into()),
        text("OnboardingStatus", |_| "Onboarded".into()),
        text("AdditionalFields", |_| "{}".into()),
        text("DeviceCategory", |_| "Endpoint".into()),
        text("DeviceType", |moment| if moment.device.server { "Server" } else { "Workstation" }.into()),
        blank("DeviceSubtype"),
        blank("Model"),
        blank("Vendor"),
        text("OSDistribution", |moment| moment.device.platform.into()),
        text("OSVersionInfo", |moment| moment.device.version.into()),
        blank("MergedDeviceIds"),
        blank("MergedToDeviceId"),
        field("IsInternetFacing", Kind::Bool, |moment| (moment.device.server && moment.device.build > 20_000).into()),
        text("SensorHealthState", |moment| if moment.index % 41 == 0 { "Inactive" } else { "Active" }.into()),
        field("IsExcluded", Kind::Bool, |_| false.into()),
        blank("ExclusionReason"),
        text("ExposureLevel", |moment| moment.device.exposure.into()),
        text("AssetValue", |moment| if moment.device.server { "High" } else { "Normal" }.into()),
        blank("DeviceManualTags"),
        blank("DeviceDynamicTags"),
    ]
}
