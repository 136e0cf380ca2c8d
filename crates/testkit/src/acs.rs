//! Requests that are signed in their headers.

use claviger_signing::Hash;
use claviger_signing::acs::{self, Algorithm, Request, Scope};
use claviger_signing::encode;

use crate::Client;
use crate::client::{HOST, REGION, Signed, VERSION, owned, params};

/// A request of the schemes ACS3 and ACS4 that is not signed yet.
#[derive(Debug, Clone)]
pub struct AcsRequest {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// HTTP method.
    pub method: String,
    /// Parameters in the query.
    pub query: Vec<(String, String)>,
    /// Headers without the hash of the body and the authorization. All of them are signed.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl AcsRequest {
    pub(crate) fn new(
        client: &Client,
        algorithm: Algorithm,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Self {
        let headers = [
            ("accept", "application/json"),
            ("host", HOST),
            ("user-agent", "testkit"),
            ("x-acs-action", action),
            ("x-acs-date", &client.timestamp()),
            ("x-acs-signature-nonce", &client.nonce()),
            ("x-acs-version", VERSION),
        ];
        let request = Self {
            algorithm,
            method: "POST".into(),
            query: owned(parameters),
            headers: owned(&headers),
            body: Vec::new(),
        };
        match client.token() {
            "" => request,
            token => request.set("x-acs-security-token", token),
        }
    }

    /// Gives a header another value, or adds it.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        match self.headers.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.headers.push((name.into(), value.into())),
        }
        self
    }

    /// Takes a header out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Gives it a form body.
    #[must_use]
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        self.body = encode::query(&params(&owned(pairs))).into_bytes();
        self.set("content-type", "application/x-www-form-urlencoded")
    }

    /// The day that the scope of a signature names: that of the request, where it has one.
    fn day(&self, client: &Client) -> String {
        let date = self.headers.iter().find(|(name, _)| name == "x-acs-date");
        let day = date
            .and_then(|(_, date)| date.get(..10))
            .map(|day| day.replace('-', ""));
        let is_day = |day: &String| day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        day.filter(is_day)
            .unwrap_or_else(|| client.timestamp()[..10].replace('-', ""))
    }

    /// Signs it.
    ///
    /// # Panics
    /// When a header is missing that must be signed: such a request cannot be signed, only forged.
    pub fn sign(&self, client: &Client) -> Signed {
        let hash = self.algorithm.hash();
        let hash_header = match hash {
            Hash::Sha256 => "x-acs-content-sha256",
            Hash::Sm3 => "x-acs-content-sm3",
        };
        let digest = hash.hex_digest(&self.body);
        let mut headers = self.clone().set(hash_header, &digest).headers;
        let mut names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let names = names.join(";");
        let query = params(&self.query);
        let request = Request {
            method: &self.method,
            path: "/",
            query: &query,
            headers: &headers,
            body: &self.body,
        };
        let day = self.day(client);
        let scope = Scope {
            date: &day,
            region: REGION,
            product: "Kms",
        };
        let (keys, id) = (client.keys(), client.access_key_id());
        let authorization = match self.algorithm {
            Algorithm::Acs3(hash) => acs::sign(keys.acs3(hash), id, None, &names, &request),
            Algorithm::Acs4(hash) => acs::sign(&keys.acs4(hash, &scope), id, Some(scope), &names, &request),
        };
        let authorization = authorization.unwrap();
        headers.push(("authorization".into(), authorization));
        Signed {
            method: self.method.clone(),
            target: match encode::query(&query) {
                query if query.is_empty() => "/".into(),
                query => format!("/?{query}"),
            },
            headers,
            body: self.body.clone(),
        }
    }
}
