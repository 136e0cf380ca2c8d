//! SOURCE: Key Management Service API reference, "Querying the Information About a CMK" (read 2026-11-22): every value of
//! `key_info` is a text; moments are milliseconds since 1970.

use claviger_model::{AccountId, Creator, Key, KeyState, Origin};
use claviger_service::ops::key as core;

use crate::error::Fault;
use crate::json::Answer;
use crate::names;
use crate::row::{Input, Shown, WireOp};

pub(super) struct DescribeKey;

impl WireOp for DescribeKey {
    type Op = core::DescribeKey;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::DescribeKey, Fault> {
        Ok(core::DescribeKey(input.key_or_alias("key_id")?))
    }

    fn owner(key: &Key) -> Option<AccountId> {
        Some(key.scope.account)
    }

    fn encode(shown: &Shown<'_>, key: Key, answer: &mut Answer) {
        answer.object("key_info", |answer| details(&key, shown.domain(), answer));
    }
}

/// All that is shown of a key, as lists show it too.
pub(super) fn details(key: &Key, domain: &str, answer: &mut Answer) {
    let of_service = matches!(key.creator, Creator::Service(_));
    let flag = |set: bool| if set { "1" } else { "0" };
    answer.id("key_id", key.id.to_ascii());
    answer.plain("domain_id", domain);
    answer.text("key_alias", &alias(key));
    answer.plain("realm", key.scope.region.as_str());
    answer.plain("key_spec", names::spec_name(key.spec));
    answer.plain("key_usage", names::usage_name(key.usage));
    answer.text("key_description", &key.description);
    answer.millis("creation_date", Some(key.created));
    let due = match key.state {
        KeyState::PendingDeletion { due } => Some(due),
        KeyState::PendingImport | KeyState::Enabled | KeyState::Disabled => None,
    };
    answer.millis("scheduled_deletion_date", due);
    answer.plain("key_state", names::state_name(key.state.kind()));
    answer.plain("default_key_flag", flag(of_service));
    answer.plain("key_type", "1");
    let expires = key.import.as_ref().and_then(|import| import.expires);
    answer.millis(
        "expiration_time",
        expires.filter(|_| key.origin == Origin::External),
    );
    answer.plain("origin", names::origin_name(key.origin));
    answer.plain(
        "key_rotation_enabled",
        if key.rotation.is_some() { "true" } else { "false" },
    );
    answer.plain("sys_enterprise_project_id", "0");
    answer.plain("keystore_id", "0");
}

/// The display name. Keys that were made through another face have none.
pub(super) fn alias(key: &Key) -> String {
    match (&key.creator, &key.title) {
        (Creator::Service(service), _) => format!("{service}/default"),
        (Creator::Account, Some(title)) => title.to_string(),
        (Creator::Account, None) => String::new(),
    }
}
