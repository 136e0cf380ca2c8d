//! Algorithms over bytes.
//!
//! Symmetric keys come in as borrowed bytes for one call and are forgotten with it. Private keys of key pairs are
//! opened once into an object that is used many times, because checking and preparing them costs more than a
//! signature; whoever owns the object decides how long it lives. Nothing here reads a clock or does input or output.
//! The crate knows no key ids, states or formats of ours; what a ciphertext is bound to, the caller says in the
//! additional data.
//!
//! - [`xaes`]: what software keys encrypt with; random nonces without a message limit.
//! - [`gcm`]: AES-GCM with 96-bit nonces, for wrapping and for envelope format 2.
//! - [`rsa`]: signatures and encryption with RSA.
//! - [`ec`]: ECDSA on four curves.
//! - [`sm2`]: signatures and encryption with SM2.
//! - [`sm4`]: SM4-GCM, envelope format 3.
//! - [`kwp`]: AES key wrap, with and without padding.
//! - [`password`]: what is kept of the passwords of people.
//! - [`hmac`] and [`digest`]: message authentication codes and digests, those of SM3 included.
//! - [`rng`]: where keys and nonces are drawn from.
//!
//! A new algorithm is one module: functions over byte slices and arrays, errors that carry nothing, its standard named
//! under `SOURCE:`, and the vectors of that standard in its tests.

mod aead;
mod aes;
pub mod digest;
pub mod ec;
mod encoding;
mod error;
pub mod gcm;
pub mod hmac;
pub mod kwp;
pub mod password;
pub mod rng;
pub mod rsa;
pub mod sm2;
pub mod sm4;
pub mod xaes;

pub use aes::AesKey;
pub use error::{GenerateError, KeyError, KeyLengthError, OpenError, PasswordError, SealError, SignError};
pub use rng::{Rng, RngError, SystemRng};
