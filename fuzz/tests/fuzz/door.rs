//! The front door with a whole service behind it.

use std::panic::AssertUnwindSafe;

use claviger_dialect_alibaba::AlibabaDoor;
use claviger_front::{Door as _, Reply, Request as DoorRequest};
use claviger_fuzz::{Recipe, Request, Seeds, recorded, target, words};
use claviger_testkit::{Signed, World};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A moment at which the recorded requests are fresh.
const RECORDING: &str = "2026-11-21T20:45:00Z";

/// A whole service with its front door.
pub(crate) struct House {
    runtime: Runtime,
    pub(crate) world: World,
    door: AlibabaDoor,
}

impl House {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let world = World::build().at(RECORDING).nonce_limit(usize::MAX);
        let world = world.caller("LTAI5tTestKeyIdForVectors", "TestSecretForVectors0123456789");
        let world = runtime.block_on(world.start());
        let door = AlibabaDoor::new(world.service());
        Self { runtime, world, door }
    }

    /// The answer to a request, if it is one that an HTTP library lets through.
    fn ask(&self, request: Request) -> Option<Answer> {
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
        Some(Answer::check(&reply, &id.to_string()))
    }

    pub(crate) fn send(&self, signed: &Signed) -> Answer {
        let (path, query) = signed.target.split_once('?').unwrap_or((&signed.target, ""));
        let headers = signed.headers.iter();
        self.ask(Request {
            method: signed.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
                .collect(),
            body: signed.body.clone(),
        })
        .unwrap()
    }

    /// Asks in the plainest way, and takes success for granted.
    pub(crate) fn must(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        let answer = self.send(&self.world.sign_rpc(action, parameters));
        assert_eq!(answer.status, 200, "{action}: {:?}", answer.json);
        answer.json.unwrap()
    }
}

/// A proper answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Nothing where XML was asked for.
    pub(crate) json: Option<Value>,
}

impl Answer {
    /// What every answer must be, whatever was asked.
    fn check(reply: &Reply, id: &str) -> Self {
        let status = reply.status.as_u16();
        assert!(
            matches!(status, 200 | 400 | 403 | 404 | 409),
            "{status} {}",
            reply.line.code
        );
        assert_eq!(status == 200, reply.line.code.is_empty());
        let text = std::str::from_utf8(&reply.body).unwrap();
        if reply.content_type.starts_with("text/xml") {
            let mut reader = quick_xml::Reader::from_str(text);
            while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
            assert!(text.contains(&format!("<RequestId>{id}</RequestId>")));
            return Self { status, json: None };
        }
        let json: Value = serde_json::from_str(text).unwrap();
        assert_eq!(json["RequestId"], id);
        if status != 200 {
            assert_eq!(json["Code"], reply.line.code);
            assert!(
                json["Message"]
                    .as_str()
                    .is_some_and(|message| !message.is_empty())
            );
        }
        Self {
            status,
            json: Some(json),
        }
    }
}

#[test]
fn whatever_is_sent_gets_a_proper_answer() {
    let house = AssertUnwindSafe(House::new());
    let recorded = recorded();
    let seeds = Seeds {
        whole: recorded.iter().map(|(request, _)| request.to_bytes()).collect(),
        words: words(),
    };
    target!().with_type::<Recipe>().for_each(|recipe: &Recipe| {
        if let Some(request) = Request::read(&recipe.cook(&seeds)) {
            house.ask(request);
        }
    });
}
