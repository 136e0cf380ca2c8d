//! What certificates of the command say.

use claviger_model::{HashAlgorithm, SignatureAlgorithm, Timestamp};
use claviger_x509::{Certificate, CertificateError, fits_key};

use crate::bench::{AUTHORITY, Bench, LEAF};

/// One field as the command prints it.
fn field(bench: &Bench, name: &str, option: &str) -> String {
    let line = format!("x509 -noout -in {name}.pem -nameopt RFC2253,-esc_msb,utf8 {option}");
    let text = bench.openssl(&line, &[]);
    text.trim().split_once('=').unwrap().1.trim().to_owned()
}

#[test]
fn fields_are_those_that_the_command_prints() {
    let bench = Bench::new();
    bench.root(
        "root",
        "P-256",
        "/C=DE/O=Bücher, Söhne \\+ Co/CN=Würzburg \"Root\"",
        &["-set_serial", "0x00ff00aa"],
    );
    bench.issue("leaf", "rsa", "root", LEAF, &[]);
    for name in ["root", "leaf"] {
        let certificate = bench.certificate(name);
        assert_eq!(certificate.subject(), field(&bench, name, "-subject"));
        assert_eq!(certificate.issuer(), field(&bench, name, "-issuer"));
        assert_eq!(
            certificate.serial(),
            field(&bench, name, "-serial").to_lowercase()
        );
        let key = bench.openssl(
            &format!("x509 -noout -in {name}.pem -ext subjectKeyIdentifier"),
            &[],
        );
        let key = key.lines().last().unwrap().trim().replace(':', "").to_lowercase();
        assert_eq!(certificate.subject_key_identifier(), Some(key));
        assert_eq!(
            certificate.to_pem(),
            bench.openssl(&format!("x509 -in {name}.pem"), &[])
        );
    }
    let root = bench.certificate("root");
    assert_eq!(
        root.subject(),
        "CN=Würzburg \\\"Root\\\",O=Bücher\\, Söhne \\+ Co,C=DE"
    );
    assert_eq!(root.serial(), "ff00aa");
    assert_eq!(root.signature_algorithm(), "ecdsa-with-SHA256");
    assert!(root.subject_alternative_names().is_empty());
}

#[test]
fn the_public_key_is_that_of_the_private_one() {
    let bench = Bench::new();
    bench.root("root", "P-384", "/CN=root", &[]);
    bench.issue("leaf", "rsa", "root", LEAF, &[]);
    let public = |name: &str| {
        let line = format!("pkey -in {name}.key -pubout -outform DER -out key.der");
        bench.openssl(&line, &[]);
        let base64 = bench.openssl("base64 -A -in key.der", &[]);
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64.trim()).unwrap()
    };
    for (name, other) in [("root", "leaf"), ("leaf", "root")] {
        let certificate = bench.certificate(name);
        assert_eq!(certificate.public_key_der(), public(name));
        assert!(fits_key(&certificate, &public(name)));
        assert!(!fits_key(&certificate, &public(other)));
        assert!(!fits_key(&certificate, &[]));
    }
}

#[test]
fn times_are_read_also_beyond_what_can_be_counted() {
    let bench = Bench::new();
    bench.key("root", "P-256");
    bench.put("ca.cnf", CA_CONFIGURATION);
    bench.put("empty.cnf", "[req]\ndistinguished_name=dn\n[dn]\n");
    bench.openssl(
        "req -new -key root.key -out root.csr -config empty.cnf -subj /CN=root",
        &[],
    );
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    for (start, end, expected) in [
        (
            "19990131235959Z",
            "20491231235959Z",
            [time("1999-01-31T23:59:59Z"), time("2049-12-31T23:59:59Z")],
        ),
        (
            "20500101000000Z",
            "25000228120001Z",
            [time("2050-01-01T00:00:00Z"), time("2500-02-28T12:00:01Z")],
        ),
        (
            "20200229000000Z",
            "99991231235959Z",
            [time("2020-02-29T00:00:00Z"), Timestamp::MAX],
        ),
    ] {
        bench.put("serial.txt", "01\n");
        bench.put("index.txt", "");
        bench.put("index.txt.attr", "unique_subject=no\n");
        let line = format!(
            "ca -batch -selfsign -config ca.cnf -keyfile root.key -in root.csr -out root.pem -notext \
             -startdate {start} -enddate {end}"
        );
        bench.openssl(&line, &[]);
        let certificate = bench.certificate("root");
        assert_eq!([certificate.not_before(), certificate.not_after()], expected);
    }
}

const CA_CONFIGURATION: &str = "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\n\
    default_md=sha256\nserial=serial.txt\npolicy=any\n[any]\ncommonName=supplied\n";

