use super::*;

const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

fn name(method: &str, raw: &str) -> &'static str {
    match find(method, &decode(raw).unwrap()) {
        Found::Row(row) => row.name,
        Found::Method(_) => "405",
        Found::Nothing => "404",
    }
}

#[test]
fn tables_are_in_order_and_rows_of_a_project_name_it_behind_the_version() {
    assert!(kms::VERBS.is_sorted_by_key(|row| row.name));
    assert!(
        kms::VERBS
            .iter()
            .all(|row| row.path.is_empty() && row.method == "POST")
    );
    for row in patterns().filter(|row| row.auth == Auth::Project) {
        assert_eq!(row.path.split('/').nth(1), Some("{project_id}"), "{}", row.name);
    }
}

#[test]
fn paths_lead_to_operations_under_every_version() {
    for version in ["v1.0", "v1", "v2"] {
        assert_eq!(
            name("POST", &format!("/{version}/p/kms/describe-key")),
            "describe-key"
        );
        assert_eq!(name("GET", &format!("/{version}/p/kms/regions")), "list-regions");
        assert_eq!(
            name("GET", &format!("/{version}/p/kms/{KEY}/tags/")),
            "list-key-tags"
        );
    }
    assert_eq!(name("GET", "/"), "show-versions");
    assert_eq!(name("GET", "/v1.0/"), "show-version");
    assert_eq!(name("GET", "/v3"), "show-identity-version");
    assert_eq!(name("GET", "/v2"), "404", "only those versions have documents");
}

#[test]
fn other_paths_lead_nowhere_and_other_methods_are_told_apart() {
    for path in [
        "/v4/p/kms/describe-key",
        "/v3/p/kms/describe-key",
        "/v1.0/p/kms/describe-keys",
        "/v1.0/p/kms/describe-key/x",
        "/v1.0/p/kmss/describe-key",
        "/v1.0//kms//tags",
        "/v1.0/p",
        "/v1.0/p/kms",
        "//v1.0/p/kms/describe-key",
    ] {
        assert_eq!(name("POST", path), "404", "{path}");
    }
    assert_eq!(name("GET", "/v1.0/p/kms/describe-key"), "405");
    assert_eq!(name("PATCH", &format!("/v1.0/p/kms/{KEY}/tags")), "405");
    assert_eq!(name("DELETE", "/v1.0"), "405");
}

#[test]
fn a_path_is_decoded_as_a_whole_and_once() {
    assert_eq!(decode("/a%2Fb%2520+%C3%BC/").unwrap(), "a/b%20+ü");
    assert_eq!(
        decode("/a/b%2F").unwrap(),
        "a/b/",
        "an escaped slash at the end belongs to the last segment"
    );
    for broken in ["/%", "/%4", "/%zz", "/%ff"] {
        assert_eq!(decode(broken), None, "{broken}");
    }
}

#[test]
fn variables_are_taken_from_their_places_and_the_last_one_may_take_the_rest() {
    const ROW: &Row = &Row {
        path: "v1.0/{project_id}/kms/{key_id}/tags/{key...}",
        ..kms::OTHERS[0]
    };
    let path = decode("/v1.0/p/kms/k/tags/a%2Fb/c").unwrap();
    assert!(fits(ROW, &path));
    let value = |name| variable(ROW, &path, name);
    assert_eq!(
        (value("project_id"), value("key_id"), value("key")),
        ("p", "k", "a/b/c")
    );
    assert_eq!(value("ke"), "");
    assert_eq!(project(&path), "p");
    assert!(!fits(ROW, "v1.0/p/kms/k/tags/"));
}

#[test]
fn paths_of_other_faces_are_not_ours() {
    for ours in [
        "/v1.0",
        "/v3/auth/tokens",
        "/v3.0/OS-USER/users",
        "/v5/users",
        "/v2/p/kms/regions",
    ] {
        assert!(is_ours(ours), "{ours}");
    }
    for other in ["/", "", "/v4", "/console", "/v1.0x", "//v1.0", "/x/v3"] {
        assert!(!is_ours(other), "{other}");
    }
}
