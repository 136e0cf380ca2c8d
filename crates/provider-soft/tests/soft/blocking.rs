//! What takes long leaves the thread that serves others.

use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};

use claviger_crypto::SystemRng;
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, Material, SignatureAlgorithm};
use claviger_provider::{Provider, Sealed, Wrapped, WrappingBinding};
use tokio::runtime::{Builder, Runtime};

use crate::fixtures::{Place, golden_keys, hex, provider_of, run, spec, text};
use crate::module::{in_module, module_with};

const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
const PSS: SignatureAlgorithm = SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256);

/// A runtime whose only thread for long work is busy until the sender is used or dropped.
fn busy() -> (Runtime, mpsc::Sender<()>) {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (sender, receiver) = mpsc::channel();
    runtime.spawn_blocking(move || receiver.recv());
    (runtime, sender)
}

/// Whether work waits for that thread. It must end well once the thread is free.
fn waits<T, E: std::fmt::Debug>(work: impl Future<Output = Result<T, E>>) -> bool {
    let (runtime, sender) = busy();
    let mut work = pin!(work);
    let first = {
        let _inside = runtime.enter();
        work.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    };
    drop(sender);
    match first {
        Poll::Ready(done) => {
            done.unwrap();
            false
        }
        Poll::Pending => {
            runtime.block_on(work).unwrap();
            true
        }
    }
}

fn pair(index: usize) -> (Place, Material) {
    let keys = golden_keys();
    let pair = &keys["pairs"][index];
    let material = Material(hex(pair, "/material").into_boxed_slice());
    (Place::golden().of(spec(pair, "/spec")), material)
}

#[test]
fn private_operations_of_rsa_do_not_run_on_the_threads_of_the_runtime() {
    let provider = provider_of("root-key-file.json");
    let (place, material) = pair(0);
    let sealed = place.sealed(&material);
    let ciphertext = hex(&golden_keys(), "/pairs/0/ciphertext");
    assert!(waits(provider.public_key(sealed)), "opening");
    assert!(waits(provider.sign(sealed, PSS, &[7; 32])), "signing");
    assert!(
        waits(provider.decrypt_from(sealed, OAEP, &ciphertext)),
        "decrypting"
    );
    assert!(
        waits(provider.generate(&Place::numbered(1).of(KeySpec::Rsa2048).binding())),
        "making"
    );
    let golden = Place::golden();
    assert!(
        waits(provider.wrapping_key(&golden.wrapping())),
        "making a wrapping key"
    );
    let (private, bytes) = (
        hex(&golden_keys(), "/import/sealed/0"),
        hex(&golden_keys(), "/import/wrapped/oaep-sha256"),
    );
    let wrapped = Wrapped {
        wrapping: golden.wrapping(),
        private: &private,
        algorithm: OAEP,
        bytes: &bytes,
        pair: None,
    };
    assert!(waits(provider.import(wrapped, &golden.binding())), "importing");
}

#[test]
fn quick_operations_run_at_once() {
    let provider = provider_of("root-key-file.json");
    let (place, material) = pair(0);
    let sealed = place.sealed(&material);
    let signature = run(provider.sign(sealed, PSS, &[7; 32])).unwrap();
    assert!(!waits(provider.verify(sealed, PSS, &[7; 32], &signature)));
    assert!(!waits(provider.encrypt_to(sealed, OAEP, b"plaintext")));
    assert!(!waits(provider.public_key(sealed)));

    let (place, material) = pair(3);
    assert_eq!(text(&golden_keys(), "/pairs/3/spec"), "ec-p256");
    let sealed = place.sealed(&material);
    let ecdsa = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
    assert!(!waits(provider.sign(sealed, ecdsa, &[7; 32])));
    assert!(!waits(provider.generate(&place.binding())));
}

#[test]
fn an_open_rsa_key_is_shared_and_forgotten() {
    let provider = provider_of("root-key-file.json");
    let (place, material) = pair(0);
    let sealed = place.sealed(&material);
    assert!(waits(provider.public_key(sealed)), "it must be opened");
    assert!(!waits(provider.public_key(sealed)), "it is open");
    run(provider.destroy(&place.binding())).unwrap();
    assert!(waits(provider.public_key(sealed)), "it must be opened again");
}

/// With SM2 it is encrypting, decrypting and verifying that takes long.
#[test]
fn sm2_signs_at_once_and_does_the_rest_aside() {
    let module = module_with(Arc::new(SystemRng));
    let place = Place::golden().of(KeySpec::Sm2);
    let binding = in_module(&place);
    assert!(!waits(module.generate(&binding)));
    let material = run(module.generate(&binding)).unwrap();
    let sealed = Sealed {
        material: &material,
        binding,
    };
    assert!(!waits(module.sign(sealed, SignatureAlgorithm::Sm2Dsa, &[7; 32])));
    let pke = EncryptionAlgorithm::Sm2Pke;
    let ciphertext = run(module.encrypt_to(sealed, pke, b"plaintext")).unwrap();
    let signature = run(module.sign(sealed, SignatureAlgorithm::Sm2Dsa, &[7; 32])).unwrap();
    assert!(waits(module.encrypt_to(sealed, pke, b"plaintext")));
    assert!(waits(module.decrypt_from(sealed, pke, &ciphertext)));
    assert!(waits(module.verify(
        sealed,
        SignatureAlgorithm::Sm2Dsa,
        &[7; 32],
        &signature
    )));
    let wrapping = WrappingBinding {
        spec: KeySpec::Sm2,
        ..place.wrapping()
    };
    assert!(!waits(module.wrapping_key(&wrapping)));
}
