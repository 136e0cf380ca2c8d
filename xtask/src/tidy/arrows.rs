//! Crates use each other only along the arrows of `arrows.toml`.

use super::Finding;
use super::settings::{Arrow, Arrows};
use crate::metadata::{Metadata, Package};

const FILE: &str = "arrows.toml";

/// Compares what the manifests declare with what is allowed.
pub(super) fn check(metadata: &Metadata, arrows: &Arrows) -> Vec<Finding> {
    let own: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none())
        .collect();
    let mut findings = Vec::new();
    for package in &own {
        let name = short(&package.name);
        match arrows.get(name) {
            Some(arrow) => findings.extend(compare(package, arrow, &own)),
            None => findings.push(Finding::new(FILE, 0, format!("no entry for the crate `{name}`"))),
        }
    }
    for name in arrows
        .keys()
        .filter(|name| !own.iter().any(|package| short(&package.name) == name.as_str()))
    {
        findings.push(Finding::new(FILE, 0, format!("there is no crate `{name}`")));
    }
    findings
}

fn compare(package: &Package, arrow: &Arrow, own: &[&Package]) -> Vec<Finding> {
    let name = short(&package.name);
    let mut findings = Vec::new();
    for dependency in &package.dependencies {
        let used = short(&dependency.name);
        let for_tests = dependency.kind.as_deref() == Some("dev");
        if !own.iter().any(|package| package.name == dependency.name) {
            if !for_tests && arrow.never.contains(&dependency.name) {
                findings.push(Finding::new(FILE, 0, format!("`{name}` must never use `{used}`")));
            }
        } else if for_tests && !contains(&arrow.uses, used) && !contains(&arrow.tests, used) {
            findings.push(Finding::new(
                FILE,
                0,
                format!("tests of `{name}` may not use `{used}`"),
            ));
        } else if !for_tests && !contains(&arrow.uses, used) {
            findings.push(Finding::new(FILE, 0, format!("`{name}` may not use `{used}`")));
        }
    }
    findings
}

fn contains(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

fn short(name: &str) -> &str {
    name.strip_prefix("claviger-").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(metadata: &str, arrows: &str) -> Vec<String> {
        let metadata = format!("{{\"target_directory\":\"t\",\"packages\":[{metadata}]}}");
        let findings = check(
            &serde_json::from_str(&metadata).unwrap(),
            &toml::from_str(arrows).unwrap(),
        );
        findings.into_iter().map(|finding| finding.message).collect()
    }

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> String {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(name, kind)| serde_json::json!({"name": name, "kind": kind}))
            .collect();
        serde_json::json!({
            "name": name, "version": "0.1.0", "license": null, "source": null, "dependencies": dependencies,
        })
        .to_string()
    }

    fn two(dependency: (&str, Option<&str>)) -> String {
        format!(
            "{},{}",
            package("claviger-a", &[dependency]),
            package("claviger-b", &[])
        )
    }

    #[test]
    fn an_arrow_that_is_not_listed_is_found() {
        let lonely = "[a]\nuses = []\n[b]\nuses = []";
        assert_eq!(
            messages(&two(("claviger-b", None)), lonely),
            ["`a` may not use `b`"]
        );
        assert_eq!(
            messages(&two(("claviger-b", None)), "[a]\nuses = ['b']\n[b]\nuses = []"),
            [""; 0]
        );
    }

    #[test]
    fn an_arrow_for_tests_is_no_arrow_for_the_crate() {
        let tests = "[a]\nuses = []\ntests = ['b']\n[b]\nuses = []";
        assert_eq!(messages(&two(("claviger-b", Some("dev"))), tests), [""; 0]);
        assert_eq!(
            messages(&two(("claviger-b", None)), tests),
            ["`a` may not use `b`"]
        );
        assert_eq!(
            messages(&two(("claviger-b", Some("build"))), tests),
            ["`a` may not use `b`"]
        );
    }

    #[test]
    fn crates_and_entries_must_match() {
        assert_eq!(
            messages(&package("claviger-a", &[]), ""),
            ["no entry for the crate `a`"]
        );
        assert_eq!(messages("", "[a]\nuses = []"), ["there is no crate `a`"]);
    }

    #[test]
    fn a_forbidden_outside_package_is_found() {
        let arrows = "[a]\nuses = []\nnever = ['serde']";
        assert_eq!(
            messages(&package("claviger-a", &[("serde", None)]), arrows),
            ["`a` must never use `serde`"]
        );
        assert_eq!(
            messages(&package("claviger-a", &[("serde", Some("dev"))]), arrows),
            [""; 0]
        );
        assert_eq!(
            messages(&package("claviger-a", &[("jiff", None)]), arrows),
            [""; 0]
        );
    }
}
