//! Key pairs from outside. The `openssl` command is the owner: it makes them, wraps them, and checks what they sign.

use std::fs;
use std::process::Command;

use claviger_crypto::digest;
use claviger_crypto::rsa::{RsaEncryption, RsaPublicKey};
use claviger_crypto::{AesKey, kwp};
use claviger_model::{EncryptionAlgorithm, HashAlgorithm, KeySpec, SignatureAlgorithm};
use claviger_provider::{ImportFault, Imported, Provider, ProviderError, Wrapped, WrappedPair, WrappingKey};
use claviger_provider_soft::{RootKeys, SOFTWARE, SoftProvider};
use tempfile::TempDir;

use crate::fixtures::{FailingRng, Place, fixture, key_file, provider_of, run};

const OAEP: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha256);
const OAEP_SHA1: EncryptionAlgorithm = EncryptionAlgorithm::RsaOaep(HashAlgorithm::Sha1);
const PKCS1: EncryptionAlgorithm = EncryptionAlgorithm::RsaPkcs1;
const MESSAGE: &[u8] = b"what do ya want for nothing?";

/// The specs with the options that make such a key.
const SPECS: [(KeySpec, &str); 7] = [
    (KeySpec::Rsa2048, "RSA -pkeyopt rsa_keygen_bits:2048"),
    (KeySpec::Rsa3072, "RSA -pkeyopt rsa_keygen_bits:3072"),
    (KeySpec::Rsa4096, "RSA -pkeyopt rsa_keygen_bits:4096"),
    (KeySpec::EcP256, "EC -pkeyopt ec_paramgen_curve:P-256"),
    (KeySpec::EcP256k, "EC -pkeyopt ec_paramgen_curve:secp256k1"),
    (KeySpec::EcP384, "EC -pkeyopt ec_paramgen_curve:P-384"),
    (KeySpec::EcP521, "EC -pkeyopt ec_paramgen_curve:P-521"),
];

fn digits(bytes: &[u8]) -> String {
    let pairs = bytes.iter().map(|byte| format!("{byte:02x}"));
    pairs.collect::<Vec<_>>().concat()
}

/// The owner's folder.
pub(crate) struct Owner(TempDir);

impl Owner {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn put(&self, name: &str, content: &[u8]) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    pub(crate) fn take(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    /// Runs the command with the words of `line`; it must succeed.
    pub(crate) fn openssl(&self, line: &str) {
        let output = Command::new("openssl")
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {line}: {errors}");
    }

    /// A new key pair as PKCS#8 in DER, from PEM, and in the files `pem` and `der`.
    pub(crate) fn makes(&self, options: &str) -> Vec<u8> {
        self.openssl(&format!("genpkey -algorithm {options} -out pem"));
        self.openssl("pkcs8 -topk8 -nocrypt -in pem -outform DER -out der");
        self.take("der")
    }

    /// Wraps the file `der` under a new temporary key, and that with the wrapping key.
    pub(crate) fn wraps(&self, door: &WrappingKey, bytes: usize, options: &str) -> (Vec<u8>, Vec<u8>) {
        self.put("wrapping", &door.public);
        self.openssl(&format!("rand -out temporary {bytes}"));
        let digits = digits(&self.take("temporary"));
        self.openssl(&format!(
            "pkeyutl -encrypt -pubin -keyform DER -inkey wrapping -in temporary -out key {options}"
        ));
        let bits = bytes * 8;
        self.openssl(&format!(
            "enc -id-aes{bits}-wrap-pad -K {digits} -iv A65959A6 -in der -out pair"
        ));
        (self.take("key"), self.take("pair"))
    }

    /// Whether a signature is one of the key in the file `pem`.
    pub(crate) fn verifies(&self, signature: &[u8], options: &str) {
        self.put("signature", signature);
        self.put("message", MESSAGE);
        self.openssl("pkey -in pem -pubout -out public");
        self.openssl(&format!(
            "dgst -sha256 -verify public -signature signature {options} message"
        ));
    }
}

/// A provider, and a way in for the key at the golden place.
struct Rig {
    provider: SoftProvider,
    door: WrappingKey,
}

impl Rig {
    fn new() -> Self {
        let provider = provider_of("root-key-file.json");
        let door = run(provider.wrapping_key(&Place::golden().wrapping())).unwrap();
        Self { provider, door }
    }

