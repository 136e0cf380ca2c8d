//! Message authentication codes.

use claviger_crypto::hmac::{self, Algorithm};
use claviger_model::{Family, KeySpec, MacAlgorithm};
use claviger_provider::{ProviderError, Sealed};

use crate::open;
use crate::provider::SoftProvider;

/// See [`claviger_provider::Provider::mac`].
pub(crate) fn mac(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    message: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let algorithm = algorithm(sealed.binding.spec)?;
    open::with_secret_key(provider, &sealed, Family::Mac, |key| {
        Ok(hmac::mac(algorithm, key, message))
    })
}

/// See [`claviger_provider::Provider::verify_mac`].
pub(crate) fn verify_mac(
    provider: &SoftProvider,
    sealed: Sealed<'_>,
    message: &[u8],
    code: &[u8],
) -> Result<bool, ProviderError> {
    let algorithm = algorithm(sealed.binding.spec)?;
    open::with_secret_key(provider, &sealed, Family::Mac, |key| {
        Ok(hmac::verify(algorithm, key, message, code))
    })
}

fn algorithm(spec: KeySpec) -> Result<Algorithm, ProviderError> {
    Ok(match MacAlgorithm::of(spec).ok_or(ProviderError::Incapable)? {
        MacAlgorithm::HmacSha224 => Algorithm::Sha224,
        MacAlgorithm::HmacSha256 => Algorithm::Sha256,
        MacAlgorithm::HmacSha384 => Algorithm::Sha384,
        MacAlgorithm::HmacSha512 => Algorithm::Sha512,
        MacAlgorithm::HmacSm3 => Algorithm::Sm3,
    })
}
