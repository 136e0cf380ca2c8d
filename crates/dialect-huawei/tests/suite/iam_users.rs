//! Users: made, shown, changed and deleted, under both groups of paths.

use claviger_model::{GroupId, IdentityHex, LoginOwner, UserId};
use serde_json::{Value, json};

use crate::iam::PASSWORD;
use crate::kms::Kms;

const WHOLE: &str = "/v3.0/OS-USER/users";

#[tokio::test]
async fn a_user_is_made_and_shown_with_all_that_is_said_of_it() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let domain = kms.domain(root.account()).await;
    let body = json!({"user": {
        "domain_id": domain, "name": "IAMUser", "password": "IAMPassword@", "email": "IAMEmail@example.com",
        "areacode": "00123", "phone": "12345678910", "enabled": true, "pwd_status": false, "xuser_type": "",
        "xuser_id": "", "access_mode": "programmatic", "description": "IAMDescription"
    }});
    let made = kms.ask(&root, "POST", WHOLE, &body.to_string()).await.made();
    let id = made["user"]["id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    let expected = json!({
        "id": id, "name": "IAMUser", "domain_id": domain, "enabled": true, "description": "IAMDescription",
        "email": "IAMEmail@example.com", "areacode": "00123", "phone": "12345678910", "access_mode": "default",
        "pwd_status": false, "is_domain_owner": false, "xuser_id": "", "xuser_type": "",
        "create_time": "2026-11-21T12:00:00.000000Z", "update_time": "2026-11-21T12:00:00.000000Z",
        "links": {"self": format!("https://kms.test.local:8443/v3.0/OS-USER/users/{id}")}
    });
    assert_eq!(made["user"], expected);
    let shown = kms.ask(&root, "GET", &format!("{WHOLE}/{id}"), "").await.ok();
    assert_eq!(shown["user"], expected);
    let short = kms.ask(&root, "GET", &format!("/v3/users/{id}"), "").await.ok();
    assert_eq!(
        short["user"],
        json!({
            "id": id, "name": "IAMUser", "domain_id": domain, "enabled": true, "description": "IAMDescription",
            "password_expires_at": null, "pwd_status": false,
            "links": {"self": format!("https://kms.test.local:8443/v3/users/{id}")}
        })
    );
}

#[tokio::test]
async fn a_list_is_whole_and_takes_its_filters() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let empty = kms.ask(&root, "GET", "/v3/users", "").await.ok();
    let links = json!({"self": "https://kms.test.local:8443/v3/users", "previous": null, "next": null});
    assert_eq!(empty, json!({"users": [], "links": links}));
    for name in ["bob", "alice"] {
        kms.make_user(name).await;
    }
    let off = json!({"user": {"name": "carol", "enabled": false}}).to_string();
    assert_eq!(
        kms.ask(&root, "POST", "/v3/users", &off).await.made()["user"]["enabled"],
        false
    );
    let domain = kms.domain(root.account()).await;
    for (query, expected) in [
        (String::new(), vec!["alice", "bob", "carol"]),
        ("?name=bob".into(), vec!["bob"]),
        ("?name=nobody".into(), vec![]),
        ("?enabled=false".into(), vec!["carol"]),
        ("?enabled=true&nothing=of&the=kind".into(), vec!["alice", "bob"]),
        (format!("?domain_id={domain}"), vec!["alice", "bob", "carol"]),
        ("?domain_id=ffffffffffffffffffffffffffffffff".into(), vec![]),
    ] {
        let target = format!("/v3/users{query}");
        let listed = kms.ask(&root, "GET", &target, "").await.ok();
        let names: Vec<_> = listed["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| &user["name"])
            .collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(
            listed["links"]["self"],
            format!("https://kms.test.local:8443{target}")
        );
    }
}

