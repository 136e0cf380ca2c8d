//! The two ways to the data.

use claviger_dialect_alibaba::CallError;
use serde_json::Value;

use super::offline::{Asked, Offline};
use super::online::Online;
use super::options::{Place, Way};
use super::task::{Call, Task};
use crate::output::Failure;

/// Makes calls.
pub(super) trait Ask {
    /// Makes a call with these parameters, which may be more than its own.
    async fn ask(&mut self, call: &Call, parameters: &[(String, String)]) -> Result<Value, CallFault>;
}

/// A way that is open.
pub(super) enum Reach {
    /// A service of this process, on a data folder.
    Offline(Box<Offline>),
    /// A running server.
    Online(Box<Online>),
}

/// What a file of credentials tells beside the access key. What is not known stays empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) account: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) domain_name: Option<String>,
    /// The project in the region.
    pub(super) project: Option<String>,
    pub(super) region: Option<String>,
    pub(super) https_endpoint: Option<String>,
    pub(super) http_endpoint: Option<String>,
    pub(super) ca_file: Option<String>,
}

/// Why a call brought no answer.
#[derive(Debug)]
pub(super) enum CallFault {
    /// The operation refused.
    Refused {
        /// The code for programs.
        code: String,
        /// A sentence for people.
        message: String,
    },
    /// It could not be asked.
    Failed(Failure),
}

impl From<CallError> for CallFault {
    fn from(error: CallError) -> Self {
        Self::Refused {
            code: error.code.to_owned(),
            message: error.message,
        }
    }
}

impl From<Failure> for CallFault {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<CallFault> for Failure {
    fn from(fault: CallFault) -> Self {
        match fault {
            CallFault::Failed(failure) => failure,
            CallFault::Refused { code, message } => {
                let message = super::show::plain(message.trim_end_matches('.'));
                Self::failed(format!("{message} ({})", super::show::plain(&code)))
            }
        }
    }
}

impl Reach {
    /// Opens the way that the options name, for a task.
    pub(super) async fn open(place: &Place, task: &Task) -> Result<Self, Failure> {
        let asked = Asked {
            account: place.account,
            looks_back: task.looks_back(),
            saves: task.save.is_some(),
        };
        match place.way()? {
            Way::Data(folder) => Offline::open_folder(folder, asked)
                .await
                .map(|offline| Self::Offline(Box::new(offline))),
            Way::Config(file) => Offline::open_config(file, asked)
                .await
                .map(|offline| Self::Offline(Box::new(offline))),
            Way::Credentials { file, endpoint, ca } => {
                let online = Online::new(file, endpoint, ca)?;
                Ok(Self::Online(Box::new(online)))
            }
        }
    }

    pub(super) fn facts(&self) -> &Facts {
        match self {
            Self::Offline(offline) => offline.facts(),
            Self::Online(online) => online.facts(),
        }
    }

    /// Closes it: what was done is durable and in the audit log then.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self {
            Self::Offline(offline) => offline.close().await,
            Self::Online(_) => Ok(()),
        }
    }
}

impl Ask for Reach {
    async fn ask(&mut self, call: &Call, parameters: &[(String, String)]) -> Result<Value, CallFault> {
        let body = match self {
            Self::Offline(offline) => offline.call(call, parameters).await?,
            Self::Online(online) => online.call(call, parameters).await?,
        };
        serde_json::from_slice(&body).map_err(|_| {
            let action = call.action;
            Failure::failed(format!(
                "the answer to {action} is no JSON; is this a Claviger server?"
            ))
            .into()
        })
    }
}
