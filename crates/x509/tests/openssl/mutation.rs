//! Whatever the bytes are, they are read or refused.

use std::sync::LazyLock;

use claviger_x509::{Certificate, check_chain, fits_key};
use proptest::prelude::*;

use crate::bench::{AUTHORITY, Bench, LEAF};

/// A leaf with many extensions, an authority and a root, in DER.
static CERTIFICATES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let bench = Bench::new();
    bench.root(
        "root",
        "rsa",
        "/C=DE/O=Käse/CN=root",
        &["-sha256", "-sigopt", "rsa_padding_mode:pss"],
    );
    bench.issue("middle", "P-384", "root", AUTHORITY, &[]);
    let extensions = "basicConstraints=CA:FALSE,pathlen:3\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n\
        subjectAltName=DNS:a.example,IP:192.0.2.7,email:x@a.example,RID:1.2.3.4,otherName:1.2.3.5;UTF8:h,dirName:dir\n\
        subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid,issuer\n[dir]\nC=DE\nCN=x\n";
    bench.issue("leaf", "P-256", "middle", extensions, &[]);
    bench.issue("plain", "P-256", "middle", LEAF, &[]);
    ["leaf", "middle", "root", "plain"]
        .map(|name| bench.certificate(name).to_der().to_vec())
        .to_vec()
});

/// Asks a certificate everything there is to ask.
fn exercise(certificate: &Certificate) {
    let texts = [
        certificate.subject(),
        certificate.issuer(),
        certificate.serial(),
        certificate.signature_algorithm(),
        certificate.subject_key_identifier().unwrap_or_default(),
        format!("{certificate:?} {:?}", certificate.signed_with()),
    ];
    assert!(texts.iter().all(|text| text.len() < 64 * 1024));
    let _ = (
        certificate.not_before(),
        certificate.not_after(),
        certificate.subject_alternative_names(),
    );
    assert!(fits_key(certificate, certificate.public_key_der()));
    assert_eq!(
        Certificate::from_pem(&certificate.to_pem()).as_ref(),
        Ok(certificate)
    );
    let issuers: Vec<Certificate> = CERTIFICATES
        .iter()
        .skip(1)
        .take(2)
        .map(|der| Certificate::from_der(der).unwrap())
        .collect();
    let _ = check_chain(certificate, &issuers);
    let _ = check_chain(&issuers[0], std::slice::from_ref(certificate));
}

#[derive(Clone, Debug)]
enum Change {
    Set(u8),
    Flip(u8),
    Remove(usize),
    Insert(Vec<u8>),
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Change)>> {
    let change = prop_oneof![
        // Tags and lengths that mean something, more often than others.
        prop::sample::select(vec![
            0_u8, 1, 2, 3, 4, 5, 6, 0x0c, 0x13, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x7f, 0x80, 0x81, 0xff
        ])
        .prop_map(Change::Set),
        any::<u8>().prop_map(Change::Set),
        (0..8_u8).prop_map(Change::Flip),
        (1..40_usize).prop_map(Change::Remove),
        prop::collection::vec(any::<u8>(), 1..20).prop_map(Change::Insert),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), change), 1..4)
}

fn apply(der: &mut Vec<u8>, at: prop::sample::Index, change: Change) {
    if der.is_empty() {
        return;
    }
    let at = at.index(der.len());
    match change {
        Change::Set(byte) => der[at] = byte,
        Change::Flip(bit) => der[at] ^= 1 << bit,
        Change::Remove(count) => {
            der.drain(at..der.len().min(at + count));
        }
        Change::Insert(bytes) => {
            der.splice(at..at, bytes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn altered_certificates_are_read_or_refused(which in 0..4_usize, changes in changes()) {
        let mut der = CERTIFICATES[which].clone();
        for (at, change) in changes {
            apply(&mut der, at, change);
        }
        if let Ok(certificate) = Certificate::from_der(&der) {
            prop_assert_eq!(certificate.to_der(), &der);
            exercise(&certificate);
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Certificate::from_der(&bytes).is_err());
    }

    #[test]
    fn any_text_is_refused(text in "((-----(BEGIN|END) (X509 )?CERTIFICATE-----)|[A-Za-z0-9+/=-]{0,9}|\\PC{0,3}|[\r\n ]){0,30}") {
        prop_assert!(Certificate::chain_from_pem(&text).is_err());
    }
}

#[test]
fn every_single_byte_may_be_any_other() {
    for (position, der) in CERTIFICATES.iter().enumerate() {
        exercise(&Certificate::from_der(der).unwrap());
        let mut read = 0;
        for at in 0..der.len() {
            let mut altered = der.clone();
            altered[at] = !altered[at];
            if let Ok(certificate) = Certificate::from_der(&altered) {
                read += 1;
                assert_ne!(certificate, Certificate::from_der(der).unwrap());
                let issuers: Vec<Certificate> = CERTIFICATES[1..3]
                    .iter()
                    .map(|der| Certificate::from_der(der).unwrap())
                    .collect();
                if position != 1 && position != 2 {
                    assert!(
                        check_chain(&certificate, &issuers).is_err(),
                        "byte {at} is not signed"
                    );
                }
            }
        }
        assert!(read > 100, "{read}");
    }
}

#[test]
fn cut_certificates_are_refused() {
    for der in CERTIFICATES.iter() {
        for len in 0..der.len() {
            assert!(Certificate::from_der(&der[..len]).is_err());
        }
        assert!(Certificate::from_der(&[der.as_slice(), &[0]].concat()).is_err());
    }
    assert!(Certificate::from_der(&vec![0x30; 64 * 1024 + 1]).is_err());
}
