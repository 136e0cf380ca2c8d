//! The last step of an answer: status, headers, and the body of an error.

use claviger_front::{Line, Reply};
use claviger_model::{RequestId, SignedDuration};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::answer::{Answer, Format};
use crate::error::WireError;

/// Answers bear the request id in this header too.
static ID_HEADER: HeaderName = HeaderName::from_static("x-acs-request-id");
/// When to try again, in milliseconds, as clients of the newer generation read it.
///
/// SOURCE: alibabacloud-tea-openapi 0.4.6, `get_throttling_time_left`; it wants more than zero (read 2026-11-22).
static RETRY_HEADER: HeaderName = HeaderName::from_static("x-acs-retry-after");
/// The same for the generation before, as one of several figures.
///
/// SOURCE: darabonba-openapi for Go, C++, PHP and older ones for Python, `getThrottlingTimeLeft`: pairs `name:number`
/// between commas, of which it reads `TimeLeft` (read 2026-11-22).
static LIMIT_HEADER: HeaderName = HeaderName::from_static("x-ratelimit-user");

pub(crate) fn reply(
    id: RequestId,
    host: &str,
    format: Format,
    mut line: Line,
    result: Result<Vec<u8>, WireError>,
) -> Reply {
    let (status, headers, body) = match result {
        Ok(body) => (StatusCode::OK, Vec::new(), body),
        Err(error) => {
            line.code = error.code;
            let headers = error.retry_after.map(hints).unwrap_or_default();
            (error.status, headers, refusal(id, host, format, &error))
        }
    };
    let content_type = format.content_type();
    Reply {
        status,
        content_type,
        id_header: Some(ID_HEADER.clone()),
        headers,
        body,
        line,
    }
}

/// Tells after what while to try again: in whole seconds for HTTP, in milliseconds for the vendor's clients, and never too
/// early.
///
/// SOURCE: RFC 9110 section 10.2.3, `Retry-After`.
fn hints(wait: SignedDuration) -> Vec<(HeaderName, HeaderValue)> {
    let up = |unit: i128| {
        u64::try_from((wait.as_nanos() + unit - 1) / unit)
            .unwrap_or(0)
            .max(1)
    };
    let (seconds, millis) = (up(1_000_000_000), up(1_000_000));
    let mut headers = vec![
        (header::RETRY_AFTER, seconds.into()),
        (RETRY_HEADER.clone(), millis.into()),
    ];
    if let Ok(figures) = HeaderValue::try_from(format!("Remain:0,TimeLeft:{millis}")) {
        headers.push((LIMIT_HEADER.clone(), figures));
    }
    headers
}

fn refusal(id: RequestId, host: &str, format: Format, error: &WireError) -> Vec<u8> {
    let mut answer = Answer::open(format, ["Error", ""]);
    if format == Format::Json {
        answer.number("HttpStatus", error.status.as_u16().into());
    }
    answer.id("RequestId", id.to_ascii());
    answer.text("HostId", host);
    answer.text("Code", error.code);
    answer.text("Message", &error.message);
    if let Some(denied) = &error.denied {
        denied.encode(&mut answer);
    }
    answer.close(["Error", ""])
}
