//! What the query of traces asks for.
//!
//! SOURCE: Cloud Trace Service API reference, "Querying a Trace List" (read 2026-11-22).

use claviger_audit::index::Filter;
use claviger_model::{AccountId, IdentityHex, Timestamp};
use serde_json::Value;

use super::{Domain, ROOT, id, names};

/// The parameters that choose traces, as they were sent; `None` where they were not, or were empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Question<'a> {
    /// The id of a trace, or the id of a request, for all traces of that. Overrides the others.
    pub trace_id: Option<&'a str>,
    /// The name of a trace.
    pub trace_name: Option<&'a str>,
    /// `normal`, `warning` or `incident`.
    pub trace_rating: Option<&'a str>,
    /// `KMS`, `IAM` or `CTS`.
    pub service_type: Option<&'a str>,
    /// `cmk`, `rng`, and what else there is in [`names`].
    pub resource_type: Option<&'a str>,
    /// The id of a key, or the name of what records have by name.
    pub resource_id: Option<&'a str>,
    /// The display name of a key, or the name of something else.
    pub resource_name: Option<&'a str>,
    /// The name or the id of who asked.
    pub user: Option<&'a str>,
    /// The access key that was shown.
    pub access_key_id: Option<&'a str>,
}

impl Question<'_> {
    /// What the index is to be asked: the filters of a question that is put in a region of an account.
    ///
    /// `titled` is the id of the key whose display name [`Question::resource_name`] is, if there is such a key.
    ///
    /// An `UpdateRotationPolicy` is found by both names that its trace may have: [`Question::fits`] tells.
    pub fn filters(
        &self,
        account: AccountId,
        domain: Option<Domain<'_>>,
        region: &str,
        titled: Option<&str>,
    ) -> Vec<Filter> {
        let mut filters = vec![Filter::Region(region.to_owned())];
        if let Some(id) = self.trace_id {
            filters.push(Filter::AnyOperation(names::operations(|_| true)));
            if self.moment().is_none() {
                filters.push(Filter::Id(id.to_ascii_lowercase()));
            }
            return filters;
        }
        filters.push(Filter::AnyOperation(self.operations()));
        if let Some(rating) = self.trace_rating {
            filters.push(Filter::Outcome(outcome(rating).to_owned()));
        }
        if let Some(id) = self.resource_id {
            filters.push(Filter::Thing(id.to_owned()));
        }
        if let Some(name) = self.resource_name {
            // Records name aliases without their prefix.
            let name = name.strip_prefix("alias/").unwrap_or(name);
            filters.push(Filter::Thing(titled.unwrap_or(name).to_owned()));
        }
        if let Some(user) = self.user {
            filters.push(asker(user, account, domain));
        }
        if let Some(key) = self.access_key_id {
            filters.push(Filter::AccessKey(key.to_owned()));
        }
        filters
    }

    /// The moment of the one trace that is asked for; none where it is not asked for by its id.
    pub fn moment(&self) -> Option<Timestamp> {
        self.trace_id.and_then(id::moment)
    }

    /// Whether a trace that the index found is one of those that were meant. A page may so be shorter than asked for.
    pub fn fits(&self, trace: &Value) -> bool {
        let member = |name| trace.get(name).and_then(Value::as_str);
        match (self.trace_id, self.moment()) {
            (Some(id), Some(_)) => member("trace_id").is_some_and(|known| known.eq_ignore_ascii_case(id)),
            // The index has found the request.
            (Some(_), None) => true,
            (None, _) => self
                .trace_name
                .is_none_or(|name| member("trace_name") == Some(name)),
        }
    }

    fn operations(&self) -> Vec<String> {
        // Editions of the vendor differ in the case of types.
        let is = |wanted: Option<&str>, word: &str| wanted.is_none_or(|it| it.eq_ignore_ascii_case(word));
        names::operations(|row| {
            self.trace_name.is_none_or(|name| name == row.name)
                && is(self.service_type, row.service.word())
                && is(self.resource_type, row.resource_type)
        })
    }
}

/// The outcome of a rating. No call has the empty one.
fn outcome(rating: &str) -> &'static str {
    match rating {
        "normal" => "served",
        "warning" => "refused",
        "incident" => "failed",
        _ => "",
    }
}

