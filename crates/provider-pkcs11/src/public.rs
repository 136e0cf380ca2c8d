//! Public halves, which are used outside of the token.

use claviger_model::KeySpec;
use claviger_provider_soft::PublicKey;

/// A public key, opened.
#[derive(Debug)]
pub(crate) struct Public {
    /// Its DER `SubjectPublicKeyInfo`.
    pub(crate) spki: Box<[u8]>,
    pub(crate) key: PublicKey,
}

impl Public {
    /// Opens a public key; nothing if the bytes are not one of this spec.
    pub(crate) fn open(spec: KeySpec, spki: &[u8]) -> Option<Self> {
        let key = PublicKey::open(spec, spki)?;
        Some(Self {
            spki: spki.into(),
            key,
        })
    }
}
