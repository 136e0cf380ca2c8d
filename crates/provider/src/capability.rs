//! What a provider can do, as data.

use std::borrow::Cow;

use claviger_model::{EncryptionAlgorithm, KeySpec, ProtectionLevel};

/// How symmetric ciphertexts of a provider are built. The number is the format byte of the envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeFormat {
    /// XAES-256-GCM: 24-byte nonce, no practical limit of messages. SOURCE: C2SP XAES-256-GCM.
    Xaes256Gcm,
    /// AES-256-GCM with a 96-bit nonce; 2^32 messages a version. SOURCE: NIST SP 800-38D section 8.3.
    Aes256Gcm,
    /// SM4-GCM with a 96-bit nonce; 2^32 messages a version. SOURCE: RFC 8998 section 2.
    Sm4Gcm,
    /// AES-192-GCM under a key derived for each message as XAES-256-GCM does it: 24-byte nonce, no practical limit of
    /// messages. SOURCE: C2SP XAES-256-GCM; NIST SP 800-108 Rev. 1 section 4.1.
    DerivedAes192Gcm,
    /// The same with AES-128.
    DerivedAes128Gcm,
}

impl EnvelopeFormat {
    /// The byte in the envelope.
    pub fn byte(self) -> u8 {
        match self {
            Self::Xaes256Gcm => 1,
            Self::Aes256Gcm => 2,
            Self::Sm4Gcm => 3,
            Self::DerivedAes192Gcm => 4,
            Self::DerivedAes128Gcm => 5,
        }
    }

    /// Reads the byte back.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Xaes256Gcm,
            Self::Aes256Gcm,
            Self::Sm4Gcm,
            Self::DerivedAes192Gcm,
            Self::DerivedAes128Gcm,
        ]
        .into_iter()
        .find(|format| format.byte() == byte)
    }

    /// Bytes of nonce in front of the ciphertext.
    pub fn nonce_len(self) -> usize {
        match self {
            Self::Xaes256Gcm | Self::DerivedAes192Gcm | Self::DerivedAes128Gcm => 24,
            Self::Aes256Gcm | Self::Sm4Gcm => 12,
        }
    }
}

/// Bytes of authentication tag behind the ciphertext, in every format.
pub const TAG_LEN: usize = 16;

/// The table of a provider's abilities: fixed, or found out from a module.
#[derive(Debug, Clone)]
pub struct Capability {
    /// A name for the audit trail and the operator.
    pub name: Cow<'static, str>,
    /// The protection level that its keys have.
    pub protection: ProtectionLevel,
    /// Whether it keeps the keys itself, so that material only refers to them and [`crate::Provider::destroy`] is the end
    /// of a key. Otherwise material is the key, wrapped.
    pub keeps_keys: bool,
    /// Symmetric specs it makes, and how it encrypts under them.
    pub symmetric: Cow<'static, [(KeySpec, EnvelopeFormat)]>,
    /// Other specs it makes: key pairs and keys for message authentication codes.
    pub others: Cow<'static, [KeySpec]>,
    /// Specs of secret keys that it takes from outside.
    pub imports: Cow<'static, [KeySpec]>,
    /// Specs of key pairs that it takes from outside.
    pub pairs: Cow<'static, [KeySpec]>,
    /// Specs of its wrapping keys for the import, with the algorithms that each takes.
    pub wraps: Cow<'static, [(KeySpec, Cow<'static, [EncryptionAlgorithm]>)]>,
}

impl Capability {
    /// How it encrypts under keys of this spec; `None` where it has no such keys.
    pub fn envelope(&self, spec: KeySpec) -> Option<EnvelopeFormat> {
        self.symmetric
            .iter()
            .find(|(known, _)| *known == spec)
            .map(|(_, format)| *format)
    }

    /// Whether it makes keys of this spec.
    pub fn makes(&self, spec: KeySpec) -> bool {
        self.envelope(spec).is_some() || self.others.contains(&spec)
    }

    /// Whether it takes keys of this spec from outside, secret keys or pairs.
    pub fn takes(&self, spec: KeySpec) -> bool {
        self.imports.contains(&spec) || self.pairs.contains(&spec)
    }

    /// Whether a wrapping key of this spec takes this algorithm.
    pub fn wraps(&self, spec: KeySpec, algorithm: EncryptionAlgorithm) -> bool {
        self.wraps
            .iter()
            .any(|(known, algorithms)| *known == spec && algorithms.contains(&algorithm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored ciphertexts depend on these numbers.
    #[test]
    fn format_bytes_are_fixed_and_read_back() {
        let formats = [
            (1, EnvelopeFormat::Xaes256Gcm, 24),
            (2, EnvelopeFormat::Aes256Gcm, 12),
            (3, EnvelopeFormat::Sm4Gcm, 12),
            (4, EnvelopeFormat::DerivedAes192Gcm, 24),
            (5, EnvelopeFormat::DerivedAes128Gcm, 24),
        ];
        for (byte, format, nonce_len) in formats {
            assert_eq!(format.byte(), byte);
            assert_eq!(EnvelopeFormat::from_byte(byte), Some(format));
            assert_eq!(format.nonce_len(), nonce_len);
        }
        for unknown in (0..=0).chain(6..=u8::MAX) {
            assert_eq!(EnvelopeFormat::from_byte(unknown), None);
        }
    }

    #[test]
    fn specs_outside_the_table_have_no_envelope() {
        let capability = Capability {
            name: "test".into(),
            protection: ProtectionLevel::Software,
            keeps_keys: false,
            symmetric: Cow::Borrowed(&[(KeySpec::Sm4, EnvelopeFormat::Sm4Gcm)]),
            others: Cow::Borrowed(&[KeySpec::HmacSm3]),
            imports: Cow::Borrowed(&[KeySpec::HmacSm3]),
            pairs: Cow::Borrowed(&[KeySpec::Sm2]),
            wraps: Cow::Borrowed(&[]),
        };
        assert_eq!(capability.envelope(KeySpec::Sm4), Some(EnvelopeFormat::Sm4Gcm));
        assert_eq!(capability.envelope(KeySpec::Aes256), None);
        assert!(capability.makes(KeySpec::Sm4) && capability.makes(KeySpec::HmacSm3));
        assert!(!capability.makes(KeySpec::Aes256));
        assert!(capability.takes(KeySpec::HmacSm3) && capability.takes(KeySpec::Sm2));
        assert!(!capability.takes(KeySpec::Sm4));
    }
}
