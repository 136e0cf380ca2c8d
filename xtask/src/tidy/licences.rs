//! Every outside package can be had under a licence that we allow.

use super::Finding;
use super::settings::Licences;
use super::spdx;
use crate::metadata::{Metadata, Package};

/// Looks at the whole graph: build and test dependencies and those of other systems, too.
pub(super) fn check(metadata: &Metadata, licences: &Licences) -> Vec<Finding> {
    let outside = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some());
    outside
        .filter_map(|package| Some(Finding::new("tidy.toml", 0, objection(package, licences)?)))
        .collect()
}

fn objection(package: &Package, licences: &Licences) -> Option<String> {
    let who = format!("{} {}", package.name, package.version);
    let Some(expression) = &package.license else {
        return Some(format!("`{who}` states no licence"));
    };
    match spdx::satisfied(expression, &|name| {
        licences.allow.iter().any(|allowed| allowed == name)
    }) {
        Ok(true) => None,
        Ok(false) => Some(format!("the licence of `{who}`, `{expression}`, is not allowed")),
        Err(malformed) => Some(format!("the licence of `{who}`, `{expression}`, is {malformed}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(license: Option<&str>, source: Option<&str>) -> usize {
        let metadata = serde_json::json!({"target_directory": "t", "packages": [{
            "name": "p", "version": "1.0.0", "license": license, "source": source, "dependencies": [],
        }]});
        let licences = Licences {
            allow: vec!["MIT".to_owned()],
        };
        check(&serde_json::from_value(metadata).unwrap(), &licences).len()
    }

    #[test]
    fn outside_packages_need_an_allowed_licence() {
        let registry = Some("registry+https://example.org");
        assert_eq!(findings(Some("MIT OR GPL-3.0-only"), registry), 0);
        assert_eq!(findings(Some("GPL-3.0-only"), registry), 1);
        assert_eq!(findings(Some("MIT OR"), registry), 1);
        assert_eq!(findings(None, registry), 1);
    }

    #[test]
    fn crates_of_the_workspace_are_not_judged() {
        assert_eq!(findings(None, None), 0);
    }
}
