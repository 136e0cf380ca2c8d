//! What a client asks.

use claviger_model::{EncryptionAlgorithm, SignatureAlgorithm};
use claviger_provider::{Binding, Sealed, Wrapped, WrappedPair, WrappingBinding};

use super::buffer::Buffer;
use super::codes;
use super::fields::{Fields, Malformed, put_bytes};
use super::frame::{self, MAX_FRAME, TooLong};
use super::place::{Store, put_binding, put_sealed, put_wrapping};

/// One operation of a [`claviger_provider::Provider`] with what it is about.
#[derive(Debug, Clone, Copy)]
pub enum Request<'a> {
    /// Whether somebody is there.
    Ping,
    /// [`claviger_provider::Provider::generate`].
    Generate(Binding<'a>),
    /// [`claviger_provider::Provider::encrypt`]: material, additional data, plaintext.
    Encrypt(Sealed<'a>, &'a [u8], &'a [u8]),
    /// [`claviger_provider::Provider::decrypt`]: material, additional data, body.
    Decrypt(Sealed<'a>, &'a [u8], &'a [u8]),
    /// [`claviger_provider::Provider::sign`]: material, algorithm, digest.
    Sign(Sealed<'a>, SignatureAlgorithm, &'a [u8]),
    /// [`claviger_provider::Provider::verify`]: material, algorithm, digest, signature.
    Verify(Sealed<'a>, SignatureAlgorithm, &'a [u8], &'a [u8]),
    /// [`claviger_provider::Provider::encrypt_to`]: material, algorithm, plaintext.
    EncryptTo(Sealed<'a>, EncryptionAlgorithm, &'a [u8]),
    /// [`claviger_provider::Provider::decrypt_from`]: material, algorithm, ciphertext.
    DecryptFrom(Sealed<'a>, EncryptionAlgorithm, &'a [u8]),
    /// [`claviger_provider::Provider::public_key`].
    PublicKey(Sealed<'a>),
    /// [`claviger_provider::Provider::mac`]: material, message.
    Mac(Sealed<'a>, &'a [u8]),
    /// [`claviger_provider::Provider::verify_mac`]: material, message, code.
    VerifyMac(Sealed<'a>, &'a [u8], &'a [u8]),
    /// [`claviger_provider::Provider::wrapping_key`].
    WrappingKey(WrappingBinding<'a>),
    /// [`claviger_provider::Provider::import`].
    Import(Wrapped<'a>, Binding<'a>),
    /// [`claviger_provider::Provider::random`]: how many bytes.
    Random(u32),
    /// [`claviger_provider::Provider::rewrap`].
    Rewrap(Sealed<'a>),
    /// [`claviger_provider::Provider::destroy`].
    Destroy(Binding<'a>),
}

impl<'a> Request<'a> {
    /// Appends the request as a frame.
    ///
    /// # Errors
    /// If it does not fit; `out` is as it was then.
    pub fn write(&self, sequence: u64, out: &mut Buffer) -> Result<(), TooLong> {
        frame::write(out, MAX_FRAME, |out| {
            out.put(&sequence.to_be_bytes());
            out.put(&[self.code()]);
            self.write_fields(out)
        })
    }

    /// Bytes that a frame with it takes, about.
    pub(crate) fn weight(&self) -> usize {
        let (sealed, one, two) = match self {
            Self::Encrypt(sealed, one, two)
            | Self::Decrypt(sealed, one, two)
            | Self::Verify(sealed, _, one, two)
            | Self::VerifyMac(sealed, one, two) => (Some(sealed), one.len(), two.len()),
            Self::Sign(sealed, _, one)
            | Self::EncryptTo(sealed, _, one)
            | Self::DecryptFrom(sealed, _, one)
            | Self::Mac(sealed, one) => (Some(sealed), one.len(), 0),
            Self::PublicKey(sealed) | Self::Rewrap(sealed) => (Some(sealed), 0, 0),
            Self::Import(wrapped, _) => {
                let pair = wrapped.pair.map_or(0, |pair| pair.bytes.len());
                (None, wrapped.private.len(), wrapped.bytes.len() + pair)
            }
            Self::Random(length) => (None, usize::try_from(*length).unwrap_or(usize::MAX), 0),
            Self::Ping | Self::Generate(_) | Self::WrappingKey(_) | Self::Destroy(_) => (None, 0, 0),
        };
        one.saturating_add(two)
            .saturating_add(sealed.map_or(0, |sealed| sealed.material.0.len()))
    }

    /// The number of the operation. Never change one.
    fn code(&self) -> u8 {
        match self {
            Self::Ping => 0,
            Self::Generate(_) => 1,
            Self::Encrypt(..) => 2,
            Self::Decrypt(..) => 3,
            Self::Sign(..) => 4,
            Self::Verify(..) => 5,
            Self::EncryptTo(..) => 6,
            Self::DecryptFrom(..) => 7,
            Self::PublicKey(_) => 8,
            Self::Mac(..) => 9,
            Self::VerifyMac(..) => 10,
            Self::WrappingKey(_) => 11,
            Self::Import(..) => 12,
            Self::Random(_) => 13,
            Self::Rewrap(_) => 14,
            Self::Destroy(_) => 15,
        }
    }

    fn write_fields(&self, out: &mut Buffer) -> Result<(), TooLong> {
        match *self {
            Self::Ping => Ok(()),
            Self::Generate(binding) | Self::Destroy(binding) => put_binding(out, &binding),
            Self::Encrypt(sealed, one, two)
            | Self::Decrypt(sealed, one, two)
            | Self::VerifyMac(sealed, one, two) => {
                put_sealed(out, sealed)?;
                put_bytes(out, one)?;
                put_bytes(out, two)
            }
            Self::Sign(sealed, algorithm, digest) => {
                put_sealed(out, sealed)?;
                out.put(&codes::signature(algorithm));
                put_bytes(out, digest)
            }
            Self::Verify(sealed, algorithm, digest, signature) => {
                put_sealed(out, sealed)?;
                out.put(&codes::signature(algorithm));
                put_bytes(out, digest)?;
                put_bytes(out, signature)
            }
            Self::EncryptTo(sealed, algorithm, bytes) | Self::DecryptFrom(sealed, algorithm, bytes) => {
                put_sealed(out, sealed)?;
                out.put(&codes::encryption(algorithm));
                put_bytes(out, bytes)
            }
            Self::PublicKey(sealed) | Self::Rewrap(sealed) => put_sealed(out, sealed),
            Self::Mac(sealed, message) => {
                put_sealed(out, sealed)?;
                put_bytes(out, message)
            }
            Self::WrappingKey(wrapping) => put_wrapping(out, &wrapping),
            Self::Import(wrapped, binding) => put_import(out, &wrapped, &binding),
            Self::Random(length) => {
                out.put(&length.to_be_bytes());
                Ok(())
            }
        }
    }

    /// Reads the content of a frame behind its sequence number. There is one way to write a request, and nothing else
    /// is read.
    ///
    /// # Errors
    /// If it is no request.
    pub fn read(content: &'a [u8], store: &'a mut Store) -> Result<Self, Malformed> {
        let mut fields = Fields::new(content);
        let code = fields.byte()?;
        store.read(code, &mut fields)?;
        let store: &'a Store = store;
        let request = match code {
            0 => Self::Ping,
            1 => Self::Generate(store.binding()?),
            2 => Self::Encrypt(store.sealed()?, fields.bytes()?, fields.bytes()?),
            3 => Self::Decrypt(store.sealed()?, fields.bytes()?, fields.bytes()?),
            4 => Self::Sign(store.sealed()?, read_signature(&mut fields)?, fields.bytes()?),
            5 => Self::Verify(
                store.sealed()?,
                read_signature(&mut fields)?,
                fields.bytes()?,
                fields.bytes()?,
            ),
            6 => Self::EncryptTo(store.sealed()?, read_encryption(&mut fields)?, fields.bytes()?),
            7 => Self::DecryptFrom(store.sealed()?, read_encryption(&mut fields)?, fields.bytes()?),
            8 => Self::PublicKey(store.sealed()?),
            9 => Self::Mac(store.sealed()?, fields.bytes()?),
            10 => Self::VerifyMac(store.sealed()?, fields.bytes()?, fields.bytes()?),
            11 => Self::WrappingKey(store.wrapping()?),
            12 => Self::Import(read_wrapped(store, &mut fields)?, store.binding()?),
            13 => Self::Random(fields.u32()?),
            14 => Self::Rewrap(store.sealed()?),
            15 => Self::Destroy(store.binding()?),
            _ => return Err(Malformed),
        };
        fields.end()?;
        Ok(request)
    }
}

fn put_import(out: &mut Buffer, wrapped: &Wrapped<'_>, binding: &Binding<'_>) -> Result<(), TooLong> {
    put_binding(out, binding)?;
    put_wrapping(out, &wrapped.wrapping)?;
    put_bytes(out, wrapped.private)?;
    out.put(&codes::encryption(wrapped.algorithm));
    put_bytes(out, wrapped.bytes)?;
    match wrapped.pair {
        None => out.put(&[0]),
        Some(WrappedPair {
            bytes,
            temporary_key: None,
        }) => {
            out.put(&[1]);
            put_bytes(out, bytes)?;
        }
        Some(WrappedPair {
            bytes,
            temporary_key: Some(len),
        }) => {
            out.put(&[2]);
            put_bytes(out, bytes)?;
            out.put(&u32::try_from(len).map_err(|_| TooLong)?.to_be_bytes());
        }
    }
    Ok(())
}

fn read_wrapped<'a>(store: &'a Store, fields: &mut Fields<'a>) -> Result<Wrapped<'a>, Malformed> {
    let private = fields.bytes()?;
    let algorithm = read_encryption(fields)?;
    let bytes = fields.bytes()?;
    let pair = match fields.byte()? {
        0 => None,
        1 => Some(WrappedPair {
            bytes: fields.bytes()?,
            temporary_key: None,
        }),
        2 => Some(WrappedPair {
            bytes: fields.bytes()?,
            temporary_key: Some(usize::try_from(fields.u32()?).map_err(|_| Malformed)?),
        }),
        _ => return Err(Malformed),
    };
    Ok(Wrapped {
        wrapping: store.wrapping()?,
        private,
        algorithm,
        bytes,
        pair,
    })
}

fn read_signature(fields: &mut Fields<'_>) -> Result<SignatureAlgorithm, Malformed> {
    codes::read_signature(fields.array()?)
}

fn read_encryption(fields: &mut Fields<'_>) -> Result<EncryptionAlgorithm, Malformed> {
    codes::read_encryption(fields.array()?)
}
