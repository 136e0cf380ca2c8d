//! Callers: access keys whose secret the test knows, and what they sign.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use claviger_model::{AccountId, Clock as _};
use claviger_signing::acs::Algorithm;
use claviger_signing::query::Params;
use claviger_signing::{SigningKeys, encode, rpc};

use crate::{AcsRequest, FakeClock};

/// The host that clients call.
pub const HOST: &str = "kms.test.local:8443";
/// The region of every [`World`](crate::World).
pub const REGION: &str = "cn-hangzhou";
/// The version of the API that clients ask for.
pub const VERSION: &str = "2016-01-20";

/// Someone with an access key of an account. Stamps requests with the time of the world and a nonce of its own.
#[derive(Clone)]
pub struct Client {
    account: AccountId,
    access_key_id: String,
    secret: String,
    token: Option<String>,
    clock: FakeClock,
    nonces: Arc<AtomicU64>,
}

/// A signed request, as it is on the wire.
#[derive(Debug, Clone)]
pub struct Signed {
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers in wire order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Signed {
    /// Puts another header behind the others; the signature stays as it is.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// Pairs as a query or form body, escaped.
pub fn form(pairs: &[(String, String)]) -> String {
    encode::query(&params(pairs))
}

pub(crate) fn params(pairs: &[(String, String)]) -> Params<'_> {
    Params::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap()
}

pub(crate) fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    pairs.iter().map(owned).collect()
}

impl Client {
    pub(crate) fn new(account: AccountId, access_key_id: &str, secret: &str, clock: FakeClock) -> Self {
        Self {
            account,
            access_key_id: access_key_id.into(),
            secret: secret.into(),
            token: None,
            clock,
            nonces: Arc::default(),
        }
    }

    /// The account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The public half of the access key.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret half.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The same caller with a secret that is not its own.
    #[must_use]
    pub fn with_secret(&self, secret: &str) -> Self {
        Self {
            secret: secret.into(),
            ..self.clone()
        }
    }

    /// The token of its session; empty for others than sessions.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// The same caller with the token of a session, which its requests bear from now on; an empty one takes it away.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: (!token.is_empty()).then(|| token.into()),
            ..self.clone()
        }
    }

    /// Somebody who took a role of an account.
    #[must_use]
    pub fn session(&self, account: AccountId, access_key_id: &str, secret: &str, token: &str) -> Self {
        let session = Self::new(account, access_key_id, secret, self.clock.clone());
        session.with_token(token)
    }

    /// A caller of the same account whose access key does not exist.
    #[must_use]
    pub fn with_access_key_id(&self, access_key_id: &str) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            ..self.clone()
        }
    }

    /// The keys that sign for it.
    pub fn keys(&self) -> SigningKeys {
        SigningKeys::new(self.secret.as_bytes())
    }

    /// A word that this caller has not used yet.
    pub fn nonce(&self) -> String {
        format!("nonce-{:026}", self.nonces.fetch_add(1, Ordering::Relaxed))
    }

    /// The present moment as requests spell it.
    pub fn timestamp(&self) -> String {
        self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// A request of the RPC scheme, to be changed before it is signed: POST, everything in the query.
    pub fn rpc_request(&self, action: &str, parameters: &[(&str, &str)]) -> RpcRequest {
        let common = [
            ("Action", action),
            ("Version", VERSION),
            ("Format", "JSON"),
            ("AccessKeyId", &self.access_key_id),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", &self.nonce()),
            ("Timestamp", &self.timestamp()),
        ];
        let mut pairs = owned(&common);
        if let Some(token) = &self.token {
            pairs.push(("SecurityToken".into(), token.clone()));
        }
        pairs.extend(owned(parameters));
        RpcRequest {
            method: "POST".into(),
            pairs,
        }
    }

    /// A signed request of the RPC scheme.
    pub fn sign_rpc(&self, action: &str, parameters: &[(&str, &str)]) -> Signed {
        self.rpc_request(action, parameters).sign(self)
    }

    /// A request that is signed in its headers, to be changed before it is signed.
    pub fn acs_request(&self, algorithm: Algorithm, action: &str, parameters: &[(&str, &str)]) -> AcsRequest {
        AcsRequest::new(self, algorithm, action, parameters)
    }

    /// A signed request of the ACS3 scheme with SHA-256.
    pub fn sign_acs3(&self, action: &str, parameters: &[(&str, &str)]) -> Signed {
        let algorithm = Algorithm::Acs3(claviger_signing::Hash::Sha256);
        self.acs_request(algorithm, action, parameters).sign(self)
    }

    /// A signed request of the ACS4 scheme with SHA-256.
    pub fn sign_acs4(&self, action: &str, parameters: &[(&str, &str)]) -> Signed {
        let algorithm = Algorithm::Acs4(claviger_signing::Hash::Sha256);
        self.acs_request(algorithm, action, parameters).sign(self)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({} of {})", self.access_key_id, self.account)
    }
}

/// A request of the RPC scheme that is not signed yet.
#[derive(Debug, Clone)]
pub struct RpcRequest {
    /// HTTP method.
    pub method: String,
    /// All parameters but the signature.
    pub pairs: Vec<(String, String)>,
}

impl RpcRequest {
    /// Another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    /// Gives a parameter another value, or adds it.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        match self.pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.pairs.push((name.into(), value.into())),
        }
        self
    }

    /// Takes a parameter out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self
    }

    /// The text that a client signs.
    pub fn string_to_sign(&self) -> String {
        rpc::string_to_sign(&self.method, &params(&self.pairs))
    }

    /// The query with its signature.
    pub fn query(&self, client: &Client) -> String {
        rpc::signed_query(&client.keys(), &self.method, &params(&self.pairs))
    }

    /// Signs it, everything in the query.
    pub fn sign(&self, client: &Client) -> Signed {
        Signed {
            method: self.method.clone(),
            target: format!("/?{}", self.query(client)),
            headers: owned(&[("host", HOST), ("user-agent", "testkit")]),
            body: Vec::new(),
        }
    }

    /// Signs it, everything in a form body.
    pub fn sign_in_body(&self, client: &Client) -> Signed {
        let kind = "application/x-www-form-urlencoded";
        Signed {
            method: self.method.clone(),
            target: "/".into(),
            headers: owned(&[("host", HOST), ("user-agent", "testkit"), ("content-type", kind)]),
            body: self.query(client).into_bytes(),
        }
    }
}
