//! The front door over a whole core. Every answer that passes here is checked for what all answers must have.

use std::net::{IpAddr, Ipv4Addr};

use claviger_dialect_huawei::{HuaweiDoor, Settings};
use claviger_front::{Door as _, Reply, Request};
use claviger_model::{AccountId, Clock as _, Scope};
use claviger_signing::query::{Params, decode_pairs};
use claviger_signing::{Hash, Request as Parts, sdk};
use claviger_testkit::{Builder, Client, HOST, Signed, World};
use serde_json::Value;

/// Where calls come from.
pub(crate) const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
/// The project of the recorded requests; the first account of every test has it in the first region.
pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// A core with the door in front of it.
pub(crate) struct Kms {
    pub(crate) world: World,
    pub(crate) door: HuaweiDoor,
}

/// An answer of the door, well-formed.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) id: String,
    pub(crate) headers: http::HeaderMap,
}

/// A request to be signed.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Draft {
    pub(crate) fn new(method: &str, target: &str, body: &str) -> Self {
        let headers = [
            ("host", HOST),
            ("user-agent", "test"),
            ("content-type", "application/json"),
        ];
        Self {
            method: method.into(),
            target: target.into(),
            headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
            body: body.into(),
        }
    }

    /// Of a project, by name.
    pub(crate) fn verb(name: &str, body: &str) -> Self {
        Self::new("POST", &format!("/v1.0/{PROJECT}/kms/{name}"), body)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Signs it as the vendor's clients do.
    pub(crate) fn sign(mut self, client: &Client, time: &str) -> Signed {
        self.headers.push(("x-sdk-date".into(), time.into()));
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut params = Params::new();
        decode_pairs(query.as_bytes(), &mut params).unwrap();
        let parts = Parts {
            method: &self.method,
            path,
            query: &params,
            headers: &self.headers,
            body: &self.body,
        };
        let keys = sdk::SigningKeys::new(client.access_key_id(), client.secret().as_bytes());
        let mut names: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let names = names.join(";");
        let key = keys.plain(Hash::Sha256);
        let authorization = sdk::sign(key, client.access_key_id(), None, &names, &parts).unwrap();
        self.headers.push(("authorization".into(), authorization));
        self.unsigned()
    }

    pub(crate) fn unsigned(self) -> Signed {
        Signed {
            method: self.method,
            target: self.target,
            headers: self.headers,
            body: self.body,
        }
    }
}

impl Kms {
    /// With one account.
    pub(crate) async fn new() -> Self {
        Self::over(World::build()).await
    }

    pub(crate) async fn over(builder: Builder) -> Self {
        Self::with(builder, Settings::DEFAULT).await
    }

    /// Under other settings.
    pub(crate) async fn with(builder: Builder, settings: Settings) -> Self {
        let world = builder.start().await;
        let first = world.scope(world.root().account());
        world.keep_project(&first, PROJECT.parse().unwrap()).await;
        let door = HuaweiDoor::new(world.service(), settings);
        Self { world, door }
    }

    /// The project of an account in a region.
    pub(crate) async fn project(&self, caller: &Client, region: &str) -> String {
        let scope = Scope {
            account: caller.account(),
            region: region.parse().unwrap(),
        };
        self.world.service().project(&scope).await.unwrap().to_string()
    }

    /// The `domain_id` of an account.
    pub(crate) async fn domain(&self, account: AccountId) -> String {
        self.world.service().domain(account).await.unwrap().to_string()
    }

    /// The present moment as requests spell it.
    pub(crate) fn time(&self) -> String {
        self.world.clock().now().strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// Sends a request as it is. Nothing that comes in may be a fault of the server.
    pub(crate) async fn send(&self, signed: &Signed) -> Answer {
        let mut head = http::Request::builder()
            .method(signed.method.as_str())
            .uri(&signed.target);
        for (name, value) in &signed.headers {
            // Recorded values are bytes, each read as one character.
            let bytes: Vec<u8> = value
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap())
                .collect();
            head = head.header(name.as_str(), bytes);
        }
        let (head, ()) = head.body(()).unwrap().into_parts();
        let (id, time) = self.world.service().begin().unwrap();
        let request = Request {
            id,
            time,
            head,
            body: signed.body.clone().into(),
            peer: PEER,
            secure: true,
        };
        let answer = Answer::check(self.door.serve(request).await, &id.to_string());
        assert_ne!(answer.status, 500, "{}", answer.text);
        answer
    }

    /// A request of the first caller.
    pub(crate) async fn draft(&self, draft: Draft) -> Answer {
        self.send(&draft.sign(self.world.root(), &self.time())).await
    }

    /// A call of the first caller by name.
    pub(crate) async fn call(&self, name: &str, body: &str) -> Answer {
        self.draft(Draft::verb(name, body)).await
    }

    /// A GET of the first caller in its project.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.draft(Draft::new("GET", &format!("/v1.0/{PROJECT}/{path}"), ""))
            .await
    }

    /// Makes a key of a kind, with these members beside its alias, and gives its id.
    pub(crate) async fn key_of(&self, alias: &str, members: &str) -> String {
        let body = format!(r#"{{"key_alias":"{alias}",{members}}}"#);
        let made = self.call("create-key", &body).await.ok();
        made["key_info"]["key_id"].as_str().unwrap().to_owned()
    }

    /// Makes a key and gives its id.
    pub(crate) async fn create_key(&self, alias: &str) -> String {
        let made = self
            .call("create-key", &format!(r#"{{"key_alias":"{alias}"}}"#))
            .await
            .ok();
        made["key_info"]["key_id"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    fn check(reply: Reply, id: &str) -> Self {
        assert_eq!(reply.id_header.unwrap(), "x-request-id");
        assert_eq!(reply.content_type, "application/json;charset=UTF-8");
        let answer = Self {
            status: reply.status.as_u16(),
            text: String::from_utf8(reply.body).unwrap(),
            id: id.to_owned(),
            headers: reply.headers.into_iter().collect(),
        };
        if answer.status == 204 {
            assert_eq!(answer.text, "");
        } else {
            assert!(answer.json().is_object(), "{answer:?}");
        }
        answer
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The body of a success.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The code of a refusal, in whichever shape.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        let code = json
            .pointer("/error/error_code")
            .or_else(|| json.get("error_code"));
        code.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self:?}");
    }

    /// A refusal of key management, whose codes have one status each.
    pub(crate) fn kms(&self, code: &str) {
        let found = claviger_dialect_huawei::codes().find(|(known, _)| *known == code);
        self.refused(found.unwrap().1, code);
        assert!(self.json().pointer("/error/error_msg").is_some(), "{self:?}");
    }

    /// A refusal of key management whose text says which parameter breaks which rule.
    pub(crate) fn kms_rule(&self, code: &str, parameter: &str, rule: &str) {
        self.kms(code);
        let json = self.json();
        let text = json["error"]["error_msg"].as_str().unwrap_or_default();
        assert!(text.contains(&format!("`{parameter}` must {rule}")), "{self:?}");
    }

    /// A refusal of the gateway.
    pub(crate) fn gateway(&self, status: u16, code: &str) {
        self.refused(status, code);
        assert_eq!(self.json()["request_id"], self.id, "{self:?}");
    }
}
