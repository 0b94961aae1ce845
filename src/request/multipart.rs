//! Files as a `multipart/form-data` body.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc7578>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::fault::{Fault, invalid};
use crate::wit::actions::Upload;

const MEDIA_TYPE_DEFAULT: &str = "application/octet-stream";

/// The content type and the body. The boundary must be random, so that no file contains it.
pub fn encode(files: &[Upload], boundary: &str) -> Result<(String, Vec<u8>), Fault> {
    let mut body = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let wrong = |member: &str, why: &str| invalid(format!("extra_fields.files[{at}].{member}: {why}"));
        let bytes =
            STANDARD.decode(file.content_base64.trim()).map_err(|_| wrong("content_base64", "is not base64"))?;
        for (member, text) in [("field", &file.field), ("filename", &file.filename)] {
            if text.trim().is_empty() {
                return Err(wrong(member, "is required"));
            }
            if text.chars().any(char::is_control) {
                return Err(wrong(member, "must not contain control characters"));
            }
        }
        if file.filename.contains(['/', '\\']) {
            return Err(wrong("filename", "must be a name without a path"));
        }
        let media_type = file.content_type.as_deref().map_or(MEDIA_TYPE_DEFAULT, str::trim);
        if !media_type.contains('/') || !media_type.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(wrong("content_type", "is not a media type, such as text/csv"));
        }
        let (field, filename) = (escaped(&file.field), escaped(&file.filename));
        body.extend_from_slice(
            format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{filename}\"\r\n\
                 content-type: {media_type}\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}

/// A quote would end the name; this is how browsers encode it.
fn escaped(name: &str) -> String {
    name.replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(filename: &str, content: &str) -> Upload {
        Upload { field: "f".into(), filename: filename.into(), content_type: None, content_base64: content.into() }
    }

    #[test]
    fn encodes_files() {
        let (content_type, body) = encode(&[upload("a\"b.txt", "aGk=")], "b").expect("valid");
        assert_eq!(content_type, "multipart/form-data; boundary=b");
        assert_eq!(
            String::from_utf8(body).expect("text"),
            "--b\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a%22b.txt\"\r\n\
             content-type: application/octet-stream\r\n\r\nhi\r\n--b--\r\n"
        );
    }

    #[test]
    fn names_the_wrong_member() {
        for (file, message) in [
            (upload("a", "!"), "extra_fields.files[0].content_base64: is not base64"),
            (upload(" ", ""), "extra_fields.files[0].filename: is required"),
            (upload("../a", ""), "extra_fields.files[0].filename: must be a name without a path"),
            (upload("a\r\nb", ""), "extra_fields.files[0].filename: must not contain control characters"),
            (
                Upload { content_type: Some("text".into()), ..upload("a", "") },
                "extra_fields.files[0].content_type: is not a media type, such as text/csv",
            ),
        ] {
            assert_eq!(encode(&[file], "b").expect_err(message).message, message);
        }
    }
}
