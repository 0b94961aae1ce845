//! Assertions of an outside issuer, such as a Kubernetes cluster, that an app accepts in place of its own.
//! A platform gives out the same one for as long as it is valid, so it may come any number of times.

use super::app::{App, FederatedCredential};
use super::assertion::Assertion;
use super::jwt::Audience;
use super::public_key::Algorithm;
use super::refusal::Refusal;
use crate::message::Request;

/// The one that Entra ID documents for outside issuers:
/// <https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations>
const ALGORITHMS: [(&str, Algorithm); 1] = [("RS256", Algorithm::Rs256)];

/// Checks an assertion whose issuer is not an app.
pub(super) fn check(assertion: &Assertion<'_>, app: &App, request: &Request) -> Result<(), Refusal> {
    let algorithm = assertion.algorithm(&ALGORITHMS)?;
    let credential = credential(assertion, app)?;
    assertion.check_time(request)?;

    let is_signer = |key| assertion.jwt.is_signed_with(key, algorithm) == Ok(true);
    if credential.keys.iter().any(is_signer) {
        return Ok(());
    }
    let named = assertion.jwt.header.kid.as_deref().unwrap_or_default();
    if credential.keys.iter().any(|key| key.id() == named) {
        return Err(Refusal::federated_signature(&credential.issuer, named));
    }
    Err(Refusal::unpublished_key(&credential.issuer, named))
}

/// The credential that an assertion is for. Issuer, audience and subject are compared in this order, each exactly.
fn credential<'a>(assertion: &Assertion<'_>, app: &'a App) -> Result<&'a FederatedCredential, Refusal> {
    if app.federated_credentials.is_empty() {
        return Err(Refusal::no_federated_credential(app));
    }
    let credentials = app.federated_credentials.iter();
    let credentials: Vec<_> = credentials.filter(|credential| credential.issuer == assertion.issuer).collect();
    if credentials.is_empty() {
        return Err(Refusal::federated_issuer(&assertion.issuer));
    }
    let audiences = match &assertion.audience {
        Audience::One(one) => std::slice::from_ref(one),
        Audience::Many(many) => many.as_slice(),
    };
    let credentials = credentials.into_iter().filter(|credential| audiences.contains(&credential.audience));
    let credentials: Vec<_> = credentials.collect();
    if credentials.is_empty() {
        return Err(Refusal::federated_audience(&audiences.join(", ")));
    }
    let subject = assertion.subject.as_str();
    credentials.iter().find(|credential| credential.subject == subject).copied().ok_or_else(|| {
        let near = credentials.iter().any(|credential| credential.subject.to_lowercase() == subject.to_lowercase());
        if near { Refusal::federated_subject_case(subject) } else { Refusal::federated_subject(subject) }
    })
}
