//! The line of a request in the log.

use std::time::Duration;

use claviger_model::RequestId;

use crate::{Line, Reply};

/// Characters of what a client wrote that the log shows. No action and no access key is as long.
const LONGEST: usize = 64;

/// Whether anybody reads the lines.
pub(crate) fn is_wanted() -> bool {
    tracing::enabled!(target: "claviger::request", tracing::Level::DEBUG)
}

/// Tells the log of a request. Anyone may have written its action and its access key: the log quotes the text of
/// fields by itself, and the message must not become two lines either.
pub(crate) fn write(door: &'static str, id: RequestId, reply: &Reply, took: Duration) {
    let Line {
        action,
        access_key,
        code,
    } = &reply.line;
    let (action, access_key, status) = (cut(action), cut(access_key), reply.status.as_u16());
    tracing::debug!(
        target: "claviger::request",
        %id,
        dialect = door,
        action,
        access_key,
        status,
        code,
        micros = took.as_micros(),
        "{door} {} {status}", action.escape_debug()
    );
}

/// As much of a text as the log shows.
fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST).map(|(end, _)| end);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Write as _};
    use std::sync::{Arc, Mutex};

    use claviger_testkit::World;
    use http::StatusCode;
    use tracing::field::{Field, Visit};
    use tracing::span;

    use super::*;

    /// Keeps what is logged as the log of the server writes it: the message as it is, fields of text quoted.
    #[derive(Default, Clone)]
    struct Kept(Arc<Mutex<String>>);

    impl Visit for Kept {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            write!(self.0.lock().unwrap(), "{field}={value:?};").unwrap();
        }
    }

    impl tracing::Subscriber for Kept {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            event.record(&mut self.clone());
        }

        fn enter(&self, _: &span::Id) {}

        fn exit(&self, _: &span::Id) {}
    }

    fn logged(id: RequestId, action: &str) -> String {
        let reply = Reply {
            status: StatusCode::BAD_REQUEST,
            content_type: "text/plain",
            id_header: None,
            headers: Vec::new(),
            body: Vec::new(),
            line: Line {
                action: action.to_owned(),
                access_key: action.to_owned(),
                code: "No",
            },
        };
        let kept = Kept::default();
        tracing::subscriber::with_default(kept.clone(), || {
            write("stub", id, &reply, Duration::from_micros(5));
        });
        kept.0.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn nobody_writes_lines_of_the_log_but_the_server() {
        let (id, _) = World::new().await.service().begin().unwrap();
        assert_eq!(
            logged(id, "ListKeys"),
            format!(
                "message=stub ListKeys 400;id={id};dialect=\"stub\";action=\"ListKeys\";access_key=\"ListKeys\";\
                 status=400;code=\"No\";micros=5;"
            )
        );
        for forged in ["a\nINFO b", "a\r\n", "\u{1b}[2J", "\u{85}\u{2028}", "\0"] {
            let text = logged(id, forged);
            assert!(
                !text.contains(|c: char| c.is_control() || c == '\u{2028}'),
                "{text:?}"
            );
        }
    }

    #[test]
    fn the_log_shows_the_beginning_of_a_long_text() {
        for (text, shown) in [("", 0), ("ä", 1), (&"ä".repeat(64), 64), (&"ä".repeat(65), 64)] {
            assert_eq!(cut(text).chars().count(), shown);
        }
    }
}
