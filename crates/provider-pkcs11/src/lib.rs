//! Keys in PKCS#11 tokens: hardware security modules, and SoftHSM2 and kryoptic in tests.
//!
//! - [`Pkcs11Provider`] makes, uses and destroys keys inside one token, or inside several that hold the same keys.
//! - [`TokenSealer`] lets a token wrap the key that a root key file is sealed with.
//!
//! Keys are token objects, sensitive and not extractable; what the store keeps as material is a reference without
//! secrets. What a token can do is found out when it is first there: from its list of mechanisms, and then by trying, for
//! lists tell neither the hashes of OAEP nor the curves. What it cannot do is not in the capability table.
//!
//! Of AES, only keys of 256 bits are offered: the envelope has no format for shorter ones with a 96-bit nonce. Key pairs
//! are not taken from outside: a token does not tell whether what it unwrapped was a whole pair and nothing else, and of
//! a curve's private key not even the public half. There is no standard mechanism for SM2, SM3 and SM4.
//!
//! A token may go away and come back. Calls wait for it as long as the settings say and then fail as unavailable. That a
//! key is gone is said only while the token is whole; nothing is ever cleaned up because it was not found. Some modules,
//! SoftHSM2 among them, do not see a token that came back before they are initialised again: that is done when no other
//! token of the module is in use.
//!
//! The crate knows no callers, no key states and no store. A new kind of key is a row in `abilities`, with a trial, and a
//! template in `template`; the compiler names the rest.
//!
//! SOURCE: OASIS, PKCS #11 Cryptographic Token Interface Base Specification and Current Mechanisms Specification, versions
//! 2.40 and 3.0.

mod abilities;
mod capability;
mod der;
mod destroy;
mod encrypt;
mod error;
mod found;
mod generate;
mod import;
mod link;
mod mac;
mod measure;
mod mechanism;
mod module;
mod pair;
mod place;
mod pool;
mod provider;
mod public;
mod queue;
mod reference;
mod sealer;
mod seat;
mod settings;
mod sign;
mod template;
mod trial;
mod trouble;
mod worker;
mod wrapping;

pub use error::Pkcs11Error;
pub use pool::TokenHealth;
pub use provider::Pkcs11Provider;
pub use sealer::{SealerSettings, TokenSealer};
pub use settings::{DEFAULT_PATIENCE, DEFAULT_SESSIONS, Settings};
