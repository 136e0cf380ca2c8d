//! Does the suite see flaws? A toy provider passes it; with any one flaw it must not.

mod keeper;
mod pairs;
mod toy;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use claviger_model::HashAlgorithm;

use super::*;
use pairs::ToyClient;
use toy::{Flaw, Toy};

/// Runs what never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the toy never waits"),
    }
}

/// What the suite says of a toy with this flaw; nothing if it passes.
fn complaint(flaw: Flaw) -> Option<String> {
    let toy = Toy::new(flaw);
    let checked = catch_unwind(AssertUnwindSafe(|| {
        run(check_provider(&toy, &ToyClient::default()));
        check_keeper(&toy);
    }));
    let panic = checked.err()?;
    let fixed = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    fixed.or_else(|| panic.downcast_ref().cloned())
}

#[test]
fn a_flawless_provider_passes_and_the_rest_is_named() {
    assert_eq!(complaint(Flaw::None), None);
    let report = run(check_provider(&Toy::new(Flaw::None), &ToyClient::default()));
    let made = [KeySpec::Aes256, KeySpec::Rsa2048, KeySpec::HmacSha256];
    assert_eq!(report.passed, made);
    let skipped: Vec<_> = KeySpec::ALL
        .iter()
        .copied()
        .filter(|spec| !made.contains(spec))
        .collect();
    assert_eq!(report.skipped, skipped);
    let (pss, pkcs1) = (
        SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256),
        SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256),
    );
    assert_eq!(
        report.signatures,
        [pss, pkcs1].map(|algorithm| (KeySpec::Rsa2048, algorithm))
    );
    let oaep = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
    assert_eq!(report.encryptions, [(KeySpec::Rsa2048, oaep)]);
}

/// Flaws, and what the suite says of each.
type Cases<'a> = [(Flaw, &'a str)];

fn check(flaws: &Cases<'_>) {
    for (flaw, expected) in flaws {
        let complaint = complaint(*flaw);
        let found = complaint
            .as_ref()
            .is_some_and(|complaint| complaint.contains(expected));
        assert!(found, "{flaw:?}: {complaint:?}");
    }
}

#[test]
fn flaws_of_ciphers_and_keepers_are_found_and_named() {
    check(&[
        (Flaw::RepeatsNonces, "a nonce came twice"),
        (Flaw::LeaksPlaintext, "the plaintext stands in the body"),
        (
            Flaw::IgnoresAdditional,
            "additional data: bit 0 of byte 0 flipped",
        ),
        (Flaw::IgnoresTag, "bit 0 of byte 0 flipped"),
        (Flaw::ChecksHalfTheTag, "bit 0 of byte 32 flipped"),
        (Flaw::IgnoresPlace, "closed, another account"),
        (Flaw::CacheIgnoresPlace, "open, another account"),
        (Flaw::CacheIgnoresMaterial, "open, another place: encrypt"),
        (Flaw::ChecksPlaceToEncryptOnly, "open, another account: decrypt"),
        (Flaw::IgnoresMaterialEnd, "closed, material: a byte behind"),
        (Flaw::WritesBeforeItFails, "the buffer changed"),
        (Flaw::ReplacesTheBuffer, "the bytes in front are gone"),
        (Flaw::MakesEverything, "generate for Aes192"),
        (Flaw::MakesEveryProtection, "generate for Aes256 Hsm"),
        (Flaw::ForgettingDestroys, "the stored material does not open"),
        (Flaw::SameKeyForAll, "another key"),
        (Flaw::ConstantRandom, "the same bytes as before"),
        (Flaw::ShortRandom, "random 1001: wrong length"),
        (Flaw::TellsWhy, "Some(Unavailable) is none of [DoesNotOpen]"),
        (Flaw::RowTwice, "the table names a spec twice"),
        (Flaw::NoName, "the provider must have a name"),
        (Flaw::CellsIgnored, "Cell { table: \"user\""),
        (Flaw::CellsJoined, "Cell { table: \"access_keys\""),
        (Flaw::CellsRepeat, "the same sealed bytes twice"),
        (Flaw::CellsOpenDamaged, "bit 0 of byte 0 flipped"),
        (Flaw::CipherAmongOthers, "a cipher stands among the others"),
        (Flaw::ImportsWithoutDoor, "wrapping keys that cannot be"),
        (Flaw::EncryptsWithAnything, "Rsa2048: encrypt"),
    ]);
}

