//! SOURCE: KMS API reference, DescribeAccountKmsStatus and OpenKmsService (read 2026-11-21): here every account has the
//! service, so opening it again is `Forbidden.Opened`.

use claviger_service::ops::account as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct DescribeAccountKmsStatus;
pub(super) struct OpenKmsService;

impl WireOp for DescribeAccountKmsStatus {
    type Op = core::DescribeService;

    fn decode(input: &Input<'_>) -> Result<core::DescribeService, Fault> {
        Ok(core::DescribeService(input.scope.clone()))
    }

    fn encode(_: &Input<'_>, (): (), answer: &mut Answer) {
        answer.text("AccountStatus", "Enabled");
    }
}

impl WireOp for OpenKmsService {
    type Op = core::OpenService;

    fn decode(input: &Input<'_>) -> Result<core::OpenService, Fault> {
        Ok(core::OpenService(input.scope.clone()))
    }

    fn encode(_: &Input<'_>, (): (), _: &mut Answer) {}
}