#[test]
fn alternative_names_of_all_kinds_are_read() {
    let bench = Bench::new();
    bench.root("root", "P-256", "/CN=root", &[]);
    let extensions = "subjectKeyIdentifier=none\nsubjectAltName=DNS:a.example,IP:192.0.2.7,IP:2001:db8::7,email:x@a.example,\
        URI:https://a.example/x,RID:1.2.3.4,otherName:1.2.3.5;UTF8:hidden,dirName:dir\n[dir]\nC=DE\nCN=x\n";
    bench.issue("leaf", "P-256", "root", extensions, &[]);
    let names = bench.certificate("leaf");
    assert_eq!(
        names.subject_alternative_names(),
        [
            "a.example",
            "192.0.2.7",
            "2001:db8::7",
            "x@a.example",
            "https://a.example/x",
            "1.2.3.4",
            "CN=x,C=DE"
        ]
    );
    assert_eq!(names.subject_key_identifier(), None);
}

#[test]
fn algorithms_have_the_names_of_the_command() {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    let pss = ["-sigopt", "rsa_padding_mode:pss"];
    let cases: [(&str, &[&str], &str, Option<SignatureAlgorithm>); 8] = [
        (
            "rsa",
            &["-sha256"],
            "sha256WithRSAEncryption",
            Some(SignatureAlgorithm::RsaPkcs1(Sha256)),
        ),
        (
            "rsa",
            &["-sha512"],
            "sha512WithRSAEncryption",
            Some(SignatureAlgorithm::RsaPkcs1(Sha512)),
        ),
        ("rsa", &["-sha1"], "sha1WithRSAEncryption", None),
        (
            "rsa",
            &["-sha384", pss[0], pss[1], pss[0], "rsa_pss_saltlen:48"],
            "rsassaPss",
            Some(SignatureAlgorithm::RsaPss(Sha384)),
        ),
        (
            "rsa",
            &["-sha256", pss[0], pss[1], pss[0], "rsa_pss_saltlen:20"],
            "rsassaPss",
            None,
        ),
        (
            "P-256",
            &["-sha384"],
            "ecdsa-with-SHA384",
            Some(SignatureAlgorithm::Ecdsa(Sha384)),
        ),
        ("P-256", &["-sha1"], "ecdsa-with-SHA1", None),
        ("P-256", &["-sha3-256"], "2.16.840.1.101.3.4.3.10", None),
    ];
    for (kind, options, name, signed_with) in cases {
        let bench = Bench::new();
        bench.root("root", kind, "/CN=root", options);
        let certificate = bench.certificate("root");
        assert_eq!(certificate.signature_algorithm(), name);
        assert_eq!(certificate.signed_with(), signed_with, "{options:?}");
        let text = bench.openssl("x509 -noout -text -in root.pem", &[]);
        let by_name = text.contains(&format!("Signature Algorithm: {name}"));
        assert_eq!(by_name, !name.starts_with('2'), "{text}");
    }
}

#[test]
fn one_certificate_and_chains_are_told_apart() {
    let bench = Bench::new();
    bench.root("root", "P-256", "/CN=root", &[]);
    bench.issue("middle", "P-256", "root", AUTHORITY, &[]);
    let [root, middle] = ["root.pem", "middle.pem"].map(|name| bench.text(name));
    let both = format!(
        "Bag Attributes\n{middle}\nsubject=/CN=root\r\n{}\n",
        root.replace('\n', "\r\n")
    );
    let chain = Certificate::chain_from_pem(&both).unwrap();
    assert_eq!(chain, [bench.certificate("middle"), bench.certificate("root")]);
    assert_eq!(Certificate::from_pem(&both), Err(CertificateError::Several));
    assert_eq!(
        Certificate::from_pem(&root.repeat(11)),
        Err(CertificateError::Several)
    );
    assert_eq!(
        Certificate::chain_from_pem(&root.repeat(11)),
        Err(CertificateError::Count)
    );
    assert_eq!(Certificate::from_pem("nothing"), Err(CertificateError::Missing));
    assert_eq!(
        Certificate::from_pem(&(root.clone() + &bench.text("root.key"))),
        Err(CertificateError::PrivateKey)
    );
    assert_eq!(
        Certificate::from_pem(&bench.openssl("pkey -in root.key -pubout", &[])),
        Err(CertificateError::Missing)
    );
    bench.put("any.der", [0x30, 3, 2, 1, 7]);
    let base64 = "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n";
    assert_eq!(
        Certificate::chain_from_pem(&(root + base64)),
        Err(CertificateError::Encoding { number: 2 })
    );
}
