//! `claviger init`: makes the data folder of a server.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use claviger_crypto::SystemRng;
use claviger_model::{Clock as _, Region, SystemClock};
use claviger_provider_soft::{RootKeys, Sealer, Share};

use crate::bootstrap::{Connection, Endpoints, first_account};
use crate::cli::Init;
use crate::commands::root::print_shares;
use crate::commands::runtime;
use crate::config::{self, Seal, Settings};
use crate::folder::{Folder, is_there};
use crate::hsm::{Hsm, Place};
use crate::output::{Failure, absolute, hand_out, note, say, shown};
use crate::parts::{self, Opened};
use crate::private::{must_be_new, write_new, write_private};
use crate::seal::{Whose, chain, new_sealer};
use crate::tls::make_authority;
use crate::trail::{Trail, Use};

pub(crate) fn run(arguments: &Init) -> Result<(), Failure> {
    let folder = Folder::at(&absolute(&arguments.data));
    must_be_empty(&folder)?;
    let region = region(&arguments.region)?;
    let text = settings_text(arguments, &folder)?;
    let settings: Settings = config::parse(&text).map_err(|fault| fault.in_file(&folder.settings()))?;
    let (recovery, shares) = recovery(arguments)?.unzip();
    if let Some(path) = &arguments.credentials {
        folder.make_for(path)?;
        must_be_new("--credentials", path)?;
    }
    let sealer = new_sealer(&settings.seal, Whose::Server)?;
    folder.make()?;
    let now = SystemClock.now();
    make_authority(&folder, now)?;
    let sealers: Vec<_> = std::iter::once(&sealer).chain(&recovery).collect();
    RootKeys::create_with(&folder.root_key(), &sealers, &SystemRng, now)
        .map_err(|error| Failure::failed(chain(&error)))?;
    make_hsm(&settings, &folder, recovery.as_ref())?;
    write_private(&folder.settings(), text.as_bytes())?;
    runtime()?.block_on(async {
        let opened = parts::open(&folder, &sealer, &settings)?;
        let connection =
            first_account(&opened.store, &opened.provider, &arguments.account, &region, now).await?;
        begin_log(opened, &folder, &settings).await?;
        hand_over(&connection, &folder, arguments.credentials.as_deref())
    })?;
    match shares {
        Some(shares) => print_shares(&shares).map_err(|failure| lost(&failure))?,
        None => {
            note("there is one way to open the root key: `claviger root recovery create` makes a second one");
        }
    }
    let config = folder.settings();
    say(&format!(
        "Look through `{0}`, then: claviger serve --config {0}",
        config.display()
    ));
    Ok(())
}

fn must_be_empty(folder: &Folder) -> Result<(), Failure> {
    if is_there(&folder.root_key())? || is_there(&folder.database())? {
        let path = folder.path().display();
        return Err(Failure::usage(format!(
            "`{path}` holds a server already; nothing was changed"
        )));
    }
    Ok(())
}

fn region(text: &str) -> Result<Region, Failure> {
    text.parse().map_err(|_| {
        Failure::usage(format!(
            "--region: `{text}` is not a region: 1 to 40 of a-z, 0-9 and -"
        ))
    })
}

/// Starts the service once, so that the log begins with the server.
async fn begin_log(opened: Opened, folder: &Folder, settings: &Settings) -> Result<(), Failure> {
    let store = Arc::clone(&opened.store);
    let trail = Trail::start(&opened, folder, settings, Use::Command { index: false }).await?;
    opened.start(settings, &trail, &Hsm::none()).await?.stop().await;
    trail.stop().await;
    store
        .close()
        .map_err(|error| Failure::failed(format!("the database did not close well: {error}")))
}

/// Writes down how to come in, or shows it where no file is named.
fn hand_over(connection: &Connection, folder: &Folder, file: Option<&Path>) -> Result<(), Failure> {
    let endpoints = Endpoints {
        https: "https://127.0.0.1:8443".to_owned(),
        http: None,
        ca_file: folder.ca_certificate().display().to_string(),
    };
    let json = connection.to_json(&endpoints)?;
    let Some(path) = file else {
        return hand_out(shown(&json)?.trim_end()).map_err(|failure| lost(&failure));
    };
    write_new(path, json.expose()).map_err(|failure| lost(&failure))?;
    say(&format!("The access key is in `{}`.", path.display()));
    Ok(())
}

/// What stands nowhere else did not arrive.
fn lost(failure: &Failure) -> Failure {
    Failure::failed(format!(
        "{failure}; what was to be shown is lost: remove the data folder and make it anew"
    ))
}

/// A recovery key with its shares, if they are wanted.
fn recovery(arguments: &Init) -> Result<Option<(Sealer, Vec<Share>)>, Failure> {
    let (Some(shares), Some(threshold)) = (arguments.recovery_shares, arguments.recovery_threshold) else {
        return Ok(None);
    };
    let dealt = Sealer::new_recovery(threshold, shares, &SystemRng);
    dealt.map(Some).map_err(|error| Failure::usage(chain(&error)))
}

/// Makes the master key of the HSM and says where its seal is, which has to be kept as well as that of the root key.
fn make_hsm(settings: &Settings, folder: &Folder, recovery: Option<&Sealer>) -> Result<(), Failure> {
    Place::of(settings, folder).make(recovery)?;
    let file = settings
        .hsm
        .seal
        .as_ref()
        .and_then(|seal| seal.key_file.as_deref());
    let Some(file) = file else { return Ok(()) };
    note(&format!(
        "`{}` seals the master key of the HSM: keep a copy of it, too",
        file.display()
    ));
    if file.starts_with(folder.path()) {
        note(
            "it lies in the data folder, and so in backups of that: better name another place with --hsm-key-file",
        );
    }
    Ok(())
}

/// The first settings file: what was chosen, and the rest by default.
fn settings_text(arguments: &Init, folder: &Folder) -> Result<String, Failure> {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let seal = arguments.seal_options.seal(arguments.seal)?;
    let hsm = match hsm_seal(arguments, &seal, folder) {
        Some(seal) => format!("[hsm]\n# kind = \"managed\"\n\n[hsm.seal]\n{}", seal.to_toml()),
        None => "[hsm]\n# kind = \"managed\"\n".to_owned(),
    };
    Ok(format!(
        "# Settings of a Claviger server. `claviger settings` explains them all.\n\n\
         [server]\ndata = {data}\nhttps = \"0.0.0.0:8443\"\n# http = \"127.0.0.1:8080\"\nregions = [{region}]\n\n\
         [seal]\n{seal}\n{hsm}\n\
         [tls]\n# certificate = \"server.pem\"\n# key = \"server.key\"\n# names = [\"kms.example.com\"]\n",
        data = quoted(&folder.path().display().to_string()),
        region = quoted(&arguments.region),
        seal = seal.to_toml(),
    ))
}

/// What seals the master key of the HSM; nothing where that is what seals the root key.
fn hsm_seal(arguments: &Init, seal: &Seal, folder: &Folder) -> Option<Seal> {
    let beside = |path: &PathBuf| {
        let mut name = OsString::from("hsm-");
        name.push(path.file_name().unwrap_or_default());
        path.with_file_name(name)
    };
    let file = match (&arguments.hsm_key_file, &seal.key_file) {
        (Some(path), _) => absolute(path),
        (None, Some(path)) if seal.kind == "key-file" => beside(path),
        (None, _) if seal.is_typed() => folder.hsm_seal(),
        (None, _) => return None,
    };
    Some(Seal::key_file(file))
}
