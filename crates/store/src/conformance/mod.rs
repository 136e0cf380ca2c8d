//! The suite every store must pass.
//!
//! A store's tests implement [`Subject`] and call [`conformance_tests!`](crate::conformance_tests): it makes one
//! test of every case, so that a failure has a name. The cases need no runtime of their own; where several callers
//! act at once, their futures are polled together.
//!
//! A new case is a `pub async fn` in a file of this folder and a line in the list of the macro.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case fails by a panic, and every case can fail"
)]

pub mod access_keys;
pub mod accounts;
pub mod alias_pages;
pub mod aliases;
pub mod attachments;
pub mod certificates;
pub mod deletion;
pub mod drafts;
pub mod due;
pub mod extents;
pub mod filters;
pub mod grants;
pub mod groups;
pub mod hsm;
pub mod identities;
pub mod keys;
pub mod leases;
pub mod limits;
pub mod lists;
pub mod logins;
pub mod lookups;
mod make;
pub mod memberships;
mod model;
mod people;
pub mod policies;
pub mod quotas;
pub mod rights;
pub mod roles;
pub mod sealed;
pub mod services;
pub mod storm;
pub mod tags;
pub mod titles;
mod together;
pub mod updates;
pub mod users;
pub mod versions;

use std::sync::Arc;

use async_trait::async_trait;

use crate::Store;

/// One database, empty at first, of the kind that is tested.
#[async_trait]
pub trait Subject: Send + Sync {
    /// Opens the database. Called again after the last store was dropped, it finds what that one has written.
    async fn open(&self) -> Arc<dyn Store>;

    /// Everything that the closed database holds, deleted things included, as far as one can look into it.
    async fn bytes(&self) -> Vec<u8>;
}

