//! The command accepts our requests and prints what was asked for.

use claviger_crypto::{
    ec::{Curve, EcPrivateKey, EcdsaHash},
    rsa::{RsaPrivateKey, RsaSignature},
    sm2::{self, Sm2PrivateKey},
};
use claviger_model::{HashAlgorithm, SignatureAlgorithm};
use claviger_x509::{Csr, CsrDraft, CsrError};

use crate::bench::{Bench, RSA_2048};

const RSA_3072: &[u8] = include_bytes!("../../../crypto/tests/keys/rsa-3072.p8");
const SUBJECT: &str = "CN=example.com,O=Example\\, Inc.,C=CN";

/// A provider: signs digests, and keeps the key.
enum Signer {
    Rsa(RsaPrivateKey),
    Ec(EcPrivateKey),
    Sm2(Sm2PrivateKey),
}

impl Signer {
    fn rsa(der: &[u8]) -> Self {
        Self::Rsa(RsaPrivateKey::from_pkcs8(der).unwrap())
    }

    fn ec(curve: Curve) -> Self {
        Self::Ec(EcPrivateKey::generate(curve).unwrap())
    }

    fn public_key_der(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.public_key_der(),
            Self::Ec(key) => key.public_key_der(),
            Self::Sm2(key) => key.public_key_der(),
        }
    }

    fn sign(&self, algorithm: SignatureAlgorithm, digest: &[u8]) -> Vec<u8> {
        use HashAlgorithm::{Sha256, Sha384, Sha512};
        use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
        match self {
            Self::Rsa(key) => {
                let scheme = match algorithm {
                    RsaPkcs1(Sha256) => RsaSignature::Pkcs1Sha256,
                    RsaPkcs1(Sha384) => RsaSignature::Pkcs1Sha384,
                    RsaPkcs1(Sha512) => RsaSignature::Pkcs1Sha512,
                    RsaPss(Sha256) => RsaSignature::PssSha256,
                    RsaPss(Sha384) => RsaSignature::PssSha384,
                    RsaPss(Sha512) => RsaSignature::PssSha512,
                    other => unreachable!("{other:?} is not for such a key"),
                };
                key.sign_digest(scheme, digest).unwrap()
            }
            Self::Ec(key) => {
                let hash = match algorithm {
                    Ecdsa(Sha256) => EcdsaHash::Sha256,
                    Ecdsa(Sha384) => EcdsaHash::Sha384,
                    Ecdsa(Sha512) => EcdsaHash::Sha512,
                    other => unreachable!("{other:?} is not for such a key"),
                };
                key.sign_digest(hash, digest).unwrap()
            }
            Self::Sm2(key) => {
                assert_eq!(algorithm, SignatureAlgorithm::Sm2Dsa);
                key.sign_digest(digest).unwrap()
            }
        }
    }

    fn request(&self, algorithm: SignatureAlgorithm, subject: &str, sans: &[&str]) -> Csr {
        let sans: Vec<String> = sans.iter().map(|name| (*name).to_owned()).collect();
        let draft = CsrDraft::new(subject, &sans, &self.public_key_der(), algorithm).unwrap();
        draft.finish(&self.sign(algorithm, &draft.digest()))
    }
}

/// What the command prints of a request whose signature it has verified.
fn accepted(csr: &Csr) -> String {
    accepted_with(csr, "")
}

fn accepted_with(csr: &Csr, more: &str) -> String {
    let bench = Bench::new();
    bench.put("csr.pem", csr.to_pem());
    bench.put("csr.der", csr.to_der());
    let options = format!("-noout -text -nameopt RFC2253,-esc_msb,utf8 {more}");
    let text = bench.openssl(&format!("req -verify -in csr.pem {options}"), &[]);
    assert!(text.contains("verify OK"), "{text}");
    let from_der = bench.openssl(&format!("req -verify -inform DER -in csr.der {options}"), &[]);
    assert_eq!(from_der, text);
    text
}

fn subject_in(text: &str) -> &str {
    text.lines()
        .find_map(|line| line.trim().strip_prefix("Subject: "))
        .unwrap()
}

