//! What records note of requests and answers, as the texts of a trace: in the words that callers of this face know.
//!
//! SOURCE: Key Management Service API reference, members of requests and answers; Cloud Trace Service API reference,
//! "Querying Traces", whose samples of `request` and `response` are texts with JSON in them (both read 2026-11-22).

use claviger_audit::view::Event;
use claviger_model::{Action, Timestamp};
use serde_json::{Map, Value};

use super::Domain;
use super::values;
use crate::names;

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

/// How a noted value becomes one of the wire.
#[derive(Debug, Clone, Copy)]
enum As {
    Same,
    /// With its prefix, or as the key of a service.
    Alias,
    Word(fn(&str) -> Option<&'static str>),
    /// An algorithm, with the hash that stands beside it.
    Algorithm,
    /// Seconds that are whole days, as a number.
    Days,
    /// The same as a text.
    DaysText,
    /// Bytes as bits, in a text.
    Bits,
    Text,
    /// A moment in seconds since 1970.
    Seconds,
    /// A moment in milliseconds since 1970, as a text.
    Millis,
    /// Granted operations.
    Granted,
    /// Somebody in a grant.
    Party,
    /// The number of an identity, as its id.
    Identity,
}

/// The texts of one call.
pub(super) struct Words<'e> {
    pub(super) event: &'e Event<'e>,
    pub(super) action: Option<Action>,
    pub(super) domain: Option<Domain<'e>>,
}

impl Words<'_> {
    /// The text of a request or answer. What is not an object has nothing to hide and stays as it is.
    pub(super) fn text(&self, noted: &str) -> String {
        let Ok(members) = serde_json::from_str::<Map<String, Value>>(noted) else {
            return noted.to_owned();
        };
        let mut shown = Map::new();
        for (name, value) in &members {
            if SECRET.contains(&name.as_str()) && value.is_string() {
                shown.insert(name.clone(), MASK.into());
                continue;
            }
            let spelled = self.member(name).and_then(|(wire, how)| {
                let value = self.spelled(&members, value, how)?;
                Some((wire, value))
            });
            match spelled {
                Some((wire, value)) => shown.insert(wire.to_owned(), value),
                // The algorithm beside it has it in its name.
                None if name == "hash" && members.contains_key("algorithm") => None,
                // What this face has no word for.
                None => shown.insert(name.clone(), value.clone()),
            };
        }
        Value::Object(shown).to_string()
    }

    /// The member of the wire for a noted field.
    fn member(&self, field: &str) -> Option<(&'static str, As)> {
        self.special(field)
            .or_else(|| of_keys(field))
            .or_else(|| rest(field))
    }

    /// Where the same field is another member in one call than in the others.
    fn special(&self, field: &str) -> Option<(&'static str, As)> {
        Some(match (self.action?, field) {
            (Action::ReEncrypt, "key") => ("destination_key_id", As::Same),
            (Action::ReEncrypt, "alias") => ("destination_key_id", As::Alias),
            (Action::ReEncrypt, "context") => ("destination_encryption_context", As::Same),
            (Action::UpdateAlias, "key") => ("target_key_id", As::Same),
            (Action::CreateAlias | Action::UpdateAlias | Action::DeleteAlias, "alias") => {
                ("alias", As::Alias)
            }
            (Action::AsymmetricSign | Action::AsymmetricVerify, "algorithm") => {
                ("signing_algorithm", As::Algorithm)
            }
            (Action::AsymmetricEncrypt | Action::AsymmetricDecrypt, "algorithm") => {
                ("encryption_algorithm", As::Algorithm)
            }
            (Action::GenerateMac | Action::VerifyMac, "algorithm") => ("mac_algorithm", As::Algorithm),
            (Action::GetParametersForImport, "algorithm") => {
                ("wrapping_algorithm", As::Word(names::noted_wrapping))
            }
            (Action::EncryptDataKey, "plaintext_bytes") => ("datakey_plain_length", As::Text),
            (Action::DecryptDataKey, "plaintext_bytes") => ("datakey_cipher_length", As::Text),
            (Action::AsymmetricVerify, "valid") => ("signature_valid", As::Text),
            (Action::VerifyMac, "valid") => ("mac_valid", As::Same),
            _ => return None,
        })
    }

    /// A value as the wire has it; nothing where it cannot be what it should be.
    fn spelled(&self, members: &Map<String, Value>, value: &Value, how: As) -> Option<Value> {
        let text = || value.as_str();
        let days = || value.as_u64().and_then(values::days);
        Some(match how {
            As::Same => value.clone(),
            As::Alias => values::alias(text()?).into(),
            As::Word(word) => word(text()?)?.into(),
            As::Algorithm => values::algorithm(text()?, members.get("hash").and_then(Value::as_str))?.into(),
            As::Days => days()?.into(),
            As::DaysText => days()?.to_string().into(),
            As::Bits => value.as_u64()?.checked_mul(8)?.to_string().into(),
            As::Text => value.to_string().into(),
            As::Seconds => text()?.parse::<Timestamp>().ok()?.as_second().into(),
            As::Millis => {
                let moment: Timestamp = text()?.parse().ok()?;
                moment.as_millisecond().to_string().into()
            }
            As::Granted => values::granted(value.as_array()?)?,
            As::Identity => super::identity(self.event, text()?)?.into(),
            As::Party => values::party(text()?, &self.event.account, self.domain)?.into(),
        })
    }
}

