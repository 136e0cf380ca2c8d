//! An operation of ours: a signing request for a key that is there. The vendor makes them in its console only.
//!
//! SOURCE: docs/alibaba.md; the names of its parameters are those of GetPublicKey and CreateCertificate.

use claviger_service::ops::certificate as core;

use super::algorithms::signature;
use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct CreateCsr;

impl WireOp for CreateCsr {
    type Op = core::CreateCsr;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::CreateCsr {
            key: input.key("KeyId")?,
            version: input.version("KeyVersionId")?,
            subject: input.required("Subject")?.to_owned(),
            alternative_names: input.text_list("SubjectAlternativeNames")?,
            algorithm: match input.optional("Algorithm") {
                None => None,
                Some(_) => Some(signature(input)?),
            },
        })
    }

    fn encode(_: &Input<'_>, made: core::SigningRequest, answer: &mut Answer) {
        answer.id("KeyId", made.key.to_ascii());
        answer.id("KeyVersionId", made.version.to_ascii());
        answer.text("Csr", &made.csr);
    }
}
