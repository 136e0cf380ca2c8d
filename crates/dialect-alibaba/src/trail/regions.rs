//! SOURCE: ActionTrail 2020-07-06, DescribeRegions (read 2026-11-22). Names are the ids, in every language; endpoints are
//! empty: they are what the caller has called.

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

    fn encode(_: &Input<'_>, regions: Vec<Region>, answer: &mut Answer) {
        answer.list("Regions", "Region", regions, |answer, region| {
            answer.text("RegionId", region.as_str());
            answer.text("LocalName", region.as_str());
            answer.text("RegionEndpoint", "");
        });
    }
}
