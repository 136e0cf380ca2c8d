//! `claviger init`: makes the data folder of a server.

use std::path::Path;

use claviger_crypto::SystemRng;
use claviger_model::{Clock as _, Region, SystemClock};
use claviger_provider_soft::RootKeys;

use crate::bootstrap::{Endpoints, first_account};
use crate::cli::{Init, SealKind};
use crate::commands::runtime;
use crate::config::{self, Settings};
use crate::folder::{Folder, write_private};
use crate::output::{Failure, absolute, say};
use crate::parts;
use crate::seal::{chain, key_file_or_new, passphrase};
use crate::tls::make_authority;
use crate::trail::{Trail, Use};

pub(crate) fn run(arguments: &Init) -> Result<(), Failure> {
    let folder = Folder::at(&absolute(&arguments.data));
    if folder.root_key().exists() || folder.database().exists() {
        let path = folder.path().display();
        return Err(Failure::usage(format!(
            "`{path}` holds a server already; nothing was changed"
        )));
    }
    let region: Region = arguments.region.parse().map_err(|_| {
        Failure::usage(format!(
            "--region: `{}` is not a region: 1 to 40 of a-z, 0-9 and -",
            arguments.region
        ))
    })?;
    let text = settings_text(arguments);
    let settings: Settings = config::parse(&text)
        .map_err(|fault| Failure::failed(format!("the new settings are not valid: {fault:?}")))?;
    let sealer = match (arguments.seal, &arguments.key_file) {
        (SealKind::KeyFile, Some(path)) => key_file_or_new(path)?,
        (SealKind::KeyFile, None) => return Err(Failure::usage("--key-file is needed with --seal key-file")),
        (SealKind::Passphrase, _) => passphrase(&arguments.passphrase, true)?,
    };
    folder.make()?;
    let now = SystemClock.now();
    make_authority(&folder, now)?;
    RootKeys::create(&folder.root_key(), &sealer, &SystemRng, now)
        .map_err(|error| Failure::failed(chain(&error)))?;
    write_private(&folder.settings(), text.as_bytes())?;
    runtime()?.block_on(async {
        let opened = parts::open(&folder, &sealer, &settings)?;
        let connection =
            first_account(&opened.store, &opened.provider, &arguments.account, &region, now).await?;
        let store = std::sync::Arc::clone(&opened.store);
        let trail = Trail::start(&opened, &folder, &settings, Use::Command { index: false }).await?;
        opened.start(&settings, &trail).await?.stop().await;
        trail.stop().await;
        store
            .close()
            .map_err(|error| Failure::failed(format!("the database did not close well: {error}")))?;
        let endpoints = Endpoints {
            https: "https://127.0.0.1:8443".to_owned(),
            http: None,
            ca_file: folder.ca_certificate().display().to_string(),
        };
        match &arguments.credentials {
            Some(path) => {
                connection.write(path, &endpoints)?;
                say(&format!("The access key is in `{}`.", path.display()));
            }
            None => say(connection
                .to_json(&endpoints)?
                .expose_str()
                .unwrap_or_default()
                .trim_end()),
        }
        let config = folder.settings();
        say(&format!(
            "Look through `{0}`, then: claviger serve --config {0}",
            config.display()
        ));
        Ok(())
    })
}

/// The first settings file: what was chosen, and the rest by default.
fn settings_text(arguments: &Init) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let path = |path: &Path| quoted(&absolute(path).display().to_string());
    let seal = match (arguments.seal, &arguments.key_file) {
        (SealKind::KeyFile, Some(file)) => format!("kind = \"key-file\"\nkey_file = {}", path(file)),
        _ => format!(
            "kind = \"passphrase\"\npassphrase = {}",
            quoted(&arguments.passphrase)
        ),
    };
    format!(
        "# Settings of a Claviger server. `claviger settings` explains them all.\n\n\
         [server]\ndata = {data}\nhttps = \"0.0.0.0:8443\"\n# http = \"127.0.0.1:8080\"\nregions = [{region}]\n\n\
         [seal]\n{seal}\n\n\
         [tls]\n# certificate = \"server.pem\"\n# key = \"server.key\"\n# names = [\"kms.example.com\"]\n",
        data = path(&arguments.data),
        region = quoted(&arguments.region),
    )
}
