//! The `openssl` command as the other side: what we sign it verifies, what it encrypts we open, and the other way
//! round.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers run in tests only, which should stop there"
)]

mod bench;
mod sm2;
mod sm4;

use claviger_crypto::{
    AesKey, digest,
    ec::{Curve, EcPrivateKey, EcPublicKey, EcdsaHash},
    kwp,
    rsa::{RsaEncryption, RsaPrivateKey, RsaPublicKey, RsaSignature},
};

use bench::Bench;

const MESSAGE: &[u8] = b"what do ya want for nothing?";

const RSA_KEYS: [&[u8]; 3] = [
    include_bytes!("../keys/rsa-2048.p8"),
    include_bytes!("../keys/rsa-3072.p8"),
    include_bytes!("../keys/rsa-4096.p8"),
];

const EC_KEYS: [(Curve, &[u8], &str); 4] = [
    (Curve::P256, include_bytes!("../keys/ec-P-256.p8"), "prime256v1"),
    (
        Curve::P256K,
        include_bytes!("../keys/ec-secp256k1.p8"),
        "secp256k1",
    ),
    (Curve::P384, include_bytes!("../keys/ec-P-384.p8"), "secp384r1"),
    (Curve::P521, include_bytes!("../keys/ec-P-521.p8"), "secp521r1"),
];

fn digest_of(name: &str) -> Vec<u8> {
    match name {
        "sha256" => digest::sha256(MESSAGE).to_vec(),
        "sha384" => digest::sha384(MESSAGE).to_vec(),
        _ => digest::sha512(MESSAGE).to_vec(),
    }
}

/// The schemes with their hash and the options that name them.
fn rsa_schemes() -> [(RsaSignature, &'static str, &'static str); 6] {
    [
        (
            RsaSignature::PssSha256,
            "sha256",
            "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:32 -pkeyopt rsa_mgf1_md:sha256",
        ),
        (
            RsaSignature::PssSha384,
            "sha384",
            "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:48 -pkeyopt rsa_mgf1_md:sha384",
        ),
        (
            RsaSignature::PssSha512,
            "sha512",
            "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:64 -pkeyopt rsa_mgf1_md:sha512",
        ),
        (
            RsaSignature::Pkcs1Sha256,
            "sha256",
            "-pkeyopt rsa_padding_mode:pkcs1",
        ),
        (
            RsaSignature::Pkcs1Sha384,
            "sha384",
            "-pkeyopt rsa_padding_mode:pkcs1",
        ),
        (
            RsaSignature::Pkcs1Sha512,
            "sha512",
            "-pkeyopt rsa_padding_mode:pkcs1",
        ),
    ]
}

#[test]
fn rsa_signatures() {
    for der in RSA_KEYS {
        let key = RsaPrivateKey::from_pkcs8(der).unwrap();
        let spki = key.public_key_der();
        let public = RsaPublicKey::from_spki(&spki).unwrap();
        let bench = Bench::with(&[("key", der), ("public", &spki)]);
        for (scheme, hash, options) in rsa_schemes() {
            let digest = digest_of(hash);
            bench.put("digest", &digest);
            bench.put("ours", &key.sign_digest(scheme, &digest).unwrap());
            bench.openssl(&format!(
                "pkeyutl -verify -pubin -keyform DER -inkey public -in digest -sigfile ours -pkeyopt digest:{hash} {options}"
            ));
            bench.openssl(&format!(
                "pkeyutl -sign -keyform DER -inkey key -in digest -out theirs -pkeyopt digest:{hash} {options}"
            ));
            assert!(
                public.verify_digest(scheme, &digest, &bench.take("theirs")),
                "{scheme:?}"
            );
        }
    }
}

#[test]
fn pss_signatures_have_no_other_salt_length() {
    let key = RsaPrivateKey::from_pkcs8(RSA_KEYS[0]).unwrap();
    let public = RsaPublicKey::from_spki(&key.public_key_der()).unwrap();
    let digest = digest_of("sha256");
    let bench = Bench::with(&[("key", RSA_KEYS[0]), ("digest", &digest)]);
    bench.put("public", &key.public_key_der());
    bench.put(
        "ours",
        &key.sign_digest(RsaSignature::PssSha256, &digest).unwrap(),
    );
    for salt in [0, 20, 31, 33, 222] {
        let options = format!(
            "-in digest -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:{salt}"
        );
        let verified = bench.try_openssl(&format!(
            "pkeyutl -verify -pubin -keyform DER -inkey public -sigfile ours {options}"
        ));
        assert!(!verified.status.success(), "{salt}");
        bench.openssl(&format!(
            "pkeyutl -sign -keyform DER -inkey key -out theirs {options}"
        ));
        assert!(!public.verify_digest(RsaSignature::PssSha256, &digest, &bench.take("theirs")));
    }
}

