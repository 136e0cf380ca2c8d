//! Services and kinds of resources as the audit trail calls them.
//!
//! SOURCE: ActionTrail, "Query events" (`Kms` is the exact name) and sample events of KMS, RAM, STS and ActionTrail itself,
//! which says `Actiontrail` (read 2026-11-22). The kinds `ACS::KMS::Key`, `ACS::RAM::User`, `ACS::RAM::Group`,
//! `ACS::RAM::Role`, `ACS::RAM::Policy` and `ACS::RAM::AccessKey` are the vendor's, in samples and in Cloud Config; those of
//! aliases and certificates follow the pattern, and those of services and accounts of the deployment are ours.

use claviger_audit::view::ThingKind;

use crate::api::Api;

/// Every kind of thing with its name.
const KINDS: [(ThingKind, &str); 10] = [
    (ThingKind::Key, "ACS::KMS::Key"),
    (ThingKind::Alias, "ACS::KMS::Alias"),
    (ThingKind::Certificate, "ACS::KMS::Certificate"),
    (ThingKind::User, "ACS::RAM::User"),
    (ThingKind::Group, "ACS::RAM::Group"),
    (ThingKind::Role, "ACS::RAM::Role"),
    (ThingKind::Policy, "ACS::RAM::Policy"),
    (ThingKind::AccessKey, "ACS::RAM::AccessKey"),
    (ThingKind::Service, "ACS::Claviger::Service"),
    (ThingKind::Account, "ACS::Claviger::Account"),
];

/// The name of a kind of things.
pub(super) fn resource_type(kind: ThingKind) -> &'static str {
    let found = KINDS.iter().find(|(known, _)| *known == kind);
    found.map_or("", |(_, name)| name)
}

/// The kind of things of a name.
pub(super) fn thing_kind(name: &str) -> Option<ThingKind> {
    let found = KINDS.iter().find(|(_, known)| *known == name);
    found.map(|(kind, _)| *kind)
}

/// The name of the service behind an API, by the word that records have for it.
pub(super) fn service(word: &str) -> &'static str {
    match Api::of_word(word) {
        Some(Api::Kms) => "Kms",
        Some(Api::Ram) => "Ram",
        Some(Api::Sts) => "Sts",
        Some(Api::ActionTrail | Api::ActionTrail2017) => "Actiontrail",
        // What is behind no API of this face is ours.
        Some(Api::Admin) | None => "Claviger",
    }
}

/// The API of a service, as records call it.
pub(super) fn api_word(service_name: &str) -> Option<&'static str> {
    let mut words = Api::ALL.into_iter().map(Api::word);
    // The product's own name has another letter in the middle.
    let is_it = |word: &&str| {
        service(word) == service_name || (*word, service_name) == ("actiontrail", "ActionTrail")
    };
    words.find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_every_service_reads_back() {
        for kind in ThingKind::ALL {
            assert_eq!(thing_kind(resource_type(kind)), Some(kind));
        }
        for api in Api::ALL {
            assert_eq!(api_word(service(api.word())), Some(api.word()));
        }
        assert_eq!(api_word("ActionTrail"), Some("actiontrail"));
        assert_eq!((api_word("kms"), api_word("Ecs")), (None, None));
        assert_eq!(thing_kind("ACS::ECS::Instance"), None);
    }
}
