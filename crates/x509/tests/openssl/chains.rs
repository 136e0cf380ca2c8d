//! Chains of the command, whole and broken. Where the command has a verdict of its own, it is the same.

use claviger_model::SignatureAlgorithm;
use claviger_x509::{Certificate, ChainError, check_chain, fits_key};

use crate::bench::{AUTHORITY, BY_SM2, Bench, LEAF};

/// A root, two authorities below it, a leaf.
fn four(kinds: [&str; 4]) -> Bench {
    let bench = Bench::new();
    bench.root("root", kinds[0], "/C=DE/CN=root", &["-sha512"]);
    bench.issue("upper", kinds[1], "root", AUTHORITY, &["-sha384"]);
    bench.issue("lower", kinds[2], "upper", AUTHORITY, &["-sha256"]);
    bench.issue("leaf", kinds[3], "lower", LEAF, &["-sha512"]);
    bench
}

fn judge(bench: &Bench, leaf: &str, chain: &[&str]) -> Result<(), ChainError> {
    let chain: Vec<Certificate> = chain.iter().map(|name| bench.certificate(name)).collect();
    check_chain(&bench.certificate(leaf), &chain)
}

/// The verdict of the command on a chain with its root.
fn command_agrees(bench: &Bench, leaf: &str, chain: &[&str]) -> bool {
    let (root, between) = chain.split_last().unwrap();
    let texts: String = between
        .iter()
        .map(|name| bench.text(&format!("{name}.pem")))
        .collect();
    bench.put("between.pem", texts);
    let untrusted: &[&str] = if between.is_empty() {
        &[]
    } else {
        &["-untrusted", "between.pem"]
    };
    let line = format!("verify -CAfile {root}.pem");
    bench
        .try_openssl(&line, &[untrusted, &[&format!("{leaf}.pem")]].concat())
        .status
        .success()
}

#[test]
fn whole_chains_are_accepted_with_and_without_the_root() {
    for kinds in [
        ["P-256", "P-384", "P-521", "P-256"],
        ["rsa", "P-256", "rsa", "P-256"],
        ["P-384", "secp256k1", "P-256", "rsa"],
    ] {
        let bench = four(kinds);
        assert!(command_agrees(&bench, "leaf", &["lower", "upper", "root"]));
        for chain in [
            &["lower", "upper", "root"][..],
            &["lower", "upper"],
            &["lower"],
            &[],
        ] {
            assert_eq!(judge(&bench, "leaf", chain), Ok(()), "{chain:?}");
        }
        assert_eq!(judge(&bench, "root", &[]), Ok(()));
        assert_eq!(judge(&bench, "upper", &["root"]), Ok(()));
    }
}

#[test]
fn signatures_with_pss_are_checked() {
    let bench = Bench::new();
    let pss = |salt| ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", salt];
    bench.root("root", "rsa", "/CN=root", &pss("rsa_pss_saltlen:32"));
    bench.issue("leaf", "P-256", "root", LEAF, &pss("rsa_pss_saltlen:32"));
    assert_eq!(judge(&bench, "leaf", &["root"]), Ok(()));
    bench.issue("short", "P-256", "root", LEAF, &pss("rsa_pss_saltlen:20"));
    assert_eq!(
        judge(&bench, "short", &["root"]),
        Err(ChainError::Unsupported { position: 0 })
    );
}

/// The command wants to be told the identity, and believes it of the leaf only.
#[test]
fn signatures_with_sm2_are_checked() {
    let bench = Bench::new();
    bench.root("root", "sm2", "/CN=root", &BY_SM2);
    bench.issue("upper", "sm2", "root", AUTHORITY, &BY_SM2);
    bench.issue("mixed", "P-256", "root", AUTHORITY, &BY_SM2);
    bench.issue("leaf", "sm2", "upper", LEAF, &BY_SM2);
    bench.issue("other", "sm2", "mixed", LEAF, &["-sha256"]);
    for chain in [&["upper", "root"][..], &["upper"], &[]] {
        assert_eq!(judge(&bench, "leaf", chain), Ok(()), "{chain:?}");
    }
    assert_eq!(judge(&bench, "other", &["mixed", "root"]), Ok(()));
    assert_eq!(judge(&bench, "root", &[]), Ok(()));
    let leaf = bench.certificate("leaf");
    assert_eq!(leaf.signed_with(), Some(SignatureAlgorithm::Sm2Dsa));
    assert_eq!(leaf.signature_algorithm(), "SM2-with-SM3");
    bench.openssl("pkey -in leaf.key -pubout -outform DER -out leaf.spki", &[]);
    assert!(fits_key(&leaf, &bench.take("leaf.spki")));

    let line = "verify -partial_chain -CAfile upper.pem -vfyopt";
    bench.openssl(line, &["distid:1234567812345678", "leaf.pem"]);
    let other = bench.try_openssl(line, &["distid:8765432187654321", "leaf.pem"]);
    assert!(!other.status.success());
}

