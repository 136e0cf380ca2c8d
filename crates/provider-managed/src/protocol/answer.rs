//! What the HSM answers.

use claviger_model::{Fingerprint, Material};
use claviger_provider::{Imported, ProviderError, WrappingKey};
use claviger_secret::SecretBytes;

use super::buffer::Buffer;
use super::codes;
use super::fields::{Fields, Malformed, put_bytes};
use super::frame::{self, MAX_FRAME, TooLong};

/// The status of an answer that is none of the failures.
const DONE: u8 = 0;

/// What an operation gave.
#[derive(Debug)]
pub enum Answer {
    /// Nothing: `destroy` and the ping.
    Done,
    /// Bytes: ciphertexts, signatures, public keys, codes.
    Bytes(Vec<u8>),
    /// Bytes that are secret: plaintexts and random bytes.
    Secret(SecretBytes),
    /// Yes or no: whether a signature or a code is right.
    Verdict(bool),
    /// Material: that of a new key.
    Material(Material),
    /// Material that was wrapped anew, if it was.
    Rewrapped(Option<Material>),
    /// A wrapping key.
    WrappingKey(WrappingKey),
    /// Material that came in.
    Imported(Imported),
}

/// An answer or a failure.
pub type Reply<T> = Result<T, ProviderError>;

/// Appends the answer to a request as a frame. One that is too long becomes [`ProviderError::BadInput`]: what was asked
/// for does not fit.
///
/// # Errors
/// None that can happen: a failure fits.
pub fn write_answer(sequence: u64, reply: &Reply<Answer>, out: &mut Buffer) -> Result<(), TooLong> {
    match reply {
        Ok(answer) => {
            let written = frame::write(out, MAX_FRAME, |out| {
                out.put(&sequence.to_be_bytes());
                out.put(&[DONE]);
                write_fields(answer, out)
            });
            written.or_else(|TooLong| write_failure(sequence, ProviderError::BadInput, out))
        }
        Err(error) => write_failure(sequence, *error, out),
    }
}

fn write_failure(sequence: u64, error: ProviderError, out: &mut Buffer) -> Result<(), TooLong> {
    frame::write(out, MAX_FRAME, |out| {
        out.put(&sequence.to_be_bytes());
        out.put(&codes::error(error));
        Ok(())
    })
}

fn write_fields(answer: &Answer, out: &mut Buffer) -> Result<(), TooLong> {
    match answer {
        Answer::Done => {}
        Answer::Bytes(bytes) => out.put(bytes),
        Answer::Secret(secret) => out.put(secret.expose()),
        Answer::Verdict(verdict) => out.put(&[u8::from(*verdict)]),
        Answer::Material(material) => out.put(&material.0),
        Answer::Rewrapped(None) => out.put(&[0]),
        Answer::Rewrapped(Some(material)) => {
            out.put(&[1]);
            out.put(&material.0);
        }
        Answer::WrappingKey(key) => {
            put_bytes(out, &key.public)?;
            out.put(&key.private);
        }
        Answer::Imported(imported) => {
            out.put(&imported.fingerprint.0);
            out.put(&imported.material.0);
        }
    }
    Ok(())
}

/// Reads the content of a frame: the number of the request, and what it gave, not yet taken apart.
pub(crate) fn read_answer(content: &[u8]) -> Result<(u64, Reply<SecretBytes>), Malformed> {
    let mut fields = Fields::new(content);
    let sequence = fields.u64()?;
    let status = fields.byte()?;
    if status == DONE {
        return Ok((sequence, Ok(SecretBytes::copied(fields.rest()))));
    }
    let error = codes::read_error([status, fields.byte()?])?;
    fields.end()?;
    Ok((sequence, Err(error)))
}

/// Nothing.
pub(crate) fn done(given: &SecretBytes) -> Result<(), Malformed> {
    given.is_empty().then_some(()).ok_or(Malformed)
}

/// Yes or no.
pub(crate) fn verdict(given: &SecretBytes) -> Result<bool, Malformed> {
    match given.expose() {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(Malformed),
    }
}

/// Material, if any was made.
pub(crate) fn rewrapped(given: &SecretBytes) -> Result<Option<Material>, Malformed> {
    match given.expose() {
        [0] => Ok(None),
        [1, material @ ..] => Ok(Some(Material(material.into()))),
        _ => Err(Malformed),
    }
}

/// A wrapping key.
pub(crate) fn wrapping_key(given: &SecretBytes) -> Result<WrappingKey, Malformed> {
    let mut fields = Fields::new(given.expose());
    Ok(WrappingKey {
        public: fields.bytes()?.to_vec(),
        private: fields.rest().into(),
    })
}

/// Material that came in.
pub(crate) fn imported(given: &SecretBytes) -> Result<Imported, Malformed> {
    let mut fields = Fields::new(given.expose());
    Ok(Imported {
        fingerprint: Fingerprint(fields.array()?),
        material: Material(fields.rest().into()),
    })
}
