//! A service over a root key and a master key that tests rotate and retire, while it runs.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use claviger_model::{EncryptionAlgorithm, Material, ProtectionLevel, SignatureAlgorithm};
use claviger_provider::{
    Binding, Capability, Cell, Imported, Keeper, Provider, ProviderError, Sealed, Wrapped, WrappingBinding,
    WrappingKey,
};
use claviger_secret::SecretBytes;
use claviger_service::{Parts, Providers, Quotas, Rates, Service, wrapped_anew};
use claviger_store::SealedValue;
use claviger_testkit::{REGION, SeededRandom, World};

/// What every form begins with that a version after the first wraps.
const MARK: u8 = b'G';

/// A key with versions, 0 being the first.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    newest: AtomicU8,
    retired: Mutex<BTreeSet<u8>>,
    away: AtomicBool,
    /// How often somebody asked for another form.
    pub(crate) asked: AtomicUsize,
}

impl Versions {
    pub(crate) fn rotate(&self) {
        self.newest.fetch_add(1, Ordering::SeqCst);
    }

    /// All but the newest are gone.
    pub(crate) fn retire(&self) {
        let newest = self.newest.load(Ordering::SeqCst);
        self.retired.lock().unwrap().extend(0..newest);
    }

    pub(crate) fn go_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn wrap(&self, inner: &[u8]) -> Vec<u8> {
        match self.newest.load(Ordering::SeqCst) {
            0 => inner.to_vec(),
            version => [&[MARK, version], inner].concat(),
        }
    }

    fn wrap_material(&self, material: &Material) -> Material {
        Material(self.wrap(&material.0).into())
    }

    /// What the engine knows, and the version; nothing where that is gone.
    fn unwrap<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], u8)> {
        let (inner, version) = match bytes {
            [MARK, version, inner @ ..] => (inner, *version),
            inner => (inner, 0),
        };
        let gone = self.retired.lock().unwrap().contains(&version);
        (!gone).then_some((inner, version))
    }

    fn here(&self) -> Result<(), ProviderError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(ProviderError::Unavailable);
        }
        Ok(())
    }
}

/// A provider under such a key.
#[derive(Debug)]
pub(crate) struct Engine {
    provider: Arc<dyn Provider>,
    keeper: Arc<dyn Keeper>,
    capability: Capability,
    versions: Arc<Versions>,
}

impl Engine {
    fn open(&self, sealed: Sealed<'_>) -> Result<(Material, u8), ProviderError> {
        self.versions.here()?;
        let opened = self.versions.unwrap(&sealed.material.0);
        let (inner, version) = opened.ok_or(ProviderError::BadMaterial)?;
        Ok((Material(inner.into()), version))
    }
}

/// The engine below does software keys alone.
fn as_software<'a>(binding: &Binding<'a>) -> Binding<'a> {
    Binding {
        protection: ProtectionLevel::Software,
        ..*binding
    }
}

/// Calls the engine below with material as that knows it.
macro_rules! below {
    ($self:ident, $sealed:ident, $method:ident ( $($argument:expr),* )) => {{
        let (material, _) = $self.open($sealed)?;
        let sealed = Sealed { material: &material, binding: as_software(&$sealed.binding) };
        $self.provider.$method(sealed, $($argument),*).await
    }};
}

#[async_trait]
impl Provider for Engine {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    async fn generate(&self, binding: &Binding<'_>) -> Result<Material, ProviderError> {
        self.versions.here()?;
        let made = self.provider.generate(&as_software(binding)).await?;
        Ok(self.versions.wrap_material(&made))
    }

    async fn encrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ProviderError> {
        below!(self, sealed, encrypt(additional, plaintext, out))
    }

    async fn decrypt(
        &self,
        sealed: Sealed<'_>,
        additional: &[u8],
        body: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        below!(self, sealed, decrypt(additional, body))
    }

    async fn sign(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        below!(self, sealed, sign(algorithm, digest))
    }

    async fn verify(
        &self,
        sealed: Sealed<'_>,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, ProviderError> {
        below!(self, sealed, verify(algorithm, digest, signature))
    }

    async fn encrypt_to(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ProviderError> {
        below!(self, sealed, encrypt_to(algorithm, plaintext))
    }

    async fn decrypt_from(
        &self,
        sealed: Sealed<'_>,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Result<SecretBytes, ProviderError> {
        below!(self, sealed, decrypt_from(algorithm, ciphertext))
    }

    async fn public_key(&self, sealed: Sealed<'_>) -> Result<Vec<u8>, ProviderError> {
        below!(self, sealed, public_key())
    }

    async fn mac(&self, sealed: Sealed<'_>, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        below!(self, sealed, mac(message))
    }

    async fn verify_mac(
        &self,
        sealed: Sealed<'_>,
        message: &[u8],
        code: &[u8],
    ) -> Result<bool, ProviderError> {
        below!(self, sealed, verify_mac(message, code))
    }

    async fn wrapping_key(&self, key: &WrappingBinding<'_>) -> Result<WrappingKey, ProviderError> {
        self.versions.here()?;
        self.provider.wrapping_key(key).await
    }

    async fn import(&self, wrapped: Wrapped<'_>, binding: &Binding<'_>) -> Result<Imported, ProviderError> {
        self.versions.here()?;
        let imported = self.provider.import(wrapped, &as_software(binding)).await?;
        Ok(Imported {
            material: self.versions.wrap_material(&imported.material),
            ..imported
        })
    }

    async fn random(&self, length: usize) -> Result<SecretBytes, ProviderError> {
        self.provider.random(length).await
    }

    async fn rewrap(&self, sealed: Sealed<'_>) -> Result<Option<Material>, ProviderError> {
        self.versions.asked.fetch_add(1, Ordering::SeqCst);
        let (material, version) = self.open(sealed)?;
        let inner = Sealed {
            material: &material,
            binding: as_software(&sealed.binding),
        };
        assert_eq!(self.provider.rewrap(inner).await?, None);
        let newest = self.versions.newest.load(Ordering::SeqCst);
        Ok((version != newest).then(|| self.versions.wrap_material(&material)))
    }

    async fn destroy(&self, binding: &Binding<'_>) -> Result<(), ProviderError> {
        self.provider.destroy(binding).await
    }
}

impl Keeper for Engine {
    fn seal(&self, cell: &Cell<'_>, secret: &SecretBytes) -> Result<Box<[u8]>, ProviderError> {
        let sealed = self.keeper.seal(cell, secret)?;
        Ok(self.versions.wrap(&sealed).into())
    }

