//! What the root key wraps: material of keys and small secrets of the store.
//!
//! Both have the form header ‖ nonce ‖ ciphertext ‖ tag, where the header is one byte for kind and format and the root
//! version as big-endian u32. XAES-256-GCM under that root version, bound to the header and the place:
//! `docs/adr/0002-root-key-wrapping.md` says why not plain AES-256-GCM.

use claviger_crypto::{OpenError, Rng, rng, xaes};
use claviger_provider::{Binding, Cell, ProviderError};
use claviger_secret::{LockedKey, PoolError, SecretBytes};

use crate::root::{RootKey, RootKeys};

/// First byte of wrapped material.
const MATERIAL: u8 = 1;
/// First byte of a sealed cell.
const CELL: u8 = 2;
/// Kind and root version.
const HEADER_LEN: usize = 1 + 4;
/// Bytes of the wrapped material of a 256-bit key.
pub(crate) const MATERIAL_LEN: usize = HEADER_LEN + xaes::NONCE_LEN + 32 + xaes::TAG_LEN;

/// Wraps a key for its place under the newest root version.
pub(crate) fn wrap_material(
    roots: &RootKeys,
    rng: &dyn Rng,
    binding: &Binding<'_>,
    key: &LockedKey<32>,
) -> Result<Vec<u8>, ProviderError> {
    wrap(MATERIAL, roots.newest(), rng, &binding.to_bytes(), key.expose())
}

/// Opens the key that [`wrap_material`] wrapped, into locked memory.
pub(crate) fn unwrap_material(
    roots: &RootKeys,
    binding: &Binding<'_>,
    material: &[u8; MATERIAL_LEN],
) -> Result<LockedKey<32>, ProviderError> {
    let parts = Parts::read(MATERIAL, roots, material).ok_or(ProviderError::BadMaterial)?;
    let additional = parts.additional(&binding.to_bytes());
    roots
        .pool()
        .fill(|key| {
            Ok(xaes::open_into(
                parts.root.key.expose(),
                parts.nonce,
                &additional,
                parts.body,
                key,
            )?)
        })
        .map_err(|error| match error {
            UnwrapError::Cipher => ProviderError::BadMaterial,
            UnwrapError::Memory => ProviderError::Unavailable,
        })
}

/// Seals a small secret for its cell under the newest root version.
pub(crate) fn wrap_cell(
    roots: &RootKeys,
    rng: &dyn Rng,
    cell: &Cell<'_>,
    secret: &SecretBytes,
) -> Result<Vec<u8>, ProviderError> {
    wrap(CELL, roots.newest(), rng, &cell.to_bytes(), secret.expose())
}

/// Opens what [`wrap_cell`] sealed.
pub(crate) fn unwrap_cell(
    roots: &RootKeys,
    cell: &Cell<'_>,
    sealed: &[u8],
) -> Result<SecretBytes, ProviderError> {
    let parts = Parts::read(CELL, roots, sealed).ok_or(ProviderError::DoesNotOpen)?;
    let additional = parts.additional(&cell.to_bytes());
    xaes::open(parts.root.key.expose(), parts.nonce, &additional, parts.body)
        .map_err(|_| ProviderError::DoesNotOpen)
}

fn wrap(
    kind: u8,
    root: &RootKey,
    rng: &dyn Rng,
    place: &[u8],
    secret: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let nonce: [u8; xaes::NONCE_LEN] = rng::draw(rng).map_err(|_| ProviderError::Random)?;
    let mut out = Vec::with_capacity(HEADER_LEN + xaes::NONCE_LEN + secret.len() + xaes::TAG_LEN);
    out.push(kind);
    out.extend_from_slice(&root.version.to_be_bytes());
    let additional = [out.as_slice(), place].concat();
    out.extend_from_slice(&nonce);
    xaes::seal(root.key.expose(), &nonce, &additional, secret, &mut out)
        .map_err(|_| ProviderError::Incapable)?;
    Ok(out)
}

/// Wrapped bytes, cut into their parts.
struct Parts<'a> {
    header: &'a [u8; HEADER_LEN],
    root: &'a RootKey,
    nonce: &'a [u8; xaes::NONCE_LEN],
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    /// `None` for another kind, an unknown root version, or too few bytes.
    fn read(kind: u8, roots: &'a RootKeys, wrapped: &'a [u8]) -> Option<Self> {
        let (header, rest) = wrapped.split_first_chunk::<HEADER_LEN>()?;
        let [first, version @ ..] = *header;
        let root = roots.version(u32::from_be_bytes(version))?;
        let (nonce, body) = rest.split_first_chunk()?;
        (first == kind).then_some(Self {
            header,
            root,
            nonce,
            body,
        })
    }

    fn additional(&self, place: &[u8]) -> Vec<u8> {
        [self.header.as_slice(), place].concat()
    }
}

/// Why wrapped material does not open.
enum UnwrapError {
    Cipher,
    Memory,
}

impl From<OpenError> for UnwrapError {
    fn from(_: OpenError) -> Self {
        Self::Cipher
    }
}

impl From<PoolError> for UnwrapError {
    fn from(_: PoolError) -> Self {
        Self::Memory
    }
}
