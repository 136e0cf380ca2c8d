//! The HSM of a server: a process, tokens, or nothing.

mod backoff;
mod place;
mod supervisor;
mod tokens;
mod user;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use claviger_crypto::SystemRng;
use claviger_model::Region;
use claviger_provider::Provider;
use claviger_provider_managed::{AccessKey, DEFAULT_PATIENCE, ManagedHsm, Settings as ClientSettings, State};
use claviger_provider_pkcs11::Pkcs11Provider;
use claviger_service::Providers;

pub(crate) use self::place::Place;
pub(crate) use self::supervisor::Restart;
use self::supervisor::Supervisor;
pub(crate) use self::tokens::provider as tokens;
pub(crate) use self::user::number as user_number;
use crate::config::{Pkcs11, Settings};
use crate::folder::Folder;
use crate::output::Failure;
use crate::seal::chain;

/// How long a new process takes until it listens, usually. Whoever asks earlier is told that it is away.
const START: Duration = Duration::from_millis(300);

/// What `claviger hsm` is told to look at: what the server itself was told.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// A settings file.
    Config(PathBuf),
    /// A data folder.
    Data(PathBuf),
}

/// The HSM of a server that serves.
#[derive(Debug)]
pub(crate) struct Hsm {
    managed: Option<Arc<ManagedHsm>>,
    tokens: Option<Arc<Pkcs11Provider>>,
    /// Whether there is to be one, and it could not be had at the start.
    unusable: bool,
    regions: Vec<Region>,
    /// The process, with the file of its master key.
    process: Option<(Supervisor, PathBuf)>,
}

impl Hsm {
    /// No HSM.
    pub(crate) fn none() -> Self {
        Self {
            managed: None,
            tokens: None,
            unusable: false,
            regions: Vec::new(),
            process: None,
        }
    }

