//! SM2 with the command on the other side.
//!
//! The command signs whole messages only where it knows the identity, and bare digests with `pkeyutl`.

use claviger_crypto::sm2::{self, Sm2PrivateKey, Sm2PublicKey};

use crate::bench::Bench;

const IDENTITY: &str = "distid:1234567812345678";
const MESSAGE: &[u8] = b"what do ya want for nothing?";

/// A key of the command, in the file `key`.
fn theirs() -> (Bench, Sm2PrivateKey) {
    let bench = Bench::new();
    bench.openssl("genpkey -algorithm SM2 -out pem");
    bench.openssl("pkcs8 -topk8 -nocrypt -in pem -outform DER -out key");
    let key = Sm2PrivateKey::from_pkcs8(&bench.take("key")).unwrap();
    (bench, key)
}

/// A key of ours, in the file `key`.
fn ours() -> (Bench, Sm2PrivateKey) {
    let key = Sm2PrivateKey::generate().unwrap();
    let bench = Bench::with(&[("key", key.to_pkcs8().expose())]);
    (bench, key)
}

#[test]
fn keys_are_read_and_written_as_the_command_does() {
    for (bench, key) in [theirs(), ours()] {
        bench.openssl("pkcs8 -topk8 -nocrypt -inform DER -in key -outform DER -out again");
        assert_eq!(key.to_pkcs8().expose(), bench.take("again"));
        bench.openssl("pkey -inform DER -in key -pubout -outform DER -out public");
        assert_eq!(key.public_key_der(), bench.take("public"));
        let public = Sm2PublicKey::from_spki(&bench.take("public")).unwrap();
        assert_eq!(public.to_spki(), bench.take("public"));
        let report = bench.openssl("pkey -inform DER -in key -check -noout");
        assert!(report.contains("Key is valid"), "{report}");
        let text = bench.openssl("pkey -pubin -inform DER -in public -text -noout");
        assert!(text.contains("ASN1 OID: SM2"), "{text}");
    }
}

#[test]
fn a_key_without_its_public_half_or_with_a_compressed_one_is_the_same() {
    let (bench, key) = theirs();
    for options in ["-no_public", "-conv_form compressed"] {
        bench.openssl(&format!(
            "ec -inform DER -in key {options} -outform DER -out sec1"
        ));
        bench.openssl("pkcs8 -topk8 -nocrypt -inform DER -in sec1 -outform DER -out other");
        let other = bench.take("other");
        assert_ne!(other, bench.take("key"), "{options}");
        let again = Sm2PrivateKey::from_pkcs8(&other).unwrap();
        assert_eq!(again.to_pkcs8(), key.to_pkcs8(), "{options}");
    }
}

#[test]
fn signatures_of_messages() {
    for (bench, key) in [theirs(), ours()] {
        let spki = key.public_key_der();
        bench.put("public", &spki);
        bench.openssl("pkey -pubin -inform DER -in public -out public.pem");
        bench.openssl("pkey -inform DER -in key -out key.pem");
        for message in [b"".as_slice(), MESSAGE, &[0x5a; 5000]] {
            let digest = sm2::digest(&spki, message).unwrap();
            bench.put("message", message);
            bench.put("ours", &key.sign_digest(&digest).unwrap());
            bench.openssl(&format!(
                "dgst -sm3 -verify public.pem -sigopt {IDENTITY} -signature ours message"
            ));
            bench.openssl(&format!(
                "dgst -sm3 -sign key.pem -sigopt {IDENTITY} -out theirs message"
            ));
            assert!(key.public_key().verify_digest(&digest, &bench.take("theirs")));
        }
        // With another identity it is another message.
        bench.openssl("dgst -sm3 -sign key.pem -sigopt distid:8765432187654321 -out other message");
        let digest = sm2::digest(&spki, &[0x5a; 5000]).unwrap();
        assert!(!key.public_key().verify_digest(&digest, &bench.take("other")));
    }
}

#[test]
fn signatures_of_digests() {
    for (bench, key) in [theirs(), ours()] {
        bench.put("public", &key.public_key_der());
        for digest in [[0; 32], [0xff; 32], [0x5a; 32]] {
            bench.put("digest", &digest);
            bench.put("ours", &key.sign_digest(&digest).unwrap());
            bench.openssl("pkeyutl -verify -pubin -keyform DER -inkey public -in digest -sigfile ours");
            bench.openssl("pkeyutl -sign -keyform DER -inkey key -in digest -out theirs");
            assert!(key.public_key().verify_digest(&digest, &bench.take("theirs")));
        }
    }
}

#[test]
fn ciphertexts() {
    for (bench, key) in [theirs(), ours()] {
        bench.put("public", &key.public_key_der());
        for len in [1, 16, 31, 32, 33, 64, 1000, 6047] {
            let plaintext = vec![0xa5; len];
            bench.put("plaintext", &plaintext);
            bench.openssl("pkeyutl -encrypt -pubin -keyform DER -inkey public -in plaintext -out theirs");
            let opened = key.decrypt(&bench.take("theirs")).unwrap();
            assert_eq!(opened.expose(), plaintext, "{len} bytes");

            bench.put("ours", &key.public_key().encrypt(&plaintext).unwrap());
            bench.openssl("pkeyutl -decrypt -keyform DER -inkey key -in ours -out opened");
            assert_eq!(bench.take("opened"), plaintext, "{len} bytes");
        }
    }
}
