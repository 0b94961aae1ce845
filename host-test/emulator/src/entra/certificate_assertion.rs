//! Assertions that an app signs itself, with the key of a registered certificate.
//! Form: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>. It sets no limit to the lifetime.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_PAD_INDIFFERENT;

use super::app::App;
use super::assertion::Assertion;
use super::certificate::Certificate;
use super::jwt::{Audience, Header};
use super::public_key::{Algorithm, Unsuitable};
use super::refusal::Refusal;
use super::tenant;
use super::used_assertions::UsedAssertions;
use crate::message::Request;

const ALGORITHMS: [(&str, Algorithm); 2] = [("RS256", Algorithm::Rs256), ("PS256", Algorithm::Ps256)];

/// The login host of the global cloud: the audience, wherever the emulator runs.
const LOGIN: &str = "https://login.microsoftonline.com";

/// What may follow the tenant in the audience: the token endpoint, or the issuer of the tenant's tokens.
const AUDIENCES: [&str; 2] = ["oauth2/v2.0/token", "v2.0"];

/// Checks an assertion whose issuer is an app's id.
pub(super) fn check(
    assertion: &Assertion<'_>,
    app: &App,
    request: &Request,
    used: &UsedAssertions,
) -> Result<(), Refusal> {
    let algorithm = assertion.algorithm(&ALGORITHMS)?;
    if assertion.subject != assertion.issuer {
        return Err(Refusal::subject_is_not_issuer());
    }
    if !assertion.issuer.eq_ignore_ascii_case(&app.client_id) {
        return Err(Refusal::another_apps_assertion());
    }
    let named = Named::read(&assertion.jwt.header, algorithm)?;
    assertion.check_time(request)?;
    match &assertion.audience {
        Audience::One(audience) if is_ours(audience, &request.origin) => {}
        Audience::One(_) => return Err(Refusal::assertion_audience()),
        Audience::Many(_) => return Err(Refusal::malformed_assertion()),
    }
    let id = assertion.jwt.claims.jti.as_deref().ok_or_else(|| Refusal::missing_claim("jti"))?;

    let thumbprint = named.shown();
    let certificate = app
        .certificates
        .iter()
        .find(|certificate| named.is(certificate))
        .ok_or_else(|| Refusal::unregistered_certificate(app, thumbprint.as_deref()))?;
    if !certificate.is_valid_at(request.now) {
        return Err(Refusal::expired_certificate(app, thumbprint.as_deref(), certificate));
    }
    match assertion.jwt.is_signed_with(&certificate.key, algorithm) {
        Ok(true) => {}
        Ok(false) => return Err(Refusal::assertion_signature(app, thumbprint.as_deref(), certificate)),
        Err(Unsuitable) => return Err(Refusal::unsuitable_key()),
    }
    // Last, so that nobody but the app can use up its ids.
    if used.is_new(&app.client_id, id, assertion.jwt.claims.exp.unwrap_or_default(), request.now) {
        Ok(())
    } else {
        Err(Refusal::used_assertion(app, id))
    }
}

/// Whether an audience is this tenant's token endpoint or issuer.
fn is_ours(audience: &str, origin: &str) -> bool {
    [LOGIN, origin].into_iter().any(|host| {
        let path = audience.strip_prefix(host).and_then(|rest| rest.strip_prefix('/'));
        path.and_then(|path| path.split_once('/'))
            .is_some_and(|(tenant, rest)| tenant::check(tenant).is_ok() && AUDIENCES.contains(&rest))
    })
}

/// How a header names a certificate.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    Sha1(Vec<u8>),
    Sha256(Vec<u8>),
    /// By a name that no certificate has: other text than a hash, or `kid` alone, which libraries make up.
    Otherwise,
}

impl Named {
    /// The SHA-256 hash goes with either algorithm, the SHA-1 hash with the older one only.
    fn read(header: &Header, algorithm: Algorithm) -> Result<Self, Refusal> {
        // Microsoft's own library for Python pads it.
        let hash = |text: &str| URL_SAFE_PAD_INDIFFERENT.decode(text).ok();
        match (&header.x5t_s256, &header.x5t) {
            (Some(text), _) => Ok(hash(text).map_or(Self::Otherwise, Self::Sha256)),
            (None, Some(text)) if algorithm == Algorithm::Rs256 => Ok(hash(text).map_or(Self::Otherwise, Self::Sha1)),
            (None, Some(_)) => Ok(Self::Otherwise),
            (None, None) if header.kid.is_some() => Ok(Self::Otherwise),
            (None, None) => Err(Refusal::unnamed_certificate()),
        }
    }

    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Sha1(hash) => certificate.sha1().as_ref() == hash,
            Self::Sha256(hash) => certificate.sha256().as_ref() == hash,
            Self::Otherwise => false,
        }
    }

    /// The hash as Entra ID shows it, in hexadecimal.
    fn shown(&self) -> Option<String> {
        match self {
            Self::Sha1(hash) | Self::Sha256(hash) => {
                Some(hash.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat())
            }
            Self::Otherwise => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tenant::TENANT_ID;

    #[test]
    fn the_audience_is_the_token_endpoint_or_the_issuer_of_this_tenant() {
        let ours = |audience: &str| is_ours(audience, "http://127.0.0.1:1");
        for host in [LOGIN, "http://127.0.0.1:1"] {
            for tenant in [TENANT_ID, "haldenmarine.example", "haldenmarine.onmicrosoft.com"] {
                assert!(ours(&format!("{host}/{tenant}/oauth2/v2.0/token")), "{host} {tenant}");
                assert!(ours(&format!("{host}/{tenant}/v2.0")), "{host} {tenant}");
            }
        }
        for audience in [
            format!("{LOGIN}/{TENANT_ID}/oauth2/token"),
            format!("{LOGIN}/{TENANT_ID}/v2.0/"),
            format!("{LOGIN}/{TENANT_ID}/"),
            format!("{LOGIN}/common/oauth2/v2.0/token"),
            format!("{LOGIN}/11111111-2222-3333-4444-555555555555/v2.0"),
            format!("{LOGIN}.evil.example/{TENANT_ID}/v2.0"),
            format!("https://login.microsoftonline.us/{TENANT_ID}/oauth2/v2.0/token"),
            format!("http://127.0.0.1:12/{TENANT_ID}/v2.0"),
            TENANT_ID.to_owned(),
            String::new(),
        ] {
            assert!(!ours(&audience), "{audience}");
        }
    }

    #[test]
    fn the_older_hash_goes_with_the_older_algorithm_only() {
        let header = |kid: bool, x5t: bool, x5t_s256: bool| Header {
            alg: String::new(),
            typ: None,
            kid: kid.then(|| "a".into()),
            x5t: x5t.then(|| "AAE=".into()),
            x5t_s256: x5t_s256.then(|| "_w".into()),
        };
        let read = |header, algorithm| Named::read(&header, algorithm).map_err(|refusal| refusal.code());
        for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
            assert_eq!(read(header(true, true, true), algorithm), Ok(Named::Sha256(vec![255])));
            assert_eq!(read(header(true, false, false), algorithm), Ok(Named::Otherwise));
            assert_eq!(read(header(false, false, false), algorithm), Err(5_002_723));
        }
        assert_eq!(read(header(false, true, false), Algorithm::Rs256), Ok(Named::Sha1(vec![0, 1])));
        assert_eq!(read(header(false, true, false), Algorithm::Ps256), Ok(Named::Otherwise));
        assert_eq!(Named::Sha1(vec![0, 171]).shown().as_deref(), Some("00AB"));
    }
}