#[tokio::test]
async fn what_is_not_said_stays() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let id = kms.make_user("alice").await;
    let target = format!("{WHOLE}/{id}");
    let change =
        async |body: Value| kms.ask(&root, "PUT", &target, &body.to_string()).await.ok()["user"].clone();
    let first = change(
        json!({"user": {"email": "a@example.com", "description": "one", "areacode": "0086", "phone": "1"}}),
    )
    .await;
    assert_eq!(
        (&first["email"], &first["areacode"]),
        (&json!("a@example.com"), &json!("0086"))
    );
    let second = change(json!({"user": {"name": "alice2", "description": "", "email": null}})).await;
    assert_eq!(
        (&second["name"], &second["description"]),
        (&json!("alice2"), &json!(""))
    );
    assert_eq!(
        (&second["email"], &second["phone"]),
        (&json!("a@example.com"), &json!("1"))
    );
    // The same user, and the same password.
    assert_eq!(second["id"], json!(id));
    kms.log_in("alice2", Value::Null).await.token();
    let third = change(json!({"user": {"password": "battery staple 2", "name": "alice"}})).await;
    assert_eq!(third["name"], "alice");
    kms.log_in("alice", Value::Null).await.keystone(401);
}

#[tokio::test]
async fn what_is_wrong_with_a_user_is_told_and_nothing_is_made() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    kms.make_user("alice").await;
    for (user, code) in [
        (json!({}), "1100"),
        (json!({"name": "with blank"}), "1101"),
        (json!({"name": "x".repeat(65)}), "1101"),
        (json!({"name": "alice"}), "1109"),
        (json!({"name": "bob", "password": "weak"}), "1118"),
        (json!({"name": "bob", "phone": "1"}), "1106"),
        (json!({"name": "bob", "areacode": "1"}), "1106"),
        (json!({"name": "bob", "areacode": "+86", "phone": "1"}), "1104"),
        (json!({"name": "bob", "email": "a\nb"}), "1102"),
        (json!({"name": "bob", "description": "x".repeat(256)}), "1117"),
        (json!({"name": "bob", "access_mode": "none"}), "1120"),
        (json!({"name": "bob", "enabled": "perhaps"}), "IAM.0007"),
        (
            json!({"name": "bob", "domain_id": "ffffffffffffffffffffffffffffffff"}),
            "IAM.0007",
        ),
    ] {
        let body = json!({"user": user}).to_string();
        kms.ask(&root, "POST", WHOLE, &body).await.extension(400, code);
        let status = if code == "1109" { 409 } else { 400 };
        kms.ask(&root, "POST", "/v3/users", &body).await.keystone(status);
    }
    for body in ["[", "{}", r#"{"user":1}"#, r#"{"user":null}"#] {
        assert_eq!(kms.ask(&root, "POST", WHOLE, body).await.status, 400, "{body}");
    }
    let listed = kms.ask(&root, "GET", "/v3/users", "").await.ok();
    assert_eq!(listed["users"].as_array().unwrap().len(), 1);
}

/// Who may make users and nothing else cannot give them passwords; then there is no user either.
#[tokio::test]
async fn a_user_with_a_password_is_made_whole_or_not_at_all() {
    let kms = Kms::new().await;
    let account = kms.world.root().account();
    let allow = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:CreateUser","ram:ListUsers"],"Resource":"*"}]}"#;
    let maker = kms.world.add_user(account, "maker", &[allow]).await;
    for user in [
        json!({"name": "bob", "password": PASSWORD}),
        json!({"name": "bob", "enabled": false}),
    ] {
        let body = json!({"user": user}).to_string();
        kms.ask(&maker, "POST", WHOLE, &body)
            .await
            .extension(403, "IAM.0003");
    }
    let listed = kms.ask(&maker, "GET", "/v3/users?name=bob", "").await.ok();
    assert_eq!(listed["users"], json!([]));
    kms.ask(&maker, "POST", WHOLE, r#"{"user":{"name":"bob"}}"#)
        .await
        .made();
}

#[tokio::test]
async fn a_user_goes_with_all_that_it_has() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let id = kms.make_user("alice").await;
    let group = kms.make_group("team").await;
    kms.ask(&root, "PUT", &format!("/v3/groups/{group}/users/{id}"), "")
        .await
        .nothing();
    let body = json!({"credential": {"user_id": id}}).to_string();
    kms.ask(&root, "POST", "/v3.0/OS-CREDENTIAL/credentials", &body)
        .await
        .made();
    let token = kms.log_in("alice", Value::Null).await.token();
    kms.ask(&root, "DELETE", &format!("/v3/users/{id}"), "")
        .await
        .nothing();
    kms.ask(&root, "GET", &format!("/v3/users/{id}"), "")
        .await
        .keystone(404);
    kms.show(&token, "GET", "/v3/auth/domains", "")
        .await
        .gateway(401, "APIGW.0301");
    let users = kms
        .ask(&root, "GET", &format!("/v3/groups/{group}/users"), "")
        .await
        .ok();
    assert_eq!(users["users"], json!([]));
}

