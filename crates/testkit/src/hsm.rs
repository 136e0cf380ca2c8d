//! A module in hardware, as far as tests need one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use claviger_crypto::SystemRng;
use claviger_model::{EncryptionAlgorithm, Material, SignatureAlgorithm};
use claviger_provider::{
    Binding, Capability, Imported, Provider, ProviderError, Sealed, Wrapped, WrappingBinding, WrappingKey,
};
use claviger_provider_managed::MANAGED;
use claviger_provider_soft::{RootKeys, SoftProvider};
use claviger_secret::SecretBytes;
use tokio::sync::watch;

/// Keys that it keeps open.
const OPEN_KEYS: usize = 1000;

/// All that the managed HSM can; and it keeps the keys.
static CAPABILITY: LazyLock<Capability> = LazyLock::new(|| Capability {
    name: "hsm-of-tests".into(),
    keeps_keys: true,
    ..MANAGED.clone()
});

/// Holds keys of the protection level HSM: the engine of the managed HSM, in this process. It can be away, and it knows
/// what it holds: what it has destroyed it does not open any more. Clones are one and the same, and outlive services.
#[derive(Debug, Clone, Default)]
pub struct Hsm(Arc<State>);

#[derive(Default)]
struct State {
    away: AtomicBool,
    /// Whether it keeps what it makes to itself.
    silent: watch::Sender<bool>,
    /// What it holds of each version, by its binding: what came last.
    held: Mutex<BTreeMap<Vec<u8>, Material>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.held.lock().unwrap().len();
        let away = self.away.load(Ordering::SeqCst);
        f.debug_struct("State")
            .field("away", &away)
            .field("silent", &*self.silent.borrow())
            .field("held", &held)
            .finish()
    }
}

impl Hsm {
    /// Nobody reaches it from now on.
    pub fn go_away(&self) {
        self.0.away.store(true, Ordering::SeqCst);
    }

    /// What it makes from now on it makes, but nobody hears of it until it is back.
    pub fn fall_silent(&self) {
        self.0.silent.send_replace(true);
    }

    /// It answers again.
    pub fn come_back(&self) {
        self.0.away.store(false, Ordering::SeqCst);
        self.0.silent.send_replace(false);
    }

    /// How many versions it holds.
    pub fn held(&self) -> usize {
        self.0.held.lock().unwrap().len()
    }

    /// The provider over it.
    pub(crate) fn over(&self, roots: Arc<RootKeys>) -> Module {
        Module {
            engine: SoftProvider::new(&CAPABILITY, roots, Arc::new(SystemRng), OPEN_KEYS),
            state: Arc::clone(&self.0),
        }
    }
}

/// See [`Hsm`].
#[derive(Debug)]
pub(crate) struct Module {
    engine: SoftProvider,
    state: Arc<State>,
}

impl Module {
    /// The engine, if it can be reached.
    fn engine(&self) -> Result<&SoftProvider, ProviderError> {
        if self.state.away.load(Ordering::SeqCst) {
            Err(ProviderError::Unavailable)
        } else {
            Ok(&self.engine)
        }
    }

    /// The same, and what it holds of a version. What it gave away refers to that.
    fn engine_of(&self, place: &Binding<'_>) -> Result<(&SoftProvider, Material), ProviderError> {
        let engine = self.engine()?;
        let held = self.state.held.lock().unwrap();
        let material = held.get(&place.to_bytes()).cloned();
        Ok((engine, material.ok_or(ProviderError::BadMaterial)?))
    }

    fn hold(&self, place: &Binding<'_>, material: &Material) {
        let mut held = self.state.held.lock().unwrap();
        held.insert(place.to_bytes(), material.clone());
    }
}

#[async_trait]
impl Provider for Module {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn generate(&self, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        let material = self.engine()?.generate(binding).await?;
        self.hold(binding, &material);
        let mut silent = self.state.silent.subscribe();
        let spoke = silent.wait_for(|silent| !silent).await;
        spoke.map_err(|_| ProviderError::Unavailable)?;
        Ok(material)
    }

    async fn encrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.encrypt(sealed, additional, plaintext, out).await
    }

    async fn decrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        body: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.decrypt(sealed, additional, body).await
    }

    async fn sign(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.sign(sealed, algorithm, digest).await
    }

    async fn verify(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.verify(sealed, algorithm, digest, signature).await
    }

    async fn encrypt_to(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.encrypt_to(sealed, algorithm, plaintext).await
    }

    async fn decrypt_from(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.decrypt_from(sealed, algorithm, ciphertext).await
    }

    async fn public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.public_key(sealed).await
    }

    async fn mac(&self, sealed: Sealed<'_>, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.mac(sealed, message).await
    }

    async fn verify_mac(
        &self,
        sealed: Sealed<'_>,
        message: &[u8],
        code: &[u8],
    ) -> Result<bool, ProviderError> {
        let (engine, material) = self.engine_of(&sealed.binding)?;
        let sealed = Sealed {
            material: &material,
            ..sealed
        };
        engine.verify_mac(sealed, message, code).await
    }

    async fn wrapping_key(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        self.engine()?.wrapping_key(key).await
    }

    async fn import(&self, wrapped: Wrapped<'_>, binding: &Binding<'_>) -> Result<Imported, ProviderError> {
        let imported = self.engine()?.import(wrapped, binding).await?;
        self.engine.destroy(binding).await?;
        self.hold(binding, &imported.material);
        Ok(imported)
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        self.engine()?.random(length).await
    }

    async fn rewrap(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        self.engine()?.rewrap(sealed).await
    }

    async fn destroy(&self, binding: &Binding<'_>) -> Result<(), ProviderError> {
        let engine = self.engine()?;
        self.state.held.lock().unwrap().remove(&binding.to_bytes());
        engine.destroy(binding).await
    }
}
