//! The software provider: key material wrapped by a root key.
//!
//! - [`RootKeys`] holds the root key in locked memory. On disk it exists only sealed, in one file.
//! - [`Sealer`] is what seals it there: a key file, a passphrase, a [`SealingDevice`], or a recovery key in
//!   shares. A file has as many seals as it needs, and each opens it alone.
//! - [`SoftProvider`] makes, wraps and uses keys, and seals the small secrets of the store.
//!
//! Every byte that this crate leaves on a disk or in a store is described in `docs/stored-formats.md`.
//!
//! The crate knows no callers, no key states and no store. Where a passphrase comes from is for others to say. A
//! new kind of device is a [`SealingDevice`] of another crate and a word in `sealer/device.rs`; any other kind of
//! sealer is a variant of [`SealerKind`] with its module under `sealer/`; a new kind of key is a row of the
//! capability table, and the compiler names the rest.

mod asymmetric;
mod blocking;
mod cache;
mod capability;
mod encrypt;
mod error;
mod generate;
mod import;
mod keeper;
mod mac;
mod open;
mod pair;
mod provider;
mod public;
mod recovery;
mod root;
mod sealer;
mod secret_key;
mod shifts;
mod wrap;

pub use capability::SOFTWARE;
pub use error::{ChangeError, CreateError, OpenError, SealerError, SealerKinds};
pub use provider::{DEFAULT_CACHE_CAPACITY, SoftProvider};
pub use public::PublicKey;
pub use recovery::{RecoveryError, Share};
pub use root::{DrillReport, RootKeys, SealInfo, ShareCounts};
pub use sealer::{DeviceError, Sealer, SealerKind, SealingDevice};
