//! How both ends come to trust each other.

use std::fmt;
use std::ops::RangeInclusive;

use super::buffer::Buffer;
use super::fields::{Fields, Malformed, put_text};
use super::frame::{self, MAX_GREETING, TooLong};
use crate::AccessKey;

/// How a hello begins.
pub const MAGIC: &[u8; 6] = b"CLVHSM";
/// The versions of the protocol that this program speaks.
pub const VERSIONS: RangeInclusive<u16> = 1..=1;
/// Bytes of a nonce.
pub const NONCE_LEN: usize = 32;

/// What the proof of each end begins with, so that none can be sent back as that of the other.
const CLIENT: &[u8] = b"client";
const HSM: &[u8] = b"hsm\0\0\0";

/// The handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// It is not the other end of this protocol.
    #[error("the other end does not speak this protocol")]
    Malformed,
    /// The ends have no version in common.
    #[error("the other end speaks versions {least} to {most} of the protocol, which this program does not")]
    Version {
        /// The least version of the other end, or the one that it chose.
        least: u16,
        /// Its most.
        most: u16,
    },
    /// The other end does not know the access key.
    #[error("the other end does not know the access key")]
    Proof,
}

impl From<Malformed> for HandshakeError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// What the HSM remembers of its hello.
pub struct Challenge {
    hello: Vec<u8>,
}

impl Challenge {
    /// Appends the hello of an HSM of that name. The nonce must be fresh.
    ///
    /// # Errors
    /// If the name is too long.
    pub fn new(nonce: &[u8; NONCE_LEN], name: &str, out: &mut Buffer) -> Result<Self, TooLong> {
        let mut hello = Buffer::new();
        hello.put(MAGIC);
        hello.put(&VERSIONS.start().to_be_bytes());
        hello.put(&VERSIONS.end().to_be_bytes());
        hello.put(nonce);
        put_text(&mut hello, name)?;
        put_frame(out, hello.bytes())?;
        Ok(Self {
            hello: hello.bytes().to_vec(),
        })
    }

    /// Judges the content of the frame that the client answered with, and appends the proof of the HSM.
    ///
    /// # Errors
    /// If the client is none that may use it. Nothing was appended then.
    pub fn meet(
        self,
        key: &AccessKey,
        answer: &[u8],
        capability: &str,
        out: &mut Buffer,
    ) -> Result<u16, HandshakeError> {
        let mut fields = Fields::new(answer);
        let chosen: [u8; 2 + NONCE_LEN] = fields.array()?;
        let proof = fields.rest();
        if !key.is_code(&[CLIENT, &chosen, &self.hello], proof) {
            return Err(HandshakeError::Proof);
        }
        let version = Fields::new(&chosen).u16()?;
        if !VERSIONS.contains(&version) {
            return Err(HandshakeError::Version {
                least: version,
                most: version,
            });
        }
        let proof = key.code(&[HSM, &chosen, &self.hello, capability.as_bytes()]);
        frame::write(out, MAX_GREETING, |out| {
            out.put(&proof);
            put_text(out, capability)
        })
        .map_err(|TooLong| HandshakeError::Malformed)?;
        Ok(version)
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge")
    }
}

/// What a client remembers of its answer to a hello.
pub struct Pledge {
    version: u16,
    hello: Vec<u8>,
    chosen: [u8; 2 + NONCE_LEN],
}

/// An HSM that knows the access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The version of the protocol.
    pub version: u16,
    /// The name of the HSM, for people.
    pub name: String,
    /// The name of its capability table.
    pub capability: String,
}

impl Pledge {
    /// Reads the content of the frame with the hello, and appends the answer. The nonce must be fresh.
    ///
    /// # Errors
    /// If it is no hello, or one of other versions. Nothing was appended then.
    pub fn new(
        key: &AccessKey,
        hello: &[u8],
        nonce: &[u8; NONCE_LEN],
        out: &mut Buffer,
    ) -> Result<Self, HandshakeError> {
        let mut fields = Fields::new(hello);
        if fields.array()? != *MAGIC {
            return Err(HandshakeError::Malformed);
        }
        let (least, most) = (fields.u16()?, fields.u16()?);
        let _nonce: [u8; NONCE_LEN] = fields.array()?;
        let _name = fields.text()?;
        fields.end()?;
        let version = VERSIONS
            .rev()
            .find(|version| (least..=most).contains(version))
            .ok_or(HandshakeError::Version { least, most })?;
        let mut chosen = [0; 2 + NONCE_LEN];
        let (place, rest) = chosen.split_at_mut(2);
        place.copy_from_slice(&version.to_be_bytes());
        rest.copy_from_slice(nonce);
        let proof = key.code(&[CLIENT, &chosen, hello]);
        frame::write(out, MAX_GREETING, |out| {
            out.put(&chosen);
            out.put(&proof);
            Ok(())
        })
        .map_err(|TooLong| HandshakeError::Malformed)?;
        Ok(Self {
            version,
            hello: hello.to_vec(),
            chosen,
        })
    }

    /// Judges the content of the frame with the proof of the HSM.
    ///
    /// # Errors
    /// If it does not know the access key.
    pub fn accept(self, key: &AccessKey, answer: &[u8]) -> Result<Accepted, HandshakeError> {
        let mut fields = Fields::new(answer);
        let proof: [u8; 32] = fields.array()?;
        let capability = fields.text()?;
        fields.end()?;
        let parts = [HSM, &self.chosen, &self.hello, capability.as_bytes()];
        if !key.is_code(&parts, &proof) {
            return Err(HandshakeError::Proof);
        }
        let mut hello = Fields::new(&self.hello);
        let _before: [u8; MAGIC.len() + 4 + NONCE_LEN] = hello.array()?;
        Ok(Accepted {
            version: self.version,
            name: hello.text()?.to_owned(),
            capability: capability.to_owned(),
        })
    }
}

impl fmt::Debug for Pledge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pledge")
    }
}

fn put_frame(out: &mut Buffer, content: &[u8]) -> Result<(), TooLong> {
    frame::write(out, MAX_GREETING, |out| {
        out.put(content);
        Ok(())
    })
}
