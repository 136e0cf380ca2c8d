//! Projects, domains and the catalog: what clients look for before they do anything else.

use claviger_testkit::REGION;
use serde_json::json;

use crate::kms::{Kms, PROJECT};

#[tokio::test]
async fn exactly_one_project_has_the_name_of_a_region() {
    let (kms, _) = Kms::with_domain().await;
    let root = kms.world.root().clone();
    let domain = kms.domain(root.account()).await;
    let listed = kms
        .ask(&root, "GET", &format!("/v3/projects?name={REGION}"), "")
        .await
        .ok();
    let expected = json!({
        "id": PROJECT, "name": REGION, "domain_id": domain, "is_domain": false, "parent_id": domain,
        "enabled": true, "description": "",
        "links": {"self": format!("https://kms.test.local:8443/v3/projects/{PROJECT}")}
    });
    let links = json!({"self": format!("https://kms.test.local:8443/v3/projects?name={REGION}"),
                       "previous": null, "next": null});
    assert_eq!(listed, json!({"projects": [expected], "links": links}));
    for (query, count) in [
        ("", 2),
        ("?name=", 2),
        ("?name=nowhere", 0),
        ("?enabled=true", 2),
        ("?enabled=false", 0),
        ("?is_domain=true", 0),
        ("?id=0123456789abcdef0123456789abcdef&page=1", 1),
        ("?domain_id=ffffffffffffffffffffffffffffffff", 0),
        ("?parent_id=ffffffffffffffffffffffffffffffff", 0),
    ] {
        let listed = kms
            .ask(&root, "GET", &format!("/v3/projects{query}"), "")
            .await
            .ok();
        assert_eq!(listed["projects"].as_array().unwrap().len(), count, "{query}");
    }
    let one = kms
        .ask(&root, "GET", &format!("/v3/projects/{PROJECT}"), "")
        .await
        .ok();
    assert_eq!(one["project"], expected);
    kms.ask(&root, "GET", "/v3/projects/ffffffffffffffffffffffffffffffff", "")
        .await
        .keystone(404);
    let own = format!("/v3/users/{}/projects", Kms::root_id(&root));
    for target in ["/v3/auth/projects", &own] {
        let listed = kms.ask(&root, "GET", target, "").await.ok();
        assert_eq!(listed["projects"].as_array().unwrap().len(), 2);
        assert_eq!(listed["projects"][0], expected);
    }
}

#[tokio::test]
async fn projects_are_neither_made_nor_changed() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    kms.ask(&root, "POST", "/v3/projects", r#"{"project":{"name":"x"}}"#)
        .await
        .keystone(403);
    kms.ask(
        &root,
        "PATCH",
        &format!("/v3/projects/{PROJECT}"),
        r#"{"project":{"description":"x"}}"#,
    )
    .await
    .keystone(403);
    kms.ask(&root, "DELETE", &format!("/v3/projects/{PROJECT}"), "")
        .await
        .keystone(405);
}

#[tokio::test]
async fn a_caller_finds_its_account() {
    let (kms, root) = Kms::with_domain().await;
    let domain = kms.domain(root.account()).await;
    let domains = kms.ask(&root, "GET", "/v3/auth/domains", "").await.ok();
    assert_eq!(domains["domains"].as_array().unwrap().len(), 1);
    assert_eq!(domains["domains"][0]["id"], json!(domain));
    assert_eq!(domains["domains"][0]["name"], "IAMDomain");
    assert_eq!(domains["domains"][0]["enabled"], true);
    let own = kms.ask(&root, "GET", "/v5/caller-identity", "").await.ok();
    assert_eq!(own["account_id"], json!(domain));
    assert_eq!(own["principal_urn"], json!(format!("iam::{domain}:root")));
    assert_eq!(own["principal_id"], json!(Kms::root_id(&root)));
}

#[tokio::test]
async fn the_catalog_has_every_service_in_every_region() {
    let (kms, root) = Kms::with_domain().await;
    let answer = kms.ask(&root, "GET", "/v3/auth/catalog", "").await.ok();
    let rows = answer["catalog"].as_array().unwrap();
    let urls: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["type"].as_str().unwrap(),
                row["endpoints"][1]["url"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        urls,
        [
            ("identity", "https://kms.test.local:8443/v3"),
            ("iam", "https://kms.test.local:8443/v3.0"),
            ("kms", "https://kms.test.local:8443/v1.0"),
            ("cts", "https://kms.test.local:8443/v1.0"),
        ]
    );
    let mut ids = std::collections::BTreeSet::new();
    for row in rows {
        assert!(ids.insert(row["id"].as_str().unwrap()));
        let endpoints = row["endpoints"].as_array().unwrap();
        let regions: Vec<_> = endpoints
            .iter()
            .map(|one| one["region_id"].as_str().unwrap())
            .collect();
        assert_eq!(regions, [REGION, "eu-test-1"]);
        assert!(
            endpoints
                .iter()
                .all(|one| ids.insert(one["id"].as_str().unwrap()))
        );
    }
    assert_eq!(
        answer["links"]["self"],
        "https://kms.test.local:8443/v3/auth/catalog"
    );
}