#[test]
fn sm2_signatures_of_another_key_or_identity_are_found() {
    let bench = Bench::new();
    bench.root("root", "sm2", "/CN=root", &BY_SM2);
    let wrong = Err(ChainError::Signature { position: 0 });
    let identity = ["-sm3", "-sigopt", "distid:8765432187654321"];
    bench.issue("leaf", "P-256", "root", LEAF, &identity);
    assert_eq!(judge(&bench, "leaf", &["root"]), wrong);
    bench.issue("leaf", "P-256", "root", LEAF, &BY_SM2);
    assert_eq!(judge(&bench, "leaf", &["root"]), Ok(()));
    let keyless = LEAF.replace("authorityKeyIdentifier=keyid\n", "");
    bench.issue("leaf", "P-256", "root", &keyless, &BY_SM2);
    bench.root("root", "sm2", "/CN=root", &BY_SM2);
    assert_eq!(judge(&bench, "leaf", &["root"]), wrong);
}

#[test]
fn wrong_order_and_gaps_are_found() {
    let bench = four(["P-256"; 4]);
    let broken = |position| Err(ChainError::NotIssuedByNext { position });
    assert_eq!(judge(&bench, "leaf", &["root", "upper", "lower"]), broken(0));
    assert_eq!(judge(&bench, "leaf", &["upper", "lower", "root"]), broken(0));
    assert_eq!(judge(&bench, "leaf", &["lower", "root", "upper"]), broken(1));
    assert_eq!(judge(&bench, "leaf", &["upper", "root"]), broken(0));
    assert_eq!(judge(&bench, "leaf", &["lower", "root"]), broken(1));
    assert_eq!(judge(&bench, "lower", &["leaf"]), broken(0));
    assert_eq!(judge(&bench, "root", &["upper"]), broken(0));
}

#[test]
fn repeated_certificates_are_found() {
    let bench = four(["P-256"; 4]);
    assert_eq!(
        judge(&bench, "leaf", &["leaf", "lower"]),
        Err(ChainError::Repeated { position: 1 })
    );
    assert_eq!(
        judge(&bench, "leaf", &["lower", "upper", "root", "root"]),
        Err(ChainError::Repeated { position: 4 })
    );
    assert_eq!(
        judge(&bench, "root", &["root"]),
        Err(ChainError::Repeated { position: 1 })
    );
}

#[test]
fn eleven_certificates_are_too_many() {
    let bench = four(["P-256"; 4]);
    let root = bench.certificate("root");
    assert_eq!(
        check_chain(&bench.certificate("leaf"), &vec![root; 11]),
        Err(ChainError::Count)
    );
}

#[test]
fn an_authority_of_the_same_name_with_another_key_is_found() {
    let bench = four(["P-256"; 4]);
    bench.root("foreign", "P-256", "/C=DE/CN=root", &[]);
    assert_eq!(
        judge(&bench, "leaf", &["lower", "upper", "foreign"]),
        Err(ChainError::Signature { position: 2 })
    );
    assert!(!command_agrees(&bench, "leaf", &["lower", "upper", "foreign"]));
    // A key of another kind cannot have made the signature at all.
    bench.root("other", "rsa", "/C=DE/CN=root", &[]);
    assert_eq!(
        judge(&bench, "upper", &["other"]),
        Err(ChainError::Unsupported { position: 0 })
    );
}

#[test]
fn names_that_differ_in_case_and_spaces_are_the_same() {
    let bench = four(["P-256"; 4]);
    let line = "req -x509 -new -days 30 -key root.key -out same.pem -config empty.cnf";
    bench.openssl(line, &["-subj", "/C=de/CN= ROOT"]);
    assert_ne!(
        bench.certificate("same").subject(),
        bench.certificate("root").subject()
    );
    assert_eq!(judge(&bench, "upper", &["same"]), Ok(()));
    assert!(command_agrees(&bench, "upper", &["same"]));
}