/// Makes a test of every case: `conformance_tests!(#[tokio::test] Subject::new())`.
///
/// Takes the attribute that turns an `async fn` into a test, and an expression that makes a new [`Subject`]. All
/// tests are in a module `conformance`.
///
/// [`Subject`]: crate::conformance::Subject
#[macro_export]
macro_rules! conformance_tests {
    (#[$test:meta] $subject:expr) => {
        $crate::conformance_tests! {
            @cases #[$test] $subject;
            access_keys: access_keys_are_told_apart_by_their_owners;
            access_keys: an_access_key_needs_its_owner;
            access_keys: access_keys_are_made_up_to_the_quota;
            access_keys: an_access_key_changes_for_its_owner_only;
            access_keys: a_deleted_access_key_leaves_nothing_of_its_secret;
            access_keys: uses_of_access_keys_are_noted;
            accounts: an_account_reads_back_with_its_access_key;
            accounts: accounts_and_access_keys_are_listed_oldest_first;
            accounts: an_account_is_made_once_and_whole_or_not_at_all;
            accounts: an_access_key_of_another_account_is_not_taken;
            accounts: an_account_gets_another_name;
            accounts: an_account_goes_when_it_is_empty;
            accounts: a_deleted_account_leaves_nothing_of_its_secrets;
            accounts: cells_hold_the_value_last_written;
            alias_pages: aliases_continue_after_a_name;
            alias_pages: aliases_of_a_key_are_made_up_to_its_quota;
            aliases: an_alias_reads_back_and_leads_on_after_a_move;
            aliases: an_alias_is_taken_only_from_the_key_that_is_named;
            aliases: a_deleted_alias_is_gone_and_its_name_is_free;
            aliases: aliases_need_their_alias_and_their_key;
            aliases: a_name_is_taken_once_per_scope;
            aliases: the_key_has_a_say_in_whether_it_is_named;
            aliases: of_many_who_want_a_name_one_gets_it;
            aliases: lists_are_ordered_by_name_and_cut_into_pages;
            aliases: lists_of_one_key_hold_its_aliases_only;
            attachments: policies_are_put_on_identities_and_taken_off;
            attachments: attachments_are_listed_in_order;
            attachments: an_attachment_needs_its_identity_and_its_policy;
            attachments: policies_are_attached_up_to_the_quota;
            certificates: a_certificate_reads_back_as_it_was_made;
            certificates: a_certificate_lives_in_one_scope;
            certificates: a_certificate_is_made_once;
            certificates: a_certificate_changes_as_asked;
            certificates: a_certificate_that_does_not_change_leaves_no_draft;
            certificates: no_change_of_a_certificate_is_lost;
            certificates: a_deleted_certificate_leaves_nothing_of_its_material;
            certificates: certificates_are_made_up_to_the_quota;
            deletion: a_deleted_key_takes_what_is_its_own_with_it;
            deletion: a_deleted_key_leaves_nothing_of_its_material;
            deletion: a_key_that_may_not_go_stays_whole;
            drafts: every_change_leaves_its_draft_under_the_number_it_got;
            drafts: a_change_that_does_not_happen_leaves_no_draft;
            drafts: numbers_grow_and_are_never_used_again;
            drafts: the_outbox_is_read_in_pieces;
            drafts: settling_forgets_up_to_the_number_and_no_further;
            drafts: a_probe_leaves_nothing;
            due: each_reason_holds_from_its_moment_on;
            due: what_is_no_reason_makes_no_key_due;
            due: those_longest_due_come_first;
            due: what_was_done_is_not_due_any_more;
            due: deletions_are_announced_a_day_before;
            due: a_period_of_rotation_begins_where_it_is_told;
            extents: a_policy_has_each_extent_once;
            extents: rights_tell_where_they_count;
            filters: each_kind_of_match_finds_its_keys;
            filters: rows_narrow_and_alternatives_widen;
            filters: rows_that_nothing_matches_show_nothing;
            filters: filters_see_changes;
            filters: long_filters_work;
            filters: words_of_callers_are_not_patterns;
            grants: a_grant_reads_back_as_it_was_made;
            grants: grants_of_a_key_are_listed_oldest_first;
            grants: a_grant_needs_its_key_its_consent_and_room;
            grants: grants_are_made_up_to_the_quota;
            grants: a_grant_is_taken_back;
            grants: grants_are_found_by_who_may_give_them_up;
            groups: a_group_reads_back_as_it_was_made;
            groups: a_name_of_a_group_is_taken_once_per_account;
            groups: groups_are_made_up_to_the_quota;
            groups: groups_are_listed_by_name;
            groups: a_group_changes_as_asked;
            groups: a_renamed_group_keeps_what_it_has;
            groups: a_group_that_has_anything_stays;
            hsm: messages_are_reserved_in_blocks_up_to_the_limit;
            hsm: material_in_hardware_has_to_be_destroyed;
            hsm: of_many_who_destroy_one_does;
            hsm: expected_material_comes_or_has_to_be_destroyed;
            hsm: material_that_is_not_expected_is_refused;
            identities: every_change_of_an_identity_leaves_one_draft;
            identities: equal_names_in_two_accounts_are_two_things;
            keys: a_key_reads_back_as_it_was_made;
            keys: every_kind_of_key_reads_back;
            keys: a_version_reads_back_with_its_material;
            keys: a_key_lives_in_one_scope;
            keys: a_key_is_made_once_and_whole_or_not_at_all;
            keys: a_version_of_another_key_is_not_taken;
            keys: lists_are_ordered_by_age_and_cut_into_pages;
            keys: everything_is_there_after_a_restart;
            leases: a_lease_has_one_holder_at_a_time;
            leases: of_many_who_want_a_lease_one_gets_it;
            limits: long_and_strange_texts_read_back;
            limits: tags_read_back;
            limits: large_blobs_read_back;
            limits: moments_keep_their_milliseconds;
            lists: whole_keys_are_listed_in_either_order;
            lists: keys_of_the_account_are_counted;
            lists: a_key_is_found_without_its_scope;
            logins: who_has_no_login_may_come_in_without_a_password;
            logins: a_login_changes_as_asked;
            logins: a_login_needs_its_owner_and_consent;
            logins: logins_go_with_their_owners;
            logins: passwords_that_were_replaced_or_deleted_are_nowhere;
            logins: void_tokens_are_known_until_they_end;
            lookups: an_account_is_found_by_its_other_names;
            lookups: groups_and_policies_are_found_by_number;
            lookups: a_policy_keeps_its_number_and_its_language;
            lookups: access_keys_of_an_account_are_listed;
            memberships: a_user_joins_and_leaves_groups;
            memberships: users_of_a_group_are_listed_by_name;
            memberships: a_membership_needs_its_user_and_its_group;
            memberships: groups_are_joined_up_to_the_quota;
            policies: a_policy_reads_back_as_it_was_made;
            policies: a_name_of_a_policy_is_taken_once_per_account;
            policies: policies_are_made_up_to_the_quota;
            policies: policies_are_listed_by_name;
            policies: a_policy_changes_as_asked;
            policies: no_change_of_a_policy_is_lost;
            policies: an_attached_policy_stays;
            policies: a_policy_with_further_versions_goes_when_told;
            quotas: keys_are_made_up_to_the_quota;
            quotas: of_many_new_keys_as_many_are_made_as_fit;
            quotas: aliases_are_made_up_to_the_quota;
            quotas: of_many_new_aliases_as_many_are_made_as_fit;
            quotas: versions_are_added_up_to_the_quota;
            quotas: of_many_new_versions_as_many_are_added_as_fit;
            rights: a_user_has_its_own_rights_and_those_of_its_groups;
            rights: rights_follow_the_default_version;
            rights: a_role_has_its_own_rights;
            rights: rights_are_of_one_identity_only;
            roles: a_role_reads_back_as_it_was_made;
            roles: a_name_of_a_role_is_taken_once_per_account;
            roles: roles_are_made_up_to_the_quota;
            roles: roles_are_listed_by_name;
            roles: a_role_changes_as_asked;
            roles: a_role_that_has_policies_stays;
            sealed: the_walk_sees_all_that_is_wrapped_once;
            sealed: the_walk_goes_on_while_others_write;
            sealed: another_form_takes_the_place_of_the_one_that_was_seen;
            sealed: what_changed_or_went_meanwhile_is_left_alone;
            sealed: what_was_replaced_is_nowhere;
            services: services_read_back_as_they_were_made;
            services: a_name_of_a_service_is_taken_once;
            services: a_deleted_service_takes_its_access_keys_with_it;
            tags: rows_are_ordered_by_key_and_name_and_continue;
            tags: rows_pass_all_filters;
            tags: rows_follow_changes;
            tags: values_of_tags_are_told_once;
            titles: a_title_is_taken_once_per_scope;
            titles: a_title_that_was_given_up_is_free;
            titles: several_keys_do_not_get_one_title;
            titles: of_many_who_want_a_title_one_gets_it;
            updates: what_can_change_changes_and_the_rest_stays;
            updates: what_is_so_already_is_not_written;
            updates: a_refusal_changes_nothing;
            updates: a_missing_key_is_not_found;
            updates: tags_are_replaced_as_a_whole;
            updates: the_answer_is_what_is_read_back;
            updates: no_update_is_lost_among_many;
            updates: several_keys_change_together;
            updates: several_keys_change_all_or_none;
            users: a_user_reads_back_as_it_was_made;
            users: a_name_of_a_user_is_taken_once_per_account;
            users: users_are_made_up_to_the_quota;
            users: users_are_listed_by_name;
            users: a_user_changes_as_asked;
            users: no_change_of_a_user_is_lost;
            users: a_renamed_user_keeps_what_it_has;
            users: a_user_that_has_anything_stays;
            versions: versions_are_listed_newest_first_and_cut_into_pages;
            versions: a_version_is_added_cleared_and_filled;
            versions: a_version_changes_with_its_key_or_not_at_all;
            versions: a_version_that_does_not_fit_changes_nothing;
            versions: cleared_material_is_nowhere;
            storm: many_callers_see_one_order_of_changes;
        }
    };
    (@cases #[$test:meta] $subject:expr; $($file:ident: $case:ident;)*) => {
        mod conformance {
            use super::*;

            $(
                #[$test]
                async fn $case() {
                    $crate::conformance::$file::$case(&$subject).await;
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A case that is not in the list would never run.
    #[test]
    fn every_case_is_in_the_list() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
        let mut cases = BTreeSet::new();
        let mut listed = BTreeSet::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_stem().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            if file == "mod" {
                let is_word = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                let pairs = text
                    .lines()
                    .filter_map(|line| line.trim().strip_suffix(';')?.split_once(": "));
                listed.extend(
                    pairs
                        .filter(|(file, case)| is_word(file) && is_word(case))
                        .map(|(file, case)| format!("{file}: {case}")),
                );
            }
            let functions = text.lines().filter_map(|line| line.strip_prefix("pub async fn "));
            cases.extend(
                functions
                    .filter_map(|line| line.split_once('('))
                    .map(|(case, _)| format!("{file}: {case}")),
            );
        }
        assert!(!cases.is_empty());
        assert_eq!(cases, listed);
    }
}
