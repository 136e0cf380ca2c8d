//! A build without TPM support says so.
#![cfg(not(feature = "tpm"))]

use claviger_seal_tpm::{TpmSealer, TpmSettings};

#[test]
fn a_build_without_tpm_support_says_so() {
    let error = TpmSealer::open(&TpmSettings::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the sealing device cannot be reached: this build has no TPM support (cargo feature `tpm`)"
    );
}
