//! Just enough HTTP/1.1 to read an answer with a known length.
//! SOURCE: RFC 9112, sections 4 and 6.

/// A whole answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    /// The status code.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

/// Reads what has arrived so far: nothing while the answer is not whole yet, an error in words when it never will be.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<Answer<'_>>, &'static str> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(head_length) = bytes.windows(END.len()).position(|window| window == END) else {
        return Ok(None);
    };
    let (head, rest) = bytes.split_at(head_length);
    let body = rest.get(END.len()..).unwrap_or_default();
    let status = head
        .strip_prefix(b"HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(decimal);
    let status = status
        .and_then(|status| u16::try_from(status).ok())
        .ok_or("sent no HTTP/1.1 status line")?;
    let length = content_length(head).ok_or("sent an answer without Content-Length")?;
    match body.len() {
        arrived if arrived < length => Ok(None),
        arrived if arrived > length => Err("sent more than one answer to one request"),
        _ => Ok(Some(Answer { status, body })),
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.find(|line| {
        line.get(..NAME.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(NAME))
    })?;
    decimal(line.get(NAME.len()..)?.trim_ascii())
}

fn decimal(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\ndate: x\r\nContent-Length: 4\r\n\r\nbody";

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        for length in 0..WHOLE.len() {
            assert_eq!(read(&WHOLE[..length]), Ok(None), "{length}");
        }
        assert_eq!(
            read(WHOLE),
            Ok(Some(Answer {
                status: 200,
                body: b"body"
            }))
        );
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        assert!(read(b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n").is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(read(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab").is_err());
        assert!(read(b"HTTP/1.1 2x0 OK\r\ncontent-length: 0\r\n\r\n").is_err());
    }
}
