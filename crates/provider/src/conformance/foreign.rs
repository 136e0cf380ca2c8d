//! Checks that keys do nothing that keys of their kind do not do.

use claviger_model::Family;

use super::pair::{digest_for, encryptions, signatures};
use super::place::Key;
use super::{must, must_fail};
use crate::Provider;
use crate::ProviderError::Incapable;

/// Tries everything of other families with a key. What pairs do among themselves is checked with them.
pub(super) async fn check(provider: &dyn Provider, key: &Key) {
    let (spec, sealed) = (key.place.spec, key.sealed());
    let case = |operation: &str| format!("{spec:?}: {operation}");
    if spec.family() != Family::Cipher {
        let mut out = Vec::new();
        let done = provider.encrypt(sealed, b"", b"plaintext", &mut out).await;
        must_fail(done, &[Incapable], case("encrypt"));
        must(out.is_empty().then_some(()).ok_or("bytes"), case("encrypt"));
        let opened = provider.decrypt(sealed, b"", &[0; 64]).await;
        must_fail(opened, &[Incapable], case("decrypt"));
    }
    if spec.family() != Family::Mac {
        let made = provider.mac(sealed, b"message").await;
        must_fail(made, &[Incapable], case("make a code"));
        let verified = provider.verify_mac(sealed, b"message", &[0; 32]).await;
        must_fail(verified, &[Incapable], case("check a code"));
    }
    if !spec.is_asymmetric() {
        must_fail(
            provider.public_key(sealed).await,
            &[Incapable],
            case("public key"),
        );
        for algorithm in signatures() {
            let digest = digest_for(algorithm);
            let signed = provider.sign(sealed, algorithm, &digest).await;
            must_fail(signed, &[Incapable], case("sign"));
            let verified = provider.verify(sealed, algorithm, &digest, &[0; 64]).await;
            must_fail(verified, &[Incapable], case("verify"));
        }
        for algorithm in encryptions() {
            let encrypted = provider.encrypt_to(sealed, algorithm, b"plaintext").await;
            must_fail(encrypted, &[Incapable], case("encrypt to the public key"));
            let opened = provider.decrypt_from(sealed, algorithm, &[1; 256]).await;
            must_fail(opened, &[Incapable], case("decrypt with the private key"));
        }
    }
}
