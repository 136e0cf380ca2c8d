//! SOURCE: KMS API reference, DescribeRegions (read 2026-11-21): needs a valid signature only.

use claviger_model::Region;
use claviger_service::ops::account as core;

use crate::answer::Answer;
use crate::params::Fault;
use crate::row::{Input, WireOp};

pub(super) struct DescribeRegions;

impl WireOp for DescribeRegions {
    type Op = core::DescribeRegions;

    fn decode(_: &Input<'_>) -> Result<core::DescribeRegions, Fault> {
        Ok(core::DescribeRegions)
    }

    fn encode(_: &Input<'_>, output: Vec<Region>, answer: &mut Answer) {
        answer.list("Regions", "Region", output, |answer, region| {
            answer.text("RegionId", region.as_str());
        });
    }
}
