//! What the service does by itself, and how the audit trail tells of it.

use std::net::{IpAddr, Ipv4Addr};

use claviger_audit::record::{Fields, Source};
use claviger_model::{Action, Error, ProtectionLevel, Region, Scope, Timestamp};
use claviger_store::Draft;

use crate::call::Call;
use crate::credential::Credential;
use crate::service::Service;

/// Stands for the front door in records of what nobody called for.
const DIALECT: &str = "system";
/// What it does by itself, it does to keys.
const API: &str = "kms";

impl Service {
    /// Tells the record of an operation who holds the key, where that is not software.
    pub(crate) fn name_provider(&self, response: &mut Fields, level: ProtectionLevel, region: &Region) {
        if let Some(name) = self.providers.name_at(level, region) {
            response.text("provider", name);
        }
    }

    /// The record of something that the service itself does to things in a scope.
    pub(crate) fn system_draft(
        &self,
        action: Action,
        scope: &Scope,
        now: Timestamp,
        response: &Fields,
    ) -> Result<Draft, Error> {
        let credential = Credential::system(scope.account);
        let call = Call {
            id: self.draw_request(now)?,
            time: now,
            credential: &credential,
            scope,
            dialect: DIALECT,
            api: API,
            operation: action.name(),
            source: Source {
                address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                agent: "",
                host: "",
                secure: false,
            },
            wire_code: |_, error| error.code(),
            dry_run: false,
        };
        Ok(call.served(action, response))
    }
}
