//! What the root key wraps: material of keys, wrapping keys for their import, small secrets of the store, and two
//! things of the root key file itself.
//!
//! All have the form header ‖ nonce ‖ ciphertext ‖ tag, where the header is one byte for kind and format and the root
//! version as big-endian u32. XAES-256-GCM under that root version, bound to the header and the place:
//! `docs/adr/0002-root-key-wrapping.md` says why not plain AES-256-GCM.

use std::sync::Arc;

use claviger_crypto::{OpenError, Rng, rng, xaes};
use claviger_provider::{Binding, Cell, ProviderError, WrappingBinding};
use claviger_secret::{LockedKey, LockedPool, PoolError, SecretBytes};

use crate::CreateError;
use crate::root::{RootKey, RootKeys};
use crate::secret_key::{FillError, SecretKey};

/// First byte of wrapped material.
const MATERIAL: u8 = 1;
/// First byte of a sealed cell.
const CELL: u8 = 2;
/// First byte of the private half of a wrapping key.
const WRAPPING_KEY: u8 = 3;
/// First byte of a sealing key in a root key file.
const SEALING_KEY: u8 = 4;
/// First byte of the next version of the root key in a root key file.
const LINK: u8 = 5;
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
    wrap(MATERIAL, &roots.newest(), rng, &binding.to_bytes(), key)
}