    fn import(
        &self,
        spec: KeySpec,
        algorithm: EncryptionAlgorithm,
        bytes: &[u8],
        pair: Option<&[u8]>,
    ) -> Result<Imported, ProviderError> {
        let place = Place::golden().of(spec);
        let wrapped = Wrapped {
            wrapping: place.wrapping(),
            private: &self.door.private,
            algorithm,
            bytes,
            pair: pair.map(|bytes| WrappedPair {
                bytes,
                temporary_key: None,
            }),
        };
        run(self.provider.import(wrapped, &place.binding()))
    }

    /// Wraps a temporary key.
    fn wrap(&self, algorithm: EncryptionAlgorithm, temporary: &[u8]) -> Vec<u8> {
        let padding = match algorithm {
            OAEP => RsaEncryption::OaepSha256,
            OAEP_SHA1 => RsaEncryption::OaepSha1,
            _ => RsaEncryption::Pkcs1V15,
        };
        let key = RsaPublicKey::from_spki(&self.door.public).unwrap();
        key.encrypt(padding, temporary).unwrap()
    }

    /// Imports what was wrapped properly.
    fn import_inside(
        &self,
        spec: KeySpec,
        algorithm: EncryptionAlgorithm,
        inside: &[u8],
    ) -> Result<Imported, ProviderError> {
        let temporary = [7; 32];
        let pair = kwp::wrap_padded(&temporary, inside).unwrap();
        self.import(spec, algorithm, &self.wrap(algorithm, &temporary), Some(&pair))
    }

    /// What is wrong with this, as far as it is told.
    fn faults(&self, spec: KeySpec, inside: &[u8]) -> [ProviderError; 3] {
        [OAEP, OAEP_SHA1, PKCS1].map(|algorithm| self.import_inside(spec, algorithm, inside).unwrap_err())
    }
}

/// What answers a private key that is none of the spec: OAEP tells, the other does not.
fn private_key() -> [ProviderError; 3] {
    [
        ImportFault::PrivateKey,
        ImportFault::PrivateKey,
        ImportFault::Unwrap,
    ]
    .map(ProviderError::BadImport)
}

#[test]
fn pairs_of_openssl_come_in_and_sign_as_they_did_at_home() {
    let rig = Rig::new();
    let oaep = "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256";
    let wrappings = [
        (OAEP, oaep, 32),
        (OAEP_SHA1, "-pkeyopt rsa_padding_mode:oaep", 16),
        (PKCS1, "-pkeyopt rsa_padding_mode:pkcs1", 24),
    ];
    let digest = digest::sha256(MESSAGE);
    for ((spec, options), (algorithm, padding, bytes)) in SPECS.into_iter().zip(wrappings.into_iter().cycle())
    {
        let owner = Owner::new();
        owner.makes(options);
        let (key, pair) = owner.wraps(&rig.door, bytes, padding);
        let imported = rig.import(spec, algorithm, &key, Some(&pair)).unwrap();
        let place = Place::golden().of(spec);
        let sealed = place.sealed(&imported.material);
        owner.openssl("pkey -in pem -pubout -outform DER -out public");
        assert_eq!(
            run(rig.provider.public_key(sealed)).unwrap(),
            owner.take("public"),
            "{spec:?}"
        );
        let (algorithm, options) = match spec {
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => (
                SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256),
                "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
            ),
            _ => (SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256), ""),
        };
        let signature = run(rig.provider.sign(sealed, algorithm, &digest)).unwrap();
        owner.verifies(&signature, options);
    }
}

/// The same numbers in another structure are the same material; other numbers are another.
#[test]
fn a_pair_is_known_again_however_it_is_encoded() {
    let rig = Rig::new();
    let owner = Owner::new();
    let der = owner.makes(SPECS[3].1);
    let print = |inside: &[u8]| {
        let imported = rig.import_inside(KeySpec::EcP256, OAEP, inside).unwrap();
        imported.fingerprint
    };
    let first = print(&der);
    for options in ["-no_public", "-conv_form compressed"] {
        owner.openssl(&format!("ec -in pem {options} -outform DER -out sec1"));
        owner.openssl("pkcs8 -topk8 -nocrypt -inform DER -in sec1 -outform DER -out other");
        let other = owner.take("other");
        assert_ne!(other, der, "{options}");
        assert!(print(&other) == first, "{options}");
    }
    let another = Owner::new().makes(SPECS[3].1);
    assert!(print(&another) != first);
}

