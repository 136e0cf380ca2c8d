//! What a confined HSM can no longer do, and that it serves all the same.
//!
//! Confinement is for the life of a process and has to come before there are threads, so this is a program of its own:
//! it starts itself again as the HSM.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test with a harness of its own, which should stop where something is wrong"
)]

use std::env;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use claviger_crypto::SystemRng;
use claviger_managed_hsm::{Confinement, Enforcement, Listener, NotConfined, Settings, Strictness, confine};
use claviger_model::{AccountId, HashAlgorithm, KeyId, KeySpec, KeyVersionId, ProtectionLevel};
use claviger_model::{Region, SignatureAlgorithm};
use claviger_provider::{Binding, Provider as _, Sealed};
use claviger_provider_managed::{AccessKey, ManagedHsm, Settings as ClientSettings};
use claviger_provider_soft::{RootKeys, Sealer};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

/// How this program is told to be the HSM.
const AS_HSM: &str = "--as-confined-hsm";
/// The line after the findings.
const READY: &str = "ready";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == AS_HSM) {
        be_the_hsm(Path::new(&arguments.next().unwrap()));
    } else {
        judge();
    }
    ExitCode::SUCCESS
}

/// Makes what an HSM needs, confines itself, says what it can still do, and serves.
fn be_the_hsm(folder: &Path) {
    let sealer = Sealer::create_key_file(&folder.join("seal.key"), &SystemRng).unwrap();
    let master = folder.join("master-key.json");
    let roots = RootKeys::create(&master, &sealer, &SystemRng, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let peer_uid = rustix::process::geteuid().as_raw();
    let listener = Listener::bind(&folder.join("hsm.sock"), peer_uid).unwrap();
    let settings = Settings {
        access_key: AccessKey::read(&folder.join("access.key")).unwrap(),
        peer_uid,
        name: "confined".to_owned(),
    };

    thread::scope(|scope| {
        let (still, wait) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || wait.recv());
        // The rules would not hold for that thread.
        let refused = confine(Strictness::Report).unwrap_err();
        assert!(matches!(refused, NotConfined::Threads(2)), "{refused}");
        drop(still);
    });
    // The kernel may take a moment to forget the thread.
    let confined = loop {
        match confine(Strictness::Report) {
            Err(NotConfined::Threads(_)) => thread::yield_now(),
            other => break other.unwrap(),
        }
    };
    println!("{}", confined_line(&confined));
    tell("here", folder);
    // Threads that come later, as those for RSA, are no freer.
    thread::scope(|scope| scope.spawn(|| tell("thread", folder)).join().unwrap());

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let engine = claviger_managed_hsm::engine(Arc::new(roots), Arc::new(SystemRng), 100);
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        println!("{READY}");
        let stop = async { terminate.recv().await.unwrap() };
        claviger_managed_hsm::serve(listener, settings, engine, Arc::new(SystemRng), stop)
            .await
            .unwrap();
    });
    println!("stopped");
}

fn confined_line(confinement: &Confinement) -> String {
    let Confinement {
        calls,
        files,
        no_new_privileges,
        hardening,
        ..
    } = confinement;
    let landlock = match files {
        Enforcement::Full => "full",
        Enforcement::Part => "part",
        Enforcement::None(_) => "none",
    };
    let whole = *calls == Enforcement::Full && *no_new_privileges && hardening.not_dumpable;
    format!("confined seccomp-and-more={whole} landlock={landlock} ({confinement})")
}

/// Tries what an intruder would.
fn tell(place: &str, folder: &Path) {
    let attempts: [(&str, io::Result<()>); 13] = [
        ("read /etc/passwd", fs::read("/etc/passwd").map(drop)),
        (
            "read its own master key",
            fs::read(folder.join("master-key.json")).map(drop),
        ),
        ("list a folder", fs::read_dir(folder).map(drop)),
        ("write a file", fs::write(folder.join("new"), "x")),
        (
            "append to a file",
            OpenOptions::new()
                .append(true)
                .open(folder.join("access.key"))
                .map(drop),
        ),
        ("remove a file", fs::remove_file(folder.join("access.key"))),
        (
            "rename a file",
            fs::rename(folder.join("access.key"), folder.join("a")),
        ),
        ("open itself", File::open("/proc/self/exe").map(drop)),
        ("start a program", Command::new("/bin/true").status().map(drop)),
        ("connect by TCP", TcpStream::connect("127.0.0.1:9").map(drop)),
        ("listen by TCP", TcpListener::bind("127.0.0.1:0").map(drop)),
        ("use UDP", UdpSocket::bind("127.0.0.1:0").map(drop)),
        (
            "connect to another socket",
            UnixStream::connect(folder.join("other.sock")).map(drop),
        ),
    ];
    for (what, result) in attempts {
        let found = match result {
            Ok(()) => "DONE".to_owned(),
            Err(error) => format!("refused: {:?}", error.raw_os_error()),
        };
        println!("{place}: {what}: {found}");
    }
}