    /// The HSM that the settings name; starts its process if it is the server's own. It need not be there yet.
    ///
    /// `filter` says what goes to the log.
    pub(crate) fn start(
        settings: &Settings,
        folder: &Folder,
        told: &Told,
        filter: &str,
    ) -> Result<Self, Failure> {
        let regions = settings.hsm.regions.iter().map(|region| region.parse());
        let regions = regions
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::usage(format!("hsm.regions: {error}")))?;
        let hsm = Self {
            regions,
            ..Self::none()
        };
        match (settings.hsm.kind.as_str(), &settings.hsm.pkcs11) {
            ("managed", _) => hsm.with_process(&Place::of(settings, folder), told, filter),
            ("connect", _) => {
                let user = user_number(settings.hsm.user.as_deref(), "hsm.user")?;
                let client = client(&Place::of(settings, folder), user, DEFAULT_PATIENCE)?;
                Ok(hsm.with_managed(client))
            }
            ("pkcs11", Some(section)) => Ok(hsm.with_tokens(section)),
            _ => Ok(hsm),
        }
    }

    /// An HSM whose process the server starts. Where that cannot be, the server serves all other keys.
    fn with_process(self, place: &Place, told: &Told, filter: &str) -> Result<Self, Failure> {
        let made = place.check_socket().and_then(|()| place.make(None));
        match made {
            Ok(true) => tracing::info!(
                master_key = %place.master_key.display(),
                "the master key of the HSM was made; back it up with what seals it"
            ),
            Ok(false) => {}
            Err(failure) => {
                tracing::error!(%failure, "there are no keys of level HSM until this is put right and the server is started again");
                return Ok(self.unusable());
            }
        }
        let user = user_number(None, "hsm.user")?;
        let client = client(place, user, DEFAULT_PATIENCE)?;
        // Not held by the supervisor, which has to outlive it.
        let asked = Arc::downgrade(&client);
        let silence = move || asked.upgrade()?.silence();
        let hsm = self.with_managed(client);
        let supervisor = Supervisor::start(arguments(told, filter), Box::new(silence))?;
        Ok(Self {
            process: Some((supervisor, place.master_key.clone())),
            ..hsm
        })
    }

    /// Tokens, which may come later. Where they cannot be used, the server serves all other keys: one that ended would be started again, and a wrong
    /// PIN that is tried again and again locks the token.
    fn with_tokens(self, section: &Pkcs11) -> Self {
        match tokens(section) {
            Ok(provider) => {
                if provider.health().iter().any(|token| token.reachable) {
                    let made = &provider.capability().name;
                    tracing::info!(hsm = %made, "logged in to the tokens");
                }
                Self {
                    tokens: Some(provider),
                    ..self
                }
            }
            Err(failure) => {
                tracing::error!(%failure, "there are no keys of level HSM until the tokens can be used and the server is started again");
                self.unusable()
            }
        }
    }

    fn unusable(self) -> Self {
        Self {
            unusable: true,
            ..self
        }
    }

    fn with_managed(self, client: Arc<ManagedHsm>) -> Self {
        let early = Arc::clone(&client);
        tokio::spawn(async move {
            tokio::time::sleep(START).await;
            early.start();
        });
        Self {
            managed: Some(client),
            ..self
        }
    }

    /// Lets a service use it.
    pub(crate) fn join(&self, providers: Providers) -> Providers {
        let provider: Arc<dyn Provider> = match (&self.managed, &self.tokens) {
            (Some(managed), _) => Arc::clone(managed) as _,
            (None, Some(tokens)) => Arc::clone(tokens) as _,
            (None, None) => return providers,
        };
        providers.with_hsm(provider, self.regions.clone())
    }

    /// What to tell, at each look, whoever asks for the readiness of the server; nothing while all is well.
    pub(crate) fn remark(&self) -> impl Fn() -> Option<String> + Send + Sync + use<> {
        let (managed, tokens, unusable) = (self.managed.clone(), self.tokens.clone(), self.unusable);
        move || {
            if unusable {
                return Some("the HSM cannot be used: the log of the start says why".to_owned());
            }
            let process = managed.as_ref().map(|client| client.state());
            let tokens = tokens.as_ref().map(|tokens| tokens.health());
            let away = matches!(process, Some(State::Away { .. }))
                || tokens.is_some_and(|tokens| !tokens.iter().any(|token| token.reachable));
            away.then(|| "the HSM is away".to_owned())
        }
    }

    /// The file of the master key of a process of the server's own, and what starts the process again when that changed.
    pub(crate) fn master_key(&self) -> Option<(PathBuf, Restart)> {
        let (supervisor, master_key) = self.process.as_ref()?;
        Some((master_key.clone(), supervisor.restart()))
    }

    /// Stops the process, if it is the server's own. Calls have to be over.
    pub(crate) async fn stop(self) {
        drop(self.managed);
        if let Some((supervisor, _)) = self.process {
            supervisor.stop().await;
        }
    }
}

/// The client of a managed HSM that runs as that user, and may be away for so long.
pub(crate) fn client(place: &Place, user: u32, patience: Duration) -> Result<Arc<ManagedHsm>, Failure> {
    place.check_socket()?;
    let access_key = AccessKey::read(&place.access_key).map_err(|error| Failure::failed(chain(&error)))?;
    let settings = ClientSettings {
        socket: place.socket.clone(),
        access_key,
        uid: user,
        patience,
    };
    Ok(Arc::new(ManagedHsm::new(settings, Arc::new(SystemRng))))
}

/// The command line of the process.
fn arguments(told: &Told, filter: &str) -> Vec<OsString> {
    let (option, path): (_, &Path) = match told {
        Told::Config(path) => ("--config", path),
        Told::Data(path) => ("--data", path),
    };
    let words: [OsString; 6] = [
        "hsm".into(),
        "--supervised".into(),
        option.into(),
        path.into(),
        "--log".into(),
        filter.into(),
    ];
    words.into()
}
