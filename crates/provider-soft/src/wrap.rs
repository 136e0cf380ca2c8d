//! What the root key wraps: material of keys, wrapping keys for their import, and small secrets of the store.
//!
//! All have the form header ‖ nonce ‖ ciphertext ‖ tag, where the header is one byte for kind and format and the root
//! version as big-endian u32. XAES-256-GCM under that root version, bound to the header and the place:
//! `docs/adr/0002-root-key-wrapping.md` says why not plain AES-256-GCM.

use claviger_crypto::{OpenError, Rng, rng, xaes};
use claviger_provider::{Binding, Cell, ProviderError, WrappingBinding};
use claviger_secret::SecretBytes;

use crate::root::{RootKey, RootKeys};
use crate::secret_key::{FillError, SecretKey};

/// First byte of wrapped material.
const MATERIAL: u8 = 1;
/// First byte of a sealed cell.
const CELL: u8 = 2;
/// First byte of the private half of a wrapping key.
const WRAPPING_KEY: u8 = 3;
/// Kind and root version.
const HEADER_LEN: usize = 1 + 4;
/// Bytes that wrapping adds.
pub(crate) const OVERHEAD: usize = HEADER_LEN + xaes::NONCE_LEN + xaes::TAG_LEN;

/// Wraps a key for its place under the newest root version.
pub(crate) fn wrap_material(
    roots: &RootKeys,
    rng: &dyn Rng,
    binding: &Binding<'_>,
    key: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    wrap(MATERIAL, roots.newest(), rng, &binding.to_bytes(), key)
}

/// Opens a secret key of `len` bytes that [`wrap_material`] wrapped, into locked memory.
pub(crate) fn unwrap_secret_key(
    roots: &RootKeys,
    binding: &Binding<'_>,
    len: usize,
    material: &[u8],
) -> Result<SecretKey, ProviderError> {
    let parts = Parts::read(MATERIAL, roots, material).ok_or(ProviderError::BadMaterial)?;
    let additional = parts.additional(&binding.to_bytes());
    SecretKey::fill(roots.pool(), len, |key| parts.open_into(&additional, key)).map_err(|error| match error {
        FillError::Fill(OpenError) => ProviderError::BadMaterial,
        FillError::Memory => ProviderError::Unavailable,
    })
}

/// Opens the encoded key pair that [`wrap_material`] wrapped.
pub(crate) fn unwrap_pair(
    roots: &RootKeys,
    binding: &Binding<'_>,
    material: &[u8],
) -> Result<SecretBytes, ProviderError> {
    unwrap(MATERIAL, roots, &binding.to_bytes(), material).ok_or(ProviderError::BadMaterial)
}

/// Seals the private half of a wrapping key under the newest root version.
pub(crate) fn wrap_wrapping_key(
    roots: &RootKeys,
    rng: &dyn Rng,
    binding: &WrappingBinding<'_>,
    private: &SecretBytes,
) -> Result<Vec<u8>, ProviderError> {
    wrap(
        WRAPPING_KEY,
        roots.newest(),
        rng,
        &binding.to_bytes(),
        private.expose(),
    )
}

/// Opens what [`wrap_wrapping_key`] sealed.
pub(crate) fn unwrap_wrapping_key(
    roots: &RootKeys,
    binding: &WrappingBinding<'_>,
    sealed: &[u8],
) -> Result<SecretBytes, ProviderError> {
    unwrap(WRAPPING_KEY, roots, &binding.to_bytes(), sealed).ok_or(ProviderError::DoesNotOpen)
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
    unwrap(CELL, roots, &cell.to_bytes(), sealed).ok_or(ProviderError::DoesNotOpen)
}

fn wrap(
    kind: u8,
    root: &RootKey,
    rng: &dyn Rng,
    place: &[u8],
    secret: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let nonce: [u8; xaes::NONCE_LEN] = rng::draw(rng).map_err(|_| ProviderError::Random)?;
    let mut out = Vec::with_capacity(OVERHEAD + secret.len());
    out.push(kind);
    out.extend_from_slice(&root.version.to_be_bytes());
    let additional = [out.as_slice(), place].concat();
    out.extend_from_slice(&nonce);
    xaes::seal(root.key.expose(), &nonce, &additional, secret, &mut out)
        .map_err(|_| ProviderError::Incapable)?;
    Ok(out)
}

/// `None` for whatever is wrong.
fn unwrap(kind: u8, roots: &RootKeys, place: &[u8], wrapped: &[u8]) -> Option<SecretBytes> {
    let parts = Parts::read(kind, roots, wrapped)?;
    let additional = parts.additional(place);
    xaes::open(parts.root.key.expose(), parts.nonce, &additional, parts.body).ok()
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

    /// Opens into bytes that have the length of what was wrapped.
    fn open_into(&self, additional: &[u8], out: &mut [u8]) -> Result<(), OpenError> {
        xaes::open_into(self.root.key.expose(), self.nonce, additional, self.body, out)
    }
}
