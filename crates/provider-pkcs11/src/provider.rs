//! The provider as the rest of the system sees it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use async_trait::async_trait;
use claviger_model::{Clock, EncryptionAlgorithm, Material, SignatureAlgorithm};
use claviger_provider::{
    Binding, Capability, Imported, Provider, ProviderError, Sealed, Wrapped, WrappingBinding, WrappingKey,
};
use claviger_secret::SecretBytes;
use quick_cache::sync::Cache;

use crate::abilities::Abilities;
use crate::found::Found;
use crate::link::Link;
use crate::module::{Module, lock};
use crate::pool::{Pool, Route, TokenHealth};
use crate::public::Public;
use crate::reference::{self, Id};
use crate::seat::Seat;
use crate::{Pkcs11Error, Settings};
use crate::{destroy, encrypt, generate, import, mac, sign, wrapping};

/// Public halves that are kept open.
const PUBLICS: usize = 10_000;

/// Keys in a PKCS#11 token, or in several that hold the same keys.
///
/// Its calls need a tokio runtime with a timer.
pub struct Pkcs11Provider {
    pub(crate) found: Arc<Found>,
    pub(crate) pool: Pool,
    /// Public halves that were proved to be those of keys in the token.
    pub(crate) publics: Cache<Id, Arc<Public>>,
    pub(crate) clock: Arc<dyn Clock>,
    /// The day, since 1970, that old wrapping keys were last looked for.
    pub(crate) swept: AtomicI64,
}

impl Pkcs11Provider {
    /// Loads the module, logs in to every token that is there, and finds out what they can do, which takes up to some
    /// seconds: call it from a thread that may wait. Tokens may go and come back, and come later.
    ///
    /// # Errors
    /// If the module or a token that is there cannot be used, or a token does not take the PIN, which is tried once.
    pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, Pkcs11Error> {
        let first = settings.tokens.first().ok_or(Pkcs11Error::NoToken)?;
        let module = Module::open(&settings.module)?;
        module.look_for(&settings.tokens);
        let found = Arc::new(Found::new(first));
        let mut common: Option<(Arc<Link>, Abilities)> = None;
        let mut links = Vec::with_capacity(settings.tokens.len());
        for (number, name) in settings.tokens.iter().enumerate() {
            let link = Link::new(&module, number, name, &settings.pin, settings.sessions, &found);
            let link = Arc::new(link);
            links.push(link.clone());
            let (seat, abilities) = match link.open() {
                Ok(opened) => opened,
                Err(Pkcs11Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            take_seat(&link, seat);
            match &mut common {
                Some((_, common)) => common.meet(&abilities),
                None => common = Some((link, abilities)),
            }
        }
        if let Some((link, abilities)) = common {
            let admitted = found.admit(link.label(), &abilities);
            admitted.map_err(|_| Pkcs11Error::Incapable(link.label().to_owned()))?;
        }
        Ok(Self {
            found,
            pool: Pool::start(links, settings.patience)?,
            publics: Cache::new(PUBLICS),
            clock,
            swept: AtomicI64::new(i64::MIN),
        })
    }

    /// Whether the tokens can be reached, in the order of the settings. A token that is away is looked for every second.
    pub fn health(&self) -> Vec<TokenHealth> {
        self.pool.health()
    }

    /// Refuses keys that are not in the table.
    pub(crate) fn check(&self, binding: &Binding<'_>) -> Result<(), ProviderError> {
        let capability = self.found.capability();
        if binding.protection == capability.protection && capability.makes(binding.spec) {
            Ok(())
        } else {
            Err(ProviderError::Incapable)
        }
    }
}

fn take_seat(link: &Link, seat: Seat) {
    if let Some(place) = link.places.first() {
        *lock(&place.seat) = Some(seat);
    }
}

impl fmt::Debug for Pkcs11Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pkcs11Provider({})", self.found.capability().name)
    }
}

#[async_trait]
impl Provider for Pkcs11Provider {
    fn capability(&self) -> &Capability {
        self.found.capability()
    }

    async fn generate(&self, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        generate::generate(self, binding).await
    }

    async fn encrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError> {
        encrypt::encrypt(self, sealed, additional, plaintext, out).await
    }

    async fn decrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        body: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        encrypt::decrypt(self, sealed, additional, body).await
    }

    async fn sign(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        sign::sign(self, sealed, algorithm, digest).await
    }

    async fn verify(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        sign::verify(self, sealed, algorithm, digest, signature).await
    }

    async fn encrypt_to(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        sign::encrypt_to(self, sealed, algorithm, plaintext).await
    }

    async fn decrypt_from(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        sign::decrypt_from(self, sealed, algorithm, ciphertext).await
    }

    async fn public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        sign::public_key(self, sealed).await
    }

    async fn mac(&self, sealed: Sealed<'_>, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        mac::mac(self, sealed, message).await
    }

    async fn verify_mac(
        &self,
        sealed: Sealed<'_>,
        message: &[u8],
        code: &[u8],
    ) -> Result<bool, ProviderError> {
        mac::verify_mac(self, sealed, message, code).await
    }

    async fn wrapping_key(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        wrapping::wrapping_key(self, key).await
    }

    async fn import(&self, wrapped: Wrapped<'_>, binding: &Binding<'_>) -> Result<Imported, ProviderError> {
        import::import(self, wrapped, binding).await
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        self.pool.call(Route::Any, move |seat| seat.random(length)).await
    }

    /// No key of ours wraps material: there is never anything to do.
    async fn rewrap(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        let (binding, material) = (&sealed.binding, &sealed.material.0);
        if binding.spec.is_asymmetric() {
            reference::read_pair(binding, material)?;
        } else {
            reference::read_secret(binding, material)?;
        }
        Ok(None)
    }

    async fn destroy(&self, binding: &Binding<'_>) -> Result<(), ProviderError> {
        destroy::destroy(self, binding).await
    }
}