#[test]
fn only_authorities_may_issue() {
    let bench = Bench::new();
    bench.root("root", "P-256", "/CN=root", &[]);
    for (name, extensions) in [
        ("no-ca", LEAF),
        ("no-extension", "subjectKeyIdentifier=hash\n"),
        (
            "no-usage",
            "basicConstraints=CA:TRUE\nkeyUsage=digitalSignature,cRLSign\n",
        ),
    ] {
        bench.issue(name, "P-256", "root", extensions, &[]);
        bench.issue("leaf", "P-256", name, LEAF, &[]);
        assert_eq!(
            judge(&bench, "leaf", &[name, "root"]),
            Err(ChainError::NotAuthority { position: 1 }),
            "{name}"
        );
        assert!(!command_agrees(&bench, "leaf", &[name, "root"]), "{name}");
    }
    bench.issue("old", "P-256", "root", "basicConstraints=CA:TRUE\n", &[]);
    bench.issue("leaf", "P-256", "old", LEAF, &[]);
    assert_eq!(judge(&bench, "leaf", &["old", "root"]), Ok(()));
}

#[test]
fn path_lengths_are_kept() {
    for (most, below, holds) in [
        (0, 0, true),
        (0, 1, false),
        (1, 1, true),
        (1, 2, false),
        (2, 2, true),
    ] {
        let bench = Bench::new();
        bench.root("root", "P-256", "/CN=root", &[]);
        let extensions = format!("basicConstraints=critical,CA:TRUE,pathlen:{most}\n");
        bench.issue("a0", "P-256", "root", &extensions, &[]);
        let mut chain = vec!["a0", "root"];
        for name in ["a1", "a2"].into_iter().take(below) {
            bench.issue(name, "P-256", chain[0], AUTHORITY, &[]);
            chain.insert(0, name);
        }
        bench.issue("leaf", "P-256", chain[0], LEAF, &[]);
        let expected = if holds {
            Ok(())
        } else {
            Err(ChainError::PathLength {
                position: below + 1,
                most,
            })
        };
        assert_eq!(judge(&bench, "leaf", &chain), expected, "{most} {below}");
        assert_eq!(command_agrees(&bench, "leaf", &chain), holds, "{most} {below}");
    }
}

/// A new key under an old name: the authority signs a certificate for its own next key.
#[test]
fn an_authority_may_hand_over_to_its_own_next_key() {
    let bench = Bench::new();
    bench.put("empty.cnf", "");
    bench.root("root", "P-256", "/CN=root", &[]);
    bench.key("next", "P-256");
    bench.openssl(
        "req -new -key next.key -out next.csr -config empty.cnf",
        &["-subj", "/CN=root"],
    );
    bench.put("ext.cnf", AUTHORITY);
    bench.openssl(
        "x509 -req -days 30 -in next.csr -CA root.pem -CAkey root.key -out next.pem -extfile ext.cnf -CAcreateserial",
        &[],
    );
    bench.issue("leaf", "P-256", "next", LEAF, &[]);
    assert_eq!(judge(&bench, "leaf", &["next", "root"]), Ok(()));
    // It says by its identifiers that another key signed it, so it is no root that must have signed itself.
    assert_eq!(judge(&bench, "leaf", &["next"]), Ok(()));
    // It does not count for the length of a path.
    bench.openssl(
        "req -x509 -new -days 30 -key root.key -out short.pem -config empty.cnf -addext basicConstraints=CA:TRUE,pathlen:0",
        &["-subj", "/CN=root"],
    );
    assert_eq!(judge(&bench, "leaf", &["next", "short"]), Ok(()));
}

#[test]
fn altered_certificates_do_not_verify() {
    let bench = four(["P-256", "rsa", "P-384", "P-256"]);
    let names = ["leaf", "lower", "upper", "root"];
    let certificates = names.map(|name| bench.certificate(name));
    for (position, certificate) in certificates.iter().enumerate() {
        // The last byte of a signature, and one of the serial number, which is a part of what is signed.
        let der = certificate.to_der();
        let serial = der
            .windows(3)
            .position(|part| part[0] == 2 && part[1] == 0x14)
            .unwrap()
            + 8;
        for at in [der.len() - 1, serial] {
            let mut altered = der.to_vec();
            altered[at] ^= 1;
            let mut all = certificates.clone();
            all[position] = Certificate::from_der(&altered).unwrap();
            assert_eq!(
                check_chain(&all[0], &all[1..]),
                Err(ChainError::Signature { position }),
                "{at}"
            );
        }
    }
}
