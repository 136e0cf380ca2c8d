//! Services of the deployment: programs that make and use keys for its accounts.

use claviger_model::{ServiceIdentity, ServiceName};
use claviger_service::ops::deployment as core;

use crate::answer::{Answer, date};
use crate::error::WireError;
use crate::params::parameter::{DESCRIPTION, SERVICE_NAME};
use crate::params::{DESCRIPTION_LIMIT, Fault};
use crate::row::{Input, WireOp};

/// Longest name of a service.
const NAME_LIMIT: usize = 32;

pub(super) struct CreateService;
pub(super) struct GetService;
pub(super) struct DeleteService;
pub(super) struct ListServices;

/// The service that a request is about.
pub(super) fn service(input: &Input<'_>) -> Result<ServiceName, WireError> {
    input.name(SERVICE_NAME, NAME_LIMIT)
}

impl WireOp for CreateService {
    type Op = core::CreateService;

    fn decode(input: &Input<'_>) -> Result<core::CreateService, Fault> {
        Ok(core::CreateService {
            name: service(input)?,
            description: input
                .changed_text(DESCRIPTION, DESCRIPTION_LIMIT)?
                .unwrap_or_default(),
        })
    }

    fn encode(_: &Input<'_>, service: ServiceIdentity, answer: &mut Answer) {
        answer.object("Service", |answer| encode(&service, answer));
    }
}

impl WireOp for GetService {
    type Op = core::GetService;

    fn decode(input: &Input<'_>) -> Result<core::GetService, Fault> {
        Ok(core::GetService {
            name: service(input)?,
        })
    }

    fn encode(_: &Input<'_>, service: ServiceIdentity, answer: &mut Answer) {
        answer.object("Service", |answer| encode(&service, answer));
    }
}

impl WireOp for DeleteService {
    type Op = core::DeleteService;

    fn decode(input: &Input<'_>) -> Result<core::DeleteService, Fault> {
        Ok(core::DeleteService {
            name: service(input)?,
        })
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}

impl WireOp for ListServices {
    type Op = core::ListServices;

    fn decode(_: &Input<'_>) -> Result<core::ListServices, Fault> {
        Ok(core::ListServices)
    }

    fn encode(_: &Input<'_>, services: Vec<ServiceIdentity>, answer: &mut Answer) {
        answer.list("Services", "Service", &services, |answer, service| {
            encode(service, answer);
        });
    }
}

fn encode(service: &ServiceIdentity, answer: &mut Answer) {
    answer.text("ServiceName", service.name.as_str());
    answer.text("AccountId", &service.account.to_string());
    answer.text("Description", &service.description);
    answer.text("CreateDate", &date(service.created));
}