#[test]
fn requests_of_every_key_and_algorithm_are_accepted() {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
    let mut cases = Vec::new();
    for key in [RSA_2048, RSA_3072] {
        for algorithm in [
            RsaPkcs1(Sha256),
            RsaPkcs1(Sha384),
            RsaPkcs1(Sha512),
            RsaPss(Sha256),
            RsaPss(Sha384),
            RsaPss(Sha512),
        ] {
            cases.push((Signer::rsa(key), algorithm));
        }
    }
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::P256K] {
        for algorithm in [Ecdsa(Sha256), Ecdsa(Sha384), Ecdsa(Sha512)] {
            cases.push((Signer::ec(curve), algorithm));
        }
    }
    for (signer, algorithm) in cases {
        let text = accepted(&signer.request(algorithm, SUBJECT, &["example.com"]));
        let expected = match algorithm {
            RsaPkcs1(Sha256) => "Signature Algorithm: sha256WithRSAEncryption",
            RsaPkcs1(Sha384) => "Signature Algorithm: sha384WithRSAEncryption",
            RsaPkcs1(_) => "Signature Algorithm: sha512WithRSAEncryption",
            RsaPss(Sha256) => {
                "Hash Algorithm: sha256\n        Mask Algorithm: mgf1 with sha256\n         Salt Length: 0x20"
            }
            RsaPss(Sha384) => {
                "Hash Algorithm: sha384\n        Mask Algorithm: mgf1 with sha384\n         Salt Length: 0x30"
            }
            RsaPss(_) => {
                "Hash Algorithm: sha512\n        Mask Algorithm: mgf1 with sha512\n         Salt Length: 0x40"
            }
            Ecdsa(Sha256) => "Signature Algorithm: ecdsa-with-SHA256",
            Ecdsa(Sha384) => "Signature Algorithm: ecdsa-with-SHA384",
            _ => "Signature Algorithm: ecdsa-with-SHA512",
        };
        assert!(text.contains(expected), "{algorithm:?}: {text}");
    }
}

#[test]
fn requests_with_sm2_are_accepted() {
    let signer = Signer::Sm2(Sm2PrivateKey::generate().unwrap());
    let csr = signer.request(SignatureAlgorithm::Sm2Dsa, SUBJECT, &["example.com"]);
    let text = accepted_with(&csr, "-vfyopt distid:1234567812345678");
    assert!(text.contains("Signature Algorithm: SM2-with-SM3"), "{text}");
    assert!(text.contains("ASN1 OID: SM2"), "{text}");
    let bench = Bench::new();
    bench.put("csr.pem", csr.to_pem());
    let other = "req -verify -noout -in csr.pem -vfyopt distid:8765432187654321";
    let output = bench.try_openssl(other, &[]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("verify failure"), "{errors}");
}

#[test]
fn the_digest_of_a_request_with_sm2_covers_the_signer() {
    let draft = || {
        let spki = Sm2PrivateKey::generate().unwrap().public_key_der();
        let draft = CsrDraft::new(SUBJECT, &[], &spki, SignatureAlgorithm::Sm2Dsa).unwrap();
        (spki, draft)
    };
    let ((spki, one), (other, _)) = (draft(), draft());
    assert_eq!(one.digest(), sm2::digest(&spki, one.to_sign()).unwrap());
    assert_ne!(one.digest(), sm2::digest(&other, one.to_sign()).unwrap());
}

