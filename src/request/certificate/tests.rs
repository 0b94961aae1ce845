//! Certificates and keys as tools write them, each made for these tests and used nowhere else.

use rsa::pss::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;

use super::*;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../tests/certificates/", $name, ".pem"))
    };
}

const LEAF: &str = sample!("leaf");
const KEY: &str = sample!("key-pkcs8");

#[track_caller]
fn refused(certificate: &str, private_key: &str, message: &str) {
    let fault = Certificate::read(certificate, private_key).expect_err(message);
    assert_eq!(fault.message, message);
}

#[test]
fn a_pair_is_read_however_it_is_written() {
    let expected = Certificate::read(LEAF, KEY).expect("a pair").thumbprint.clone();
    let authority = sample!("ca");
    let windows = |text: &str| text.replace('\n', "\r\n");
    let one_line = |text: &str| text.replace('\n', r"\n");
    for (certificate, private_key) in [
        (LEAF.into(), sample!("key-pkcs1").into()),
        (windows(LEAF), windows(KEY)),
        (one_line(LEAF), one_line(KEY)),
        ([LEAF, authority].concat(), KEY.into()),
        ([authority, LEAF].concat(), KEY.into()),
        ([sample!("ec"), LEAF].concat(), KEY.into()),
        ([KEY, LEAF, authority].concat(), String::new()),
        (String::new(), [LEAF, KEY].concat()),
        ([LEAF, KEY].concat(), KEY.into()),
        ([LEAF, KEY].concat(), sample!("key-pkcs1").into()),
        ([sample!("expired"), LEAF].concat(), KEY.into()),
        ([LEAF, sample!("expired")].concat(), KEY.into()),
        (format!("Bag Attributes\n    localKeyID: 01 00\n{LEAF}"), format!("Key Attributes: <No Attributes>\n{KEY}")),
        (LEAF.replace("CERTIFICATE", "X509 CERTIFICATE"), format!("\n{KEY}\n\n")),
    ] {
        let pair = Certificate::read(&certificate, &private_key).unwrap_or_else(|fault| panic!("{}", fault.message));
        assert_eq!(pair.thumbprint, expected, "{certificate}");
        assert_eq!(pair.not_before.text, "2020-01-01T00:00:00Z");
        assert_eq!(pair.not_after.text, "2099-12-31T23:59:59Z");
    }
}

#[test]
fn what_is_not_a_pair_is_refused_by_name() {
    refused(LEAF, " ", "private_key: is required beside certificate");
    refused("", KEY, "certificate: is required beside private_key");
    refused(LEAF, LEAF, "private_key: holds no private key");
    refused(KEY, KEY, "certificate: holds no certificate");
    refused(LEAF, &[KEY, sample!("key-other")].concat(), "private_key: different private keys are given; allowed: one");
    refused(LEAF, sample!("key-other"), "private_key: does not belong to the certificate");
    refused(sample!("ec"), KEY, "certificate: is for an EC key; allowed: RSA");
    refused(LEAF, sample!("key-1024"), "private_key: has 1024 bits; allowed: RSA of 2048 to 4096 bits");
    for ec in [sample!("key-ec"), sample!("key-ec-sec1")] {
        refused(LEAF, ec, "private_key: is an EC key; allowed: RSA");
    }
    for encrypted in [sample!("key-encrypted"), sample!("key-encrypted-pkcs1")] {
        refused(LEAF, encrypted, "private_key: is encrypted; decrypt it: openssl pkey -in key.pem -out plain.pem");
    }
    refused(
        LEAF,
        sample!("key-openssh"),
        "private_key: is in OpenSSH's own format; convert it: ssh-keygen -p -N '' -m PKCS8 -f key.pem",
    );
    refused(LEAF, sample!("key-public"), "private_key: is a public key; the private one is needed");
    let no_pem = "is not PEM, which starts with -----BEGIN: neither a file's name nor base64 of one is accepted; convert a PFX file: \
         openssl pkcs12 -nodes -in file.pfx -out file.pem";
    refused("MIIKZwIBAzCCCiMGCSqGSIb3DQEHAaCC", KEY, &format!("certificate: {no_pem}"));
    refused(LEAF, "hunter2", &format!("private_key: {no_pem}"));
    let damaged = |text: &str| text.replace("MII", "AAA");
    refused(LEAF, &damaged(KEY), "private_key: is damaged: it does not read as a private key");
    refused(&damaged(LEAF), KEY, "certificate: is damaged: it does not read as a certificate");
    refused(
        &LEAF.replace("MII", "%II"),
        KEY,
        "certificate: is damaged: what is between -----BEGIN and -----END is not base64",
    );
    refused(
        LEAF.trim_end().trim_end_matches('-'),
        KEY,
        "certificate: is cut off: a -----BEGIN line has no -----END line",
    );
    refused(
        "-----BEGIN SECRETS-----\nYQ==\n-----END SECRETS-----",
        KEY,
        "certificate: holds a block of an unknown kind",
    );
    refused(&"A".repeat(1_000_000), KEY, "certificate: has 1000000 bytes; allowed: 65536 at most");
}

#[test]
fn a_key_of_any_odd_size_is_refused_at_once() {
    // A PKCS#1 key of small numbers, and one with a modulus of 16,384 bits.
    let element = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).expect("short").to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    };
    for (modulus, bits) in [(vec![5], 3), ([&[0x7f][..], &[0xff; 2047]].concat(), 16_383)] {
        let numbers: [&[u8]; 9] = [&[0], &modulus, &[3], &[3], &[3], &[5], &[1], &[1], &[1]];
        let key = element(0x30, &numbers.map(|number| element(0x02, number)).concat());
        let base64 = base64::engine::general_purpose::STANDARD.encode(key);
        let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{base64}\n-----END RSA PRIVATE KEY-----\n");
        refused(LEAF, &pem, &format!("private_key: has {bits} bits; allowed: RSA of 2048 to 4096 bits"));
    }
}

#[test]
fn a_key_is_read_once() {
    let first = Certificate::read(LEAF, KEY).expect("a pair");
    assert!(Arc::ptr_eq(&first, &Certificate::read(&format!(" {LEAF}"), KEY).expect("a pair")));
    assert!(!Arc::ptr_eq(&first, &Certificate::read(sample!("expired"), KEY).expect("a pair")));
}

#[test]
fn signs_with_a_salt_of_its_own() {
    let pair = Certificate::read(LEAF, KEY).expect("a pair");
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state
    };
    let signatures = [pair.sign(b"message", &mut random), pair.sign(b"message", &mut random)];
    assert_ne!(signatures[0], signatures[1]);
    let verifier = VerifyingKey::<Sha256>::new(pair.key.to_public_key());
    for signature in signatures {
        let signature = Signature::try_from(&signature.expect("a signature")[..]).expect("well formed");
        verifier.verify(b"message", &signature).expect("valid");
        verifier.verify(b"other message", &signature).expect_err("for another message");
    }
    let shown = format!("{pair:?}");
    assert!(!shown.contains("PRIVATE") && shown.contains(&pair.thumbprint), "{shown}");
}
