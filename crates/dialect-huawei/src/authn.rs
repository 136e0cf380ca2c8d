//! Proofs of this face, for the service to judge.
//!
//! SOURCE: API signing guide of the vendor, "AK/SK Signing and Authentication Algorithm"; Identity and Access Management API
//! reference, "Authentication" (read 2026-11-22). A signature goes before a token. There is no nonce: two equal requests of
//! one second have one signature, so none can be told from its copy.

use std::sync::{Arc, Mutex, PoisonError};

use claviger_front::{HeaderView, Request, header};
use claviger_model::Timestamp;
use claviger_secret::SecretBytes;
use claviger_service::{AuthnError, Credential, Proof};
use claviger_signing::query::Params;
use claviger_signing::sdk::{
    self, Algorithm, Authorization, Scope, SigningKeys, StringToSign, UnsignedPayload,
};
use claviger_signing::{MacKey, Request as SignedParts};

use crate::error::{WireError, codes};
use crate::fields::Fields;

/// Derived keys kept per access key: a client uses one a day, two around midnight.
const DERIVED: usize = 4;

/// What a request shows of its caller.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for a request, on its stack"
)]
pub(crate) enum Evidence<'a> {
    /// A signature.
    Signature(Signed<'a>),
    /// The text of a token.
    Token(&'a str),
}

/// A signature with everything that is needed to check it.
pub(crate) struct Signed<'a> {
    authorization: Authorization<'a>,
    text: StringToSign<'a>,
    parts: SignedParts<'a, HeaderView<'a>>,
    time: Timestamp,
    token: &'a str,
}

/// Reads what a request shows.
///
/// # Errors
/// Where there is nothing, or a signature that cannot be checked.
pub(crate) fn evidence<'a>(
    request: &'a Request,
    headers: &'a HeaderView<'a>,
    query: &'a Params<'a>,
) -> Result<Evidence<'a>, WireError> {
    let unknown = |refusal: sdk::Refusal| WireError::unknown(&refusal);
    let Some(authorization) = sdk::by_headers(headers).map_err(unknown)? else {
        return match header(headers.0, "x-auth-token") {
            "" => Err(WireError::unknown_caller("", AuthnError::NoCredentials)),
            token => Ok(Evidence::Token(token)),
        };
    };
    let parts = SignedParts {
        method: request.head.method.as_str(),
        path: request.head.uri.path(),
        query,
        headers,
        body: &request.body,
    };
    // A body that is not signed could be anybody's.
    let text = StringToSign::new(&authorization, &parts, UnsignedPayload::Refuse).map_err(unknown)?;
    let time = text.time().parse();
    Ok(Evidence::Signature(Signed {
        authorization,
        time: time.map_err(|_| WireError::unknown(&sdk::Refusal::Date))?,
        text,
        parts,
        token: header(headers.0, "x-security-token"),
    }))
}

/// The token inside a body, for calls that may bring it there.
///
/// SOURCE: Identity and Access Management API reference, "Obtaining a Temporary AK/SK", `auth.identity.token.id` (read 2026-11-22).
pub(crate) fn token_inside(body: &[u8]) -> Option<SecretBytes> {
    let mut place = Fields::parse(body).ok()?;
    for name in ["auth", "identity", "token"] {
        place = place.object(name, codes::K0308).ok()??;
    }
    place.secret("id").ok()?
}

impl Signed<'_> {
    /// The access key that it claims.
    pub(crate) fn claimed(&self) -> &str {
        self.authorization.access_key_id
    }

    /// The words for a caller whom this does not prove.
    pub(crate) fn refused(&self, error: AuthnError) -> WireError {
        match error {
            AuthnError::WrongSignature => {
                let canonical = self.authorization.canonical_request(&self.parts);
                WireError::wrong_signature(&canonical.unwrap_or_default())
            }
            _ => WireError::unknown_caller(self.claimed(), error),
        }
    }
}

impl Proof for Signed<'_> {
    fn access_key(&self) -> &str {
        self.authorization.access_key_id
    }

    fn time(&self) -> Timestamp {
        self.time
    }

    fn nonce(&self) -> Option<&str> {
        None
    }

    fn token(&self) -> &str {
        self.token
    }

    fn verify(&self, credential: &Credential) -> bool {
        let Authorization {
            algorithm,
            access_key_id,
            scope,
            signature,
            ..
        } = self.authorization;
        let keys = credential.prepared(|secret| Prepared::new(access_key_id, secret));
        let right = |text: &StringToSign<'_>| keys.verify(algorithm, scope.as_ref(), text, signature);
        right(&self.text) || self.text_as_sent().is_some_and(|text| right(&text))
    }
}

impl<'a> Signed<'a> {
    /// What is signed by clients that encode an encoded path once more; none where nothing in the path is encoded.
    fn text_as_sent(&self) -> Option<StringToSign<'a>> {
        if !self.parts.path.contains('%') {
            return None;
        }
        StringToSign::with_sent_path(&self.authorization, &self.parts, UnsignedPayload::Refuse).ok()
    }
}

/// What is computed once from the secret of an access key.
struct Prepared {
    keys: SigningKeys,
    derived: Mutex<Vec<Derived>>,
}

struct Derived {
    scope: String,
    key: Arc<MacKey<Algorithm>>,
}

impl Prepared {
    fn new(access_key: &str, secret: &SecretBytes) -> Self {
        Self {
            keys: SigningKeys::new(access_key, secret.expose()),
            derived: Mutex::default(),
        }
    }

    fn verify(
        &self,
        algorithm: Algorithm,
        scope: Option<&Scope<'_>>,
        text: &StringToSign<'_>,
        signature: &str,
    ) -> bool {
        match (algorithm, scope) {
            (Algorithm::Plain(hash), None) => text.verify(self.keys.plain(hash), signature),
            (Algorithm::Scoped | Algorithm::V11, Some(scope)) => {
                text.verify(&self.derived(algorithm, scope), signature)
            }
            (Algorithm::Plain(_), Some(_)) | (Algorithm::Scoped | Algorithm::V11, None) => false,
        }
    }

    /// The derived key of a scope, made at first use.
    fn derived(&self, algorithm: Algorithm, scope: &Scope<'_>) -> Arc<MacKey<Algorithm>> {
        let name = scope.to_string();
        let mut known = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known
            .iter()
            .find(|known| known.key.algorithm() == algorithm && known.scope == name);
        if let Some(found) = found {
            return Arc::clone(&found.key);
        }
        let key = Arc::new(match algorithm {
            Algorithm::V11 => self.keys.v11(scope),
            Algorithm::Scoped | Algorithm::Plain(_) => self.keys.scoped(scope),
        });
        known.insert(
            0,
            Derived {
                scope: name,
                key: Arc::clone(&key),
            },
        );
        known.truncate(DERIVED);
        key
    }
}
