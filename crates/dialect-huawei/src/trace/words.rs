//! What records note of requests and answers, as the texts of a trace.
//!
//! SOURCE: Key Management Service API reference, members of requests and answers; Cloud Trace Service API reference,
//! "Querying Traces", whose samples of `request` and `response` are texts with JSON in them (both read 2026-11-22).

use serde_json::{Map, Value};

/// What stands in the place of a secret.
const MASK: &str = "******";

/// Members that records never have. A record of a later version or a damaged one may not lead to another conclusion.
const SECRET: [&str; 12] = [
    "plaintext",
    "plain_text",
    "plain_text_base64",
    "datakey_plain",
    "random_data",
    "private_key",
    "key_material",
    "secret",
    "password",
    "token",
    "import_token",
    "encrypted_key_material",
];

/// Members of records that are the same on the wire, under another name.
const MEMBERS: [(&str, &str); 12] = [
    ("key", "key_id"),
    ("keys", "key_ids"),
    ("title", "key_alias"),
    ("spec", "key_spec"),
    ("usage", "key_usage"),
    ("context", "encryption_context"),
    ("grant", "grant_id"),
    ("grantee", "grantee_principal"),
    ("retiring", "retiring_principal"),
    ("issuer", "issuing_principal"),
    ("actions", "operations"),
    ("random_bytes", "random_data_bytes"),
];

/// The text of a request or answer. What is not an object has nothing to hide and stays as it is.
pub(super) fn text(noted: &str) -> String {
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(noted) else {
        return noted.to_owned();
    };
    let members = members.into_iter().map(|(name, value)| {
        let value = if SECRET.contains(&name.as_str()) && value.is_string() {
            MASK.into()
        } else {
            value
        };
        let known = MEMBERS.iter().find(|(noted, _)| *noted == name);
        (known.map_or(name, |(_, wire)| (*wire).to_owned()), value)
    });
    Value::Object(members.collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_the_names_of_the_wire_and_secrets_are_masked() {
        let noted = r#"{"key":"k","spec":"AES_256","context":{"key":"a"},"plaintext_bytes":16,"plaintext":"abc","token":7}"#;
        let shown: Value = serde_json::from_str(&text(noted)).unwrap();
        let expected = serde_json::json!({
            "key_id": "k",
            "key_spec": "AES_256",
            "encryption_context": {"key": "a"},
            "plaintext_bytes": 16,
            "plaintext": "******",
            "token": 7,
        });
        assert_eq!(shown, expected);
        assert_eq!(text("7"), "7");
    }
}
