//! Calls without HTTP, of a program that has the service to itself: no signature, and the same road from there on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use claviger_service::{Credential, Source};
use claviger_signing::query::Params;

use crate::answer::Format;
use crate::api::Api;
use crate::door::AlibabaDoor;
use crate::error::WireError;
use crate::known::Known;

/// What audit records name as the program that called.
const AGENT: &str = "claviger admin";

/// Why a call was refused, as a client over HTTP would be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// The code, such as `EntityNotExist.User`.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for CallError {}

impl From<WireError> for CallError {
    fn from(error: WireError) -> Self {
        Self {
            code: error.code,
            message: error.message.into_owned(),
        }
    }
}

impl AlibabaDoor {
    /// Serves one call of this credential and gives the answer in JSON. `version` is that of an [`Api`], `parameters`
    /// are those of the operation. The call is recorded like any other, as coming from 127.0.0.1.
    ///
    /// # Errors
    /// The code and message that a client over HTTP would get.
    pub async fn serve_as(
        &self,
        credential: &Credential,
        version: &str,
        action: &str,
        parameters: &[(String, String)],
    ) -> Result<Vec<u8>, CallError> {
        let api = Api::of_version(version).unwrap_or(Api::Kms);
        let pairs = parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let params = Params::from_pairs(pairs).map_err(|error| WireError::unparsable(&error))?;
        if let Some(name) = params.duplicate() {
            return Err(WireError::repeated(name).into());
        }
        let (id, time) = self.service.begin().map_err(|error| {
            tracing::error!(%error, "cannot draw ids");
            WireError::internal(api)
        })?;
        let known = Known {
            id,
            time,
            credential,
            source: Source {
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                agent: AGENT,
                host: "",
                secure: false,
            },
            action,
            version,
            params: &params,
            format: Format::Json,
        };
        Ok(known.serve(&self.service).await?)
    }
}
