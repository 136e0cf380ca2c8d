//! Where keys of protection level HSM live.

use std::path::PathBuf;

use super::seal::Seal;
use super::section::section;
use super::settings::Wrong;

section! {
    /// Where keys of protection level HSM live; [hsm.md](hsm.md) tells more.
    Hsm in "hsm" {
        /// `"managed"`: a process of its own that the server starts and looks after. `"connect"`: such a process that runs as
        /// a service of its own. `"pkcs11"`: tokens. `"none"`: there are no such keys.
        kind: String = "managed".to_owned(), "`\"managed\"`";
        /// Regions in which there are such keys; `[]` is all that are served.
        regions: Vec<String> = Vec::new(), "`[]`";
        /// What is certified about it, in words of yours such as `"FIPS 140-3 level 3, certificate 4321"`. `doctor` shows it;
        /// nothing is derived from it.
        certification: String = String::new(), "none";
        /// Managed: the socket between the server and the HSM, at most 100 bytes. Its folder belongs to the HSM's user, is closed to
        /// others but for the group, and holds nothing else that matters.
        socket: Option<PathBuf> = None, "`hsm/run/hsm.sock` in the data folder";
        /// Managed: file with the secret that the server and the HSM prove to each other.
        access_key: Option<PathBuf> = None, "`hsm/access.key` in the data folder";
        /// With `"connect"`: the user, by name or number, that the HSM runs as.
        user: Option<String> = None, "that of the server";
        /// For `claviger hsm`: the user, by name or number, that the server runs as.
        client: Option<String> = None, "that of the HSM";
        /// For `claviger hsm`: whether it ends where the kernel does not let it give up all rights that it does not need. Otherwise
        /// it warns.
        require_confinement: bool = false, "`false`";
        /// Managed: what opens the HSM's master key: an `[hsm.seal]` with the settings of `[seal]`. Without it, that is what `[seal]`
        /// says; or, where that asks at a terminal, the key file `hsm/seal.key` in the data folder.
        seal: Option<Seal> = None, "as `[seal]`";
        /// With `"pkcs11"`: the tokens, as below.
        pkcs11: Option<Pkcs11> = None, "none";
    }
}

section! {
    /// The tokens, with `hsm.kind = "pkcs11"`.
    Pkcs11 in "hsm.pkcs11" {
        /// The module, a shared library that the vendor of the token ships.
        module: Option<PathBuf> = None, "needed";
        /// Labels or serial numbers of the tokens. Several of them hold the same keys.
        tokens: Vec<String> = Vec::new(), "needed";
        /// Where the user PIN comes from: `"prompt"`, `"file:PATH"`, `"env:NAME"` or `"credential:NAME"` (systemd).
        pin: String = "prompt".to_owned(), "`\"prompt\"`";
        /// Sessions held open with each token, 1 to 64. More of them help tokens that compute in parallel.
        sessions: usize = 2, "`2`";
    }
}

/// The kinds that there are.
const KINDS: [&str; 4] = ["managed", "connect", "pkcs11", "none"];

/// Longest path of a socket, in bytes. SOURCE: unix(7): 108 with the end mark; some are left for a temporary name.
pub(crate) const SOCKET_PATH: usize = 100;

/// Most sessions with a token.
const MOST_SESSIONS: usize = 64;

impl Hsm {
    /// Checks what the types cannot say.
    pub(super) fn check(&self, served: &[String]) -> Result<(), Wrong> {
        if !KINDS.contains(&self.kind.as_str()) {
            let (kind, kinds) = (&self.kind, KINDS.join("\", \""));
            return Err(("hsm".into(), "kind", format!("`{kind}` is none of \"{kinds}\"")));
        }
        if let Some(region) = self.regions.iter().find(|region| !served.contains(region)) {
            let reason = format!("`{region}` is not among server.regions");
            return Err(("hsm".into(), "regions", reason));
        }
        self.check_process()?;
        match (&self.pkcs11, self.kind.as_str()) {
            (Some(tokens), "pkcs11") => tokens.check(),
            (None, "pkcs11") => {
                let reason = "kind = \"pkcs11\" needs a section [hsm.pkcs11]";
                Err(("hsm".into(), "kind", reason.to_owned()))
            }
            (Some(_), kind) => {
                let reason = format!("the section is for hsm.kind = \"pkcs11\", which is \"{kind}\"");
                Err(("hsm.pkcs11".into(), "module", reason))
            }
            (None, _) => Ok(()),
        }
    }

    /// Checks what `claviger hsm` reads.
    pub(super) fn check_process(&self) -> Result<(), Wrong> {
        if let Some(socket) = &self.socket {
            let length = socket.as_os_str().len();
            if length > SOCKET_PATH {
                let reason = format!("the path has {length} bytes; a socket can have {SOCKET_PATH} at most");
                return Err(("hsm".into(), "socket", reason));
            }
        }
        let Some(seal) = &self.seal else { return Ok(()) };
        if matches!(self.kind.as_str(), "pkcs11" | "none") {
            let reason = format!(
                "the section is for the managed HSM, and hsm.kind is \"{}\"",
                self.kind
            );
            return Err(("hsm.seal".into(), "kind", reason));
        }
        seal.check("hsm.seal")?;
        if self.kind == "managed" && seal.is_typed() {
            let name = if seal.kind == "pkcs11" {
                "pin"
            } else {
                "passphrase"
            };
            let reason = "the server starts the HSM without a terminal to ask at: use \"file:PATH\", \"env:NAME\" or \
                          \"credential:NAME\"";
            return Err(("hsm.seal".into(), name, reason.to_owned()));
        }
        Ok(())
    }
}

impl Pkcs11 {
    fn check(&self) -> Result<(), Wrong> {
        let wrong = |name, reason: String| Err(("hsm.pkcs11".into(), name, reason));
        if self.module.is_none() {
            return wrong("module", "needed: the shared library of the token".to_owned());
        }
        if self.tokens.is_empty() {
            return wrong("tokens", "needed: the label of a token at least".to_owned());
        }
        if !(1..=MOST_SESSIONS).contains(&self.sessions) {
            return wrong("sessions", format!("must be 1 to {MOST_SESSIONS}"));
        }
        Ok(())
    }
}
