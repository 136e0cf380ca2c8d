//! SOURCE: Key Management Service API reference, "Querying Supported Regions" (read 2026-11-22).

use claviger_model::Region;
use claviger_service::ops::account as core;

use super::page::{LARGEST, bounded, number};
use crate::error::{Fault, WireError, codes};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

pub(super) struct ListRegions;

/// How many regions are passed over, and how many are shown at the most.
fn part(input: &Input<'_>) -> Result<(usize, usize), WireError> {
    let offset = number(input, "offset", codes::K1603)?.unwrap_or(0);
    let limit = bounded(number(input, "limit", codes::K1601)?, LARGEST, LARGEST)?;
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Ok((size(offset), size(limit.into())))
}

impl WireOp for ListRegions {
    type Op = core::DescribeRegions;

    fn decode(input: &Input<'_>) -> Result<core::DescribeRegions, Fault> {
        part(input)?;
        Ok(core::DescribeRegions)
    }

    fn encode(shown: &Shown<'_>, regions: Vec<Region>, answer: &mut Answer) {
        let (offset, limit) = part(shown.input).unwrap_or((0, usize::MAX));
        let regions = regions.iter().skip(offset).take(limit);
        answer.texts("regions", regions.map(Region::as_str));
    }
}
