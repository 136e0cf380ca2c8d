//! Stores of keys of one's own, which there are none of; and the regions.

use claviger_testkit::World;
use serde_json::{Value, json};

use crate::kms::{Draft, Kms, PROJECT};

#[tokio::test]
async fn there_are_no_key_stores_and_none_are_made() {
    let kms = Kms::new().await;
    for query in ["", "?limit=10&offset=0", "?limit=&offset="] {
        let listed = kms.at("GET", &format!("keystores{query}"), Value::Null).await;
        assert_eq!(listed.text, r#"{"total":0,"keystores":[]}"#);
    }
    kms.at("GET", "keystores?offset=x", Value::Null)
        .await
        .kms("KMS.1603");
    kms.at("GET", "keystores?limit=x", Value::Null)
        .await
        .kms("KMS.1601");
    let body = json!({"keystore_alias": "mine", "hsm_cluster_id": "x", "hsm_ca_cert": "y"});
    kms.at("POST", "keystores", body).await.kms("KMS.0340");
    kms.at("POST", "keystores", json!({})).await.kms("KMS.0204");
    for (method, path) in [
        ("GET", "keystores/0d0466b0-e727-4d9c-b35d-f84bb474a37f"),
        ("DELETE", "keystores/0d0466b0-e727-4d9c-b35d-f84bb474a37f"),
        ("POST", "keystores/0d0466b0-e727-4d9c-b35d-f84bb474a37f/enable"),
        ("POST", "keystores/0d0466b0-e727-4d9c-b35d-f84bb474a37f/disable"),
    ] {
        kms.at(method, path, Value::Null).await.kms("KMS.8003");
    }
}

#[tokio::test]
async fn regions_are_those_of_the_deployment() {
    let kms = Kms::over(World::build().region("eu-west-1")).await;
    for (query, regions) in [
        ("", json!(["cn-hangzhou", "eu-west-1"])),
        ("?limit=1", json!(["cn-hangzhou"])),
        ("?offset=1&limit=0", json!(["eu-west-1"])),
    ] {
        let target = format!("/v2/{PROJECT}/kms/regions{query}");
        let answer = kms.draft(Draft::new("GET", &target, "")).await.ok();
        assert_eq!(answer, json!({ "regions": regions }));
    }
    let target = format!("/v2/{PROJECT}/kms/regions?offset=-1");
    kms.draft(Draft::new("GET", &target, "")).await.kms("KMS.1603");
}