/// Who asked: an id of this account, the root by the name of the account, or a name.
fn asker(user: &str, account: AccountId, domain: Option<Domain<'_>>) -> Filter {
    let root = || Filter::Caller(ROOT.to_owned());
    match user.parse::<IdentityHex>() {
        Ok(id) if id.account == account && id.number == 0 => root(),
        Ok(id) if id.account == account => Filter::CallerId(id.number.to_string()),
        _ if domain.is_some_and(|domain| domain.name == user) => root(),
        _ => Filter::Caller(user.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: Domain<'_> = Domain {
        id: "0123456789abcdef0123456789abcdef",
        name: "acme",
    };

    fn account() -> AccountId {
        AccountId::from_number(1_234_567_890_123_456).unwrap()
    }

    fn filters(question: Question<'_>) -> Vec<Filter> {
        question.filters(account(), Some(DOMAIN), "here-1", None)
    }

    fn operations(question: Question<'_>) -> Vec<String> {
        let found = filters(question).into_iter().find_map(|filter| match filter {
            Filter::AnyOperation(names) => Some(names),
            _ => None,
        });
        found.unwrap()
    }

    #[test]
    fn whoever_names_nothing_asks_for_all_traces_of_the_region() {
        let all = filters(Question::default());
        assert_eq!(all.len(), 2);
        assert_eq!(all[0], Filter::Region("here-1".into()));
        let all = operations(Question::default());
        assert!(all.contains(&"CreateKey".to_owned()) && !all.contains(&"DescribeKey".to_owned()));
    }

    #[test]
    fn names_types_and_services_choose_operations_together() {
        let question = |trace_name, service_type, resource_type| Question {
            trace_name,
            service_type,
            resource_type,
            ..Question::default()
        };
        assert_eq!(
            operations(question(Some("createKey"), Some("KMS"), Some("cmk"))),
            ["CreateKey"]
        );
        assert_eq!(operations(question(None, None, Some("RNG"))), ["GenerateRandom"]);
        for nothing in [
            question(Some("createKey"), Some("IAM"), None),
            question(Some("createKey"), None, Some("rng")),
            question(Some("listKeys"), None, None),
            question(None, Some("ECS"), None),
        ] {
            assert_eq!(operations(nothing), [""; 0]);
        }
    }

    #[test]
    fn each_other_parameter_is_a_filter() {
        let question = Question {
            trace_rating: Some("warning"),
            resource_id: Some("a-key"),
            resource_name: Some("demo"),
            access_key_id: Some("AK"),
            user: Some("anna"),
            ..Question::default()
        };
        let expected = |name: &str| {
            [
                Filter::Outcome("refused".into()),
                Filter::Thing("a-key".into()),
                Filter::Thing(name.into()),
                Filter::Caller("anna".into()),
                Filter::AccessKey("AK".into()),
            ]
        };
        assert_eq!(filters(question)[2..], expected("demo"));
        let titled = question.filters(account(), Some(DOMAIN), "here-1", Some("its-key"));
        assert_eq!(titled[2..], expected("its-key"));
        let by_id = Question {
            trace_id: Some("0B30658A-ED1A-4922-B8F7-A673CA9C2D2A"),
            ..question
        };
        assert_eq!(filters(by_id).len(), 3);
        assert_eq!(
            filters(by_id)[2],
            Filter::Id("0b30658a-ed1a-4922-b8f7-a673ca9c2d2a".into())
        );
    }

    #[test]
    fn users_are_found_by_name_and_by_id() {
        let hex = |number| {
            IdentityHex {
                account: account(),
                number,
            }
            .to_string()
        };
        let user = "200000000000000001";
        let cases = [
            (hex(0), Filter::Caller("root".into())),
            ("acme".to_owned(), Filter::Caller("root".into())),
            (hex(200_000_000_000_000_001), Filter::CallerId(user.into())),
            (user.to_owned(), Filter::Caller(user.into())),
        ];
        for (text, expected) in cases {
            let user = Some(text.as_str());
            let question = Question {
                user,
                ..Question::default()
            };
            assert_eq!(filters(question)[2], expected, "{text}");
        }
    }

    #[test]
    fn of_two_names_of_one_operation_the_trace_decides() {
        let question = Question {
            trace_name: Some("enableKeyRotation"),
            ..Question::default()
        };
        assert!(question.fits(&serde_json::json!({"trace_name": "enableKeyRotation"})));
        assert!(!question.fits(&serde_json::json!({"trace_name": "disableKeyRotation"})));
        assert!(Question::default().fits(&serde_json::json!({"trace_name": "createKey"})));
    }
}
