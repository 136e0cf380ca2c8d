//! Roles, policies of one's own, and groups that have them.

use claviger_testkit::REGION;
use serde_json::{Value, json};

use crate::iam::project;
use crate::kms::{Kms, PROJECT};

const CUSTOM: &str = "/v3.0/OS-ROLE/roles";

impl Kms {
    /// The id of a role of the server by the name that people know.
    pub(crate) async fn role(&self, title: &str) -> String {
        let listed = self.ask(self.world.root(), "GET", "/v3/roles", "").await.ok();
        let mut roles = listed["roles"].as_array().unwrap().iter();
        let found = roles.find(|role| role["display_name"] == title).unwrap();
        found["id"].as_str().unwrap().to_owned()
    }

    /// A user of the first account in a group, and the id of that group.
    async fn member(&self) -> String {
        let (user, group) = (self.make_user("alice").await, self.make_group("team").await);
        let target = format!("/v3/groups/{group}/users/{user}");
        self.ask(self.world.root(), "PUT", &target, "").await.nothing();
        group
    }
}

fn policy(actions: &[&str]) -> Value {
    json!({"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": actions}]})
}

#[tokio::test]
async fn roles_of_the_server_are_listed_and_shown() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let listed = kms.ask(&root, "GET", "/v3/roles", "").await.ok();
    let roles = listed["roles"].as_array().unwrap();
    assert_eq!(listed["total_number"], roles.len());
    let id = kms.role("KMS Administrator").await;
    let shown = kms.ask(&root, "GET", &format!("/v3/roles/{id}"), "").await.ok();
    let role = &shown["role"];
    assert_eq!(
        (&role["type"], &role["catalog"], &role["flag"]),
        (&json!("XA"), &json!("KMS"), &Value::Null)
    );
    assert_eq!((&role["domain_id"], &role["id"]), (&Value::Null, &json!(id)));
    assert_eq!(role["policy"]["Version"], "1.0");
    assert_eq!(
        role["links"]["self"],
        format!("https://kms.test.local:8443/v3/roles/{id}")
    );
    assert!(roles.contains(role));
    let full = roles
        .iter()
        .find(|role| role["display_name"] == "KMS CMKFullAccess")
        .unwrap();
    assert_eq!(full["flag"], "fine_grained");
    let security = roles
        .iter()
        .find(|role| role["display_name"] == "Security Administrator")
        .unwrap();
    assert_eq!(security["type"], "AX");
    for (query, count) in [
        ("?display_name=KMS Administrator".replace(' ', "%20"), 1),
        ("?type=AX".into(), 1),
        ("?catalog=CTS".into(), 1),
        ("?name=nothing".into(), 0),
        ("?page=1&per_page=2".into(), 2),
        ("?page=99&per_page=2".into(), 0),
    ] {
        let listed = kms.ask(&root, "GET", &format!("/v3/roles{query}"), "").await.ok();
        assert_eq!(listed["roles"].as_array().unwrap().len(), count, "{query}");
    }
    kms.ask(&root, "GET", "/v3/roles/ffffffffffffffffffffffffffffffff", "")
        .await
        .keystone(404);
}

