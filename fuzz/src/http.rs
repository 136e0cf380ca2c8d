//! HTTP requests as text, so that recipes can be applied to all parts of one at once.

/// The parts of a request. Reading takes whatever can be taken for them; it is no judge of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `POST`.
    pub method: String,
    /// The target up to its `?`.
    pub path: String,
    /// The target behind it.
    pub query: String,
    /// Names and values.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads a request line, headers up to an empty line, and a body. `None` where the head is not text enough.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let line = std::str::from_utf8(next_line(&mut rest)?).ok()?;
        let (method, target) = line.split_once(' ')?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = Vec::new();
        while let Some(line) = next_line(&mut rest).filter(|line| !line.is_empty()) {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at_checked(colon)?;
            let name = std::str::from_utf8(name).ok()?.to_owned();
            headers.push((name, value.get(1..)?.trim_ascii().to_vec()));
        }
        Some(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: rest.to_vec(),
        })
    }

    /// The text that [`Self::read`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{} {}", self.method, self.path).into_bytes();
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(self.query.as_bytes());
        }
        out.push(b'\n');
        for (name, value) in &self.headers {
            out.extend_from_slice(name.as_bytes());
            out.push(b':');
            out.extend_from_slice(value);
            out.push(b'\n');
        }
        out.push(b'\n');
        out.extend_from_slice(&self.body);
        out
    }
}

fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, tail) = rest.split_at_checked(end)?;
    *rest = tail.get(1..)?;
    Some(line)
}
