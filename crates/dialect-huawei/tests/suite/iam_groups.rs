//! Groups and who is in them.

use serde_json::json;

use crate::kms::Kms;

#[tokio::test]
async fn a_group_is_made_shown_changed_and_deleted() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let domain = kms.domain(root.account()).await;
    let body = json!({"group": {"name": "team", "domain_id": domain, "description": "one"}}).to_string();
    let made = kms.ask(&root, "POST", "/v3/groups", &body).await.made();
    let id = made["group"]["id"].as_str().unwrap();
    let link = format!("https://kms.test.local:8443/v3/groups/{id}");
    let millis = kms.world.now().as_millisecond();
    let expected = json!({"id": id, "name": "team", "domain_id": domain, "description": "one",
                          "create_time": millis, "links": {"self": link}});
    assert_eq!(made, json!({"group": expected}));
    let target = format!("/v3/groups/{id}");
    assert_eq!(kms.ask(&root, "GET", &target, "").await.ok()["group"], expected);
    let listed = kms.ask(&root, "GET", "/v3/groups?name=team", "").await.ok();
    assert_eq!(listed["groups"], json!([expected]));
    assert_eq!(listed["links"]["next"], json!(null));
    let other = kms.ask(&root, "GET", "/v3/groups?name=other", "").await.ok();
    assert_eq!(other["groups"], json!([]));

    let changed = kms
        .ask(
            &root,
            "PATCH",
            &target,
            r#"{"group":{"name":"crew","description":""}}"#,
        )
        .await
        .ok();
    assert_eq!(
        (&changed["group"]["id"], &changed["group"]["name"]),
        (&json!(id), &json!("crew"))
    );
    assert_eq!(changed["group"]["description"], "");
    kms.make_group("team").await;
    kms.ask(&root, "PATCH", &target, r#"{"group":{"name":"team"}}"#)
        .await
        .keystone(409);
    kms.ask(&root, "POST", "/v3/groups", r#"{"group":{"name":"a b"}}"#)
        .await
        .keystone(400);
    kms.ask(&root, "POST", "/v3/groups", r#"{"group":{}}"#)
        .await
        .keystone(400);
    kms.ask(&root, "DELETE", &target, "").await.nothing();
    kms.ask(&root, "GET", &target, "").await.keystone(404);
    kms.ask(&root, "DELETE", &target, "").await.keystone(404);
}

#[tokio::test]
async fn users_come_and_go() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let (user, group) = (kms.make_user("alice").await, kms.make_group("team").await);
    let one = format!("/v3/groups/{group}/users/{user}");
    kms.ask(&root, "HEAD", &one, "").await.keystone(404);
    // Twice does no harm.
    kms.ask(&root, "PUT", &one, "").await.nothing();
    kms.ask(&root, "PUT", &one, "").await.nothing();
    kms.ask(&root, "HEAD", &one, "").await.nothing();
    let users = kms
        .ask(&root, "GET", &format!("/v3/groups/{group}/users"), "")
        .await
        .ok();
    assert_eq!(users["users"][0]["id"], json!(user));
    assert_eq!(
        users["links"]["self"],
        format!("https://kms.test.local:8443/v3/groups/{group}/users")
    );
    let groups = kms
        .ask(&root, "GET", &format!("/v3/users/{user}/groups"), "")
        .await
        .ok();
    assert_eq!(groups["groups"][0]["id"], json!(group));
    assert_eq!(groups["groups"].as_array().unwrap().len(), 1);
    kms.ask(&root, "DELETE", &one, "").await.nothing();
    kms.ask(&root, "DELETE", &one, "").await.keystone(404);
    let nobody = format!("/v3/groups/{group}/users/{}", "f".repeat(32));
    kms.ask(&root, "PUT", &nobody, "").await.keystone(404);
    let nowhere = format!("/v3/groups/{}/users/{user}", "f".repeat(32));
    kms.ask(&root, "PUT", &nowhere, "").await.keystone(404);
}

#[tokio::test]
async fn a_group_goes_with_its_users_and_roles() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let (user, group) = (kms.make_user("alice").await, kms.make_group("team").await);
    kms.ask(&root, "PUT", &format!("/v3/groups/{group}/users/{user}"), "")
        .await
        .nothing();
    let roles = kms.ask(&root, "GET", "/v3/roles", "").await.ok();
    let role = roles["roles"][0]["id"].as_str().unwrap();
    let domain = kms.domain(root.account()).await;
    kms.ask(
        &root,
        "PUT",
        &format!("/v3/domains/{domain}/groups/{group}/roles/{role}"),
        "",
    )
    .await
    .nothing();
    kms.ask(&root, "DELETE", &format!("/v3/groups/{group}"), "")
        .await
        .nothing();
    let groups = kms
        .ask(&root, "GET", &format!("/v3/users/{user}/groups"), "")
        .await
        .ok();
    assert_eq!(groups["groups"], json!([]));
}