/// Whatever face made it, it is the same user.
#[tokio::test]
async fn users_and_groups_are_those_of_the_core() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    // As another face makes users: with an access key and no password.
    let bob = kms.world.add_user(root.account(), "bob", &[]).await;
    let listed = kms.ask(&root, "GET", "/v3/users?name=bob", "").await.ok();
    let id = listed["users"][0]["id"].as_str().unwrap().to_owned();
    kms.log_in("bob", Value::Null).await.keystone(401);
    let body = json!({"user": {"password": PASSWORD}}).to_string();
    kms.ask(&root, "PUT", &format!("{WHOLE}/{id}"), &body).await.ok();
    let token = kms.log_in("bob", Value::Null).await;
    assert_eq!(token.made()["token"]["user"]["id"], json!(id));
    let own = kms.ask(&bob, "GET", "/v5/caller-identity", "").await.ok();
    assert_eq!(own["principal_id"], json!(id));

    let service = kms.world.service();
    let group: IdentityHex = kms.make_group("team").await.parse().unwrap();
    assert_eq!(group.account, root.account());
    let name = service.group_name(root.account(), GroupId::from_number(group.number).unwrap());
    assert_eq!(name.await.unwrap().unwrap().as_str(), "team");
    let made: IdentityHex = kms.make_user("carol").await.parse().unwrap();
    let user = UserId::from_number(made.number).unwrap();
    let name = service.user_name(root.account(), user).await.unwrap();
    assert_eq!(name.unwrap().as_str(), "carol");
    let login = service
        .login_of(root.account(), LoginOwner::User(user))
        .await
        .unwrap();
    assert!(login.has_password && login.enabled);
}

/// It needs no right for that, and has none to see others.
#[tokio::test]
async fn a_user_is_shown_to_itself() {
    let kms = Kms::new().await;
    let (alice, bob) = (kms.make_user("alice").await, kms.make_user("bob").await);
    let token = kms.log_in("alice", Value::Null).await.token();
    for path in ["/v3/users", WHOLE] {
        let shown = kms.show(&token, "GET", &format!("{path}/{alice}"), "").await.ok();
        assert_eq!(
            (&shown["user"]["id"], &shown["user"]["name"]),
            (&json!(alice), &json!("alice"))
        );
        let other = kms.show(&token, "GET", &format!("{path}/{bob}"), "").await;
        assert_eq!(other.status, 403, "{other:?}");
        let change = kms
            .show(
                &token,
                "PUT",
                &format!("{WHOLE}/{alice}"),
                r#"{"user":{"email":"a@example.com"}}"#,
            )
            .await;
        assert_eq!(change.status, 403, "{change:?}");
    }
    let records = kms.world.audited_calls().await;
    let looked: Vec<_> = records
        .iter()
        .filter(|record| record["action"] == "GetUser")
        .map(|record| [&record["request"]["user"], &record["outcome"]])
        .collect();
    let (own, other) = (
        [&json!("alice"), &json!("served")],
        [&json!("bob"), &json!("refused")],
    );
    assert_eq!(looked, [own, other, own, other]);
}

