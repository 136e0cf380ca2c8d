//! `claviger serve`: serves with the settings of a file.

use crate::cli::WithConfig;
use crate::commands::runtime;
use crate::config;
use crate::folder::Folder;
use crate::hsm::{Hsm, Told};
use crate::output::{Failure, absolute};
use crate::parts;
use crate::seal::from_settings;
use crate::serving::{open_sockets, serve};

pub(crate) fn run(arguments: &WithConfig, filter: &str) -> Result<(), Failure> {
    let settings = config::read(&arguments.config)?;
    let folder = Folder::at(&absolute(&settings.server.data));
    folder.must_hold_server()?;
    let sealer = from_settings(&settings)?;
    runtime()?.block_on(async {
        let sockets = open_sockets(&settings, &folder).await?;
        let opened = parts::open(&folder, &sealer, &settings)?;
        drop(sealer);
        let (https, http) = (sockets.https, sockets.http);
        let told = Told::Config(arguments.config.clone());
        let hsm = Hsm::start(&settings, &folder, &told, filter)?;
        serve(&settings, &folder, opened, sockets, hsm, || {
            let http = http.map(tracing::field::display);
            tracing::info!(%https, http, version = env!("CARGO_PKG_VERSION"), "serving");
            Ok(())
        })
        .await
    })
}
