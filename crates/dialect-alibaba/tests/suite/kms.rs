//! The front door over a whole core. Every answer that passes here is checked for what all answers must have.

use std::net::{IpAddr, Ipv4Addr};

use claviger_dialect_alibaba::{AlibabaDoor, Api};
use claviger_front::{Door as _, Reply, Request};
use claviger_testkit::{Builder, Client, Signed, World};
use serde_json::Value;

use crate::xml::Node;

/// Where calls come from.
pub(crate) const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// A core with the door in front of it.
pub(crate) struct Kms {
    pub(crate) world: World,
    /// The protection level that CreateKey is asked for where a test names none.
    level: Option<&'static str>,
}

/// An answer of the door, well-formed.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) id: String,
    pub(crate) headers: Vec<(http::HeaderName, http::HeaderValue)>,
    xml: bool,
}

impl Kms {
    /// With one account.
    pub(crate) async fn new() -> Self {
        Self::over(World::build()).await
    }

    /// With two accounts; `world.caller(1)` is the second.
    pub(crate) async fn with_neighbour() -> Self {
        let builder = World::build().caller("LTAIowner", "secret-of-the-owner");
        Self::over(builder.caller("LTAIneighbour", "secret-of-the-neighbour")).await
    }

    pub(crate) async fn over(builder: Builder) -> Self {
        Self {
            world: builder.start().await,
            level: None,
        }
    }

    /// With one account, whose keys are in hardware where a test does not say otherwise.
    pub(crate) async fn in_hardware() -> Self {
        Self {
            level: Some("HSM"),
            ..Self::new().await
        }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, signed: &Signed) -> Answer {
        self.deliver(http_request(signed)).await
    }

    /// Sends any HTTP request at all. Nothing that comes in may be a fault of the server.
    pub(crate) async fn deliver(&self, request: http::Request<Vec<u8>>) -> Answer {
        let answer = self.deliver_to_broken(request).await;
        assert_ne!(answer.status, 500, "{}", answer.text);
        answer
    }

    /// The same where something in the server is broken.
    pub(crate) async fn deliver_to_broken(&self, request: http::Request<Vec<u8>>) -> Answer {
        let service = self.world.service();
        let (id, time) = service.begin().unwrap();
        let (head, body) = request.into_parts();
        let reply = AlibabaDoor::new(service)
            .serve(Request {
                id,
                time,
                head,
                body: body.into(),
                peer: PEER,
                secure: true,
            })
            .await;
        Answer::check(reply, &id.to_string())
    }

    /// A call of the first caller, in the RPC scheme.
    pub(crate) async fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.call_as(self.world.root(), action, parameters).await
    }

    /// A call of any caller, in the RPC scheme, with everything in a form body: no bound on its length.
    pub(crate) async fn call_as(&self, caller: &Client, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut request = caller.rpc_request(action, parameters);
        let named = |(name, _): &(&str, &str)| *name == "ProtectionLevel";
        if let (Some(level), "CreateKey", false) = (self.level, action, parameters.iter().any(named)) {
            request = request.set("ProtectionLevel", level);
        }
        self.send(&request.sign_in_body(caller)).await
    }

    /// A call of any caller to any API.
    pub(crate) async fn ask(
        &self,
        caller: &Client,
        api: Api,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Answer {
        let request = caller.rpc_request(action, parameters);
        let request = request.set("Version", api.version());
        self.send(&request.sign_in_body(caller)).await
    }

    /// Makes a key and gives its id.
    pub(crate) async fn create_key(&self) -> String {
        self.create_key_as(self.world.root()).await
    }

    pub(crate) async fn create_key_as(&self, caller: &Client) -> String {
        let made = self.call_as(caller, "CreateKey", &[]).await.ok();
        made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
    }

    /// Encrypts and gives the blob.
    pub(crate) async fn encrypt(&self, key: &str, plaintext: &str) -> String {
        let parameters = [("KeyId", key), ("Plaintext", plaintext)];
        let answer = self.call("Encrypt", &parameters).await.ok();
        answer["CiphertextBlob"].as_str().unwrap().to_owned()
    }

    /// The resource name of a key of a caller.
    pub(crate) fn arn(caller: &Client, tail: &str) -> String {
        format!("acs:kms:cn-hangzhou:{}:{tail}", caller.account())
    }
}

/// The request as HTTP carries it.
pub(crate) fn http_request(signed: &Signed) -> http::Request<Vec<u8>> {
    let mut head = http::Request::builder()
        .method(signed.method.as_str())
        .uri(&signed.target);
    for (name, value) in &signed.headers {
        head = head.header(name.as_str(), value.as_str());
    }
    head.body(signed.body.clone()).unwrap()
}

impl Answer {
    pub(crate) fn check(reply: Reply, id: &str) -> Self {
        assert_eq!(reply.id_header.unwrap(), "x-acs-request-id");
        let xml = match reply.content_type {
            "application/json;charset=utf-8" => false,
            "text/xml;charset=utf-8" => true,
            other => panic!("content type {other}"),
        };
        let answer = Self {
            status: reply.status.as_u16(),
            text: String::from_utf8(reply.body).unwrap(),
            id: id.to_owned(),
            headers: reply.headers,
            xml,
        };
        if xml {
            answer.check_xml();
        } else {
            answer.check_json();
        }
        assert_eq!(
            reply.line.code,
            answer.code(),
            "the code in the log is that of the answer"
        );
        answer
    }

    fn check_json(&self) {
        let json = self.json();
        assert_eq!(json["RequestId"], self.id.as_str(), "{json}");
        if self.status == 200 {
            assert!(
                json.get("Code").is_none(),
                "clients take any code for a failure: {json}"
            );
            return;
        }
        assert_eq!(json["HttpStatus"], self.status, "{json}");
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{name}: {json}"));
        let denied = json.get("AccessDeniedDetail").is_some();
        assert_eq!(denied, self.is_denied(), "{json}");
        assert!(!text("Code").is_empty() && !text("Message").is_empty(), "{json}");
        text("HostId");
    }

    fn check_xml(&self) {
        let node = self.xml();
        assert_eq!(node.text_of("RequestId"), self.id);
        if self.status == 200 {
            assert!(
                node.name.ends_with("Response") && node.child("Code").is_none(),
                "{node:?}"
            );
            return;
        }
        assert_eq!(node.name, "Error");
        let filled = |name: &str| !node.text_of(name).is_empty();
        assert!(
            filled("Code") && filled("Message") && node.child("HostId").is_some(),
            "{node:?}"
        );
    }

    /// A header beside those that all answers have; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.to_str().unwrap())
    }

    /// Whether somebody who is known may not do something.
    fn is_denied(&self) -> bool {
        let code = self.code();
        self.status == 403
            && matches!(
                &*code,
                "NoPermission" | "Forbidden.NoPermission" | "AccessDeniedError"
            )
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn xml(&self) -> Node {
        assert!(self.xml, "not XML: {}", self.text);
        Node::parse(&self.text)
    }

    /// The code of a refusal; empty for a success.
    pub(crate) fn code(&self) -> String {
        if self.status == 200 {
            return String::new();
        }
        if self.xml {
            return self.xml().text_of("Code").to_owned();
        }
        self.json()["Code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of a success.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The message of a refusal with this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!(
            (self.status, self.code().as_str()),
            (status, code),
            "{}",
            self.text
        );
        if self.xml {
            return self.xml().text_of("Message").to_owned();
        }
        self.json()["Message"].as_str().unwrap().to_owned()
    }
}
