//! The HSM, and what opens its master key.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use claviger_model::KeySpec;
use claviger_provider::{Capability, Provider as _};
use claviger_provider_managed::{AccessKey, MANAGED};
use rustix::net::sockopt::socket_peercred;

use super::{Finding, seals};
use crate::commands::runtime;
use crate::config::Settings;
use crate::folder::{Folder, is_there};
use crate::hsm::{Place, client, tokens, user_number};
use crate::seal::{Whose, chain};

/// How long the HSM may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found of the HSM.
pub(super) fn check(settings: &Settings, folder: &Folder) -> Vec<(&'static str, Finding)> {
    let mut checks = match settings.hsm.kind.as_str() {
        "none" => vec![(
            "HSM",
            Finding::Good("there is none, and so no keys of level HSM".to_owned()),
        )],
        "pkcs11" => token(settings),
        kind => {
            let place = Place::of(settings, folder);
            let mut checks = vec![
                ("HSM", process(settings, folder, &place)),
                ("HSM makes", makes(settings, &MANAGED)),
            ];
            checks.push(("HSM access", access_key(&place, kind)));
            if kind == "managed" {
                checks.push(("HSM key", master_key(&place)));
                checks.push(("HSM seals", seals::ways(&place.master_key, &place.seal, folder)));
            }
            checks
        }
    };
    if !settings.hsm.certification.is_empty() {
        let text = format!("{} (so the settings say)", settings.hsm.certification);
        checks.push(("HSM is", Finding::Good(text)));
    }
    checks
}

/// Whether the master key opens, or is still to be made.
fn master_key(place: &Place) -> Finding {
    match place.must_be_new() {
        Err(failure) if !is_there(&place.master_key).unwrap_or(false) => Finding::Bad(failure.to_string()),
        _ => seals::opens(&place.master_key, &place.seal, Whose::Hsm),
    }
}

/// Whether what the two prove to each other can be read, and by nobody else.
fn access_key(place: &Place, kind: &str) -> Finding {
    let path = place.access_key.display();
    match is_there(&place.access_key) {
        Err(failure) => Finding::Bad(failure.to_string()),
        Ok(false) if kind == "managed" => Finding::Good("made at the first start of the server".to_owned()),
        Ok(false) => Finding::Bad(format!(
            "`{path}` is not there; it is a copy of the one that the HSM made"
        )),
        Ok(true) => match AccessKey::read(&place.access_key) {
            Ok(_) => Finding::Good(format!("`{path}` is for its owner alone")),
            Err(error) => Finding::Bad(chain(&error)),
        },
    }
}

/// Whether the process answers.
fn process(settings: &Settings, folder: &Folder, place: &Place) -> Finding {
    let own = settings.hsm.kind == "managed";
    let socket = place.socket.display();
    let stream = match UnixStream::connect(&place.socket) {
        Ok(stream) => stream,
        // What may not be looked at is told as it is.
        Err(error)
            if own
                && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
                && folder.is_in_use().is_ok_and(|used| !used) =>
        {
            return Finding::Good("managed; it runs while the server runs, which does not".to_owned());
        }
        Err(error) => return Finding::Bad(format!("`{socket}`: {error}")),
    };
    let confined = confinement(stream);
    match ping(settings, place) {
        Ok(took) => {
            let (kind, micros) = (&settings.hsm.kind, took.as_micros());
            Finding::Good(format!("{kind}; answers within {micros} µs; {confined}"))
        }
        Err(reason) => Finding::Bad(format!("`{socket}`: {reason}")),
    }
}

fn ping(settings: &Settings, place: &Place) -> Result<Duration, String> {
    let user = if settings.hsm.kind == "managed" {
        None
    } else {
        settings.hsm.user.as_deref()
    };
    let user = user_number(user, "hsm.user").map_err(|failure| failure.to_string())?;
    let client = client(place, user, PATIENCE).map_err(|failure| failure.to_string())?;
    let runtime = runtime().map_err(|failure| failure.to_string())?;
    // The first one connects.
    let pings = async {
        client.ping().await?;
        client.ping().await
    };
    runtime.block_on(pings).map_err(|error| chain(&error))
}