#[test]
fn flaws_of_pairs_are_found_and_named() {
    check(&[
        (Flaw::SignsAnyLength, "a digest of 0 bytes"),
        (Flaw::SignsAsAnything, "sign as Ecdsa(Sha1)"),
        (
            Flaw::SignsWithAnotherKey,
            "the signature is not one of the public key",
        ),
        (Flaw::VerifiesAnything, "another key takes the signature"),
        (Flaw::VerifiesPrefix, "signature: a byte behind"),
        (
            Flaw::VerifiesOtherAlgorithms,
            "RsaPss(Sha256) passes for RsaPkcs1(Sha256)",
        ),
        (
            Flaw::VerifiesOtherDigests,
            "another digest has the same signature",
        ),
        (Flaw::MalformedIsAnError, "verify as RsaPss(Sha256): the input"),
        (Flaw::PublicKeyVaries, "public key: another one"),
        (Flaw::PublicKeyOfAll, "public key: that of another key"),
        (Flaw::EncryptsTooMuch, "a byte too many"),
        (Flaw::EncryptsAlike, "the same ciphertext twice"),
        (Flaw::EncryptsAsPkcs1, "encrypt as RsaPkcs1"),
        (Flaw::EncryptsNothing, "no algorithm for EncryptDecrypt"),
        (
            Flaw::DecryptsDamaged,
            "ciphertext: a bit of the first byte flipped",
        ),
        (Flaw::DecryptTellsWhy, "Some(BadInput) is none of [DoesNotOpen]"),
    ]);
}

#[test]
fn a_module_that_keeps_its_keys_passes() {
    assert_eq!(complaint(Flaw::Keeps), None);
}

#[test]
fn flaws_of_destruction_and_of_wrapping_anew_are_found_and_named() {
    check(&[
        (
            Flaw::KeepsAfterDestroy,
            "destroyed: encrypt: None is none of [BadMaterial]",
        ),
        (Flaw::DestroysOnce, "destroy again: the provider is unavailable"),
        (Flaw::DestroysAll, "encrypt: the stored material does not open"),
        (Flaw::RewrapsTheSame, "rewrap: the same material"),
        (Flaw::RewrapsForever, "rewrap: material came back twice"),
        (Flaw::RewrapsAnotherKey, "decrypt: the sealed bytes do not open"),
        (Flaw::RewrapsDamaged, "it became material"),
        (
            Flaw::RewrapEndsTheOld,
            "decrypt: the stored material does not open",
        ),
    ]);
}

#[test]
fn flaws_of_codes_are_found_and_named() {
    check(&[
        (Flaw::CodeOfLength, "message: bit 0 of byte 0 flipped"),
        (Flaw::CodeOfPrefix, "code: cut to 0 bytes"),
        (Flaw::CodeIsShort, "length of the code"),
        (Flaw::CodeVaries, "0 bytes: another code"),
        (Flaw::CodeOfAll, "another key takes it"),
        (Flaw::CodesWithAnything, "Aes256: make a code"),
    ]);
}

#[test]
fn flaws_of_imports_are_found_and_named() {
    check(&[
        (Flaw::DoorsOfAnySpec, "wrapping key Aes256"),
        (Flaw::DoorForAll, "the same wrapping key for another account"),
        (Flaw::DoorForEveryKey, "import for another account"),
        (Flaw::ImportIgnoresKey, "import for another account"),
        (Flaw::ImportTakesAnyLength, "import Aes256 of 0 bytes"),
        (Flaw::ImportTakesAnyPadding, "of what was wrapped as"),
        (Flaw::ImportTakesAnySpec, "import Aes192"),
        (Flaw::ImportTakesAnyAlgorithm, "import as RsaOaep(Sha1)"),
        (
            Flaw::ImportTellsWhy,
            "Some(BadInput) is none of [BadImport(Length), BadImport(Unwrap)]",
        ),
        (Flaw::ImportMakesItUp, "decrypt"),
        (
            Flaw::PrintFollowsVersion,
            "another fingerprint for the same material",
        ),
        (
            Flaw::PrintIgnoresKey,
            "import for another account: the same fingerprint",
        ),
        (
            Flaw::PrintIgnoresMaterial,
            "the same fingerprint for other material",
        ),
    ]);
}

#[test]
fn flaws_of_imported_pairs_are_found_and_named() {
    check(&[
        (Flaw::PairAmongCiphers, "pairs that cannot be"),
        (Flaw::PairMakesItUp, "import Rsa2048: another public key"),
        (Flaw::PairPrintVaries, "another fingerprint for the same pair"),
        (
            Flaw::PairWithoutPrivateKey,
            "import Rsa2048 without a private key",
        ),
        (Flaw::PairForSecrets, "import Aes256 with a private key"),
        (
            Flaw::PairUnderAnyBytes,
            "under a temporary key of 0 bytes: Some(BadImport(PrivateKey))",
        ),
        (
            Flaw::PairUnderAnyKey,
            "under a temporary key of 16 bytes and not 32",
        ),
        (Flaw::PairNotLookedAt, "import Rsa2048: one byte"),
        (Flaw::PairIgnoresTag, "wrapped pair: a bit in the middle flipped"),
        (
            Flaw::PairTellsOfPkcs1,
            "Some(BadImport(TemporaryKey)) is none of [BadImport(Unwrap), BadImport(Unwrap)]",
        ),
    ]);
}
