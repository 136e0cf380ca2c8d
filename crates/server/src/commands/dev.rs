//! `claviger dev`: everything in one process, for development and first steps.

use std::io;
use std::path::Path;

use claviger_crypto::SystemRng;
use claviger_model::{Clock as _, Region, SystemClock};
use claviger_provider_soft::RootKeys;
use claviger_secret::SecretBytes;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::bootstrap::{Connection, Endpoints, first_account};
use crate::cli::Dev;
use crate::commands::runtime;
use crate::config;
use crate::folder::Folder;
use crate::hsm::{Hsm, Told};
use crate::output::{Failure, absolute, say};
use crate::parts;
use crate::private::{must_be_writable, write_private};
use crate::seal::{Whose, chain, new_sealer, sealer};
use crate::serving::{Sockets, open_sockets, serve};
use crate::tls::url_host;

pub(crate) fn run(arguments: &Dev, filter: &str) -> Result<(), Failure> {
    if !arguments.http.ip().is_loopback() {
        let address = arguments.http;
        return Err(Failure::usage(format!(
            "--http: plain HTTP is for loopback only, and `{address}` is not"
        )));
    }
    let folder = Folder::at(&absolute(&arguments.data));
    let credentials = arguments
        .credentials
        .as_deref()
        .map_or_else(|| folder.dev_credentials(), absolute);
    let mut settings = config::of_dev(&folder);
    settings.server.https = arguments.https;
    settings.server.http = Some(arguments.http);
    runtime()?.block_on(async {
        folder.make_for(&credentials)?;
        must_be_own(&credentials)?;
        folder.make()?;
        let sockets = open_sockets(&settings, &folder).await?;
        let sealer = if folder.was_cut_off()? || folder.holds_server()? {
            sealer(&settings.seal, Whose::Server)?
        } else {
            let sealer = new_sealer(&settings.seal, Whose::Server)?;
            RootKeys::create(&folder.root_key(), &sealer, &SystemRng, SystemClock.now())
                .map_err(|error| Failure::failed(chain(&error)))?;
            sealer
        };
        let opened = parts::open(&folder, &sealer, &settings)?;
        let region: Region = settings
            .server
            .regions
            .iter()
            .find_map(|region| region.parse().ok())
            .ok_or_else(|| Failure::usage("no region"))?;
        let now = SystemClock.now();
        let connection = first_account(&opened.store, &opened.provider, "dev", &region, now).await?;
        let endpoints = endpoints(&sockets, &folder);
        let hsm = Hsm::start(&settings, &folder, &Told::Data(folder.path().to_owned()), filter)?;
        serve(&settings, &folder, opened, sockets, hsm, || {
            write_private(&credentials, connection.to_json(&endpoints)?.expose())?;
            say(&welcome(&connection, &endpoints, &folder, &credentials));
            Ok(())
        })
        .await
    })
}

/// What `dev` alone writes into a file of credentials, beside what else is in one.
#[derive(Deserialize)]
struct Own {
    #[serde(rename = "http_endpoint")]
    _http: String,
    #[serde(rename = "console_password")]
    _password: IgnoredAny,
}

/// Refuses a file that cannot be written in the end, or that is somebody else's, before anything is made. `dev` writes its own
/// file anew at each start.
fn must_be_own(path: &Path) -> Result<(), Failure> {
    let text = match std::fs::read(path).map(SecretBytes::from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return must_be_writable("--credentials", path);
        }
        text => text.map_err(|error| {
            let path = path.display();
            Failure::usage(format!("--credentials: cannot read `{path}`: {error}"))
        })?,
    };
    if !text.expose().is_empty() && serde_json::from_slice::<Own>(text.expose()).is_err() {
        let path = path.display();
        return Err(Failure::usage(format!(
            "--credentials: `{path}` is there already, and `dev` did not write it; nothing was changed"
        )));
    }
    must_be_writable("--credentials", path)
}

fn endpoints(sockets: &Sockets, folder: &Folder) -> Endpoints {
    let url = |scheme: &str, address: std::net::SocketAddr| {
        format!("{scheme}://{}:{}", url_host(address), address.port())
    };
    Endpoints {
        https: url("https", sockets.https),
        http: sockets.http.map(|address| url("http", address)),
        ca_file: folder.ca_certificate().display().to_string(),
    }
}

fn welcome(connection: &Connection, endpoints: &Endpoints, folder: &Folder, credentials: &Path) -> String {
    let http = endpoints.http.as_deref().unwrap_or_default();
    let host = endpoints.https.trim_start_matches("https://");
    format!(
        "Claviger {version} is ready.

  HTTPS        {https}
  HTTP         {http}  (this machine only)
  CA file      {ca}
  account      {account}
  project      {project}
  access key   {key}
  secret       in {credentials}
  login        {name} of domain {name}, password in the same file
  data         {data}

Connect with the official Python SDK (pip install alibabacloud_kms20160120):

  import json
  from alibabacloud_kms20160120.client import Client
  from alibabacloud_kms20160120 import models
  from alibabacloud_tea_openapi.utils_models import Config
  c = json.load(open('{credentials}'))
  kms = Client(Config(access_key_id=c['access_key_id'], access_key_secret=c['access_key_secret'],
                      region_id=c['region'], endpoint='{host}', ca=c['ca_file']))
  print(kms.create_key(models.CreateKeyRequest(description='first')).body.key_metadata.key_id)

Any program written for Alibaba Cloud KMS: set endpoint, access key and CA as above. One for Huawei Cloud KMS: the project,
too. Stop with Ctrl-C.",
        version = env!("CARGO_PKG_VERSION"),
        https = endpoints.https,
        ca = endpoints.ca_file,
        account = connection.account(),
        project = connection.project(),
        key = connection.access_key(),
        name = connection.name(),
        credentials = credentials.display(),
        data = folder.path().display(),
    )
}