/// What the kernel says about the process at the other end.
///
/// SOURCE: proc_pid_status(5): `NoNewPrivs`, `Seccomp` (2: a filter).
fn confinement(mut stream: UnixStream) -> String {
    let status = socket_peercred(&stream)
        .ok()
        .and_then(|peer| fs::read_to_string(format!("/proc/{}/status", peer.pid.as_raw_nonzero())).ok());
    // What it says first is taken, so that it sees a client that leaves and not a connection that broke.
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.read(&mut [0; 1024]);
    let Some(status) = status else {
        return "how it is confined cannot be seen from here".to_owned();
    };
    let is = |name: &str, value: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.is_some_and(|rest| rest.trim_start_matches(':').trim() == value)
    };
    let word = |holds: bool| if holds { "on" } else { "OFF" };
    format!(
        "no new privileges {}, system call filter {}",
        word(is("NoNewPrivs", "1")),
        word(is("Seccomp", "2"))
    )
}

/// The state of the tokens.
fn token(settings: &Settings) -> Vec<(&'static str, Finding)> {
    let bad = |text| vec![("HSM", Finding::Bad(text))];
    let Some(section) = &settings.hsm.pkcs11 else {
        return bad("there is no section [hsm.pkcs11]".to_owned());
    };
    if section.pin == "prompt" {
        let text = "tokens; not tried, for the PIN is asked for at a terminal";
        return vec![("HSM", Finding::Good(text.to_owned()))];
    }
    match tokens(section) {
        Ok(provider) => {
            let health = provider.health();
            let away = health.iter().filter(|token| !token.reachable);
            let away: Vec<_> = away
                .map(|token| token.absence.as_ref().unwrap_or(&token.token).as_str())
                .collect();
            let name = &provider.capability().name;
            let state = match away.len() {
                0 => Finding::Good(format!("{name}; all tokens answer")),
                all if all == health.len() => Finding::Bad(format!("{name}; away: {}", away.join(", "))),
                _ => Finding::Doubt(format!("{name}; away: {}", away.join(", "))),
            };
            let mut findings = vec![("HSM", state)];
            if away.len() < health.len() {
                findings.push(("HSM makes", makes(settings, provider.capability())));
            }
            findings
        }
        Err(failure) => bad(failure.to_string()),
    }
}

/// The specs of keys that can be made there.
fn makes(settings: &Settings, capability: &Capability) -> Finding {
    let specs = KeySpec::ALL.iter().filter(|spec| capability.makes(**spec));
    let specs: Vec<_> = specs.map(|spec| name(*spec)).collect();
    let regions = match settings.hsm.regions.as_slice() {
        [] => "all regions".to_owned(),
        regions => regions.join(", "),
    };
    Finding::Good(format!("in {regions}: {}", specs.join(", ")))
}

fn name(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Aes256 => "AES-256",
        KeySpec::Aes192 => "AES-192",
        KeySpec::Aes128 => "AES-128",
        KeySpec::Sm4 => "SM4",
        KeySpec::Rsa2048 => "RSA-2048",
        KeySpec::Rsa3072 => "RSA-3072",
        KeySpec::Rsa4096 => "RSA-4096",
        KeySpec::EcP256 => "P-256",
        KeySpec::EcP256k => "secp256k1",
        KeySpec::EcP384 => "P-384",
        KeySpec::EcP521 => "P-521",
        KeySpec::Sm2 => "SM2",
        KeySpec::HmacSha224 => "HMAC-SHA-224",
        KeySpec::HmacSha256 => "HMAC-SHA-256",
        KeySpec::HmacSha384 => "HMAC-SHA-384",
        KeySpec::HmacSha512 => "HMAC-SHA-512",
        KeySpec::HmacSm3 => "HMAC-SM3",
    }
}
