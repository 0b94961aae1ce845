//! The people of the tenant.
//! Alerts, sign-ins and mails name the same few dozen, so that a hunt can follow one of them through the tables.

use super::seed;
use super::tenant::USER_DOMAIN;

/// A user account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: String,
    pub(crate) display_name: String,
    pub(crate) upn: String,
    pub(crate) sid: String,
    pub(crate) object_id: String,
}

/// Short name of the Windows domain.
pub(crate) const NT_DOMAIN: &str = "HALDEN";

/// People who work on incidents.
pub(crate) const ANALYSTS: [&str; 3] = ["soc.lead", "ines.duarte", "per.okafor"];

const NAMES: [(&str, &str); 28] = [
    ("Astrid", "Lindqvist"),
    ("Bram", "Vermeulen"),
    ("Carla", "Montes"),
    ("Dag", "Rønning"),
    ("Elif", "Kaya"),
    ("Farid", "Haddad"),
    ("Greta", "Sommer"),
    ("Hiro", "Tanabe"),
    ("Isla", "McCrae"),
    ("Jonas", "Petraitis"),
    ("Kavya", "Raman"),
    ("Leon", "Baptiste"),
    ("Maren", "Thorsen"),
    ("Nadia", "Kowalska"),
    ("Oskar", "Nyberg"),
    ("Priya", "Chandran"),
    ("Quentin", "Leroux"),
    ("Rosa", "Ibarra"),
    ("Sven", "Aalto"),
    ("Tamsin", "O'Neil"),
    ("Ulrich", "Brandt"),
    ("Vera", "Novak"),
    ("Wim", "De Smet"),
    ("Xenia", "Papadaki"),
    ("Yusuf", "Demir"),
    ("Zoe", "Marchetti"),
    ("Anders", "Holm"),
    ("Bianca", "Ferri"),
];

/// All users.
pub(crate) fn people() -> Vec<Person> {
    (0_u64..).zip(NAMES).map(|(index, (first, last))| person(index, first, last)).collect()
}

fn person(index: u64, first: &str, last: &str) -> Person {
    let plain: String = last.replace('ø', "o").chars().filter(char::is_ascii_alphabetic).collect();
    let account = format!("{}.{}", first.to_lowercase(), plain.to_lowercase());
    Person {
        display_name: format!("{first} {last}"),
        upn: format!("{account}@{USER_DOMAIN}"),
        sid: format!("S-1-5-21-1793042611-2840611573-3355072109-{}", 1_105 + index * 3),
        object_id: seed::guid(10_000 + index),
        account,
    }
}
