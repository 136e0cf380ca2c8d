//! Tokens of kryoptic.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use claviger_model::SystemClock;
use claviger_provider_pkcs11::{Pkcs11Provider, Settings};
use claviger_secret::SecretBytes;
use cryptoki::context::{CInitializeArgs, Pkcs11};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;

use crate::common::alone_in;
pub(crate) use crate::common::{Key, Place, Stopped, run};

pub(crate) const PIN: &str = "12345678";
const OFFICER_PIN: &str = "87654321";
/// Where the library is.
const MODULE: &str = "CLAVIGER_TEST_KRYOPTIC";
/// Tokens that a test may make.
const SLOTS: usize = 2;

/// The module of kryoptic.
pub(crate) fn module() -> PathBuf {
    let named = std::env::var_os(MODULE);
    named
        .expect("no library of kryoptic: `cargo xtask test --only kryoptic` builds it and runs these tests")
        .into()
}

/// Runs a test in a process of its own. `name` is its path: module and function.
pub(crate) fn alone(name: &str, test: impl FnOnce(World)) {
    alone_without(&[], name, test);
}

/// The same with tokens that lack these mechanisms.
pub(crate) fn alone_without(mechanisms: &[&str], name: &str, test: impl FnOnce(World)) {
    let prepare = |folder: &Path| {
        module();
        let config = folder.join("kryoptic.conf");
        fs::write(&config, content(folder, mechanisms)).unwrap();
        ("KRYOPTIC_CONF", config)
    };
    alone_in(name, prepare, |_| test(World { made: 0 }));
}

fn content(folder: &Path, without: &[&str]) -> String {
    let mut content = String::new();
    for slot in 1..=SLOTS {
        let file = folder.join(format!("{slot}.sql"));
        let file = file.to_str().unwrap();
        writeln!(
            content,
            "[[slots]]\nslot = {slot}\ndbtype = \"sqlite\"\ndbargs = {file:?}"
        )
        .unwrap();
        if !without.is_empty() {
            let denied = [["DENY"].as_slice(), without].concat();
            writeln!(content, "mechanisms = {denied:?}").unwrap();
        }
    }
    content
}

/// The tokens of one test.
pub(crate) struct World {
    made: usize,
}

impl World {
    /// Makes a token.
    pub(crate) fn token(self, label: &str) -> Self {
        let module = Pkcs11::new(module()).unwrap();
        module.initialize(CInitializeArgs::OsThreads).unwrap();
        let slot = module.get_slots_with_token().unwrap()[self.made];
        let officer = AuthPin::new(OFFICER_PIN.into());
        module.init_token(slot, &officer, label).unwrap();
        let session = module.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&officer)).unwrap();
        session.init_pin(&AuthPin::new(PIN.into())).unwrap();
        session.logout().unwrap();
        Self { made: self.made + 1 }
    }

    /// Settings for tokens of this world, which must have some.
    pub(crate) fn settings(&self, tokens: &[&str]) -> Settings {
        assert!(self.made > 0);
        Settings {
            module: module(),
            tokens: tokens.iter().map(|&token| token.to_owned()).collect(),
            pin: SecretBytes::copied(PIN.as_bytes()),
            sessions: 2,
            patience: Duration::from_secs(60),
        }
    }

    pub(crate) fn provider(&self, tokens: &[&str]) -> Pkcs11Provider {
        Pkcs11Provider::open(&self.settings(tokens), Arc::new(SystemClock)).unwrap()
    }
}
