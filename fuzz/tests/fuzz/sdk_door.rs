//! The front door of the other face with a whole service behind it.

use std::panic::AssertUnwindSafe;

use claviger_dialect_huawei::{HuaweiDoor, Settings};
use claviger_front::{Door as _, Reply, Request as DoorRequest};
use claviger_fuzz::{Recipe, Request, Seeds, recorded_sdk, target, words};
use claviger_service::AuthnError;
use claviger_signing::query::{Params, decode_pairs};
use claviger_signing::{Hash, Request as Parts, sdk};
use claviger_testkit::{HOST, World};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A moment at which nearly all recorded requests are fresh.
const RECORDING: &str = "2026-11-21T20:49:00Z";
/// The project of the recorded requests.
pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// A whole service with this front door.
pub(crate) struct Desk {
    runtime: Runtime,
    world: World,
    door: HuaweiDoor,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let world = World::build().at(RECORDING);
        let world = world.caller("HPUATESTACCESSKEY0001", "TestSecretForVectors0123456789");
        let world = runtime.block_on(world.start());
        let scope = world.scope(world.root().account());
        runtime.block_on(world.keep_project(&scope, PROJECT.parse().unwrap()));
        let door = HuaweiDoor::new(world.service(), Settings::DEFAULT);
        Self { runtime, world, door }
    }

    /// The answer to a request, if it is one that an HTTP library lets through.
    pub(crate) fn ask(&self, request: Request) -> Option<Answer> {
        let target = match request.query.as_str() {
            "" => request.path,
            query => format!("{}?{query}", request.path),
        };
        let mut head = http::Request::builder()
            .method(request.method.as_str())
            .uri(target);
        for (name, value) in &request.headers {
            head = head.header(name, value.as_slice());
        }
        let (head, ()) = head.body(()).ok()?.into_parts();
        let (id, time) = self.world.service().begin().unwrap();
        let request = DoorRequest {
            id,
            time,
            head,
            body: request.body.into(),
            peer: [127, 0, 0, 1].into(),
            secure: true,
        };
        let reply = self.runtime.block_on(self.door.serve(request));
        Some(Answer::check(reply))
    }

    /// Signs a request as the first caller, if its target is one that a client could sign.
    pub(crate) fn sign(&self, method: &str, target: &str, body: &str) -> Option<Request> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut params = Params::new();
        decode_pairs(query.as_bytes(), &mut params).ok()?;
        let time = self.world.now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut headers = vec![
            ("host".to_owned(), HOST.to_owned()),
            ("x-sdk-date".to_owned(), time),
        ];
        let parts = Parts {
            method,
            path,
            query: &params,
            headers: &headers,
            body: body.as_bytes(),
        };
        let root = self.world.root();
        let keys = sdk::SigningKeys::new(root.access_key_id(), root.secret().as_bytes());
        let key = keys.plain(Hash::Sha256);
        let signed = sdk::sign(key, root.access_key_id(), None, "host;x-sdk-date", &parts).ok()?;
        headers.push(("authorization".to_owned(), signed));
        Some(Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name, value.into_bytes()))
                .collect(),
            body: body.as_bytes().to_vec(),
        })
    }

    /// Calls an operation of the project by its name, and takes success for granted.
    pub(crate) fn must(&self, name: &str, body: &Value) -> Value {
        let target = format!("/v1.0/{PROJECT}/kms/{name}");
        let request = self.sign("POST", &target, &body.to_string()).unwrap();
        let answer = self.ask(request).unwrap();
        assert_eq!(answer.status, 200, "{name}: {:?}", answer.json);
        answer.json
    }

    /// A new token of the first caller.
    pub(crate) fn token(&self) -> String {
        let root = self.world.root();
        let keys = json!({"access": {"key": root.access_key_id()}, "secret": {"key": root.secret()}});
        let body = json!({"auth": {"identity": {"methods": ["hw_ak_sk"], "hw_ak_sk": keys}}}).to_string();
        let request = Request {
            method: "POST".to_owned(),
            path: "/v3/auth/tokens".to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body: body.into_bytes(),
        };
        let answer = self.ask(request).unwrap();
        answer.subject.unwrap()
    }

    /// Whether a token opens anything.
    pub(crate) fn by_token(&self, token: &str) -> Result<(), AuthnError> {
        let (service, now) = (self.world.service(), self.world.now());
        let judged = self.runtime.block_on(service.authenticate_token(token, now));
        judged.map(drop)
    }
}

/// A proper answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Null where there is no body.
    pub(crate) json: Value,
    /// The token in its headers.
    subject: Option<String>,
}

impl Answer {
    /// What every answer must be, whatever was asked.
    fn check(reply: Reply) -> Self {
        let status = reply.status.as_u16();
        assert!(
            matches!(status, 200 | 201 | 204 | 400 | 401 | 403 | 404 | 405 | 409 | 413),
            "{status} {}",
            reply.line.code
        );
        assert_eq!(status < 400, reply.line.code.is_empty(), "{}", reply.line.code);
        assert_eq!(reply.id_header.unwrap(), "x-request-id");
        assert_eq!(reply.content_type, "application/json;charset=UTF-8");
        let json = match status {
            204 => {
                assert!(reply.body.is_empty());
                Value::Null
            }
            _ => serde_json::from_slice(&reply.body).unwrap(),
        };
        if status >= 400 {
            let error = json.get("error").unwrap_or(&json);
            let message = error.get("error_msg").or_else(|| error.get("message"));
            assert!(
                message
                    .and_then(Value::as_str)
                    .is_some_and(|message| !message.is_empty())
            );
        }
        let subject = reply.headers.iter().find(|(name, _)| *name == "x-subject-token");
        let subject = subject.map(|(_, value)| value.to_str().unwrap().to_owned());
        Self {
            status,
            json,
            subject,
        }
    }
}

#[test]
fn whatever_is_sent_gets_a_proper_answer() {
    let desk = AssertUnwindSafe(Desk::new());
    let mut whole: Vec<_> = recorded_sdk().iter().map(Request::to_bytes).collect();
    whole.push(format!("GET /v3/auth/tokens\nx-auth-token:{}\n\n", desk.token()).into_bytes());
    let seeds = Seeds {
        whole,
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        if let Some(request) = Request::read(&recipe.cook(&seeds)) {
            desk.ask(request);
        }
    });
}
