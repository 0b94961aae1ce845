//! The devices of the tenant.
//! The same ones appear in the evidence of alerts and in the hunting tables.

use super::seed;
use super::tenant::USER_DOMAIN;

/// A device with the sensor installed.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    /// Forty hexadecimal digits.
    pub(crate) id: String,
    pub(crate) host: String,
    /// Host and domain.
    pub(crate) name: String,
    pub(crate) entra_id: String,
    pub(crate) platform: &'static str,
    pub(crate) version: &'static str,
    pub(crate) build: i64,
    pub(crate) server: bool,
    pub(crate) group: &'static str,
    pub(crate) address: String,
    pub(crate) public_address: String,
    pub(crate) exposure: &'static str,
    /// Position of its usual user among the people.
    pub(crate) owner: usize,
}

const SITES: [&str; 4] = ["osl", "ant", "por", "glw"];

/// All devices: four in five are workstations.
pub(crate) fn devices(people: usize) -> Vec<Device> {
    (0..30).map(|index| device(index, people)).collect()
}

fn device(index: u64, people: usize) -> Device {
    let server = index % 5 == 4;
    let site = SITES[usize::try_from(index).unwrap_or_default() % SITES.len()];
    let (platform, version, build, group) = match (server, index % 3) {
        (true, 0) => ("WindowsServer2019", "1809", 17_763, "Servers"),
        (true, _) => ("WindowsServer2022", "21H2", 20_348, "Servers"),
        (false, 0) => ("Windows10", "22H2", 19_045, "Clients"),
        (false, _) => ("Windows11", "25H2", 26_200, "Clients"),
    };
    let host = format!("{site}-{}{:02}", if server { "srv" } else { "ws" }, index + 1);
    Device {
        id: seed::hex(20_000 + index, 40),
        name: format!("{host}.corp.{USER_DOMAIN}"),
        host,
        entra_id: seed::guid(21_000 + index),
        platform,
        version,
        build,
        server,
        group,
        address: format!("10.{}.{}.{}", 20 + index % 4, seed::below(22_000 + index, 16), 11 + index),
        // The block that is reserved for examples: RFC 5737.
        public_address: format!("203.0.113.{}", 10 + index % 4),
        exposure: seed::pick::<&str>(23_000 + index, &["Low", "Medium", "High"]),
        owner: usize::try_from(index).unwrap_or_default() % people.max(1),
    }
}
