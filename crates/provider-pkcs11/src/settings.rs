//! What an operator says about a token.

use std::path::PathBuf;
use std::time::Duration;

use claviger_secret::SecretBytes;

/// Sessions per token where the operator names no number: what SoftHSM2 is fastest with.
pub const DEFAULT_SESSIONS: usize = 1;

/// How long calls wait for a token where the operator says nothing.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(5);

/// Where the keys are.
#[derive(Debug)]
pub struct Settings {
    /// The module of the vendor: a shared library.
    pub module: PathBuf,
    /// Labels or serial numbers of the tokens. Several hold the same keys: the vendor's cluster or a cloning ceremony sees
    /// to that. The first that can be reached is used.
    pub tokens: Vec<String>,
    /// The PIN of the user, the same for all of them.
    pub pin: SecretBytes,
    /// Sessions per token that use keys, each on a thread of its own; at least one. More help with devices that work on
    /// several calls at a time, as those in the network do, and slow down those that do not. One more makes and destroys
    /// keys.
    pub sessions: usize,
    /// How long a call waits for a token that is away or busy.
    pub patience: Duration,
}
