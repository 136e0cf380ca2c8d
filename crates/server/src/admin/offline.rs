//! A service of this process, on a data folder that no server works on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use claviger_dialect_alibaba::AlibabaDoor;
use claviger_model::{AccountId, Region};
use claviger_provider_soft::Sealer;
use claviger_service::{Credential, Service};
use claviger_store::IdentityStore as _;
use claviger_store_sqlite::SqliteStore;

use super::credentials;
use super::reach::{CallFault, Facts};
use super::task::Call;
use crate::config::{self, Settings};
use crate::folder::Folder;
use crate::hsm::Hsm;
use crate::output::{Failure, absolute, note};
use crate::parts;
use crate::private::must_be_ours;
use crate::seal::from_settings;
use crate::tls::url_host;
use crate::trail::{Trail, Use};

/// How long a command waits for the index, which may have to be made anew from a long log.
const PATIENCE: Duration = Duration::from_secs(1800);

/// What is wanted of the service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Whose root asks; by default that of the first account.
    pub(super) account: Option<AccountId>,
    /// Whether it is about the past.
    pub(super) looks_back: bool,
    /// Whether a new access key goes to a file, with what programs need to know besides.
    pub(super) saves: bool,
}

/// The service, and who calls it.
pub(super) struct Offline {
    store: Arc<SqliteStore>,
    service: Arc<Service>,
    trail: Trail,
    door: AlibabaDoor,
    credential: Arc<Credential>,
    facts: Facts,
}

impl Offline {
    /// On the folder of `init`, which has its settings in it, or of `dev`.
    pub(super) async fn open_folder(path: &Path, asked: Asked) -> Result<Self, Failure> {
        let folder = Folder::at(&absolute(path));
        must_be_free(&folder)?;
        let settings = config::of_folder(&folder)?;
        let sealer = from_settings(&settings)?;
        Self::open(&folder, &sealer, &settings, asked).await
    }

    /// On the folder that the settings name.
    pub(super) async fn open_config(path: &Path, asked: Asked) -> Result<Self, Failure> {
        let settings = config::read(path)?;
        let folder = Folder::at(&absolute(&settings.server.data));
        must_be_free(&folder)?;
        let sealer = from_settings(&settings)?;
        Self::open(&folder, &sealer, &settings, asked).await
    }

    async fn open(
        folder: &Folder,
        sealer: &Sealer,
        settings: &Settings,
        asked: Asked,
    ) -> Result<Self, Failure> {
        let opened = parts::open(folder, sealer, settings)?;
        let store = Arc::clone(&opened.store);
        let account = match choose(&store, asked.account).await {
            Ok(account) => account,
            Err(failure) => {
                close_store(&store)?;
                return Err(failure);
            }
        };
        let index = asked.looks_back && settings.audit.index;
        let trail = Trail::start(&opened, folder, settings, Use::Command { index }).await?;
        if index && !trail.index().reaches(opened.audit.head().seq, PATIENCE).await {
            note("the index of the audit log is behind; what it tells is not all");
        }
        let service = opened.start(settings, &trail, &Hsm::none()).await?;
        let credential = service.root_of(account).await;
        let credential =
            credential.map_err(|error| Failure::failed(format!("account `{account}`: {error}")))?;
        let facts = if asked.saves {
            facts(folder, settings, &service, account).await?
        } else {
            Facts::default()
        };
        Ok(Self {
            store,
            door: AlibabaDoor::new(Arc::clone(&service)),
            service,
            trail,
            credential,
            facts,
        })
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) async fn call(
        &self,
        call: &Call,
        parameters: &[(String, String)],
    ) -> Result<Vec<u8>, CallFault> {
        let version = call.api.version();
        let answer = self
            .door
            .serve_as(&self.credential, version, call.action, parameters)
            .await;
        Ok(answer?)
    }

    pub(super) async fn close(self) -> Result<(), Failure> {
        self.service.stop().await;
        self.trail.stop().await;
        close_store(&self.store)
    }
}

/// Ends with advice where a server works on the folder, or it is another user's: before a passphrase is asked for.
fn must_be_free(folder: &Folder) -> Result<(), Failure> {
    folder.must_hold_server()?;
    must_be_ours(&folder.root_key())?;
    if folder.is_in_use()? {
        let path = folder.path().display();
        return Err(Failure::failed(format!(
            "`{path}` is in use by a running server, or by another command; ask the server: --credentials FILE, with the file that `init` or `dev` \
             wrote, and --endpoint https://HOST:PORT where it is not the one in that file"
        )));
    }
    Ok(())
}

/// The account asked for, or the first one, which runs the deployment.
async fn choose(store: &SqliteStore, account: Option<AccountId>) -> Result<AccountId, Failure> {
    let accounts = store.accounts().await;
    let accounts = accounts.map_err(|error| Failure::failed(format!("cannot read the accounts: {error}")))?;
    match account {
        None => accounts.first().map(|account| account.id),
        Some(asked) => accounts
            .iter()
            .map(|account| account.id)
            .find(|account| *account == asked),
    }
    .ok_or_else(|| match account {
        Some(asked) => Failure::failed(format!(
            "there is no account `{asked}`; `claviger admin account list` shows them"
        )),
        None => Failure::failed("there is no account"),
    })
}

fn close_store(store: &SqliteStore) -> Result<(), Failure> {
    store
        .close()
        .map_err(|error| Failure::failed(format!("the database did not close well: {error}")))
}

/// What clients of the server on this folder need to know.
async fn facts(
    folder: &Folder,
    settings: &Settings,
    service: &Service,
    account: AccountId,
) -> Result<Facts, Failure> {
    let fault = |error| Failure::failed(format!("account `{account}`: {error}"));
    let known = service.account(account).await.map_err(fault)?;
    let projects = service.projects(account).await.map_err(fault)?;
    let place = place(folder, settings);
    let here = |(region, _): &(Region, _)| place.region.as_deref() == Some(region.as_str());
    let project = projects.into_iter().find(here);
    Ok(Facts {
        account: Some(account.to_string()),
        domain: Some(known.domain.to_string()),
        domain_name: Some(known.name),
        project: project.map(|(_, project)| project.to_string()),
        ..place
    })
}

/// Where the server is. `dev` left it in a file; settings tell most of it.
fn place(folder: &Folder, settings: &Settings) -> Facts {
    if let Ok(found) = credentials::read(&folder.dev_credentials()) {
        return found.facts;
    }
    let address = settings.server.https;
    let private = settings.tls.certificate.is_none();
    Facts {
        region: settings.server.regions.first().cloned(),
        https_endpoint: Some(format!("https://{}:{}", url_host(address), address.port())),
        ca_file: private.then(|| folder.ca_certificate().display().to_string()),
        ..Facts::default()
    }
}
