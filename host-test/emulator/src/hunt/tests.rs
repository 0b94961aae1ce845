//! Queries over the built-in tables, answered as the service would.

mod trouble;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::data::store::Store;
use crate::message::clock;

fn ask(query: &str, days: i64) -> Result<Value, Trouble> {
    let store = Arc::new(Store::new(60, clock::now()));
    let tables = Tables::new(store.clone(), 100);
    let interval = Interval { start: clock::shift(store.born, -days * 86_400), end: store.born };
    let pieces = run(query, &tables, interval, store.born)?;
    Ok(serde_json::from_str(&format!("{{{}}}", String::from_utf8(pieces.concat()).unwrap())).unwrap())
}

#[track_caller]
fn rows(query: &str) -> Vec<Value> {
    ask(query, 30).unwrap()["results"].as_array().unwrap().clone()
}

fn count(query: &str, days: i64) -> i64 {
    ask(&format!("{query}\n| count"), days).unwrap()["results"][0]["Count"].as_i64().unwrap()
}

#[test]
fn the_example_hunt_finds_rows_within_a_day_and_more_within_a_month() {
    for query in [
        "DeviceNetworkEvents | where RemoteUrl contains 'malicious'",
        "DeviceNetworkEvents | where RemoteUrl contains 'malicious.com'",
    ] {
        let (day, month) = (count(query, 1), count(query, 30));
        assert!(0 < day && day < month && month < 200, "{query}: {day} in a day, {month} in a month");
    }
}

#[test]
fn the_documented_example_answers_its_schema_in_order() {
    let answer = ask(
        "DeviceProcessEvents | where InitiatingProcessFileName =~ \"PowerShell.exe\" | project Timestamp, FileName, \
         InitiatingProcessFileName | order by Timestamp desc | limit 2",
        30,
    )
    .unwrap();
    assert_eq!(
        answer["schema"],
        json!([
            {"name": "Timestamp", "type": "DateTime"},
            {"name": "FileName", "type": "String"},
            {"name": "InitiatingProcessFileName", "type": "String"}
        ])
    );
    let rows = answer["results"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows[0]["Timestamp"].as_str() >= rows[1]["Timestamp"].as_str());
    assert_eq!(rows[0]["InitiatingProcessFileName"], "powershell.exe");
}

#[test]
fn summarizes_and_sorts() {
    let found = rows(
        "DeviceLogonEvents | summarize Failures = countif(ActionType == 'LogonFailed'), count() by LogonType | sort by LogonType asc",
    );
    let types: Vec<&str> = found.iter().map(|row| row["LogonType"].as_str().unwrap()).collect();
    assert_eq!(types, ["Interactive", "Network", "RemoteInteractive", "Unlock"]);
    let total: i64 = found.iter().map(|row| row["count_"].as_i64().unwrap()).sum();
    assert_eq!(total, count("DeviceLogonEvents", 30));
    assert_eq!(found[0]["count_@odata.type"], "#Int64");
}

#[test]
fn runs_the_captured_hunt_once_its_column_is_spelt_right() {
    let found = rows(
        "DeviceInfo | summarize arg_max(Timestamp, DeviceId, DeviceName, ExposureLevel, IsInternetFacing, SensorHealthState, \
         OnboardingStatus) by DeviceId, bin(Timestamp, 1d)",
    );
    let names: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "DeviceId",
            "Timestamp",
            "Timestamp1",
            "DeviceId1",
            "DeviceName",
            "ExposureLevel",
            "IsInternetFacing",
            "SensorHealthState",
            "OnboardingStatus"
        ]
    );
    assert!(found[0]["Timestamp"].as_str().unwrap().ends_with("T00:00:00Z"));
}

#[test]
fn the_newest_row_of_each_group_comes_without_its_keys_twice() {
    let answer = ask("AlertInfo | summarize arg_max(Timestamp, *) by Severity, ServiceSource", 30).unwrap();
    let names: Vec<&str> = answer["schema"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "Severity",
            "ServiceSource",
            "Timestamp",
            "AlertId",
            "Title",
            "Category",
            "DetectionSource",
            "AttackTechniques"
        ]
    );
}