#[tokio::test]
async fn a_policy_is_written_changed_and_deleted() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let domain = kms.domain(root.account()).await;
    let body = json!({"role": {"display_name": "my keys", "type": "XA", "description": "one",
                               "description_cn": "eins", "policy": policy(&["kms:cmk:get"])}});
    let made = kms.ask(&root, "POST", CUSTOM, &body.to_string()).await.made();
    let role = &made["role"];
    let id = role["id"].as_str().unwrap();
    assert_eq!(
        (&role["catalog"], &role["type"]),
        (&json!("CUSTOMED"), &json!("XA"))
    );
    assert_eq!(
        (&role["display_name"], &role["domain_id"]),
        (&json!("my keys"), &json!(domain))
    );
    assert!(
        role["name"]
            .as_str()
            .unwrap()
            .starts_with(&format!("custom_{domain}_"))
    );
    assert_eq!(role["policy"], policy(&["kms:cmk:get"]));
    assert_eq!(
        role["links"]["self"],
        format!("https://kms.test.local:8443/v3/roles/{id}")
    );
    let target = format!("{CUSTOM}/{id}");
    assert_eq!(kms.ask(&root, "GET", &target, "").await.ok()["role"], *role);
    let listed = kms.ask(&root, "GET", CUSTOM, "").await.ok();
    assert_eq!(
        (&listed["roles"], &listed["total_number"]),
        (&json!([role]), &json!(1))
    );
    let own = kms
        .ask(&root, "GET", &format!("/v3/roles?domain_id={domain}"), "")
        .await
        .ok();
    assert_eq!(own["roles"], json!([role]));

    // More often than versions are kept.
    for round in 0..7 {
        let body =
            json!({"role": {"display_name": format!("round {round}"), "policy": policy(&["kms:cmk:list"])}});
        let changed = kms.ask(&root, "PATCH", &target, &body.to_string()).await.ok();
        assert_eq!(changed["role"]["display_name"], format!("round {round}"));
        assert_eq!(changed["role"]["policy"], policy(&["kms:cmk:list"]));
        assert_eq!(changed["role"]["description"], "one");
    }
    let body = r#"{"role":{"description":"two"}}"#;
    let changed = kms.ask(&root, "PATCH", &target, body).await.ok();
    assert_eq!(kms.ask(&root, "GET", &target, "").await.ok(), changed);
    assert_eq!(changed["role"]["policy"], policy(&["kms:cmk:list"]));
    assert_eq!(changed["role"]["description"], "two");

    kms.ask(&root, "DELETE", &target, "").await.ok();
    kms.ask(&root, "GET", &target, "")
        .await
        .extension(404, "IAM.0004");
}

#[tokio::test]
async fn what_is_wrong_with_a_policy_is_told() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let good = policy(&["kms:cmk:get"]);
    for (role, code) in [
        (json!({"type": "XA", "policy": good}), "IAM.1001"),
        (
            json!({"display_name": "x".repeat(129), "type": "XA", "policy": good}),
            "IAM.1002",
        ),
        (
            json!({"display_name": " ", "type": "XA", "policy": good}),
            "IAM.1003",
        ),
        (json!({"display_name": "x", "policy": good}), "IAM.1004"),
        (
            json!({"display_name": "x", "type": "AA", "policy": good}),
            "IAM.1009",
        ),
        (json!({"display_name": "x", "type": "XA"}), "IAM.1020"),
        (
            json!({"display_name": "x", "type": "XA", "policy": []}),
            "IAM.1020",
        ),
        (
            json!({"display_name": "x", "type": "XA", "policy": {"Version": "1.1"}}),
            "IAM.1020",
        ),
        (
            json!({"display_name": "x", "type": "XA", "policy": {"Version": "1", "Statement": []}}),
            "IAM.1020",
        ),
    ] {
        let body = json!({"role": role}).to_string();
        kms.ask(&root, "POST", CUSTOM, &body).await.extension(400, code);
    }
    let system = kms.role("KMS Administrator").await;
    let target = format!("{CUSTOM}/{system}");
    kms.ask(&root, "DELETE", &target, "")
        .await
        .extension(403, "IAM.0002");
    kms.ask(&root, "PATCH", &target, r#"{"role":{"description":"x"}}"#)
        .await
        .extension(403, "IAM.0002");
}

