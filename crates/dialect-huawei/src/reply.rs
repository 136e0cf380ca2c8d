//! The last step of an answer: status, headers, and the body of an error.

use claviger_front::{Line, Reply};
use claviger_model::{RequestId, SignedDuration};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::error::{Shape, WireError};
use crate::json::Answer;
use crate::row::Row;

/// Every answer bears the request id; clients show it with their errors.
static ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Exactly what clients look for.
const CONTENT_TYPE: &str = "application/json;charset=UTF-8";

/// An answer that is not an error.
pub(crate) struct Body {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    bytes: Vec<u8>,
}

impl Body {
    /// What a row answers.
    pub(crate) fn of(row: &Row, mut answer: Answer) -> Self {
        let status = StatusCode::from_u16(row.status).unwrap_or(StatusCode::OK);
        let headers = std::mem::take(&mut answer.headers);
        let bytes = if status == StatusCode::NO_CONTENT {
            Vec::new()
        } else {
            answer.close()
        };
        Self {
            status,
            headers,
            bytes,
        }
    }
}

pub(crate) fn reply(id: RequestId, mut line: Line, result: Result<Body, WireError>) -> Reply {
    let (status, headers, body) = match result {
        Ok(body) => (body.status, body.headers, body.bytes),
        Err(error) => {
            line.code = error.code;
            let headers = error.retry_after.map(retry_after).into_iter().collect();
            (error.status, headers, refusal(id, &error))
        }
    };
    Reply {
        status,
        content_type: CONTENT_TYPE,
        id_header: Some(ID_HEADER.clone()),
        headers,
        body,
        line,
    }
}

/// After how many seconds to try again, and never too early.
///
/// SOURCE: RFC 9110 section 10.2.3.
fn retry_after(wait: SignedDuration) -> (HeaderName, HeaderValue) {
    let seconds = wait.as_millis().max(1).unsigned_abs().div_ceil(1000);
    (
        header::RETRY_AFTER,
        u64::try_from(seconds).unwrap_or(u64::MAX).into(),
    )
}

fn refusal(id: RequestId, error: &WireError) -> Vec<u8> {
    let mut answer = Answer::new();
    match error.shape {
        Shape::Nested => answer.object("error", |answer| {
            answer.text("error_code", error.code);
            answer.text("error_msg", &error.message);
        }),
        Shape::Flat => {
            answer.text("error_msg", &error.message);
            answer.text("error_code", error.code);
            answer.id("request_id", id.to_ascii());
        }
        Shape::Keystone => answer.object("error", |answer| {
            answer.number("code", error.status.as_u16().into());
            answer.text("message", &error.message);
            answer.text("title", error.code);
        }),
        Shape::Plain => {
            answer.text("error_code", error.code);
            answer.text("error_msg", &error.message);
        }
    }
    answer.close()
}

#[cfg(test)]
mod tests {
    use claviger_model::{Error, Random, RandomError, Timestamp};

    use super::*;
    use crate::error::{Manner, dressed, wire};
    use crate::route::Api;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
            out.fill(0);
            Ok(())
        }
    }
    impl std::fmt::Debug for Zeros {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Zeros")
        }
    }

    fn body(error: WireError) -> (u16, String) {
        let id = RequestId::draw(Timestamp::UNIX_EPOCH, &Zeros).unwrap();
        let reply = reply(id, Line::default(), Err(error));
        (reply.status.as_u16(), String::from_utf8(reply.body).unwrap())
    }

    /// Every shape, of an error that all APIs have.
    #[test]
    fn an_error_has_the_shape_of_its_api() {
        let missing = || crate::error::codes::K0204.on("name");
        let rows = [
            (
                Api::Kms,
                r#"{"error":{"error_code":"KMS.0204","error_msg":"a mandatory parameter is missing: `name`"}}"#,
            ),
            (
                Api::Iam,
                r#"{"error":{"code":400,"message":"a mandatory parameter is missing: `name`","title":"Bad Request"}}"#,
            ),
            (
                Api::IamExtension,
                r#"{"error_code":"1100","error_msg":"a mandatory parameter is missing: `name`"}"#,
            ),
            (
                Api::Cts,
                r#"{"error_code":"CTS.0003","error_msg":"a mandatory parameter is missing: `name`"}"#,
            ),
        ];
        for (api, expected) in rows {
            assert_eq!(body(dressed(api, missing())), (400, expected.to_owned()));
        }
        let flat = concat!(
            r#"{"error_msg":"The API does not exist or has not been published","error_code":"APIGW.0101","#,
            r#""request_id":"00000000-0000-7000-8000-000000000000"}"#
        );
        assert_eq!(body(WireError::no_such_api()), (404, flat.to_owned()));
    }

    #[test]
    fn who_asks_too_often_is_told_when_to_ask_again_and_never_too_early() {
        for (wait, expected) in [(1, "1"), (1000, "1"), (1001, "2"), (0, "1")] {
            let manner = Manner {
                api: Api::Iam,
                bound: false,
            };
            let wait = Error::Throttled(SignedDuration::from_millis(wait));
            let error = wire(manner, claviger_model::Action::GetUser, &wait);
            let id = RequestId::draw(Timestamp::UNIX_EPOCH, &Zeros).unwrap();
            let reply = reply(id, Line::default(), Err(error));
            assert_eq!((reply.status.as_u16(), reply.line.code), (429, "APIGW.0308"));
            assert_eq!(
                reply.headers,
                [(header::RETRY_AFTER, HeaderValue::from_static(expected))]
            );
        }
    }
}