    fn open(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<SecretBytes, ProviderError> {
        let (inner, _) = self.versions.unwrap(sealed).ok_or(ProviderError::DoesNotOpen)?;
        self.keeper.open(cell, inner)
    }

    fn reseal(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<Option<Box<[u8]>>, ProviderError> {
        self.versions.asked.fetch_add(1, Ordering::SeqCst);
        let (inner, version) = self.versions.unwrap(sealed).ok_or(ProviderError::DoesNotOpen)?;
        self.keeper.open(cell, inner)?;
        let newest = self.versions.newest.load(Ordering::SeqCst);
        Ok((version != newest).then(|| self.versions.wrap(inner).into()))
    }
}

/// The service, and the keys under it.
pub(crate) struct Rig {
    pub(crate) world: World,
    pub(crate) root: Arc<Versions>,
    pub(crate) master: Arc<Versions>,
    pub(crate) keeper: Arc<Engine>,
    hsm: Arc<Engine>,
    pub(crate) service: Arc<Service>,
    pub(crate) store: Arc<dyn claviger_store::Store>,
}

impl Rig {
    /// On what a world left that was stopped.
    pub(crate) async fn over(mut world: World) -> Self {
        world.stop().await;
        let (root, master) = (Arc::new(Versions::default()), Arc::new(Versions::default()));
        let keeper = engine(&world, &root, ProtectionLevel::Software);
        let hsm = engine(&world, &master, ProtectionLevel::Hsm);
        let store: Arc<dyn claviger_store::Store> = world.open_store();
        let service = start(&world, [&keeper, &hsm], &store).await;
        Self {
            world,
            root,
            master,
            keeper,
            hsm,
            service,
            store,
        }
    }

    /// Another run of the server, which has seen nothing.
    pub(crate) async fn restart(self) -> Self {
        self.service.stop().await;
        // It holds the log.
        drop(self.service);
        let service = start(&self.world, [&self.keeper, &self.hsm], &self.store).await;
        Self { service, ..self }
    }

    /// All that is wrapped.
    pub(crate) async fn values(&self) -> Vec<SealedValue> {
        let (mut values, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.sealed(after.as_ref(), 100).await.unwrap();
            values.extend(page.values);
            match page.next {
                Some(next) => after = Some(next),
                None => return values,
            }
        }
    }

    /// How many values have another form than the newest; all have to open.
    pub(crate) async fn older(&self) -> usize {
        let mut older = 0;
        for value in self.values().await {
            let engine = match value.place.protection() {
                Some(ProtectionLevel::Hsm) => &self.hsm,
                _ => &self.keeper,
            };
            let anew = wrapped_anew(&value, engine.as_ref(), self.keeper.as_ref()).await;
            older += usize::from(anew.unwrap().is_some());
        }
        older
    }
}

fn engine(world: &World, versions: &Arc<Versions>, protection: ProtectionLevel) -> Arc<Engine> {
    let inner = world.open_provider();
    let capability = inner.capability().clone();
    Arc::new(Engine {
        capability: Capability {
            name: "engine-of-tests".into(),
            protection,
            ..capability
        },
        provider: Arc::clone(&inner) as _,
        keeper: inner,
        versions: Arc::clone(versions),
    })
}

async fn start(
    world: &World,
    [keeper, hsm]: [&Arc<Engine>; 2],
    store: &Arc<dyn claviger_store::Store>,
) -> Arc<Service> {
    let providers = Providers::new(Arc::clone(keeper) as _).with_hsm(Arc::clone(hsm) as _, Vec::new());
    let parts = Parts {
        store: Arc::clone(store),
        providers,
        keeper: Arc::clone(keeper) as _,
        audit: Arc::new(world.open_log()),
        index: Arc::new(world.index().clone()),
        followers: Vec::new(),
        clock: Arc::new(world.clock().clone()),
        random: Arc::new(SeededRandom::new(
            u64::from(keeper.versions.newest.load(Ordering::SeqCst)) + 1000,
        )),
        regions: vec![REGION.parse().unwrap()],
        nonce_limit: 1000,
        quotas: Quotas::default(),
        rates: Rates::default(),
        version: "test",
    };
    Arc::new(Service::start(parts).await.unwrap())
}