/// What the server asks itself on the way is no call of anybody, and nothing that was refused.
#[tokio::test]
async fn what_is_granted_leaves_no_refusal_in_the_log() {
    let kms = Kms::new().await;
    let root = kms.world.root().clone();
    let off = json!({"user": {"name": "alice", "password": PASSWORD, "enabled": false}}).to_string();
    let made = kms.ask(&root, "POST", WHOLE, &off).await.made();
    let id = made["user"]["id"].as_str().unwrap();
    let change = json!({"user": {"enabled": true, "email": "a@example.com"}}).to_string();
    kms.ask(&root, "PUT", &format!("{WHOLE}/{id}"), &change)
        .await
        .ok();
    let group = kms.make_group("team").await;
    let member = format!("/v3/groups/{group}/users/{id}");
    for _ in 0..2 {
        kms.ask(&root, "PUT", &member, "").await.nothing();
    }
    let key = json!({"credential": {"user_id": id}}).to_string();
    kms.ask(&root, "POST", "/v3.0/OS-CREDENTIAL/credentials", &key)
        .await
        .made();
    kms.ask(&root, "DELETE", &format!("/v3/users/{id}"), "")
        .await
        .nothing();
    let records = kms.world.audited_calls().await;
    let refused: Vec<_> = records
        .iter()
        .filter(|record| record["outcome"] != "served")
        .collect();
    assert_eq!(refused, [&Value::Null; 0]);
    let count = |action: &str| records.iter().filter(|record| record["action"] == action).count();
    // Each of them once, the membership as often as it was asked for, and two of the changes are whether it may come in.
    for (action, times) in [
        ("CreateUser", 1),
        ("UpdateUser", 3),
        ("SetPassword", 1),
        ("AddUserToGroup", 2),
        ("DeleteAccessKey", 1),
        ("RemoveUserFromGroup", 1),
        ("DeleteUser", 1),
    ] {
        assert_eq!(count(action), times, "{action}");
    }
}

/// Whoever may not do a part of it is refused, and that is in the log.
#[tokio::test]
async fn what_is_refused_on_the_way_is_in_the_log() {
    let kms = Kms::new().await;
    let account = kms.world.root().account();
    let allow = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:CreateUser","ram:DeleteUser","ram:ListGroupsForUser"],"Resource":"*"}]}"#;
    let clerk = kms.world.add_user(account, "clerk", &[allow]).await;
    let id = kms.make_user("alice").await;
    let group = kms.make_group("team").await;
    let member = format!("/v3/groups/{group}/users/{id}");
    kms.ask(kms.world.root(), "PUT", &member, "").await.nothing();
    let body = json!({"user": {"name": "bob", "password": PASSWORD}}).to_string();
    kms.ask(&clerk, "POST", WHOLE, &body)
        .await
        .extension(403, "IAM.0003");
    kms.ask(&clerk, "DELETE", &format!("/v3/users/{id}"), "")
        .await
        .keystone(403);
    let records = kms.world.audited_calls().await;
    let refused: Vec<_> = records
        .iter()
        .filter(|record| record["outcome"] != "served")
        .map(|record| {
            [
                &record["action"],
                &record["request"]["user"],
                &record["error"]["code"],
            ]
        })
        .collect();
    let row = |action: &str, user: &str| [json!(action), json!(user), json!("denied")];
    let expected = [row("SetPassword", "bob"), row("RemoveUserFromGroup", "alice")];
    assert_eq!(refused, expected.each_ref().map(<[Value; 3]>::each_ref));
}

#[tokio::test]
async fn the_root_is_shown_to_itself() {
    let (kms, root) = Kms::with_domain().await;
    let id = Kms::root_id(&root);
    let shown = kms.ask(&root, "GET", &format!("/v3/users/{id}"), "").await.ok();
    assert_eq!(
        (&shown["user"]["id"], &shown["user"]["name"]),
        (&json!(id), &json!("IAMDomain"))
    );
    assert_eq!(shown["user"]["is_domain_owner"], true);
    // Of another account it is nobody.
    kms.ask(kms.world.root(), "GET", &format!("/v3/users/{id}"), "")
        .await
        .keystone(404);
}