#[test]
fn every_flipped_byte_of_what_was_wrapped_is_refused() {
    let rig = Rig::new();
    let der = Owner::new().makes(SPECS[3].1);
    let temporary = [7; 32];
    let pair = kwp::wrap_padded(&temporary, &der).unwrap();
    for (algorithm, told) in [(OAEP, ImportFault::PrivateKey), (PKCS1, ImportFault::Unwrap)] {
        let bytes = rig.wrap(algorithm, &temporary);
        assert!(
            rig.import(KeySpec::EcP256, algorithm, &bytes, Some(&pair))
                .is_ok()
        );
        for at in 0..pair.len() {
            let mut changed = pair.clone();
            changed[at] ^= 1 << (at % 8);
            let refused = rig.import(KeySpec::EcP256, algorithm, &bytes, Some(&changed));
            assert_eq!(
                refused.unwrap_err(),
                ProviderError::BadImport(told),
                "{algorithm:?} {at}"
            );
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            let refused = rig.import(KeySpec::EcP256, algorithm, &changed, Some(&pair));
            let unwrap = ProviderError::BadImport(ImportFault::Unwrap);
            assert_eq!(refused.unwrap_err(), unwrap, "{algorithm:?} {at}");
        }
    }
}

#[test]
fn pairs_of_another_kind_curve_or_size_are_refused() {
    let rig = Rig::new();
    let owner = Owner::new();
    let strangers = [
        "RSA -pkeyopt rsa_keygen_bits:1024",
        "RSA -pkeyopt rsa_keygen_bits:2560",
        "RSA-PSS -pkeyopt rsa_keygen_bits:2048",
        "EC -pkeyopt ec_paramgen_curve:P-224",
        "EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
        "EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
        "ED25519",
        "X25519",
    ];
    for options in strangers {
        let der = owner.makes(options);
        for spec in [KeySpec::Rsa2048, KeySpec::EcP256, KeySpec::EcP256k] {
            assert_eq!(rig.faults(spec, &der), private_key(), "{options} for {spec:?}");
        }
    }
    let p256 = owner.makes(SPECS[3].1);
    for (spec, _) in SPECS.into_iter().filter(|(spec, _)| *spec != KeySpec::EcP256) {
        assert_eq!(rig.faults(spec, &p256), private_key(), "P-256 for {spec:?}");
    }
}

#[test]
fn what_is_no_private_key_is_refused() {
    let rig = Rig::new();
    let owner = Owner::new();
    let p256 = owner.makes(SPECS[3].1);
    owner.openssl("ec -in pem -outform DER -out sec1");
    owner.openssl("pkey -in pem -pubout -outform DER -out public");
    owner.openssl("pkcs8 -topk8 -in pem -outform DER -passout pass:x -out locked");
    let mut inside = ["sec1", "public", "locked", "pem"]
        .map(|name| owner.take(name))
        .to_vec();
    inside.extend([
        vec![0; 138],
        vec![0xff; 138],
        vec![0x30],
        [&p256, [0].as_slice()].concat(),
    ]);
    inside.extend((1..p256.len()).step_by(7).map(|length| p256[..length].to_vec()));
    for inside in &inside {
        assert_eq!(
            rig.faults(KeySpec::EcP256, inside),
            private_key(),
            "{} bytes",
            inside.len()
        );
    }
    owner.makes(SPECS[0].1);
    owner.openssl("rsa -in pem -traditional -outform DER -out pkcs1");
    assert_eq!(rig.faults(KeySpec::Rsa2048, &owner.take("pkcs1")), private_key());
}

/// The halves must belong together, and the numbers must be in range.
#[test]
fn pairs_that_contradict_themselves_are_refused() {
    let rig = Rig::new();
    let owner = Owner::new();
    let (one, other) = (owner.makes(SPECS[3].1), owner.makes(SPECS[3].1));
    // The last 64 bytes of OpenSSL's encoding are the point; the number stands at byte 36.
    let mixed = [&one[..one.len() - 64], &other[other.len() - 64..]].concat();
    let zero = [&one[..36], &[0; 32], &one[68..]].concat();
    let huge = [&one[..36], &[0xff; 32], &one[68..]].concat();
    for inside in [mixed, zero, huge] {
        assert_eq!(inside.len(), one.len());
        assert_eq!(rig.faults(KeySpec::EcP256, &inside), private_key());
    }
    let rsa = owner.makes(SPECS[0].1);
    for at in (40..rsa.len()).step_by(97) {
        let mut changed = rsa.clone();
        changed[at] ^= 1;
        assert_eq!(rig.faults(KeySpec::Rsa2048, &changed), private_key(), "byte {at}");
    }
}

