//! The string to sign.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::authorization::{DAY, LABEL, SCOPE};
use super::canonical::{SignedPath, TIME, UnsignedPayload, write_canonical_request};
use super::{Algorithm, Authorization, Refusal, Scope};
use crate::hash::{DIGEST, Hasher, hex};
use crate::headers::Headers;
use crate::key::MacKey;
use crate::request::Request;

/// What is signed: label, time, scope and the hash of the canonical request. `Display` writes the text.
///
/// Having one means that every listed header is in the request, the time is signed and well formed, the body is signed
/// or need not be, and a scope is of the day of the request. Its own signature is what is left to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringToSign<'r> {
    algorithm: Algorithm,
    scope: Option<Scope<'r>>,
    time: &'r str,
    /// In hex.
    digest: [u8; 2 * DIGEST],
}

impl<'r> StringToSign<'r> {
    /// Hashes the canonical request.
    ///
    /// # Errors
    /// [`Refusal::UnsignedHeader`], [`Refusal::AbsentHeader`], [`Refusal::RepeatedHeader`], [`Refusal::Date`],
    /// [`Refusal::ScopeDate`], [`Refusal::Path`], [`Refusal::BodyHash`], [`Refusal::UnsignedPayload`].
    pub fn new<H: Headers + ?Sized>(
        authorization: &Authorization<'r>,
        request: &Request<'r, H>,
        unsigned: UnsignedPayload,
    ) -> Result<Self, Refusal> {
        Self::with_path(authorization, request, unsigned, SignedPath::Decoded)
    }

    /// As [`Self::new`], with the path encoded as it was sent: what was encoded is encoded twice. The Node client signs so
    /// where a name in its path is encoded already; a server may look at this form when the documented one is not signed.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_sent_path<H: Headers + ?Sized>(
        authorization: &Authorization<'r>,
        request: &Request<'r, H>,
        unsigned: UnsignedPayload,
    ) -> Result<Self, Refusal> {
        Self::with_path(authorization, request, unsigned, SignedPath::AsSent)
    }

    fn with_path<H: Headers + ?Sized>(
        authorization: &Authorization<'r>,
        request: &Request<'r, H>,
        unsigned: UnsignedPayload,
        path: SignedPath,
    ) -> Result<Self, Refusal> {
        let algorithm = authorization.algorithm;
        let mut hasher = Hasher::new(algorithm.hash());
        let time = write_canonical_request(&mut hasher, authorization, request, unsigned, path)?;
        let other_day = |scope: &Scope<'_>| time.get(..DAY) != Some(scope.date());
        if authorization.scope.as_ref().is_some_and(other_day) {
            return Err(Refusal::ScopeDate);
        }
        Ok(Self {
            algorithm,
            scope: authorization.scope,
            time,
            digest: hex(&hasher.finish()),
        })
    }

    /// `X-Sdk-Date` as sent: `yyyymmddThhmmssZ`, in UTC. Whether it is a time at all and not too far off is for the
    /// caller to judge.
    pub fn time(&self) -> &'r str {
        self.time
    }

    /// Whether `signature` (lower-case hex) is right, in constant time. `false` too if the key is of another algorithm.
    #[must_use]
    pub fn verify(&self, key: &MacKey<Algorithm>, signature: &str) -> bool {
        let right = hex(&self.mac(key));
        key.algorithm() == self.algorithm && verify_slices_are_equal(&right, signature.as_bytes()).is_ok()
    }

    /// The signature: lower-case hex.
    pub fn sign(&self, key: &MacKey<Algorithm>) -> String {
        hex(&self.mac(key)).into_iter().map(char::from).collect()
    }

    fn mac(&self, key: &MacKey<Algorithm>) -> [u8; DIGEST] {
        key.mac(self.text().bytes())
    }

    fn text(&self) -> Text {
        let mut text = Text {
            bytes: [0; TEXT],
            length: 0,
        };
        text.push(self.algorithm.label().as_bytes());
        text.push(b"\n");
        text.push(self.time.as_bytes());
        text.push(b"\n");
        if let Some(scope) = self.scope {
            for piece in scope.pieces().into_iter().chain(self.algorithm.terminator()) {
                text.push(piece.as_bytes());
            }
            text.push(b"\n");
        }
        text.push(&self.digest);
        text
    }
}

impl fmt::Display for StringToSign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // INVARIANT: all pieces are ASCII, so the default is never taken.
        f.write_str(std::str::from_utf8(self.text().bytes()).unwrap_or_default())
    }
}

/// Longest string to sign.
const TEXT: usize = LABEL + 1 + TIME + 1 + SCOPE + 1 + 2 * DIGEST;

/// The text on the stack: a MAC over one piece costs less than one over many.
struct Text {
    bytes: [u8; TEXT],
    length: usize,
}

impl Text {
    fn push(&mut self, piece: &[u8]) {
        let end = self.length + piece.len();
        // INVARIANT: every piece has its length in TEXT, so there is room.
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(piece);
            self.length = end;
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}