/// Starts the HSM and looks at it from outside.
fn judge() {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let access_key = AccessKey::create(&folder.path().join("access.key"), &SystemRng).unwrap();
    let _other = UnixListener::bind(folder.path().join("other.sock")).unwrap();
    // Without confinement, the attempts work: they can tell.
    assert!(fs::read("/etc/passwd").is_ok() && Command::new("/bin/true").status().is_ok());
    assert!(TcpListener::bind("127.0.0.1:0").is_ok() && UdpSocket::bind("127.0.0.1:0").is_ok());

    let mut hsm = Hsm::start(folder.path());
    let findings = hsm.findings();
    let report = findings.first().unwrap();
    assert!(
        report.starts_with("confined seccomp-and-more=true"),
        "not confined: {report}"
    );
    let attempts: Vec<_> = findings.iter().skip(1).collect();
    assert_eq!(attempts.len(), 2 * 13, "{attempts:?}");
    for attempt in attempts {
        // ENOSYS: no such call. A refusal of another kind would be one of the machine and not of the filter.
        assert!(attempt.ends_with("refused: Some(38)"), "{attempt}");
    }
    assert!(folder.path().join("access.key").exists() && !folder.path().join("new").exists());

    let settings = ClientSettings {
        socket: folder.path().join("hsm.sock"),
        access_key,
        uid: rustix::process::geteuid().as_raw(),
        patience: Duration::from_secs(20),
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(use_it(&ManagedHsm::new(settings, Arc::new(SystemRng))));
    hsm.stop();
    eprintln!("a confined HSM serves and does nothing else ... ok: {report}");
}

/// Every kind of key, so every kind of thread and memory that they take.
async fn use_it(client: &ManagedHsm) {
    let region: Region = "test-1".parse().unwrap();
    let binding = |spec, number| Binding {
        account: AccountId::from_number(1_000_000_000_000_007).unwrap(),
        region: &region,
        key: KeyId::from_bytes([number; 16]),
        version: KeyVersionId::from_bytes([number; 16]),
        spec,
        protection: ProtectionLevel::Hsm,
    };
    for (spec, number) in [(KeySpec::Aes256, 1), (KeySpec::Sm4, 2)] {
        let binding = binding(spec, number);
        let material = client.generate(&binding).await.unwrap();
        let sealed = Sealed {
            material: &material,
            binding,
        };
        for size in [5, 900_000] {
            let plaintext = vec![7; size];
            let mut body = Vec::new();
            client.encrypt(sealed, b"", &plaintext, &mut body).await.unwrap();
            let opened = client.decrypt(sealed, b"", &body).await.unwrap();
            assert_eq!(opened.expose(), plaintext);
        }
    }
    for (spec, number, algorithm) in [
        (
            KeySpec::Rsa2048,
            3,
            SignatureAlgorithm::RsaPss(HashAlgorithm::Sha256),
        ),
        (
            KeySpec::EcP256,
            4,
            SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256),
        ),
        (KeySpec::Sm2, 5, SignatureAlgorithm::Sm2Dsa),
    ] {
        let binding = binding(spec, number);
        let material = client.generate(&binding).await.unwrap();
        let sealed = Sealed {
            material: &material,
            binding,
        };
        let digest = [9; 32];
        let signature = client.sign(sealed, algorithm, &digest).await.unwrap();
        let right = client.verify(sealed, algorithm, &digest, &signature).await;
        assert_eq!(right, Ok(true), "{spec:?}");
    }
    // So many that the pool of keys takes more memory.
    for number in 0..200 {
        let mut binding = binding(KeySpec::HmacSha512, 6);
        binding.version = KeyVersionId::from_bytes([number; 16]);
        let material = client.generate(&binding).await.unwrap();
        let sealed = Sealed {
            material: &material,
            binding,
        };
        assert_eq!(client.mac(sealed, b"message").await.unwrap().len(), 64);
    }
    assert_eq!(client.random(100_000).await.unwrap().len(), 100_000);
}

/// The process of the HSM.
struct Hsm {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Hsm {
    fn start(folder: &Path) -> Self {
        let program: PathBuf = env::current_exe().unwrap();
        let mut child = Command::new(program)
            .arg(AS_HSM)
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// What it says until it is ready.
    fn findings(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let count = self.out.read_line(&mut line).unwrap();
            assert!(count > 0, "the HSM ended after {lines:?}");
            match line.trim_end() {
                READY => return lines,
                said => lines.push(said.to_owned()),
            }
        }
    }

    /// Asks it to stop. It must do so by itself.
    fn stop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "stopped\n");
        assert!(self.child.wait().unwrap().success());
        io::stdout().flush().unwrap();
    }
}

impl Drop for Hsm {
    fn drop(&mut self) {
        // If a check failed. Otherwise it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