#[test]
fn ecdsa_signatures() {
    for (curve, der, _) in EC_KEYS {
        let key = EcPrivateKey::from_pkcs8(der).unwrap();
        let spki = key.public_key_der();
        let public = EcPublicKey::from_spki(&spki).unwrap();
        let bench = Bench::with(&[("key", der), ("public", &spki)]);
        for (hash, name) in [
            (EcdsaHash::Sha256, "sha256"),
            (EcdsaHash::Sha384, "sha384"),
            (EcdsaHash::Sha512, "sha512"),
        ] {
            let digest = digest_of(name);
            bench.put("digest", &digest);
            bench.put("ours", &key.sign_digest(hash, &digest).unwrap());
            bench.openssl(&format!(
                "pkeyutl -verify -pubin -keyform DER -inkey public -in digest -sigfile ours -pkeyopt digest:{name}"
            ));
            bench.openssl(&format!(
                "pkeyutl -sign -keyform DER -inkey key -in digest -out theirs -pkeyopt digest:{name}"
            ));
            assert!(
                public.verify_digest(hash, &digest, &bench.take("theirs")),
                "{curve:?} {hash:?}"
            );
        }
    }
}

#[test]
fn public_keys_are_read() {
    for (der, bits) in RSA_KEYS.iter().zip([2048, 3072, 4096]) {
        let spki = RsaPrivateKey::from_pkcs8(der).unwrap().public_key_der();
        let bench = Bench::with(&[("key", der), ("public", &spki)]);
        let text = bench.openssl("pkey -pubin -inform DER -in public -text -noout");
        assert!(text.contains(&format!("({bits} bit)")), "{text}");
        bench.openssl("pkey -inform DER -in key -pubout -outform DER -out theirs");
        assert_eq!(bench.take("theirs"), spki);
    }
    for (_, der, name) in EC_KEYS {
        let spki = EcPrivateKey::from_pkcs8(der).unwrap().public_key_der();
        let bench = Bench::with(&[("key", der), ("public", &spki)]);
        let text = bench.openssl("pkey -pubin -inform DER -in public -text -noout");
        assert!(text.contains(&format!("ASN1 OID: {name}")), "{text}");
        bench.openssl("pkey -inform DER -in key -pubout -outform DER -out theirs");
        assert_eq!(bench.take("theirs"), spki);
    }
}

#[test]
fn our_private_keys_are_read_and_consistent() {
    let rsa = RsaPrivateKey::generate(claviger_crypto::rsa::RsaSize::R2048).unwrap();
    let mut written = vec![rsa.to_pkcs8()];
    for (curve, _, _) in EC_KEYS {
        written.push(EcPrivateKey::generate(curve).unwrap().to_pkcs8());
    }
    for der in written {
        let bench = Bench::with(&[("key", der.expose())]);
        let report = bench.openssl("pkey -inform DER -in key -check -noout");
        assert!(report.contains("Key is valid"), "{report}");
    }
}

#[test]
fn rsa_encryption() {
    for der in RSA_KEYS {
        let key = RsaPrivateKey::from_pkcs8(der).unwrap();
        let public = RsaPublicKey::from_spki(&key.public_key_der()).unwrap();
        let bench = Bench::with(&[("key", der), ("public", &key.public_key_der())]);
        for (padding, options) in [
            (RsaEncryption::OaepSha1, "-pkeyopt rsa_padding_mode:oaep"),
            (
                RsaEncryption::OaepSha256,
                "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256",
            ),
            (RsaEncryption::Pkcs1V15, "-pkeyopt rsa_padding_mode:pkcs1"),
        ] {
            for len in [1, 32, public.max_plaintext(padding)] {
                let plaintext = vec![0xa5; len];
                bench.put("plaintext", &plaintext);
                bench.openssl(&format!(
                    "pkeyutl -encrypt -pubin -keyform DER -inkey public -in plaintext -out theirs {options}"
                ));
                let opened = key.decrypt(padding, &bench.take("theirs")).unwrap();
                assert_eq!(opened.expose(), plaintext, "{padding:?}");

                bench.put("ours", &public.encrypt(padding, &plaintext).unwrap());
                bench.openssl(&format!(
                    "pkeyutl -decrypt -keyform DER -inkey key -in ours -out opened {options}"
                ));
                assert_eq!(bench.take("opened"), plaintext, "{padding:?}");
            }
        }
    }
}

#[test]
fn key_wrap() {
    for (bits, byte) in [(128, 0x2b), (192, 0x71), (256, 0xc7)] {
        let key = vec![byte; bits / 8];
        let wrap_key = AesKey::try_from(key.as_slice()).unwrap();
        let hex = format!("{byte:02x}").repeat(key.len());
        for len in [1, 8, 16, 31, 32, 64, 1218] {
            let plaintext = vec![0x5a; len];
            let wrapped = kwp::wrap_padded(wrap_key, &plaintext).unwrap();
            let bench = Bench::with(&[("plaintext", &plaintext), ("ours", &wrapped)]);
            let cipher = format!("enc -id-aes{bits}-wrap-pad -K {hex} -iv A65959A6");
            bench.openssl(&format!("{cipher} -e -in plaintext -out theirs"));
            assert_eq!(bench.take("theirs"), wrapped);
            bench.openssl(&format!("{cipher} -d -in ours -out opened"));
            assert_eq!(bench.take("opened"), plaintext);
            let opened = kwp::unwrap_padded(wrap_key, &bench.take("theirs")).unwrap();
            assert_eq!(opened.expose(), plaintext);

            if len >= 16 && len % 8 == 0 {
                let wrapped = kwp::wrap(wrap_key, &plaintext).unwrap();
                let cipher = format!("enc -id-aes{bits}-wrap -K {hex} -iv A6A6A6A6A6A6A6A6");
                bench.openssl(&format!("{cipher} -e -in plaintext -out theirs"));
                assert_eq!(bench.take("theirs"), wrapped);
            }
        }
    }
}
