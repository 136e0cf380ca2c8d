//! What password hashes promise to their callers.

use claviger_crypto::{PasswordError, Rng, RngError, SystemRng, password};
use claviger_secret::SecretBytes;

fn secret(text: &str) -> SecretBytes {
    SecretBytes::copied(text.as_bytes())
}

fn hash(text: &str) -> String {
    password::hash(&secret(text), &SystemRng).unwrap_or_default()
}

// SOURCE: `src/test.c` of the reference implementation, github.com/P-H-C/phc-winner-argon2, "Argon2id".
#[test]
fn hashes_of_the_reference_implementation_verify() {
    for (text, stored) in [
        (
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ),
        (
            "password",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ),
        (
            "password",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        ),
        (
            "differentpassword",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94",
        ),
    ] {
        assert!(password::verify(&secret(text), stored), "{stored}");
        assert!(!password::verify(&secret("Password"), stored), "{stored}");
    }
}

#[test]
fn a_hash_names_its_cost_and_verifies_its_password_only() {
    for text in ["correct horse battery staple", "", "пароль 密码", "a\0b"] {
        let stored = hash(text);
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(password::verify(&secret(text), &stored));
        for other in [format!("{text} "), format!("{text}\0"), "Correct".to_owned()] {
            assert!(!password::verify(&secret(&other), &stored), "{other}");
        }
    }
}

#[test]
fn two_hashes_of_a_password_differ_and_hold_nothing_of_it() {
    let (one, other) = (hash("correct horse"), hash("correct horse"));
    assert_ne!(one, other);
    assert!(
        !one.contains("correct") && !one.contains("Y29ycmVjdCBob3JzZQ"),
        "{one}"
    );
}

#[test]
fn what_is_no_hash_or_another_verifies_nothing() {
    let password = secret("password");
    let right = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assert!(password::verify(&password, right));
    let changed = [
        right.replace("argon2id", "argon2i"),
        right.replace("argon2id", "scrypt"),
        right.replace("v=19", "v=16"),
        right.replace("$v=19", ""),
        right.replace("m=256", "m=257"),
        right.replace("m=256", "m=4294967295"),
        right.replace("t=2", "t=4000000000"),
        right.replace("p=1", "p=2"),
        right.replace("p=1", "p=17"),
        right.replace("t=2,", "t=2,q=9,"),
        right.replace("c29tZXNhbHQ", "c29tZXNhbHR"),
        right.replace("/uIPnA", "/vIPnA"),
    ];
    for stored in &changed {
        assert_ne!(stored, right);
        assert!(!password::verify(&password, stored), "{stored}");
    }
    for length in 0..right.len() {
        let cut = &right[..length];
        assert!(!password::verify(&password, cut), "{cut}");
    }
    for stored in [
        "password",
        "$",
        "$$$$$",
        "\u{0}",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
    ] {
        assert!(!password::verify(&password, stored), "{stored}");
    }
}

#[derive(Debug)]
struct NoRng;

impl Rng for NoRng {
    fn fill(&self, _: &mut [u8]) -> Result<(), RngError> {
        Err(RngError)
    }
}

#[test]
fn without_randomness_nothing_is_hashed() {
    assert_eq!(password::hash(&secret("x"), &NoRng), Err(PasswordError::Random));
}