#[test]
fn temporary_keys_have_the_lengths_of_aes() {
    let rig = Rig::new();
    let der = Owner::new().makes(SPECS[3].1);
    let bytes = [7; 40];
    for length in 0..=40 {
        // Under a key that it is not, where there is no such key.
        let key = AesKey::try_from(&bytes[..length]).unwrap_or(AesKey::from(&[7; 32]));
        let pair = kwp::wrap_padded(key, &der).unwrap();
        for (algorithm, told) in [(OAEP, ImportFault::TemporaryKey), (PKCS1, ImportFault::Unwrap)] {
            let wrapped = rig.wrap(algorithm, &bytes[..length]);
            let came = rig.import(KeySpec::EcP256, algorithm, &wrapped, Some(&pair));
            let expected = match length {
                16 | 24 | 32 => None,
                _ => Some(ProviderError::BadImport(told)),
            };
            assert_eq!(came.err(), expected, "{algorithm:?}, {length} bytes");
        }
    }
}

/// What the request shows by itself is told under every algorithm.
#[test]
fn a_private_key_is_needed_for_pairs_and_for_nothing_else() {
    let rig = Rig::new();
    for algorithm in [OAEP, OAEP_SHA1, PKCS1] {
        let bytes = rig.wrap(algorithm, &[7; 32]);
        let refused = |spec, pair| rig.import(spec, algorithm, &bytes, pair).unwrap_err();
        let missing = ProviderError::BadImport(ImportFault::NoPrivateKey);
        let misplaced = ProviderError::BadImport(ImportFault::PrivateKey);
        assert_eq!(refused(KeySpec::EcP256, None), missing);
        assert_eq!(refused(KeySpec::Aes256, Some(&[7; 40])), misplaced);
        assert_eq!(refused(KeySpec::HmacSha256, Some(&[7; 40])), misplaced);
        assert_eq!(refused(KeySpec::EcP256, Some(&[7; 8193])), misplaced);
        assert_eq!(refused(KeySpec::Sm2, Some(&[7; 40])), ProviderError::Incapable);
    }
}

/// What does not open takes the same way as what does, up to the pair: it needs as much randomness.
#[test]
fn without_randomness_no_pair_comes_in() {
    let der = Owner::new().makes(SPECS[3].1);
    let rig = Rig::new();
    let pair = kwp::wrap_padded(&[7; 32], &der).unwrap();
    let right = rig.wrap(OAEP, &[7; 32]);
    let wrong = vec![1; 256];
    for (draws, bytes, expected) in [
        (0, &right, Some(ProviderError::Random)),
        (0, &wrong, Some(ProviderError::Random)),
        (1, &right, Some(ProviderError::Random)),
        (1, &wrong, Some(ProviderError::BadImport(ImportFault::Unwrap))),
        (2, &right, None),
    ] {
        let roots = RootKeys::open(&fixture("root-key-file.json"), &key_file()).unwrap();
        let provider = SoftProvider::new(
            &SOFTWARE,
            roots.into(),
            std::sync::Arc::new(FailingRng::after(draws)),
            10,
        );
        let door = WrappingKey {
            public: rig.door.public.clone(),
            private: rig.door.private.clone(),
        };
        let came = Rig { provider, door }.import(KeySpec::EcP256, OAEP, bytes, Some(&pair));
        assert_eq!(came.err(), expected, "{draws} draws");
    }
}

#[test]
fn nothing_of_a_pair_is_shown() {
    let rig = Rig::new();
    let der = Owner::new().makes(SPECS[3].1);
    let imported = rig.import_inside(KeySpec::EcP256, OAEP, &der).unwrap();
    let number = &der[36..68];
    assert!(
        !imported
            .material
            .0
            .windows(8)
            .any(|window| window == &number[..8])
    );
    let shown = [
        format!("{imported:?}"),
        format!("{:?}", rig.provider),
        rig.import_inside(KeySpec::EcP384, OAEP, &der)
            .unwrap_err()
            .to_string(),
    ];
    let list = format!("{:?}", &number[..4]);
    let digits = digits(&number[..4]);
    for text in shown {
        assert!(
            !text.contains(list.trim_matches(['[', ']'])) && !text.contains(&digits),
            "{text}"
        );
    }
}
