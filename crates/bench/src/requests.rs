//! Streams of requests: signed ones as real clients send them, and the plain one for the bare handler.

use serde_json::Value;

use crate::error::Error;
use crate::load::{Answer, Script, Target};
use crate::sign::{Moment, Nonces, Signer, Template};

/// Which key each request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Always the first.
    First,
    /// One after the other.
    InTurn,
    /// Any, each as likely as the others.
    AtRandom,
}

/// A stream of signed requests.
pub(crate) struct Requests<'k> {
    signer: Signer,
    nonces: Nonces,
    moment: Moment,
    templates: Vec<Template>,
    turn: usize,
    keys: &'k [String],
    choice: Choice,
    seed: u64,
    /// What a right answer holds.
    needle: Vec<u8>,
    /// Whether ids of created keys are kept.
    collect: bool,
    created: Vec<String>,
}

impl<'k> Requests<'k> {
    /// The templates in turn. A right answer has the status 200 and holds `needle`.
    pub(crate) fn new(signer: Signer, templates: Vec<Template>, needle: &str) -> Result<Self, Error> {
        Ok(Self {
            signer,
            nonces: Nonces::new()?,
            moment: Moment::now(),
            templates,
            turn: 0,
            keys: &[],
            choice: Choice::First,
            seed: 0x9e37_79b9_7f4a_7c15,
            needle: needle.as_bytes().to_vec(),
            collect: false,
            created: Vec::new(),
        })
    }

    /// Names these keys in those templates that have a place for one.
    pub(crate) fn naming(self, keys: &'k [String], choice: Choice) -> Self {
        Self { keys, choice, ..self }
    }

    /// Keeps the ids of the keys that the answers tell of.
    pub(crate) fn keeping_ids(self) -> Self {
        Self {
            collect: true,
            ..self
        }
    }

    /// The ids that were kept.
    pub(crate) fn into_ids(self) -> Vec<String> {
        self.created
    }

    fn next_key(&mut self) -> Option<usize> {
        let count = self.keys.len();
        match self.choice {
            Choice::First => None,
            Choice::InTurn => Some(self.turn % count.max(1)),
            Choice::AtRandom => {
                // Xorshift: good enough to spread, far cheaper than a real generator.
                self.seed ^= self.seed << 13;
                self.seed ^= self.seed >> 7;
                self.seed ^= self.seed << 17;
                usize::try_from(self.seed % u64::try_from(count.max(1)).unwrap_or(1)).ok()
            }
        }
    }
}

impl Script for Requests<'_> {
    fn request(&mut self, out: &mut Vec<u8>) {
        self.moment.advance();
        let key = self
            .next_key()
            .and_then(|index| self.keys.get(index))
            .map(String::as_str);
        let count = self.templates.len().max(1);
        if let Some(template) = self.templates.get_mut(self.turn % count) {
            template.fill(&self.signer, self.nonces.draw(), &self.moment, key, out);
        }
        self.turn += 1;
    }

    fn accepts(&mut self, answer: &Answer<'_>) -> bool {
        if self.collect {
            let body: Option<Value> = serde_json::from_slice(answer.body).ok();
            let id = body
                .as_ref()
                .and_then(|body| body.pointer("/KeyMetadata/KeyId"))
                .and_then(Value::as_str);
            self.created.extend(id.map(str::to_owned));
            return answer.status == 200 && id.is_some();
        }
        answer.status == 200 && contains(answer.body, &self.needle)
    }
}

/// What the bare handler is asked: a small POST of 64 bytes.
pub(crate) struct BareRequests(Vec<u8>);

impl BareRequests {
    pub(crate) fn new(target: &Target) -> Self {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\n\
             Content-Type: application/octet-stream\r\nContent-Length: 64\r\n\r\n",
            target.host
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(&[0x5a; 64]);
        Self(request)
    }
}

impl Script for BareRequests {
    fn request(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn accepts(&mut self, answer: &Answer<'_>) -> bool {
        answer.status == 200 && contains(answer.body, b"CiphertextBlob")
    }
}

/// Whether `part` is somewhere in `text`.
pub(crate) fn contains(text: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else { return true };
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(part) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_found_wherever_it_is() {
        assert!(contains(b"{\"KeyId\":\"KeyIa\",\"KeyIdb\":1}", b"KeyIdb"));
        assert!(contains(b"abc", b"c") && contains(b"abc", b"abc") && contains(b"abc", b""));
        assert!(!contains(b"abc", b"abd") && !contains(b"", b"a"));
    }

    #[test]
    fn the_bare_request_is_as_long_as_it_says() {
        let target = Target::plain("127.0.0.1:80").unwrap();
        let mut out = Vec::new();
        BareRequests::new(&target).request(&mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.split_once("\r\n\r\n").unwrap().1.len(), 64);
    }
}
