//! Algorithms over bytes.
//!
//! Keys come in as borrowed bytes for one call and are forgotten with it: nothing here holds a key, reads a clock or
//! does input or output. The crate knows no key ids, states or formats; what a ciphertext is bound to, the caller says
//! in the additional data.
//!
//! - [`xaes`]: what software keys encrypt with; random nonces without a message limit.
//! - [`gcm`]: AES-GCM with 96-bit nonces, for wrapping and for envelope format 2.
//! - [`hmac`] and [`digest`]: HMAC-SHA-256 and SHA-256.
//! - [`rng`]: where keys and nonces are drawn from.
//!
//! A new algorithm is one module: functions over byte slices and arrays, errors that carry nothing, its standard named
//! under `SOURCE:`, and the vectors of that standard in its tests.

mod aead;
pub mod digest;
mod error;
pub mod gcm;
pub mod hmac;
pub mod rng;
pub mod xaes;

pub use error::{KeyLengthError, OpenError, SealError};
pub use rng::{Rng, RngError, SystemRng};