/// What is noted of keys.
fn of_keys(field: &str) -> Option<(&'static str, As)> {
    Some(match field {
        "key" => ("key_id", As::Same),
        "keys" => ("key_ids", As::Same),
        "alias" => ("key_id", As::Alias),
        "title" => ("key_alias", As::Same),
        "spec" => ("key_spec", As::Word(names::noted_spec)),
        "usage" => ("key_usage", As::Word(names::noted_usage)),
        "origin" => ("origin", As::Word(names::noted_origin)),
        "wrapping_spec" => ("wrapping_key_spec", As::Word(names::noted_spec)),
        "interval_seconds" => ("rotation_interval", As::Days),
        "rotates" => ("key_rotation_enabled", As::Same),
        "window_seconds" => ("pending_days", As::DaysText),
        "due" => ("scheduled_deletion_date", As::Millis),
        "expires" => ("expiration_time", As::Seconds),
        "grant" => ("grant_id", As::Same),
        "grantee" => ("grantee_principal", As::Party),
        "retiring" => ("retiring_principal", As::Party),
        "issuer" => ("issuing_principal", As::Party),
        "actions" => ("operations", As::Granted),
        _ => return None,
    })
}

/// What is noted of data and of credentials.
fn rest(field: &str) -> Option<(&'static str, As)> {
    Some(match field {
        "context" => ("encryption_context", As::Same),
        "source_key" => ("source_key_id", As::Same),
        "source_alias" => ("source_key_id", As::Alias),
        "source_context" => ("source_encryption_context", As::Same),
        "source_algorithm" => ("source_encryption_algorithm", As::Algorithm),
        "algorithm" => ("algorithm", As::Algorithm),
        "export_algorithm" => ("wrapping_algorithm", As::Algorithm),
        "data_key_bytes" => ("datakey_length", As::Bits),
        "random_bytes" => ("random_data_length", As::Bits),
        "access_key" => ("access", As::Same),
        "user_id" => ("user_id", As::Identity),
        "role_id" => ("agency_id", As::Identity),
        "policy_id" => ("policy_id", As::Identity),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{event, record};
    use super::*;

    /// What the texts of a call say that notes this.
    fn shown(action: &str, noted: &Value) -> Value {
        let record = record(&json!({ "action": action }));
        let event = event(&record);
        let words = Words {
            event: &event,
            action: Action::of_name(action),
            domain: None,
        };
        serde_json::from_str(&words.text(&noted.to_string())).unwrap()
    }

    #[test]
    fn members_and_values_are_those_of_the_wire_and_secrets_are_masked() {
        for (action, noted, expected) in [
            (
                "CreateKey",
                json!({"spec": "Aes256", "usage": "EncryptDecrypt", "origin": "Generated", "title": "demo",
                    "interval_seconds": 31_536_000}),
                json!({"key_spec": "AES_256", "key_usage": "ENCRYPT_DECRYPT", "origin": "kms", "key_alias": "demo",
                    "rotation_interval": 365}),
            ),
            (
                "ScheduleKeyDeletion",
                json!({"key": "k", "window_seconds": 604_800}),
                json!({"key_id": "k", "pending_days": "7"}),
            ),
            (
                "AsymmetricSign",
                json!({"alias": "demo", "algorithm": "rsa-pss", "hash": "sha256"}),
                json!({"key_id": "alias/demo", "signing_algorithm": "RSASSA_PSS_SHA_256"}),
            ),
            (
                "AsymmetricVerify",
                json!({"valid": false}),
                json!({"signature_valid": "false"}),
            ),
            (
                "GenerateMac",
                json!({"algorithm": "hmac-sm3"}),
                json!({"mac_algorithm": "HMAC_SM3"}),
            ),
            (
                "GetParametersForImport",
                json!({"wrapping_spec": "Rsa2048", "algorithm": "RsaOaep(Sha256)", "expires": "2026-11-22T08:00:00Z"}),
                json!({"wrapping_key_spec": "RSA_2048", "wrapping_algorithm": "RSAES_OAEP_SHA_256",
                    "expiration_time": 1_795_334_400}),
            ),
            (
                "WarnDeletion",
                json!({"due": "2026-11-22T08:00:00Z"}),
                json!({"scheduled_deletion_date": "1795334400000"}),
            ),
            (
                "Encrypt",
                json!({"alias": "acs/obs", "context": {"key": "a"}, "plaintext_bytes": 16}),
                json!({"key_id": "obs/default", "encryption_context": {"key": "a"}, "plaintext_bytes": 16}),
            ),
            (
                "CreateAlias",
                json!({"alias": "demo"}),
                json!({"alias": "alias/demo"}),
            ),
            (
                "GenerateDataKey",
                json!({"data_key_bytes": 32}),
                json!({"datakey_length": "256"}),
            ),
            (
                "GenerateRandom",
                json!({"random_bytes": 64}),
                json!({"random_data_length": "512"}),
            ),
            (
                "CreateGrant",
                json!({"grantee": "user/1234567890123456/200000000000000001", "actions": ["GenerateDataKey", "ListKeys"]}),
                json!({"grantee_principal": "000462d53c8abac002c68af0bb140001",
                    "operations": ["create-datakey", "ListKeys"]}),
            ),
            (
                "CreateUser",
                json!({"user_id": "200000000000000001"}),
                json!({"user_id": "000462d53c8abac002c68af0bb140001"}),
            ),
            (
                "Encrypt",
                json!({"plaintext": "abc", "token": 7}),
                json!({"plaintext": "******", "token": 7}),
            ),
        ] {
            assert_eq!(shown(action, &noted), expected, "{action}");
        }
    }

    /// As records have it, rather than wrong or not at all.
    #[test]
    fn what_has_no_word_here_stays() {
        let odd = json!({"spec": "Aes512", "window_seconds": 5, "risk": "recently_used", "due": "soon"});
        assert_eq!(shown("ScheduleKeyDeletion", &odd), odd);
        let record = record(&json!({}));
        let event = event(&record);
        let words = Words {
            event: &event,
            action: None,
            domain: None,
        };
        assert_eq!(words.text("7"), "7");
    }
}
