//! `claviger doctor`: finds out what would keep a server from serving well.

mod hsm;
mod seals;
mod trail;

use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use claviger_crypto::{Rng as _, SystemRng};
use claviger_model::{Clock as _, SystemClock, Timestamp};
use claviger_store_sqlite::SqliteStore;

use crate::cli::WithConfig;
use crate::config::{self, Settings};
use crate::folder::{Folder, is_there};
use crate::output::{Failure, absolute, say};
use crate::seal::Whose;
use crate::tls::Certificates;

/// Free space below which a disk is called small, in bytes.
const LITTLE_SPACE: u64 = 1 << 30;

/// What a check found.
enum Finding {
    Good(String),
    /// Works, but is worth a look.
    Doubt(String),
    Bad(String),
}

pub(crate) fn run(arguments: &WithConfig) -> Result<ExitCode, Failure> {
    let settings = config::read(&arguments.config)?;
    let folder = Folder::at(&absolute(&settings.server.data));
    let (root, seal) = (folder.root_key(), &settings.seal);
    let mut checks = vec![
        (
            "settings",
            Finding::Good(format!("`{}` reads well", arguments.config.display())),
        ),
        ("data folder", data_folder(&folder)),
        ("root key", seals::opens(&root, seal, Whose::Server)),
        ("root seals", seals::ways(&root, seal, &folder)),
    ];
    checks.extend(hsm::check(&settings, &folder));
    checks.extend([
        ("clock", clock(&folder)),
        ("randomness", randomness()),
        ("disk", disk(folder.path())),
        ("TLS", tls(&settings, &folder)),
        ("database", database(&folder)),
    ]);
    checks.extend(trail::check(&settings, &folder));
    checks.push(("address", address(settings.server.https)));
    checks.extend(settings.server.http.map(|http| ("plain HTTP", address(http))));
    let mut bad = false;
    for (name, finding) in checks {
        let (word, text) = match finding {
            Finding::Good(text) => ("ok", text),
            Finding::Doubt(text) => ("look", text),
            Finding::Bad(text) => {
                bad = true;
                ("BAD", text)
            }
        };
        say(&format!("{word:<5} {name:<12} {text}"));
    }
    Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn data_folder(folder: &Folder) -> Finding {
    match fs::metadata(folder.path()) {
        Err(error) => Finding::Bad(format!("`{}`: {error}", folder.path().display())),
        Ok(data) if data.mode() & 0o077 != 0 => {
            let mode = data.mode() & 0o777;
            Finding::Bad(format!(
                "`{}` is open to others (mode {mode:o}); chmod 700",
                folder.path().display()
            ))
        }
        Ok(_) => Finding::Good(folder.path().display().to_string()),
    }
}

/// The log's newest file must not be from the future.
fn clock(folder: &Folder) -> Finding {
    let now = SystemClock.now();
    let newest = fs::read_dir(folder.audit())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.metadata().and_then(|data| data.modified()).ok())
        .max()
        .and_then(|at| Timestamp::try_from(at).ok());
    match newest {
        Some(newest) if newest > now => {
            Finding::Bad(format!("it is {now}, but the audit log was written at {newest}"))
        }
        _ => Finding::Good(format!("{now:.0}; clients must be within 15 minutes of it")),
    }
}

fn randomness() -> Finding {
    let (mut one, mut other) = ([0; 32], [0; 32]);
    match SystemRng.fill(&mut one).and_then(|()| SystemRng.fill(&mut other)) {
        Ok(()) if one != other => Finding::Good("the generator answers".to_owned()),
        Ok(()) => Finding::Bad("the generator gave the same bytes twice".to_owned()),
        Err(error) => Finding::Bad(error.to_string()),
    }
}

fn disk(path: &Path) -> Finding {
    let free = match rustix::fs::statvfs(path) {
        Ok(space) => space.f_bavail.saturating_mul(space.f_frsize),
        Err(error) => return Finding::Bad(error.to_string()),
    };
    let took = match durable_write(path) {
        Ok(took) => took,
        Err(error) => return Finding::Bad(format!("cannot write durably: {error}")),
    };
    let text = format!("{} MiB free; a durable write takes {took:.1} ms", free >> 20);
    if free < LITTLE_SPACE {
        Finding::Doubt(text)
    } else {
        Finding::Good(text)
    }
}

/// Milliseconds of one durable write of 4 KiB.
fn durable_write(path: &Path) -> std::io::Result<f64> {
    let file = path.join("doctor.probe");
    let write = || -> std::io::Result<f64> {
        let mut probe = fs::File::create(&file)?;
        let begun = Instant::now();
        probe.write_all(&[0; 4096])?;
        probe.sync_data()?;
        Ok(begun.elapsed().as_secs_f64() * 1000.0)
    };
    let result = write();
    let removed = fs::remove_file(&file);
    let took = result?;
    removed.map(|()| took)
}

fn tls(settings: &Settings, folder: &Folder) -> Finding {
    if settings.tls.certificate.is_none() && matches!(is_there(&folder.ca_certificate()), Ok(false)) {
        return Finding::Bad("there is neither a certificate nor a private CA".to_owned());
    }
    match Certificates::load(settings, folder, settings.server.https, SystemClock.now()) {
        Err(error) => Finding::Bad(error.to_string()),
        Ok(_) => match &settings.tls.certificate {
            Some(path) => Finding::Good(format!("`{}` and its key fit", path.display())),
            None => Finding::Good(format!("clients trust `{}`", folder.ca_certificate().display())),
        },
    }
}

fn database(folder: &Folder) -> Finding {
    let path = folder.database();
    match fs::metadata(&path) {
        Err(error) => Finding::Bad(match folder.must_hold_server() {
            Ok(()) => format!("`{}`: {error}", path.display()),
            Err(failure) => failure.to_string(),
        }),
        Ok(data) if data.mode() & 0o077 != 0 => {
            Finding::Bad(format!("`{}` is open to others; chmod 600", path.display()))
        }
        Ok(data) => match SqliteStore::inspect(&path) {
            Ok(()) => Finding::Good(format!("{} KiB, whole", data.len() >> 10)),
            Err(error) => Finding::Bad(error.to_string()),
        },
    }
}

fn address(address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::Good(format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Finding::Doubt(format!("{address} is taken; by this server, if it runs"))
        }
        Err(error) => Finding::Bad(format!("cannot listen on {address}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_worth_a_look() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = listener.local_addr().unwrap();
        let Finding::Doubt(text) = address(taken) else {
            panic!("{taken} is called free");
        };
        assert_eq!(text, format!("{taken} is taken; by this server, if it runs"));
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        assert!(matches!(address(any), Finding::Good(_)));
    }
}
