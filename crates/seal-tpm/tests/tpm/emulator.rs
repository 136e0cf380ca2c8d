//! A software TPM with a state of its own.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use claviger_seal_tpm::TpmSettings;
use tempfile::TempDir;
use tss_esapi::Context;
use tss_esapi::handles::PcrHandle;
use tss_esapi::interface_types::algorithm::HashingAlgorithm;
use tss_esapi::interface_types::session_handles::AuthSession;
use tss_esapi::structures::{Digest, DigestValues};
use tss_esapi::tcti_ldr::TctiNameConf;

/// Attempts to find two free ports in a row, and to reach the process that was started on them.
const ATTEMPTS: usize = 200;

pub(crate) struct Emulator {
    state: TempDir,
    process: Child,
    pub(crate) tcti: String,
}

impl Emulator {
    pub(crate) fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let (process, tcti) = run(&state);
        Self { state, process, tcti }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.tcti.rsplit('=').next().unwrap().parse().unwrap()
    }

    pub(crate) fn settings(&self, pcrs: &[u8]) -> TpmSettings {
        TpmSettings {
            tcti: self.tcti.clone(),
            pcrs: pcrs.to_vec(),
            parent: None,
        }
    }

    /// A new measurement goes into a PCR, as a changed boot does.
    pub(crate) fn extend(&self, pcr: PcrHandle) {
        let mut values = DigestValues::new();
        values.set(HashingAlgorithm::Sha256, Digest::try_from(vec![7; 32]).unwrap());
        self.context()
            .execute_with_session(Some(AuthSession::Password), |context| {
                context.pcr_extend(pcr, values)
            })
            .unwrap();
    }

    pub(crate) fn context(&self) -> Context {
        Context::new(TctiNameConf::from_str(&self.tcti).unwrap()).unwrap()
    }

    /// The machine goes down.
    pub(crate) fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// It comes up again: the PCRs begin anew, the TPM is the same.
    pub(crate) fn restart(&mut self) {
        self.stop();
        (self.process, self.tcti) = run(&self.state);
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the process and waits until it answers.
fn run(state: &TempDir) -> (Child, String) {
    let mut process = None;
    for _ in 0..ATTEMPTS {
        let port = free_ports();
        let mut child = command(state, port)
            .spawn()
            .expect("swtpm is needed (Debian: swtpm)");
        let tcti = format!("swtpm:host=127.0.0.1,port={port}");
        if answers(&mut child, &tcti) {
            process = Some((child, tcti));
            break;
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    process.expect("swtpm did not start")
}

fn command(state: &TempDir, port: u16) -> Command {
    let mut command = Command::new("swtpm");
    command
        .args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear"])
        .arg("--tpmstate")
        .arg(format!("dir={}", state.path().display()))
        .arg("--server")
        .arg(format!("type=tcp,bindaddr=127.0.0.1,port={port}"))
        .arg("--ctrl")
        .arg(format!("type=tcp,bindaddr=127.0.0.1,port={}", port + 1))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Whether the process got its ports and takes connections. Each try waits for the kernel, not for a clock.
fn answers(child: &mut Child, tcti: &str) -> bool {
    let tcti = TctiNameConf::from_str(tcti).unwrap();
    while child.try_wait().unwrap().is_none() {
        if Context::new(tcti.clone()).is_ok() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// Two ports in a row that are free now.
fn free_ports() -> u16 {
    for _ in 0..ATTEMPTS {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
    unreachable!("no two ports in a row are free")
}