#[test]
fn subjects_are_printed_as_they_were_written() {
    let signer = Signer::ec(Curve::P256);
    for subject in [
        SUBJECT,
        "CN=Jürgen Müller,O=Bücher & Söhne,L=Köln,ST=Nordrhein-Westfalen,C=DE",
        "CN=証明書 サービス,O=例え株式会社,C=JP",
        "CN=a\\+b \\\"c\\\" \\\\d \\<e\\> f\\;g,O=x=y",
        "CN=\\#1,OU=\\ spaces\\ ,OU=second",
        "CN=Sales+OU=Team,O=Widget Inc.,C=US",
        "CN=tab\\09end,emailAddress=a@b.example,DC=example,DC=net,UID=jsmith",
        "CN=a,SN=b,serialNumber=1 2,L=c,ST=d,street=e,O=f,OU=g,title=h,description=i,businessCategory=j",
        "CN=a,postalCode=k,telephoneNumber=2,name=l,GN=m,initials=n,generationQualifier=o,dnQualifier=3,pseudonym=p",
        "CN=a,organizationIdentifier=q,jurisdictionST=s,jurisdictionC=DE",
        "CN=a,1.2.3.4.5=#0C0141,1.2.3.4.6=#030200FF",
    ] {
        let csr = signer.request(SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256), subject, &[]);
        assert_eq!(subject_in(&accepted(&csr)), subject);
    }
}

#[test]
fn alternative_names_arrive_and_need_not_be_there() {
    let signer = Signer::ec(Curve::P384);
    let algorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384);
    let sans = [
        "example.com",
        "*.example.com",
        "192.0.2.1",
        "2001:db8::1",
        "admin@example.com",
        "example.com",
    ];
    let text = accepted(&signer.request(algorithm, SUBJECT, &sans));
    assert!(
        text.contains(
            "X509v3 Subject Alternative Name: \n                    DNS:example.com, DNS:*.example.com, \
             IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, email:admin@example.com\n"
        ),
        "{text}"
    );
    let text = accepted(&signer.request(algorithm, SUBJECT, &[]));
    assert!(!text.contains("Alternative Name"), "{text}");
}

#[test]
fn what_is_signed_is_in_the_request_and_the_signature_too() {
    let signer = Signer::ec(Curve::P256);
    let algorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);
    let draft = CsrDraft::new(SUBJECT, &[], &signer.public_key_der(), algorithm).unwrap();
    assert_eq!(draft.digest(), claviger_crypto::digest::sha256(draft.to_sign()));
    let csr = draft.finish(&signer.sign(algorithm, &draft.digest()));
    assert!(
        csr.to_der()
            .windows(draft.to_sign().len())
            .any(|part| part == draft.to_sign())
    );
    // A signature of something else is not accepted, so the command does look at it.
    let bench = Bench::new();
    bench.put(
        "csr.pem",
        draft.finish(&signer.sign(algorithm, &[0; 32])).to_pem(),
    );
    let output = bench.try_openssl("req -verify -noout -in csr.pem", &[]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!errors.contains("verify OK"), "{errors}");
    assert!(errors.contains("verify failure"), "{errors}");
}

#[test]
fn keys_and_algorithms_must_fit() {
    use HashAlgorithm::{Sha1, Sha256, Sm3};
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss, Sm2Dsa};
    let rsa = Signer::rsa(RSA_2048).public_key_der();
    let ec = Signer::ec(Curve::P256).public_key_der();
    let sm2 = Sm2PrivateKey::generate().unwrap().public_key_der();
    let refusal = |key: &[u8], algorithm| CsrDraft::new(SUBJECT, &[], key, algorithm).unwrap_err();
    for (key, algorithm) in [
        (&rsa, Ecdsa(Sha256)),
        (&ec, RsaPkcs1(Sha256)),
        (&ec, RsaPss(Sha256)),
        (&rsa, RsaPkcs1(Sha1)),
        (&ec, Ecdsa(Sm3)),
        (&ec, Sm2Dsa),
        (&rsa, Sm2Dsa),
        (&sm2, Ecdsa(Sha256)),
        (&sm2, RsaPss(Sha256)),
    ] {
        assert_eq!(refusal(key, algorithm), CsrError::Algorithm, "{algorithm:?}");
    }
    for key in [&[][..], &ec[1..], RSA_2048] {
        assert!(matches!(refusal(key, Ecdsa(Sha256)), CsrError::PublicKey(_)));
    }
    let name = |name: &str| CsrDraft::new(SUBJECT, &[name.to_owned()], &ec, Ecdsa(Sha256)).unwrap_err();
    assert_eq!(
        name("a b").to_string(),
        "the alternative name `a b` is no DNS name or IP address"
    );
}
