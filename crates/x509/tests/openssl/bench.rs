//! A folder in which the command runs.

use std::{
    fs,
    process::{Command, Output},
};

use claviger_x509::Certificate;
use tempfile::TempDir;

/// A folder of files that the command reads and writes.
pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn put(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), contents).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    pub(crate) fn take(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    pub(crate) fn certificate(&self, name: &str) -> Certificate {
        Certificate::from_pem(&self.text(&format!("{name}.pem"))).unwrap()
    }

    /// Runs the command with the words of `line` and then `more`.
    pub(crate) fn try_openssl(&self, line: &str, more: &[&str]) -> Output {
        Command::new("openssl")
            .args(line.split_whitespace())
            .args(more)
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    /// Its output, that for errors included; it must succeed.
    pub(crate) fn openssl(&self, line: &str, more: &[&str]) -> String {
        let output = self.try_openssl(line, more);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {line}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &errors
    }

    /// Makes the key `<name>.key` of a kind such as `P-256`, `rsa` or `sm2`.
    pub(crate) fn key(&self, name: &str, kind: &str) {
        match kind {
            "rsa" => self.put(&format!("{name}.key"), rsa_pem()),
            "sm2" => {
                self.openssl(&format!("genpkey -algorithm SM2 -out {name}.key"), &[]);
            }
            curve => {
                let line =
                    format!("genpkey -algorithm EC -out {name}.key -pkeyopt ec_paramgen_curve:{curve}");
                self.openssl(&line, &[]);
            }
        }
    }

    /// Makes the self-signed certificate `<name>.pem` for a new key.
    pub(crate) fn root(&self, name: &str, kind: &str, subject: &str, more: &[&str]) {
        self.key(name, kind);
        let line = format!("req -x509 -new -utf8 -days 30 -key {name}.key -out {name}.pem -config empty.cnf");
        self.put("empty.cnf", CONFIGURATION);
        self.openssl(&line, &[&["-subj", subject], more].concat());
    }

    /// Makes the certificate `<name>.pem` for a new key, issued by `issuer`, with these lines of extensions.
    pub(crate) fn issue(&self, name: &str, kind: &str, issuer: &str, extensions: &str, more: &[&str]) {
        self.key(name, kind);
        self.issue_again(name, name, issuer, extensions, more);
    }

    /// The same for a key that is there.
    pub(crate) fn issue_again(&self, name: &str, key: &str, issuer: &str, extensions: &str, more: &[&str]) {
        self.put("empty.cnf", CONFIGURATION);
        let request = format!("req -new -key {key}.key -out {name}.csr -config empty.cnf");
        self.openssl(&request, &["-subj", &format!("/CN={name}")]);
        self.put("ext.cnf", extensions);
        let line = format!(
            "x509 -req -days 30 -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -out {name}.pem \
             -extfile ext.cnf -CAcreateserial"
        );
        self.openssl(&line, more);
    }
}

/// Nothing is asked for, and a root is an authority.
const CONFIGURATION: &str = "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\n\
    basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

/// How an authority with an SM2 key signs. The command has no identity by default.
pub(crate) const BY_SM2: [&str; 3] = ["-sm3", "-sigopt", "distid:1234567812345678"];

/// Extensions of an authority.
pub(crate) const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
    subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

/// Extensions of a leaf.
pub(crate) const LEAF: &str = "basicConstraints=CA:FALSE\nsubjectAltName=DNS:leaf.example\n\
    subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

/// Keys of RSA take long to make, so one is kept. It lies with the tests of the algorithms.
pub(crate) const RSA_2048: &[u8] = include_bytes!("../../../crypto/tests/keys/rsa-2048.p8");

fn rsa_pem() -> String {
    let bench = Bench::new();
    bench.put("key.der", RSA_2048);
    bench.openssl("pkey -inform DER -in key.der -out key.pem", &[]);
    bench.text("key.pem")
}
