//! The form body of a token request, read strictly.
//! A client that forgets to encode a secret must fail here, as it does at the service.

use percent_encoding::percent_decode;

use super::refusal::Refusal;

/// The fields of a form, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded` text.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let cut = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = pair.split_at(cut.unwrap_or(pair.len()));
            let name = decode(name).ok_or_else(Refusal::malformed)?;
            let value = decode(value.strip_prefix(b"=").unwrap_or_default()).ok_or_else(Refusal::malformed)?;
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(Refusal::duplicate(&name));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// A field that is present and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// A required field.
    pub(crate) fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }
}

/// Decodes `+` and `%xx`; `None` for a stray `%` and for text that is not UTF-8.
pub(crate) fn decode(text: &[u8]) -> Option<String> {
    let mut rest = text;
    while let Some(percent) = rest.iter().position(|byte| *byte == b'%') {
        let digits = rest.get(percent + 1..percent + 3)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        rest = rest.get(percent + 3..).unwrap_or_default();
    }
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_plus_and_percent() {
        let form = Form::read(b"scope=https%3A%2F%2Fgraph%2F.default&note=a+b%2Bc").unwrap();
        assert_eq!(form.get("scope"), Some("https://graph/.default"));
        assert_eq!(form.get("note"), Some("a b+c"));
    }

    #[test]
    fn an_empty_field_counts_as_missing() {
        let form = Form::read(b"client_secret=&scope").unwrap();
        assert_eq!((form.get("client_secret"), form.get("scope")), (None, None));
    }

    #[test]
    fn refuses_a_stray_percent_sign_and_a_repeated_field() {
        assert_eq!(Form::read(b"client_secret=100%").unwrap_err().code(), 9_002_313);
        assert_eq!(Form::read(b"scope=a&scope=b").unwrap_err().code(), 9_000_411);
    }
}
