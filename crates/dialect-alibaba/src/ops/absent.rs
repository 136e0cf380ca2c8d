//! SOURCE: KMS API reference, ListKmsInstances, ListApplicationAccessPoints, ListClientKeys, ListNetworkRules and
//! ListPolicies (read 2026-11-22): pages of 20 by default. Here there are no instances and nothing leads to them, so that
//! the lists are empty; programs that look before they act get a true answer.

use claviger_model::Action;
use claviger_service::ops::account::{Absent, ListAbsent};

use super::list_keys::{encode_page_of, rows};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::Fault;
use crate::row::{Input, WireOp};

/// Entries of a page by default.
const PAGE: u32 = 20;
/// Longest name of an access point, in characters. The vendor publishes none.
const NAME_LIMIT: usize = 255;

pub(super) struct ListKmsInstances;
pub(super) struct ListApplicationAccessPoints;
pub(super) struct ListClientKeys;
pub(super) struct ListNetworkRules;
pub(super) struct ListPolicies;

impl WireOp for ListKmsInstances {
    type Op = ListAbsent;

    const ACTION: Action = Action::ListInstances;

    fn decode(input: &Input<'_>) -> Result<ListAbsent, Fault> {
        // What can be filtered by is not published, and does not matter for a list without entries.
        if input.optional("Filters").is_some_and(|text| rows(text).is_none()) {
            return Err(WireError::invalid("Filters").into());
        }
        decode_page(input, Absent::Instances)
    }

    fn encode(input: &Input<'_>, (): (), answer: &mut Answer) {
        encode(input, ("KmsInstances", "KmsInstance"), answer);
    }
}

impl WireOp for ListApplicationAccessPoints {
    type Op = ListAbsent;

    const ACTION: Action = Action::ListAccessPoints;

    fn decode(input: &Input<'_>) -> Result<ListAbsent, Fault> {
        decode_page(input, Absent::AccessPoints)
    }

    fn encode(input: &Input<'_>, (): (), answer: &mut Answer) {
        encode(
            input,
            ("ApplicationAccessPoints", "ApplicationAccessPoint"),
            answer,
        );
    }
}

/// Without pages. `AapName` narrows the list, which is empty for every name.
impl WireOp for ListClientKeys {
    type Op = ListAbsent;

    const ACTION: Action = Action::ListClientKeys;

    fn decode(input: &Input<'_>) -> Result<ListAbsent, Fault> {
        input.bounded_text("AapName", NAME_LIMIT)?;
        Ok(list(input, Absent::ClientKeys))
    }

    fn encode(_: &Input<'_>, (): (), answer: &mut Answer) {
        // The one list of the version that is not wrapped.
        answer.texts("ClientKeys", &[]);
    }
}

impl WireOp for ListNetworkRules {
    type Op = ListAbsent;

    const ACTION: Action = Action::ListNetworkRules;

    fn decode(input: &Input<'_>) -> Result<ListAbsent, Fault> {
        decode_page(input, Absent::NetworkRules)
    }

    fn encode(input: &Input<'_>, (): (), answer: &mut Answer) {
        encode(input, ("NetworkRules", "NetworkRule"), answer);
    }
}

impl WireOp for ListPolicies {
    type Op = ListAbsent;

    const ACTION: Action = Action::ListAccessRules;

    fn decode(input: &Input<'_>) -> Result<ListAbsent, Fault> {
        decode_page(input, Absent::AccessRules)
    }

    fn encode(input: &Input<'_>, (): (), answer: &mut Answer) {
        encode(input, ("Policies", "Policy"), answer);
    }
}

fn list(input: &Input<'_>, what: Absent) -> ListAbsent {
    let scope = input.scope.clone();
    ListAbsent { scope, what }
}

fn decode_page(input: &Input<'_>, what: Absent) -> Result<ListAbsent, Fault> {
    input.page_of(PAGE)?;
    Ok(list(input, what))
}

fn encode(input: &Input<'_>, (name, item): (&str, &str), answer: &mut Answer) {
    encode_page_of(PAGE, input, 0, answer);
    answer.list(name, item, [], |_, (): ()| {});
}
