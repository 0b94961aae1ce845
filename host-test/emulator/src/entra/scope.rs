//! Which resource a token is asked for.
//! Client credentials take one resource with `/.default`; the emulated tenant has Graph alone.

use super::refusal::Refusal;

/// The audience of the token for a scope.
pub(crate) fn audience(scope: &str, base_url: &str) -> Result<String, Refusal> {
    let well_formed = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\<>".contains(&byte));
    if scope.split(' ').count() != 1 || !well_formed(scope) {
        return Err(Refusal::malformed_scope(scope));
    }
    let Some(resource) = scope.strip_suffix("/.default") else {
        return Err(Refusal::scope_without_default(scope));
    };
    if resource.is_empty() {
        return Err(Refusal::malformed_scope(scope));
    }
    // An SDK that is pointed at the emulator keeps asking for Microsoft's own name.
    if resource == base_url || resource == "https://graph.microsoft.com" {
        return Ok(resource.to_owned());
    }
    Err(Refusal::unknown_resource(resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://127.0.0.1:8080";

    #[track_caller]
    fn refused(scope: &str, code: u32) {
        assert_eq!(audience(scope, BASE).unwrap_err().code(), code, "{scope}");
    }

    #[test]
    fn takes_its_own_address_and_microsofts_name() {
        assert_eq!(audience("http://127.0.0.1:8080/.default", BASE).unwrap(), BASE);
        assert_eq!(audience("https://graph.microsoft.com/.default", BASE).unwrap(), "https://graph.microsoft.com");
    }

    #[test]
    fn refuses_everything_else_by_kind() {
        refused("https://graph.microsoft.com/User.Read", 1_002_012);
        refused("https://graph.microsoft.com//.default", 500_011);
        refused("https://vault.example/.default", 500_011);
        refused("https://graph.microsoft.com/.default https://vault.example/.default", 70011);
        refused("/.default", 70011);
        refused("\"quoted\"/.default", 70011);
    }
}
