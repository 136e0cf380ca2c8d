//! The operations of the other face, as the SDKs of Huawei Cloud call them.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::Error;
use crate::kms::field;
use crate::load::{Answer, Script, Target};
use crate::process::Server;
use crate::requests::contains;

/// The headers that the Python SDK signs.
const SIGNED: &str = "content-type;host;user-agent;x-project-id;x-sdk-date";
const CONTENT: &str = "application/json";
const AGENT: &str = "huaweicloud-usdk-python/3.0";

/// The operations that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// 64 bytes of text.
    EncryptData,
    /// 512 bits.
    CreateDatakey,
}

impl Work {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EncryptData => "encrypt-data 64 B",
            Self::CreateDatakey => "create-datakey",
        }
    }
}

/// One door of a running server with an access key for it.
pub(crate) struct Kms<'a> {
    target: &'a Target,
    project: &'a str,
    access_key_id: &'a str,
    secret: hmac::Key,
}

impl<'a> Kms<'a> {
    /// Takes the access key from the server's credentials file.
    pub(crate) fn new(server: &'a Server, target: &'a Target) -> Result<Self, Error> {
        let secret = server.credential("access_key_secret")?;
        Ok(Self {
            target,
            project: server.credential("project_id")?,
            access_key_id: server.credential("access_key_id")?,
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        })
    }

    /// The same call again and again.
    pub(crate) fn work(&self, work: Work, key: &str) -> Requests<'_> {
        let text = "Z".repeat(64);
        let (verb, body, needle) = match work {
            Work::EncryptData => {
                let body = json!({ "key_id": key, "plain_text": text });
                ("encrypt-data", body, "cipher_text")
            }
            Work::CreateDatakey => {
                let body = json!({ "key_id": key, "datakey_length": "512" });
                ("create-datakey", body, "plain_text")
            }
        };
        self.requests(verb, &body, needle)
    }

    /// Makes a key; gives its id.
    pub(crate) fn create_key(&self, title: &str) -> Result<String, Error> {
        let mut requests = self.requests("create-key", &json!({ "key_alias": title }), "");
        let mut request = Vec::new();
        requests.request(&mut request);
        let (status, body) = self.target.call(request)?;
        let text = String::from_utf8_lossy(&body).into_owned();
        match serde_json::from_str::<Value>(&text) {
            Ok(answer) if status == 200 => field(&answer, "/key_info/key_id").map(str::to_owned),
            _ => Err(Error::Refused {
                action: "create-key".to_owned(),
                status,
                body: text.chars().take(400).collect(),
            }),
        }
    }

    fn requests(&self, verb: &str, body: &Value, needle: &'static str) -> Requests<'_> {
        Requests {
            kms: self,
            path: format!("/v1.0/{}/kms/{verb}", self.project),
            body: body.to_string(),
            needle,
            second: 0,
            signed: String::new(),
        }
    }

    fn sign(&self, path: &str, body: &str, now: Timestamp) -> String {
        let (host, project) = (&self.target.host, self.project);
        let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let payload = hex(digest(&SHA256, body.as_bytes()).as_ref());
        let canonical = format!(
            "POST\n{path}/\n\ncontent-type:{CONTENT}\nhost:{host}\nuser-agent:{AGENT}\nx-project-id:{project}\n\
             x-sdk-date:{date}\n\n{SIGNED}\n{payload}"
        );
        let canonical = hex(digest(&SHA256, canonical.as_bytes()).as_ref());
        let text = format!("SDK-HMAC-SHA256\n{date}\n{canonical}");
        let signature = hex(hmac::sign(&self.secret, text.as_bytes()).as_ref());
        format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\nAccept-Encoding: gzip, deflate\r\n\
             Accept: */*\r\nConnection: keep-alive\r\nContent-Type: {CONTENT}\r\nX-Project-Id: {project}\r\n\
             X-Sdk-Date: {date}\r\nAuthorization: SDK-HMAC-SHA256 Access={}, SignedHeaders={SIGNED}, \
             Signature={signature}\r\nContent-Length: {}\r\n\r\n{body}",
            self.access_key_id,
            body.len()
        )
    }
}

/// A stream of requests that is signed anew each second: these signatures bear no nonce.
pub(crate) struct Requests<'k> {
    kms: &'k Kms<'k>,
    path: String,
    body: String,
    needle: &'static str,
    second: i64,
    signed: String,
}

impl Script for Requests<'_> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a client's requests carry the real time"
    )]
    fn request(&mut self, out: &mut Vec<u8>) {
        let now = Timestamp::now();
        if now.as_second() != self.second {
            self.second = now.as_second();
            self.signed = self.kms.sign(&self.path, &self.body, now);
        }
        out.extend_from_slice(self.signed.as_bytes());
    }

    fn accepts(&mut self, answer: &Answer<'_>) -> bool {
        answer.status == 200 && contains(answer.body, self.needle.as_bytes())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