#[test]
fn understands_the_usual_operators() {
    let all = count("DeviceNetworkEvents", 30);
    for (query, expected) in [
        ("DeviceNetworkEvents | where RemotePort in (80, 443)", all),
        ("DeviceNetworkEvents | where RemotePort !in (80, 443)", 0),
        ("DeviceNetworkEvents | where ActionType in~ ('CONNECTIONSUCCESS', 'connectionfailed')", all),
        ("DeviceNetworkEvents | where not(RemotePort == 80) or RemotePort == 80 // a remark", all),
        ("DeviceNetworkEvents | where Timestamp between (ago(30d) .. now())", all),
        ("DeviceNetworkEvents | where Timestamp < datetime(2001-01-01)", 0),
        ("DeviceNetworkEvents | where RemoteUrl !contains '.'", 0),
        (
            "DeviceNetworkEvents | where RemoteUrl matches regex @'^https?://'",
            count("DeviceNetworkEvents | where RemoteUrl startswith 'HTTPS'", 30),
        ),
        ("DeviceNetworkEvents | where isempty(DeviceName) and RemotePort + 1 > 2 * 3", 0),
        ("DeviceNetworkEvents | where RemotePort == 0x1BB or RemotePort == int(80)", all),
        ("DeviceNetworkEvents | where isnull(todatetime('yesterday')) and isnull(datetime(null))", all),
        ("DeviceNetworkEvents | where todatetime('8 Nov 14 15:05') == datetime(2014-11-08T15:05:00Z)", all),
        ("DeviceNetworkEvents | where strcat('a' // spliced\n \"b\") == 'ab' and 1.5h == 90m", all),
        ("DeviceNetworkEvents | where tostring(datetime(2014-11-08)) == '2014-11-08T00:00:00.0000000Z'", all),
        ("DeviceNetworkEvents | where isnull(toint(3000000000)) and toint(2.9) == 2", all),
        ("DeviceNetworkEvents | where not(bool(null))", 0),
        ("DeviceNetworkEvents | where Protocol hasprefix_cs 'T' and Protocol !hassuffix_cs 'P'", all),
        ("DeviceNetworkEvents | summarize x = make_set(RemotePort, 1) | where tostring(x) in ('[443]', '[80]')", 1),
        ("DeviceNetworkEvents | take 7", 7),
        ("DeviceNetworkEvents | top 3 by Timestamp asc", 3),
        ("DeviceNetworkEvents | distinct Protocol", 1),
        ("DeviceNetworkEvents | extend Port = tostring(RemotePort) | where Port has '443' | where Port == '80'", 0),
        ("DeviceNetworkEvents | summarize dcount(Protocol) | where dcount_Protocol == 1", 1),
        ("DeviceNetworkEvents | project-away RemotePort | project Timestamp | order by Timestamp asc nulls last", all),
        ("DeviceNetworkEvents | where bin(-9223372036854775807 - 1, 10) > 0", 0),
        ("DeviceInfo | where IsInternetFacing and IsInternetFacing == 0", 0),
        ("search 'harbour' | where $table == 'EmailEvents' | take 1", 1),
    ] {
        assert_eq!(count(query, 30), expected, "{query}");
    }
}

#[test]
fn a_filter_in_the_query_narrows_the_time_span_and_never_widens_it() {
    let day = count("DeviceNetworkEvents", 1);
    assert_eq!(count("DeviceNetworkEvents | where Timestamp > ago(30d)", 1), day);
    assert_eq!(count("DeviceNetworkEvents | where Timestamp > ago(1d)", 30), day);
}

#[test]
fn types_are_named_as_the_service_names_them() {
    let answer = ask(
        "DeviceInfo | project IsInternetFacing, OSBuild, LoggedOnUsers, Age = now() - Timestamp, Half = 1.5 | take 1",
        30,
    )
    .unwrap();
    let types: Vec<&str> = answer["schema"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["SByte", "Int64", "Object", "TimeSpan", "Double"]);
    assert!(answer["results"][0]["IsInternetFacing"].is_boolean());
    assert!(answer["results"][0]["LoggedOnUsers"].is_array());
}

#[test]
fn serves_the_synthetic_table() {
    assert_eq!(rows("SyntheticEvents").len(), 100);
    assert_eq!(rows("SyntheticEvents | take 5").len(), 5);
    assert!(matches!(ask("SyntheticEvents | count", 30), Err(Trouble::NotEmulated(_))));
}
