//! An authority that issues certificates: the command `openssl` in a folder of its own.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// Held while a command runs: at its start it has the open files of this process, and with them the locks of worlds that
/// end in other threads.
static RUNNING: Mutex<()> = Mutex::new(());

/// Waits until no command runs, and keeps others from it.
pub(crate) fn no_command_runs() -> MutexGuard<'static, ()> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A root and an authority below it, which issues. All times and serial numbers are those of the command.
#[derive(Debug)]
pub struct Authority(TempDir);

const CONFIGURATION: &str = "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n\
    [ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n\
    authorityKeyIdentifier=keyid\n\
    [leaf]\nbasicConstraints=CA:FALSE\nsubjectAltName=DNS:www.example.com,IP:192.0.2.1\n\
    subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// Makes both.
    pub fn new() -> Self {
        let new = Self(TempDir::new().unwrap());
        new.put("openssl.cnf", CONFIGURATION);
        for name in ["root", "issuer"] {
            new.openssl(
                &format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key"),
                &[],
            );
        }
        let root = "req -x509 -new -days 30 -key root.key -out root.pem -config openssl.cnf";
        new.openssl(root, &["-subj", "/O=Example/CN=Root"]);
        let request = "req -new -key issuer.key -out issuer.csr -config openssl.cnf";
        new.openssl(request, &["-subj", "/O=Example/CN=Issuer"]);
        new.openssl(
            "x509 -req -days 30 -in issuer.csr -CA root.pem -CAkey root.key -CAcreateserial -out issuer.pem \
             -extfile openssl.cnf -extensions ca",
            &[],
        );
        new
    }

    /// Issues a certificate for a signing request, both in PEM, and with alternative names of its own. The command
    /// checks the request's signature.
    pub fn issue(&self, csr: &str) -> String {
        self.issue_with(csr, &[])
    }

    /// The same for a request that SM2 has signed, by the signer of the default identity.
    pub fn issue_for_sm2(&self, csr: &str) -> String {
        self.issue_with(csr, &["-vfyopt", "distid:1234567812345678"])
    }

    fn issue_with(&self, csr: &str, options: &[&str]) -> String {
        self.put("leaf.csr", csr);
        self.openssl(
            "x509 -req -days 30 -in leaf.csr -CA issuer.pem -CAkey issuer.key -CAcreateserial -out leaf.pem \
             -extfile openssl.cnf -extensions leaf",
            options,
        );
        self.text("leaf.pem")
    }

    /// The authorities in PEM, the issuer first.
    pub fn chain(&self) -> String {
        self.text("issuer.pem") + &self.text("root.pem")
    }

    /// Puts a file into the folder.
    pub fn put(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), contents).unwrap();
    }

    /// A file of the folder as text.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    /// A file of the folder.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    /// Runs the command with the words of `line` and then `more`; gives all it prints. It must succeed.
    pub fn openssl(&self, line: &str, more: &[&str]) -> String {
        let mut command = Command::new("openssl");
        command
            .args(line.split_whitespace())
            .args(more)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Until it has ended: a parent goes on a moment before the kernel closes the child's copies of its files.
        let output = {
            let _alone = no_command_runs();
            command.output().unwrap()
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {line}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &errors
    }
}