/// Opens a secret key of `len` bytes that [`wrap_material`] wrapped, into locked memory.
pub(crate) fn unwrap_secret_key(
    roots: &RootKeys,
    binding: &Binding<'_>,
    len: usize,
    material: &[u8],
) -> Result<SecretKey, ProviderError> {
    let (parts, root) = Parts::read(MATERIAL, roots, material).ok_or(ProviderError::BadMaterial)?;
    let additional = parts.additional(&binding.to_bytes());
    SecretKey::fill(roots.pool(), len, |key| parts.open_into(&root, &additional, key)).map_err(|error| {
        match error {
            FillError::Fill(OpenError) => ProviderError::BadMaterial,
            FillError::Memory => ProviderError::Unavailable,
        }
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
        &roots.newest(),
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
    wrap(CELL, &roots.newest(), rng, &cell.to_bytes(), secret.expose())
}

/// Opens what [`wrap_cell`] sealed.
pub(crate) fn unwrap_cell(
    roots: &RootKeys,
    cell: &Cell<'_>,
    sealed: &[u8],
) -> Result<SecretBytes, ProviderError> {
    unwrap(CELL, roots, &cell.to_bytes(), sealed).ok_or(ProviderError::DoesNotOpen)
}

/// Wraps material anew that an older root version wrapped; nothing if the newest did.
pub(crate) fn rewrap_material(
    roots: &RootKeys,
    rng: &dyn Rng,
    binding: &Binding<'_>,
    material: &[u8],
) -> Result<Option<Vec<u8>>, ProviderError> {
    rewrap(MATERIAL, roots, rng, &binding.to_bytes(), material).ok_or(ProviderError::BadMaterial)?
}

/// Seals a cell anew that an older root version sealed; nothing if the newest did.
pub(crate) fn rewrap_cell(
    roots: &RootKeys,
    rng: &dyn Rng,
    cell: &Cell<'_>,
    sealed: &[u8],
) -> Result<Option<Vec<u8>>, ProviderError> {
    rewrap(CELL, roots, rng, &cell.to_bytes(), sealed).ok_or(ProviderError::DoesNotOpen)?
}

/// What [`wrap_sealing_key`] and [`wrap_link`] wrapped does not open.
pub(crate) enum KeyError {
    /// Wrapped under another version, changed, or not for this place.
    DoesNotOpen,
    Memory(PoolError),
}

impl From<PoolError> for KeyError {
    fn from(error: PoolError) -> Self {
        Self::Memory(error)
    }
}

/// Wraps the key of a seal of the root key file under a root version.
pub(crate) fn wrap_sealing_key(
    root: &RootKey,
    rng: &dyn Rng,
    place: &[u8],
    key: &LockedKey<32>,
) -> Result<Vec<u8>, CreateError> {
    close(SEALING_KEY, root, rng, place, key.expose())
}

/// Opens what [`wrap_sealing_key`] wrapped under that version.
pub(crate) fn unwrap_sealing_key(
    root: &RootKey,
    pool: &LockedPool<32>,
    place: &[u8],
    wrapped: &[u8],
) -> Result<LockedKey<32>, KeyError> {
    unwrap_key(SEALING_KEY, root, pool, place, wrapped)
}

/// Wraps the version of the root key that comes after `root`.
pub(crate) fn wrap_link(
    root: &RootKey,
    rng: &dyn Rng,
    place: &[u8],
    next: &LockedKey<32>,
) -> Result<Vec<u8>, CreateError> {
    close(LINK, root, rng, place, next.expose())
}

/// Opens what [`wrap_link`] wrapped under that version.
pub(crate) fn unwrap_link(
    root: &RootKey,
    pool: &LockedPool<32>,
    place: &[u8],
    wrapped: &[u8],
) -> Result<LockedKey<32>, KeyError> {
    unwrap_key(LINK, root, pool, place, wrapped)
}

fn unwrap_key(
    kind: u8,
    root: &RootKey,
    pool: &LockedPool<32>,
    place: &[u8],
    wrapped: &[u8],
) -> Result<LockedKey<32>, KeyError> {
    let parts = Parts::cut(kind, wrapped)
        .filter(|parts| parts.root_version() == root.version)
        .ok_or(KeyError::DoesNotOpen)?;
    let additional = parts.additional(place);
    pool.fill(|key| {
        parts
            .open_into(root, &additional, key)
            .map_err(|OpenError| KeyError::DoesNotOpen)
    })
}

/// `None` for what does not open.
fn rewrap(
    kind: u8,
    roots: &RootKeys,
    rng: &dyn Rng,
    place: &[u8],
    wrapped: &[u8],
) -> Option<Result<Option<Vec<u8>>, ProviderError>> {
    let newest = roots.newest();
    let secret = unwrap(kind, roots, place, wrapped)?;
    if Parts::cut(kind, wrapped)?.root_version() == newest.version {
        return Some(Ok(None));
    }
    Some(wrap(kind, &newest, rng, place, secret.expose()).map(Some))
}

fn wrap(
    kind: u8,
    root: &RootKey,
    rng: &dyn Rng,
    place: &[u8],
    secret: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    close(kind, root, rng, place, secret).map_err(|error| match error {
        CreateError::Random(_) => ProviderError::Random,
        _ => ProviderError::Incapable,
    })
}

fn close(
    kind: u8,
    root: &RootKey,
    rng: &dyn Rng,
    place: &[u8],
    secret: &[u8],
) -> Result<Vec<u8>, CreateError> {
    let nonce: [u8; xaes::NONCE_LEN] = rng::draw(rng)?;
    let mut out = Vec::with_capacity(OVERHEAD + secret.len());
    out.push(kind);
    out.extend_from_slice(&root.version.to_be_bytes());
    let additional = [out.as_slice(), place].concat();
    out.extend_from_slice(&nonce);
    xaes::seal(root.key.expose(), &nonce, &additional, secret, &mut out)?;
    Ok(out)
}

/// `None` for whatever is wrong.
fn unwrap(kind: u8, roots: &RootKeys, place: &[u8], wrapped: &[u8]) -> Option<SecretBytes> {
    let (parts, root) = Parts::read(kind, roots, wrapped)?;
    let additional = parts.additional(place);
    xaes::open(root.key.expose(), parts.nonce, &additional, parts.body).ok()
}

/// Wrapped bytes, cut into their parts.
struct Parts<'a> {
    header: &'a [u8; HEADER_LEN],
    nonce: &'a [u8; xaes::NONCE_LEN],
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    /// `None` for another kind, or too few bytes.
    fn cut(kind: u8, wrapped: &'a [u8]) -> Option<Self> {
        let (header, rest) = wrapped.split_first_chunk::<HEADER_LEN>()?;
        let (nonce, body) = rest.split_first_chunk()?;
        let [first, ..] = *header;
        (first == kind).then_some(Self { header, nonce, body })
    }

    /// The same, with the root version that wrapped; `None` where it is unknown.
    fn read(kind: u8, roots: &RootKeys, wrapped: &'a [u8]) -> Option<(Self, Arc<RootKey>)> {
        let parts = Self::cut(kind, wrapped)?;
        let root = roots.version(parts.root_version())?;
        Some((parts, root))
    }

    fn root_version(&self) -> u32 {
        let [_, version @ ..] = *self.header;
        u32::from_be_bytes(version)
    }

    fn additional(&self, place: &[u8]) -> Vec<u8> {
        [self.header.as_slice(), place].concat()
    }

    /// Opens into bytes that have the length of what was wrapped.
    fn open_into(&self, root: &RootKey, additional: &[u8], out: &mut [u8]) -> Result<(), OpenError> {
        xaes::open_into(root.key.expose(), self.nonce, additional, self.body, out)
    }
}
