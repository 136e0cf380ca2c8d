//! Documents that anyone may read.

use crate::kms::{Draft, Kms};

async fn text(kms: &Kms, target: &str) -> String {
    let answer = kms.send(&Draft::new("GET", target, "").unsigned()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.text
}

#[tokio::test]
async fn versions_are_told_to_anyone_with_the_host_that_was_asked() {
    let kms = Kms::new().await;
    let version = concat!(
        r#"{"id":"v1.0","links":[{"href":"https://kms.test.local:8443/v1.0/","rel":"self"}],"version":"","#,
        r#""status":"CURRENT","updated":"2016-10-29T02:00:00Z","min_version":""}"#
    );
    let identities = concat!(
        r#"{"id":"v3.6","status":"stable","updated":"2016-04-04T00:00:00Z","#,
        r#""links":[{"rel":"self","href":"https://kms.test.local:8443/v3/"}],"media-types":[{"base":"application/json","#,
        r#""type":"application/vnd.openstack.identity-v3+json"}]}"#
    );
    // Clients with passwords find out here where identities are.
    assert_eq!(
        text(&kms, "/").await,
        format!(r#"{{"versions":[{version},{identities}]}}"#)
    );
    assert_eq!(text(&kms, "/v1.0").await, format!(r#"{{"version":{version}}}"#));
    assert_eq!(text(&kms, "/v1.0/").await, format!(r#"{{"version":{version}}}"#));
    assert_eq!(text(&kms, "/v3").await, format!(r#"{{"version":{identities}}}"#));
    let unknown = kms.send(&Draft::new("GET", "/v2", "").unsigned()).await;
    unknown.gateway(404, "APIGW.0101");
    assert!(
        kms.world.audited_calls().await.is_empty(),
        "nobody asked, so nothing is recorded"
    );
}
