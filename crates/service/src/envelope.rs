//! The ciphertext blob.
//!
//! ```text
//! 36 bytes  key version id, ASCII UUID
//!  1 byte   envelope format
//! 24 or 12  nonce
//!  n        ciphertext
//! 16 bytes  tag
//! ```
//! Additional data of the encryption: the 37 header bytes and the canonical encryption context. Old blobs stay
//! readable for ever; `docs/stored-formats.md` and the fixtures fix the bytes.

use std::time::{Duration, Instant};

use claviger_model::{EncryptionContext, Error, Field, KeySpec, KeyVersionId};
use claviger_provider::{EnvelopeFormat, Provider, ProviderError, Repeats, Sealed, TAG_LEN};
use claviger_secret::SecretBytes;

const VERSION_LEN: usize = 36;
const HEADER_LEN: usize = VERSION_LEN + 1;

/// A blob cut into its parts. That it opens is not said yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope<'a> {
    /// The key version that encrypted it.
    pub(crate) version: KeyVersionId,
    format: EnvelopeFormat,
    header: &'a [u8],
    body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Cuts a blob.
    ///
    /// # Errors
    /// [`Field::Ciphertext`] where it cannot be one of ours.
    pub(crate) fn parse(blob: &'a [u8]) -> Result<Self, Error> {
        Self::cut(blob).ok_or(Error::Invalid(Field::Ciphertext))
    }

    fn cut(blob: &'a [u8]) -> Option<Self> {
        let (header, body) = blob.split_at_checked(HEADER_LEN)?;
        let (version, format) = header.split_at_checked(VERSION_LEN)?;
        let version = std::str::from_utf8(version).ok()?.parse().ok()?;
        let format = EnvelopeFormat::from_byte(*format.first()?)?;
        (body.len() >= format.nonce_len() + TAG_LEN).then_some(Self {
            version,
            format,
            header,
            body,
        })
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`Field::CiphertextOrContext`] for a damaged body and for another context alike.
    pub(crate) async fn open(
        &self,
        provider: &dyn Provider,
        sealed: Sealed<'_>,
        context: &EncryptionContext,
    ) -> Result<SecretBytes, Error> {
        if provider.capability().envelope(sealed.binding.spec) != Some(self.format) {
            return Err(Error::Invalid(Field::CiphertextOrContext));
        }
        let additional = additional_data(self.header, context);
        provider
            .decrypt(sealed, &additional, self.body)
            .await
            .map_err(|error| match error {
                ProviderError::DoesNotOpen => Error::Invalid(Field::CiphertextOrContext),
                other => from_provider(other),
            })
    }
}

/// Encrypts under one key version and gives the whole blob.
pub(crate) async fn seal(
    (provider, format): (&dyn Provider, EnvelopeFormat),
    sealed: Sealed<'_>,
    context: &EncryptionContext,
    plaintext: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut blob = Vec::with_capacity(HEADER_LEN + format.nonce_len() + plaintext.len() + TAG_LEN);
    blob.extend_from_slice(&sealed.binding.version.to_ascii());
    blob.push(format.byte());
    let additional = additional_data(&blob, context);
    provider
        .encrypt(sealed, &additional, plaintext, &mut blob)
        .await
        .map_err(from_provider)?;
    Ok(blob)
}

/// The format in which a provider encrypts under keys of a spec.
///
/// # Errors
/// [`Error::Internal`] where it has no such keys.
pub(crate) fn format_for(provider: &dyn Provider, spec: KeySpec) -> Result<EnvelopeFormat, Error> {
    provider.capability().envelope(spec).ok_or(Error::Internal)
}

fn additional_data(header: &[u8], context: &EncryptionContext) -> Vec<u8> {
    let mut additional = Vec::with_capacity(HEADER_LEN + 4);
    additional.extend_from_slice(header);
    context.write_canonical(&mut additional);
    additional
}

/// What a provider's failure means to a caller. The operator finds the reason in the server's log.
pub(crate) fn from_provider(error: ProviderError) -> Error {
    /// Lines of the log for each kind of failure: callers can bring them about as often as they like.
    static FAILURES: Repeats<ProviderError> = Repeats::new(10, Duration::from_secs(10));
    if let Some(omitted) = FAILURES.line(error, Instant::now()) {
        let omitted = (omitted > 0).then_some(omitted);
        tracing::error!(%error, omitted, "provider failed");
    }
    match error {
        ProviderError::Unavailable => Error::Unavailable,
        ProviderError::Incapable
        | ProviderError::BadInput
        | ProviderError::DoesNotOpen
        | ProviderError::BadMaterial
        | ProviderError::BadImport(_)
        | ProviderError::Random => Error::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob() -> Vec<u8> {
        let mut blob = b"01941f29-7c00-7000-8000-0123456789ab".to_vec();
        blob.push(1);
        blob.extend_from_slice(&[0; 24 + 5 + 16]);
        blob
    }

    #[test]
    fn a_blob_names_its_version() {
        let blob = blob();
        let envelope = Envelope::parse(&blob).unwrap();
        assert_eq!(
            envelope.version.to_string(),
            "01941f29-7c00-7000-8000-0123456789ab"
        );
        assert_eq!((envelope.header.len(), envelope.body.len()), (37, 45));
    }

    #[test]
    fn what_cannot_be_a_blob_is_refused() {
        let whole = blob();
        for end in 0..HEADER_LEN + 24 + TAG_LEN {
            assert!(Envelope::parse(&whole[..end]).is_err(), "cut at {end}");
        }
        for (at, value) in [(0, b'X'), (0, b'A'), (8, b'0'), (35, 0xff), (36, 0), (36, 9)] {
            let mut wrong = whole.clone();
            wrong[at] = value;
            assert!(Envelope::parse(&wrong).is_err(), "{value} at {at}");
        }
    }
}
