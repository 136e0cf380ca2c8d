//! Root keys sealed to a TPM: a software TPM (`swtpm`), reached as a real one is.
#![cfg(feature = "tpm")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers run in tests only, which should stop there"
)]

mod emulator;
mod listener;
mod sealing;