/// From the group to the key: what is given in a project counts there and nowhere else.
#[tokio::test]
async fn a_role_of_a_group_opens_keys_where_it_is_given() {
    let kms = Kms::over(claviger_testkit::World::build().region("eu-test-1")).await;
    let root = kms.world.root().clone();
    let group = kms.member().await;
    let role = kms.role("KMS Administrator").await;
    let domain = kms.domain(root.account()).await;
    let second = kms.project(&root, "eu-test-1").await;
    let here = kms.log_in("alice", project(REGION)).await.token();
    let there = kms.log_in("alice", project("eu-test-1")).await.token();
    let may = async |token: &str, project: &str| {
        let target = format!("/v1.0/{project}/kms/user-instances");
        let answer = kms.show(token, "GET", &target, "").await;
        assert!(matches!(answer.status, 200 | 403), "{answer:?}");
        answer.status == 200
    };
    let both = async || (may(&here, PROJECT).await, may(&there, &second).await);
    assert_eq!(both().await, (false, false));
    let in_project = format!("/v3/projects/{PROJECT}/groups/{group}/roles");
    let in_domain = format!("/v3/domains/{domain}/groups/{group}/roles");
    let inherited = format!("/v3/OS-INHERIT/domains/{domain}/groups/{group}/roles");
    let rows = [
        (in_project.clone(), format!("{in_project}/{role}"), (true, false)),
        (in_domain.clone(), format!("{in_domain}/{role}"), (false, false)),
        (
            format!("{inherited}/inherited_to_projects"),
            format!("{inherited}/{role}/inherited_to_projects"),
            (true, true),
        ),
    ];
    for (list, one, expected) in rows {
        kms.ask(&root, "HEAD", &one, "").await.keystone(404);
        assert_eq!(kms.ask(&root, "GET", &list, "").await.ok()["roles"], json!([]));
        // Twice does no harm.
        kms.ask(&root, "PUT", &one, "").await.nothing();
        kms.ask(&root, "PUT", &one, "").await.nothing();
        kms.ask(&root, "HEAD", &one, "").await.nothing();
        let roles = kms.ask(&root, "GET", &list, "").await.ok();
        assert_eq!(roles["roles"][0]["id"], json!(role));
        assert_eq!(both().await, expected, "{one}");
        kms.ask(&root, "DELETE", &one, "").await.nothing();
        kms.ask(&root, "DELETE", &one, "").await.keystone(404);
        assert_eq!(both().await, (false, false));
    }
    let nowhere = "f".repeat(32);
    for target in [
        format!("/v3/projects/{nowhere}/groups/{group}/roles/{role}"),
        format!("/v3/domains/{nowhere}/groups/{group}/roles/{role}"),
        format!("/v3/domains/{domain}/groups/{nowhere}/roles/{role}"),
        format!("/v3/domains/{domain}/groups/{group}/roles/{nowhere}"),
    ] {
        kms.ask(&root, "PUT", &target, "").await.keystone(404);
    }
}

#[tokio::test]
async fn a_policy_of_ones_own_is_given_like_any_other() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let group = kms.member().await;
    let body = json!({"role": {"display_name": "x", "type": "XA", "description": "", "policy": policy(&["kms:cmk:create"])}});
    let made = kms.ask(&root, "POST", CUSTOM, &body.to_string()).await.made();
    let id = made["role"]["id"].as_str().unwrap();
    let one = format!("/v3/projects/{PROJECT}/groups/{group}/roles/{id}");
    kms.ask(&root, "PUT", &one, "").await.nothing();
    let token = kms.log_in("alice", project(REGION)).await.token();
    let create = format!("/v1.0/{PROJECT}/kms/create-key");
    kms.show(&token, "POST", &create, r#"{"key_alias":"one"}"#)
        .await
        .ok();
    // What is given to somebody stays.
    kms.ask(&root, "DELETE", &format!("{CUSTOM}/{id}"), "")
        .await
        .extension(409, "IAM.0005");
    let roles = kms
        .ask(
            &root,
            "GET",
            &format!("/v3/projects/{PROJECT}/groups/{group}/roles"),
            "",
        )
        .await
        .ok();
    assert_eq!(roles["roles"][0]["display_name"], "x");
    let denied = json!({"role": {"policy": {"Version": "1.1", "Statement": [{"Effect": "Deny", "Action": ["kms:cmk:create"]}]}}});
    kms.ask(&root, "PATCH", &format!("{CUSTOM}/{id}"), &denied.to_string())
        .await
        .ok();
    kms.show(&token, "POST", &create, r#"{"key_alias":"two"}"#)
        .await
        .kms("KMS.0307");
}

#[tokio::test]
async fn who_is_given_the_administration_of_identities_may_administer_them() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let group = kms.member().await;
    let role = kms.role("Security Administrator").await;
    let domain = kms.domain(root.account()).await;
    let token = kms.log_in("alice", Value::Null).await.token();
    kms.show(&token, "POST", "/v3/groups", r#"{"group":{"name":"crew"}}"#)
        .await
        .keystone(403);
    kms.ask(
        &root,
        "PUT",
        &format!("/v3/domains/{domain}/groups/{group}/roles/{role}"),
        "",
    )
    .await
    .nothing();
    kms.show(&token, "POST", "/v3/groups", r#"{"group":{"name":"crew"}}"#)
        .await
        .made();
    let body =
        json!({"user": {"name": "bob", "password": crate::iam::PASSWORD, "enabled": false}}).to_string();
    kms.show(&token, "POST", "/v3.0/OS-USER/users", &body)
        .await
        .made();
}
