//! Certificates, keys and tokens from outside: whatever they contain, they are read or refused by name.

use super::*;
use crate::request::certificate::Certificate;
use crate::request::config;
use crate::wit::types::Config;

const LEAF: &str = include_str!("../../tests/certificates/leaf.pem");
const KEY: &str = include_str!("../../tests/certificates/key-pkcs1.pem");

/// A block with some of its bytes changed: valid PEM of damaged DER.
fn damaged(original: &'static str) -> impl Strategy<Value = String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let edit = (any::<prop::sample::Index>(), any::<u8>());
    // Most of what decides how a text is read is at its start.
    let start = (0..64_usize, any::<u8>());
    (proptest::collection::vec(edit, 0..4), proptest::collection::vec(start, 0..3)).prop_map(move |(edits, starts)| {
        let mut lines = original.trim().lines();
        let (first, last) = (lines.next().expect("a line"), lines.next_back().expect("a line"));
        let mut bytes = STANDARD.decode(lines.collect::<String>()).expect("base64");
        let edits = edits.into_iter().map(|(index, byte)| (index.index(bytes.len()), byte)).chain(starts);
        for (at, byte) in edits.collect::<Vec<_>>() {
            bytes[at] = byte;
        }
        format!("{first}\n{}\n{last}\n", STANDARD.encode(bytes))
    })
}

proptest! {
    #![proptest_config(budget())]

    #[test]
    fn any_pair_is_read_or_refused_by_name(
        certificate in prop_oneof![mutated(LEAF), damaged(LEAF), text(), Just(LEAF.to_owned())],
        key in prop_oneof![mutated(KEY), damaged(KEY), text(), Just(KEY.to_owned())],
    ) {
        match Certificate::read(&certificate, &key) {
            // Whatever was changed did not matter, so it still signs.
            Ok(pair) => prop_assert!(pair.sign(b"message", &mut || 1).is_some()),
            Err(fault) => {
                is_sound(&fault);
                prop_assert!(fault.message.starts_with("certificate: ") || fault.message.starts_with("private_key: "));
                prop_assert!(fault.message.len() < 200, "{}", fault.message);
            }
        }
    }

    #[test]
    fn any_token_or_assertion_is_sent_as_it_is_or_refused(
        text in prop_oneof![mutated("eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE4MDAwMDAwMDB9.c2ln"), text()],
    ) {
        for credential in [Credential::AccessToken(text.clone()), Credential::ClientAssertion(text.clone())] {
            let given = Config { credential, ..config::tests::config() };
            let connection = match Connection::new(&given) {
                Ok(connection) => connection,
                Err(fault) => {
                    is_sound(&fault);
                    continue;
                }
            };
            let host = ScriptedHost::new([]);
            let is_token = matches!(given.credential, Credential::AccessToken(_));
            if !is_token {
                host.expect(token());
            }
            host.expect(answer(200, INCIDENT));
            match run_as(&host, &connection, async |session| get_incident::typed(session, "29", None).await) {
                Ok(_) if is_token => {
                    let bearer = format!("Bearer {}", text.trim());
                    let sent = &host.sent()[0];
                    prop_assert_eq!(sent.header("authorization"), Some(&bearer[..]));
                }
                Ok(_) => {
                    let encoded = percent::encode(text.trim(), percent::QUERY);
                    let field = format!("&client_assertion={encoded}&");
                    prop_assert!(host.sent()[0].body.contains(&field));
                }
                Err(fault) => is_sound(&fault),
            }
        }
    }
}
