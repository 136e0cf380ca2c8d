//! The canonical request and the string to sign.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::signed_headers::DATE_HEADER;
use super::{Algorithm, Authorization};
use crate::hash::{DIGEST, Hasher, hex};
use crate::headers::{Headers, single};
use crate::key::MacKey;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::sink::{Sink, Writer, stream};

/// What is signed: a label and the hash of the canonical request. `Display` writes the text.
///
/// Having one means that the required headers are signed, the body has the announced hash, and an ACS4 scope is of
/// the day of the request. Its own signature is what is left to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringToSign {
    algorithm: Algorithm,
    digest: [u8; DIGEST],
}

impl StringToSign {
    /// Hashes the canonical request.
    ///
    /// # Errors
    /// [`Refusal::UnsignedHeader`], [`Refusal::AbsentHeader`], [`Refusal::BodyHash`], [`Refusal::ScopeDate`].
    pub fn new<H: Headers + ?Sized>(
        authorization: &Authorization<'_>,
        request: &Request<'_, H>,
    ) -> Result<Self, Refusal> {
        let mut hasher = Hasher::new(authorization.algorithm.hash());
        write_canonical_request(&mut hasher, authorization, request)?;
        Ok(Self {
            algorithm: authorization.algorithm,
            digest: hasher.finish(),
        })
    }

    /// Whether `signature` (lower-case hex) is right, in constant time. `false` too if the key is of another algorithm.
    #[must_use]
    pub fn verify(&self, key: &MacKey, signature: &str) -> bool {
        let right = hex(&self.mac(key));
        key.algorithm() == self.algorithm && verify_slices_are_equal(&right, signature.as_bytes()).is_ok()
    }

    /// The signature: lower-case hex.
    pub fn sign(&self, key: &MacKey) -> String {
        hex(&self.mac(key)).into_iter().map(char::from).collect()
    }

    fn mac(&self, key: &MacKey) -> [u8; DIGEST] {
        let mut text = [0; TEXT];
        let mut length = 0;
        let label = self.algorithm.label().bytes();
        for (place, byte) in text.iter_mut().zip(label.chain([b'\n']).chain(hex(&self.digest))) {
            *place = byte;
            length += 1;
        }
        key.mac(text.get(..length).unwrap_or_default())
    }
}

/// Longest string to sign: label, line feed, hash.
const TEXT: usize = Algorithm::Acs3(crate::Hash::Sha256).label().len() + 1 + 2 * DIGEST;

impl fmt::Display for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.algorithm.label())?;
        self.digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Authorization<'_> {
    /// The canonical request in full, for a person who looks for a difference. Header values may not be UTF-8.
    ///
    /// # Errors
    /// As [`StringToSign::new`].
    pub fn canonical_request<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
    ) -> Result<Vec<u8>, Refusal> {
        let mut text = Vec::new();
        write_canonical_request(&mut text, self, request)?;
        Ok(text)
    }
}

fn write_canonical_request<S: Sink, H: Headers + ?Sized>(
    sink: &mut S,
    authorization: &Authorization<'_>,
    request: &Request<'_, H>,
) -> Result<(), Refusal> {
    let body_hash = check(authorization, request)?;
    let signed_headers = authorization.signed_headers;
    stream(sink, |writer| {
        writer.raw(request.method.as_bytes());
        writer.raw(b"\n");
        writer.raw(request.path.as_bytes());
        writer.raw(b"\n");
        writer.pairs(request.query.sorted());
        writer.raw(b"\n");
        for name in signed_headers.names() {
            write_header(writer, name, request.headers)?;
        }
        writer.raw(b"\n");
        writer.raw(signed_headers.as_str().as_bytes());
        writer.raw(b"\n");
        writer.raw(&body_hash);
        Ok(())
    })
}

/// Checks all but the signature, and returns the hash of the body in hex.
fn check<H: Headers + ?Sized>(
    authorization: &Authorization<'_>,
    request: &Request<'_, H>,
) -> Result<[u8; 2 * DIGEST], Refusal> {
    let hash = authorization.algorithm.hash();
    let hash_header = authorization.signed_headers.check(hash, request.headers)?;
    if let Some(scope) = authorization.scope {
        let date = present(request.headers, DATE_HEADER)?;
        if !date.is_some_and(|date| is_day_of(date, scope.date)) {
            return Err(Refusal::ScopeDate);
        }
    }
    let body_hash = hex(&hash.digest(request.body));
    if present(request.headers, hash_header)? == Some(&body_hash[..]) {
        Ok(body_hash)
    } else {
        Err(Refusal::BodyHash(hash_header))
    }
}

/// The value of a header that must be there: nothing if it is repeated.
fn present<'h, H: Headers + ?Sized>(headers: &'h H, name: &'static str) -> Result<Option<&'h [u8]>, Refusal> {
    match headers.values(name).next() {
        None => Err(Refusal::AbsentHeader(name.to_owned())),
        Some(_) => Ok(single(headers, name)),
    }
}

/// Whether a time stamp (`yyyy-MM-ddT…`) is of this day (`yyyyMMdd`).
fn is_day_of(timestamp: &[u8], day: &str) -> bool {
    let date = timestamp.get(..10).unwrap_or_default();
    date.iter().filter(|&&byte| byte != b'-').eq(day.as_bytes())
}

/// `name:value` and a line feed; values of a repeated header are sorted and joined.
fn write_header<S: Sink, H: Headers + ?Sized>(
    writer: &mut Writer<'_, S>,
    name: &str,
    headers: &H,
) -> Result<(), Refusal> {
    let mut values = headers.values(name).map(<[u8]>::trim_ascii);
    let first = values
        .next()
        .ok_or_else(|| Refusal::AbsentHeader(name.to_owned()))?;
    writer.raw(name.as_bytes());
    writer.raw(b":");
    match values.next() {
        None => writer.raw(first),
        Some(second) => {
            let mut all: Vec<&[u8]> = [first, second].into_iter().chain(values).collect();
            all.sort_unstable();
            writer.raw(&all.join(&b','));
        }
    }
    writer.raw(b"\n");
    Ok(())
}
