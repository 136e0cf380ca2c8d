//! A request whose sender is known: from its name and parameters to its answer.

use claviger_model::{RequestId, Timestamp};
use claviger_service::{Call, Credential, Service, Source};
use claviger_signing::query::Params;
use tracing::trace_span;

use crate::answer::{Answer, Format};
use crate::api::Api;
use crate::door::NAME;
use crate::error::{self, WireError};
use crate::params::dry_run;
use crate::row::{Input, refuse};

/// The request.
pub(crate) struct Known<'a> {
    pub(crate) id: RequestId,
    pub(crate) time: Timestamp,
    pub(crate) credential: &'a Credential,
    pub(crate) source: Source<'a>,
    pub(crate) action: &'a str,
    pub(crate) version: &'a str,
    pub(crate) params: &'a Params<'a>,
    pub(crate) format: Format,
}

impl Known<'_> {
    /// Serves it. A refusal is in the audit log when it comes back.
    pub(crate) async fn serve(&self, service: &Service) -> Result<Vec<u8>, WireError> {
        let found = Api::of_version(self.version);
        let api = found.unwrap_or(Api::Kms);
        let row = found.and_then(|api| api.row(self.action));
        let scope = service.home(self.credential.caller().account);
        let call = Call {
            id: self.id,
            time: self.time,
            credential: self.credential,
            scope: &scope,
            dialect: NAME,
            api: api.word(),
            operation: self.action,
            source: self.source,
            wire_code: error::codes(api),
            dry_run: row.is_some_and(|row| row.dry_runs) && dry_run(self.params),
        };
        let Some(row) = row else {
            let error = match found {
                None => WireError::invalid_version(),
                Some(api) if api.not_served().contains(&self.action) => WireError::unsupported_operation(),
                Some(_) => WireError::unknown_action(),
            };
            return Err(refuse(service, &call, api, self.action, error).await);
        };
        let root = [self.action, "Response"];
        let mut answer = Answer::open(self.format, root);
        let input = Input {
            api,
            params: self.params,
            scope: &scope,
            time: self.time,
        };
        (row.serve)(service, &call, &input, &mut answer).await?;
        let _encoding = trace_span!(target: "claviger::stage", "encode").entered();
        answer.id("RequestId", self.id.to_ascii());
        Ok(answer.close(root))
    }
}
