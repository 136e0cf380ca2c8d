//! A token that wraps the key of a root key file.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use claviger_provider::ProviderError;
use claviger_provider_soft::{DeviceError, SealingDevice};
use claviger_secret::SecretBytes;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};

use crate::link::{raw, refusal};
use crate::module::{Live, Module};
use crate::seat::{Handles, Seat};
use crate::trouble::{self, Fault};
use crate::{Pkcs11Error, encrypt};

/// First byte of what is wrapped: AES-256-GCM, nonce, ciphertext and tag.
const FORMAT: u8 = 1;
/// What the wrapped key is for.
const ADDITIONAL: &[u8] = b"claviger sealing key of a root key file";

/// How often a token that is not there is looked for, and how long between.
const LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Which key of which token wraps.
#[derive(Debug)]
pub struct SealerSettings {
    /// The module of the vendor: a shared library.
    pub module: PathBuf,
    /// Labels or serial numbers of the tokens that hold the key. The first that can be reached is used.
    pub tokens: Vec<String>,
    /// The PIN of the user.
    pub pin: SecretBytes,
    /// Label of the AES-256 key. If no token has it, it is made in the first when something is to be wrapped.
    pub key: String,
}

/// Wraps sealing keys by an AES-256 key that never leaves its token.
pub struct TokenSealer {
    module: Arc<Module>,
    settings: SealerSettings,
}

impl TokenSealer {
    /// Loads the module and logs in to see that the token is there. Nothing is made.
    ///
    /// # Errors
    /// If the module or every token cannot be used, or a token does not take the PIN.
    pub fn open(settings: SealerSettings) -> Result<Self, Pkcs11Error> {
        let module = Module::open(&settings.module)?;
        let sealer = Self { module, settings };
        let mut live = sealer.module.live();
        let first = sealer.settings.tokens.first().ok_or(Pkcs11Error::NoToken)?;
        let present = sealer.present(&mut live);
        if present.is_empty() {
            live.only(first)?;
        }
        sealer.seat(&live, &present).map(drop)?;
        drop(live);
        Ok(sealer)
    }

    /// The tokens that are there. Some modules must look anew to see one that was not there before.
    fn present(&self, live: &mut Live) -> Vec<String> {
        let there = |live: &Live| -> Vec<String> {
            let names = self.settings.tokens.iter();
            names.filter(|name| live.only(name).is_ok()).cloned().collect()
        };
        for _ in 0..LOOKS {
            let present = there(live);
            if !present.is_empty() {
                return present;
            }
            if !self.module.renew(live, "") {
                thread::sleep(BETWEEN_LOOKS);
            }
        }
        there(live)
    }

    /// A session with the first of these tokens.
    fn seat(&self, live: &Live, tokens: &[String]) -> Result<Seat, Pkcs11Error> {
        let name = tokens.first().ok_or(Pkcs11Error::NoToken)?;
        let token = live.only(name)?;
        let handles = Handles::new(live.epoch);
        Seat::open(live, &token, &raw(&self.settings.pin), handles).map_err(|error| refusal(name, &error))
    }

    /// Does something with the key in a token that has it. Sessions are rare here, so each use opens its own.
    fn with_key<T>(
        &self,
        makes: bool,
        mut work: impl FnMut(&mut Seat, ObjectHandle) -> Result<T, Fault>,
    ) -> Result<T, DeviceError> {
        let mut live = self.module.live();
        let mut present = self.present(&mut live);
        if present.is_empty() {
            return Err(DeviceError::Unavailable(
                "no token of the root key is there".to_owned(),
            ));
        }
        let all = present.clone();
        while !present.is_empty() {
            let mut seat = self.seat(&live, &present).map_err(unavailable)?;
            match self.find(&seat).map_err(spoken)? {
                Some(key) => return work(&mut seat, key).map_err(spoken),
                None => present.remove(0),
            };
        }
        if !makes {
            return Err(DeviceError::Refused(format!(
                "no token has the key `{}`",
                self.settings.key
            )));
        }
        let mut seat = self.seat(&live, &all).map_err(unavailable)?;
        let key = self.make(&seat).map_err(spoken)?;
        work(&mut seat, key).map_err(spoken)
    }

    fn find(&self, seat: &Seat) -> Result<Option<ObjectHandle>, Fault> {
        let template = [
            Attribute::Label(self.settings.key.clone().into_bytes()),
            Attribute::Token(true),
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
        ];
        match trouble::checked(seat.session.find_objects(&template))?.as_slice() {
            [] if seat.is_whole() => Ok(None),
            [] => Err(Fault::Away),
            [key] => Ok(Some(*key)),
            [..] => Err(Fault::Is(ProviderError::BadMaterial)),
        }
    }

    fn make(&self, seat: &Seat) -> Result<ObjectHandle, Fault> {
        let id = seat.random(32)?;
        let template = [
            Attribute::Token(true),
            Attribute::Label(self.settings.key.clone().into_bytes()),
            Attribute::Id(id.expose().to_vec()),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::Sign(false),
            Attribute::Verify(false),
            Attribute::Wrap(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
            Attribute::ValueLen(32.into()),
        ];
        let made = seat.session.generate_key(&Mechanism::AesKeyGen, &template);
        trouble::checked(made)
    }
}

impl SealingDevice for TokenSealer {
    fn kind(&self) -> &'static str {
        "pkcs11"
    }

    fn wrap(&self, key: &[u8; 32]) -> Result<Vec<u8>, DeviceError> {
        let body = self.with_key(true, |seat, device| encrypt::seal(seat, device, ADDITIONAL, key))?;
        Ok([[FORMAT].as_slice(), &body].concat())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<SecretBytes, DeviceError> {
        let body = wrapped
            .strip_prefix(&[FORMAT])
            .ok_or_else(|| DeviceError::Refused("the wrapped key has an unknown format".to_owned()))?;
        self.with_key(false, |seat, device| {
            encrypt::unseal(seat, device, ADDITIONAL, body)
        })
    }
}

impl fmt::Debug for TokenSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSealer({:?})", self.settings.tokens)
    }
}

fn unavailable(error: Pkcs11Error) -> DeviceError {
    match error {
        Pkcs11Error::Pin { .. } | Pkcs11Error::Ambiguous(_) => DeviceError::Refused(error.to_string()),
        error => DeviceError::Unavailable(error.to_string()),
    }
}

/// What an operator can do about a fault.
fn spoken(fault: Fault) -> DeviceError {
    match fault {
        Fault::Is(ProviderError::DoesNotOpen) => {
            DeviceError::Refused("the key in the token did not wrap this".to_owned())
        }
        Fault::Is(ProviderError::BadMaterial) => {
            DeviceError::Refused("the token has several keys of this label".to_owned())
        }
        Fault::Is(ProviderError::Incapable) => {
            DeviceError::Refused("the token has no AES-GCM for this key".to_owned())
        }
        Fault::Is(_) | Fault::Away | Fault::Stale | Fault::Doubt | Fault::NotHere => {
            DeviceError::Unavailable("the token does not answer".to_owned())
        }
    }
}
