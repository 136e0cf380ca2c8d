//! Proofs of this face, for the service to judge.

use std::sync::{Arc, Mutex, PoisonError};

use claviger_model::Timestamp;
use claviger_secret::SecretBytes;
use claviger_service::{Credential, Proof};
use claviger_signing::acs::{Algorithm, Authorization, Scope, StringToSign};
use claviger_signing::query::Params;
use claviger_signing::{Hash, MacKey, SigningKeys, rpc};

use crate::error::WireError;

/// Longest nonce, in bytes. Clients send 32 to 40.
const NONCE_LIMIT: usize = 256;
/// Derived keys kept per access key: a client uses one a day, two around midnight.
const DERIVED: usize = 4;

/// A signature with everything that is needed to check it.
pub(crate) struct Evidence<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) time: Timestamp,
    pub(crate) nonce: &'a str,
    pub(crate) token: &'a str,
    pub(crate) kind: Kind<'a>,
}

/// What is signed, and the signature.
pub(crate) enum Kind<'a> {
    Rpc {
        method: &'a str,
        params: &'a Params<'a>,
        signature: &'a str,
    },
    Acs {
        authorization: Authorization<'a>,
        text: StringToSign,
    },
}

impl Evidence<'_> {
    /// The text we would have signed, for the message of a mismatch.
    pub(crate) fn string_to_sign(&self) -> String {
        match &self.kind {
            Kind::Rpc { method, params, .. } => rpc::string_to_sign(method, params),
            Kind::Acs { text, .. } => text.to_string(),
        }
    }
}

impl Proof for Evidence<'_> {
    fn access_key(&self) -> &str {
        self.access_key
    }

    fn time(&self) -> Timestamp {
        self.time
    }

    fn nonce(&self) -> Option<&str> {
        Some(self.nonce)
    }

    fn token(&self) -> &str {
        self.token
    }

    fn verify(&self, credential: &Credential) -> bool {
        let keys = credential.prepared(Prepared::new);
        match &self.kind {
            Kind::Rpc {
                method,
                params,
                signature,
            } => rpc::verify(&keys.keys, method, params, signature),
            Kind::Acs { authorization, text } => match (authorization.algorithm, authorization.scope) {
                (Algorithm::Acs3(hash), _) => text.verify(keys.keys.acs3(hash), authorization.signature),
                (Algorithm::Acs4(hash), Some(scope)) => {
                    text.verify(&keys.derived(hash, &scope), authorization.signature)
                }
                (Algorithm::Acs4(_), None) => false,
            },
        }
    }
}

/// What is computed once from the secret of an access key.
struct Prepared {
    keys: SigningKeys,
    derived: Mutex<Vec<Derived>>,
}

struct Derived {
    hash: Hash,
    scope: String,
    key: Arc<MacKey>,
}

impl Prepared {
    fn new(secret: &SecretBytes) -> Self {
        Self {
            keys: SigningKeys::new(secret.expose()),
            derived: Mutex::default(),
        }
    }

    /// The derived key of a scope, made at first use.
    fn derived(&self, hash: Hash, scope: &Scope<'_>) -> Arc<MacKey> {
        let name = scope.to_string();
        let mut known = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known
            .iter()
            .find(|known| known.hash == hash && known.scope == name)
        {
            return Arc::clone(&found.key);
        }
        let key = Arc::new(self.keys.acs4(hash, scope));
        known.insert(
            0,
            Derived {
                hash,
                scope: name,
                key: Arc::clone(&key),
            },
        );
        known.truncate(DERIVED);
        key
    }
}

/// Reads `yyyy-MM-ddTHH:mm:ssZ`, and nothing else.
pub(crate) fn timestamp(text: &str) -> Result<Timestamp, WireError> {
    if text.is_empty() {
        return Err(WireError::no_timestamp());
    }
    let shape = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    if text.len() != 20 || !text.bytes().enumerate().all(shape) {
        return Err(WireError::bad_timestamp());
    }
    text.parse().map_err(|_| WireError::bad_timestamp())
}

/// Reads a nonce.
pub(crate) fn nonce(text: &str) -> Result<&str, WireError> {
    match text.len() {
        0 => Err(WireError::missing("SignatureNonce")),
        1..=NONCE_LIMIT => Ok(text),
        _ => Err(WireError::invalid("SignatureNonce")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_form_is_a_timestamp() {
        assert_eq!(
            timestamp("2026-11-21T20:46:13Z").unwrap().to_string(),
            "2026-11-21T20:46:13Z"
        );
        assert_eq!(timestamp("").unwrap_err().code, "IllegalTimestamp");
        for wrong in [
            "2026-11-21 20:46:13Z",
            "2026-11-21T20:46:13",
            "2026-11-21T20:46:13.000Z",
            "2026-11-21T20:46:13+00:00",
            "2026-13-21T20:46:13Z",
            "2026-02-30T20:46:13Z",
            "20261121T204613Z0000",
        ] {
            assert_eq!(
                timestamp(wrong).unwrap_err().code,
                "InvalidTimeStamp.Format",
                "{wrong}"
            );
        }
    }
}
