//! Devices that open root keys.

use claviger_provider_pkcs11::{SealerSettings, TokenSealer};
use claviger_provider_soft::Sealer;
use claviger_seal_tpm::{TpmSealer, TpmSettings};

use super::{chain, pin};
use crate::config::Seal;
use crate::output::Failure;

/// The TPM that the settings name.
pub(super) fn tpm(seal: &Seal) -> Result<Sealer, Failure> {
    let settings = TpmSettings {
        tcti: seal.tcti.clone(),
        pcrs: seal.pcrs.clone(),
        parent: seal.parent,
    };
    let tpm = TpmSealer::open(&settings).map_err(|error| Failure::failed(chain(&error)))?;
    Ok(Sealer::device(Box::new(tpm)))
}

/// The token that the settings name. It makes its wrapping key when there is something to wrap.
pub(super) fn token(seal: &Seal) -> Result<Sealer, Failure> {
    let (Some(module), Some(token)) = (&seal.module, &seal.token) else {
        return Err(Failure::usage("a seal of kind pkcs11 needs a module and a token"));
    };
    let settings = SealerSettings {
        module: module.clone(),
        tokens: vec![token.clone()],
        pin: pin(&seal.pin, token)?,
        key: seal.label.clone(),
    };
    let token = TokenSealer::open(settings).map_err(|error| Failure::failed(chain(&error)))?;
    Ok(Sealer::device(Box::new(token)))
}
