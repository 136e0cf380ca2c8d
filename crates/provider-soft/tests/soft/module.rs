//! SM2 and SM4, which only the tables of modules have. The `openssl` command is the owner again.

use std::sync::Arc;

use claviger_crypto::{Rng, SystemRng, sm2, sm4};
use claviger_model::{EncryptionAlgorithm, KeySpec, Material, ProtectionLevel, SignatureAlgorithm};
use claviger_provider::{
    Binding, Imported, Provider, ProviderError, Sealed, Wrapped, WrappedPair, WrappingBinding, WrappingKey,
};
use claviger_provider_managed::MANAGED;
use claviger_provider_soft::{RootKeys, SoftProvider};

use crate::fixtures::{FailingRng, Place, fixture, key_file, run};
use crate::import_pairs::Owner;

const IDENTITY: &str = "distid:1234567812345678";
const MESSAGE: &[u8] = b"what do ya want for nothing?";

/// The engine of a module with this generator.
pub(crate) fn module_with(rng: Arc<dyn Rng>) -> SoftProvider {
    let roots = RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap();
    SoftProvider::new(&MANAGED, roots.into(), rng, 100)
}

/// The golden place in a module, for a key of that spec.
pub(crate) fn in_module(place: &Place) -> Binding<'_> {
    Binding {
        protection: ProtectionLevel::Hsm,
        ..place.binding()
    }
}

/// An engine, and an SM2 key as a way in for the key at the golden place.
struct Rig {
    module: SoftProvider,
    door: WrappingKey,
}

impl Rig {
    fn new() -> Self {
        let module = module_with(Arc::new(SystemRng));
        let place = Place::golden();
        let wrapping = WrappingBinding {
            spec: KeySpec::Sm2,
            ..place.wrapping()
        };
        let door = run(module.wrapping_key(&wrapping)).unwrap();
        Self { module, door }
    }

    fn import(&self, spec: KeySpec, bytes: &[u8], pair: Option<&[u8]>) -> Result<Imported, ProviderError> {
        let place = Place::golden().of(spec);
        let wrapped = Wrapped {
            wrapping: WrappingBinding {
                spec: KeySpec::Sm2,
                ..place.wrapping()
            },
            private: &self.door.private,
            algorithm: EncryptionAlgorithm::Sm2Pke,
            bytes,
            pair: pair.map(|bytes| WrappedPair {
                bytes,
                temporary_key: None,
            }),
        };
        run(self.module.import(wrapped, &in_module(&place)))
    }
}

fn sealed<'a>(place: &'a Place, material: &'a Material) -> Sealed<'a> {
    Sealed {
        material,
        binding: in_module(place),
    }
}

#[test]
fn a_pair_of_openssl_comes_in_under_sm2_and_works_as_it_did_at_home() {
    let rig = Rig::new();
    for bytes in [16, 24, 32] {
        let owner = Owner::new();
        owner.makes("SM2");
        let (key, pair) = owner.wraps(&rig.door, bytes, "");
        let imported = rig.import(KeySpec::Sm2, &key, Some(&pair)).unwrap();
        let place = Place::golden().of(KeySpec::Sm2);
        let sealed = sealed(&place, &imported.material);
        owner.openssl("pkey -in pem -pubout -outform DER -out spki");
        let public = run(rig.module.public_key(sealed)).unwrap();
        assert_eq!(public, owner.take("spki"));

        let digest = sm2::digest(&public, MESSAGE).unwrap();
        let signature = run(rig.module.sign(sealed, SignatureAlgorithm::Sm2Dsa, &digest)).unwrap();
        owner.put("signature", &signature);
        owner.put("message", MESSAGE);
        owner.openssl("pkey -in pem -pubout -out public");
        owner.openssl(&format!(
            "dgst -sm3 -verify public -sigopt {IDENTITY} -signature signature message"
        ));

        owner.openssl("pkeyutl -encrypt -pubin -inkey public -in message -out ciphertext");
        let opened =
            run(rig
                .module
                .decrypt_from(sealed, EncryptionAlgorithm::Sm2Pke, &owner.take("ciphertext")));
        assert_eq!(opened.unwrap().expose(), MESSAGE);
        let encrypted = run(rig
            .module
            .encrypt_to(sealed, EncryptionAlgorithm::Sm2Pke, MESSAGE));
        owner.put("ours", &encrypted.unwrap());
        owner.openssl("pkeyutl -decrypt -inkey pem -in ours -out opened");
        assert_eq!(owner.take("opened"), MESSAGE);
    }
}

/// The same number in another structure is the same material; another number is another.
#[test]
fn a_pair_is_known_again_however_it_is_encoded() {
    let rig = Rig::new();
    let owner = Owner::new();
    owner.makes("SM2");
    let print = |owner: &Owner| {
        let (key, pair) = owner.wraps(&rig.door, 32, "");
        rig.import(KeySpec::Sm2, &key, Some(&pair)).unwrap().fingerprint
    };
    let first = print(&owner);
    for options in ["-no_public", "-conv_form compressed"] {
        owner.openssl(&format!("ec -in pem {options} -outform DER -out sec1"));
        owner.openssl("pkcs8 -topk8 -nocrypt -inform DER -in sec1 -outform DER -out der");
        assert!(print(&owner) == first, "{options}");
    }
    owner.makes("SM2");
    assert!(print(&owner) != first);
}

/// What it encrypts under a key that is known outside has the form that everybody reads.
#[test]
fn an_sm4_key_of_openssl_comes_in_under_sm2_and_encrypts_as_the_standard_says() {
    let rig = Rig::new();
    let owner = Owner::new();
    owner.put("wrapping", &rig.door.public);
    owner.openssl("rand -out secret 16");
    owner.openssl("pkeyutl -encrypt -pubin -keyform DER -inkey wrapping -in secret -out wrapped");
    let imported = rig.import(KeySpec::Sm4, &owner.take("wrapped"), None).unwrap();
    let place = Place::golden().of(KeySpec::Sm4);
    let sealed = sealed(&place, &imported.material);
    let key: [u8; 16] = owner.take("secret").try_into().unwrap();

    let mut body = Vec::new();
    run(rig.module.encrypt(sealed, b"additional", MESSAGE, &mut body)).unwrap();
    let (nonce, rest) = body.split_first_chunk().unwrap();
    let opened = sm4::open(&key, nonce, b"additional", rest).unwrap();
    assert_eq!(opened.expose(), MESSAGE);

    let mut outside = vec![9; 12];
    sm4::seal(&key, &[9; 12], b"", MESSAGE, &mut outside).unwrap();
    let opened = run(rig.module.decrypt(sealed, b"", &outside)).unwrap();
    assert_eq!(opened.expose(), MESSAGE);
}

#[test]
fn without_randomness_nothing_is_encrypted_under_sm4() {
    // One draw for the key, one to wrap it.
    let module = module_with(Arc::new(FailingRng::after(2)));
    let place = Place::golden().of(KeySpec::Sm4);
    let material = run(module.generate(&in_module(&place))).unwrap();
    let mut out = b"before".to_vec();
    let encrypted = run(module.encrypt(sealed(&place, &material), b"", MESSAGE, &mut out));
    assert_eq!(encrypted, Err(ProviderError::Random));
    assert_eq!(out, b"before");
}
