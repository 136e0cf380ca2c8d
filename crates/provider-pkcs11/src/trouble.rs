//! What the return values of a module mean here.

use claviger_provider::ProviderError;
use cryptoki::error::{Error, RvError};

/// What is to be done about a failed call of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Session or token are gone: another session, and again.
    Lost,
    /// It may be the token and it may be the bytes; modules say so for anything.
    Vague,
    /// The handle means nothing any more.
    Handle,
    /// The bytes are at fault.
    Data,
    /// The token does not do that.
    Cannot,
    /// The PIN. To be tried by nobody again.
    Pin,
}

/// How a try of a call ended that has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The answer.
    Is(ProviderError),
    /// The token cannot be reached.
    Away,
    /// A handle that was good is not.
    Stale,
    /// The token is whole and has no such key, though this process used it: worth a second look.
    Doubt,
    /// The token is whole and has no such key.
    NotHere,
}

impl From<ProviderError> for Fault {
    fn from(error: ProviderError) -> Self {
        Self::Is(error)
    }
}

/// Reads a failure.
///
/// SOURCE: PKCS #11 version 2.40, section 5.1.
pub(crate) fn read(error: &Error) -> Trouble {
    let Error::Pkcs11(value, _) = error else {
        // The module lacks a function, or a value does not fit its types.
        return Trouble::Cannot;
    };
    match value {
        RvError::TokenNotPresent
        | RvError::TokenNotRecognized
        | RvError::DeviceRemoved
        | RvError::DeviceMemory
        | RvError::SlotIdInvalid
        | RvError::SessionHandleInvalid
        | RvError::SessionClosed
        | RvError::SessionCount
        | RvError::CryptokiNotInitialized
        | RvError::UserNotLoggedIn
        | RvError::OperationActive
        | RvError::OperationNotInitialized
        | RvError::FunctionCanceled
        | RvError::Cancel
        | RvError::HostMemory
        | RvError::CantLock
        | RvError::TokenWriteProtected => Trouble::Lost,
        RvError::GeneralError
        | RvError::FunctionFailed
        | RvError::FunctionRejected
        | RvError::DeviceError
        | RvError::VendorDefined => Trouble::Vague,
        RvError::ObjectHandleInvalid
        | RvError::KeyHandleInvalid
        | RvError::UnwrappingKeyHandleInvalid
        | RvError::WrappingKeyHandleInvalid => Trouble::Handle,
        RvError::EncryptedDataInvalid
        | RvError::EncryptedDataLenRange
        | RvError::DataInvalid
        | RvError::DataLenRange
        | RvError::WrappedKeyInvalid
        | RvError::WrappedKeyLenRange
        | RvError::SignatureInvalid
        | RvError::SignatureLenRange
        // Said, too, of ciphertexts that are numbers beyond an RSA modulus.
        | RvError::ArgumentsBad => Trouble::Data,
        RvError::PinIncorrect
        | RvError::PinInvalid
        | RvError::PinLenRange
        | RvError::PinExpired
        | RvError::PinLocked
        | RvError::UserPinNotInitialized
        | RvError::UserAnotherAlreadyLoggedIn
        | RvError::UserTooManyTypes => Trouble::Pin,
        _ => Trouble::Cannot,
    }
}

/// What a failure means where no bytes of callers could be at fault.
pub(crate) fn plain(error: &Error) -> Fault {
    match read(error) {
        Trouble::Lost | Trouble::Vague | Trouble::Pin => Fault::Away,
        Trouble::Handle => Fault::Stale,
        Trouble::Data | Trouble::Cannot => {
            // Tries at the start find out like that what a token lacks.
            tracing::debug!(%error, "a PKCS#11 token refused a call");
            Fault::Is(ProviderError::Incapable)
        }
    }
}

/// The result of a call that no bytes of callers can spoil.
pub(crate) fn checked<T>(result: cryptoki::error::Result<T>) -> Result<T, Fault> {
    result.map_err(|error| plain(&error))
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn a_lost_token_is_away_and_a_wrong_mechanism_is_not() {
        let said = |value| plain(&Error::Pkcs11(value, Function::Encrypt));
        for value in [
            RvError::TokenNotPresent,
            RvError::DeviceRemoved,
            RvError::SessionHandleInvalid,
            RvError::CryptokiNotInitialized,
            RvError::DeviceError,
        ] {
            assert_eq!(said(value), Fault::Away, "{value:?}");
        }
        assert_eq!(said(RvError::ObjectHandleInvalid), Fault::Stale);
        let refused = Fault::Is(ProviderError::Incapable);
        assert_eq!(said(RvError::MechanismInvalid), refused);
        assert_eq!(said(RvError::ArgumentsBad), refused);
        assert_eq!(said(RvError::MechanismParamInvalid), refused);
        assert_eq!(plain(&Error::NullFunctionPointer), refused);
    }
}
