//! SOURCE: KMS API reference, CreateKeyVersion, DescribeKeyVersion, ListKeyVersions (read 2026-11-21): all take an
//! alias; lists begin with the newest version.

use claviger_service::ops::key as core;

use super::list_keys::encode_page;
use crate::answer::{Answer, date};
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct CreateKeyVersion;
pub(super) struct DescribeKeyVersion;
pub(super) struct ListKeyVersions;

impl WireOp for CreateKeyVersion {
    type Op = core::CreateKeyVersion;

    fn decode(input: &Input<'_>) -> Result<core::CreateKeyVersion, Fault> {
        Ok(core::CreateKeyVersion {
            key: input.key("KeyId")?,
        })
    }

    fn encode(_: &Input<'_>, version: core::Version, answer: &mut Answer) {
        answer.object("KeyVersion", |answer| encode_version(&version, answer));
    }
}

impl WireOp for DescribeKeyVersion {
    type Op = core::DescribeKeyVersion;

    fn decode(input: &Input<'_>) -> Result<core::DescribeKeyVersion, Fault> {
        Ok(core::DescribeKeyVersion {
            key: input.key("KeyId")?,
            version: input.version("KeyVersionId")?,
        })
    }

    fn encode(_: &Input<'_>, version: core::Version, answer: &mut Answer) {
        answer.object("KeyVersion", |answer| encode_version(&version, answer));
    }
}

impl WireOp for ListKeyVersions {
    type Op = core::ListKeyVersions;

    fn decode(input: &Input<'_>) -> Result<core::ListKeyVersions, Fault> {
        Ok(core::ListKeyVersions {
            key: input.key("KeyId")?,
            page: input.page()?.into(),
        })
    }

    fn encode(input: &Input<'_>, output: core::Versions, answer: &mut Answer) {
        encode_page(input, output.page.total, answer);
        answer.list("KeyVersions", "KeyVersion", output.page.items, |answer, row| {
            let version = core::Version {
                key: output.key,
                id: row.id,
                created: row.created,
            };
            encode_version(&version, answer);
        });
    }
}

fn encode_version(version: &core::Version, answer: &mut Answer) {
    answer.id("KeyId", version.key.to_ascii());
    answer.id("KeyVersionId", version.id.to_ascii());
    answer.text("CreationDate", &date(version.created));
}
