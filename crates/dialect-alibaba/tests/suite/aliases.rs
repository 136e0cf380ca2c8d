//! Aliases: given, moved, taken away, and followed.

use crate::kms::Kms;
use crate::scene::{ALIAS, Scene};

async fn leads_to(kms: &Kms, name: &str) -> String {
    let shown = kms.call("DescribeKey", &[("KeyId", name)]).await.ok();
    shown["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_name_is_given_once() {
    let scene = Scene::new().await;
    for key in [&scene.key, &scene.other] {
        let answer = scene
            .kms
            .call("CreateAlias", &[("KeyId", key), ("AliasName", ALIAS)])
            .await;
        answer.refused(400, "AliasAlreadyExists");
    }
    assert_eq!(leads_to(&scene.kms, ALIAS).await, scene.key);
    // Names differ by case, as everything in this contract does.
    let upper = [("KeyId", &*scene.other), ("AliasName", "alias/APP")];
    scene.kms.call("CreateAlias", &upper).await.ok();
    assert_eq!(leads_to(&scene.kms, "alias/APP").await, scene.other);
}

#[tokio::test]
async fn a_name_that_moves_is_followed_at_once() {
    let scene = Scene::new().await;
    let arn = Kms::arn(scene.kms.world.root(), ALIAS);
    for key in [&scene.other, &scene.key, &scene.key] {
        scene
            .kms
            .call("UpdateAlias", &[("KeyId", key), ("AliasName", ALIAS)])
            .await
            .ok();
        for name in [ALIAS, &arn] {
            assert_eq!(leads_to(&scene.kms, name).await, **key);
            let made = scene
                .kms
                .call("Encrypt", &[("KeyId", name), ("Plaintext", "x")])
                .await
                .ok();
            assert_eq!(
                made["KeyId"], **key,
                "the answer names the key and never the alias"
            );
        }
    }
}

#[tokio::test]
async fn a_name_that_is_gone_leads_nowhere() {
    let scene = Scene::new().await;
    scene.kms.call("DeleteAlias", &[("AliasName", ALIAS)]).await.ok();
    for (action, parameters) in [
        ("DescribeKey", [("KeyId", ALIAS), ("Plaintext", "x")]),
        ("Encrypt", [("KeyId", ALIAS), ("Plaintext", "x")]),
        ("GenerateDataKey", [("KeyId", ALIAS), ("Plaintext", "x")]),
        ("DeleteAlias", [("AliasName", ALIAS), ("Plaintext", "x")]),
        ("UpdateAlias", [("AliasName", ALIAS), ("KeyId", &scene.key)]),
    ] {
        let answer = scene.kms.call(action, &parameters).await;
        answer.refused(404, "Forbidden.AliasNotFound");
    }
    scene
        .kms
        .call("CreateAlias", &[("KeyId", &scene.other), ("AliasName", ALIAS)])
        .await
        .ok();
    assert_eq!(leads_to(&scene.kms, ALIAS).await, scene.other);
}

#[tokio::test]
async fn aliases_need_both_their_parameters() {
    let scene = Scene::new().await;
    for action in ["CreateAlias", "UpdateAlias"] {
        scene
            .kms
            .call(action, &[("KeyId", &scene.key)])
            .await
            .refused(400, "MissingParameter");
        scene
            .kms
            .call(action, &[("AliasName", ALIAS)])
            .await
            .refused(400, "MissingParameter");
    }
    scene
        .kms
        .call("DeleteAlias", &[])
        .await
        .refused(400, "MissingParameter");
}

#[tokio::test]
async fn aliases_are_listed_by_name() {
    let scene = Scene::new().await;
    for name in ["alias/c", "alias/a", "alias/b/1", "alias/B"] {
        scene
            .kms
            .call("CreateAlias", &[("KeyId", &scene.other), ("AliasName", name)])
            .await
            .ok();
    }
    let names = |listed: &serde_json::Value| -> Vec<String> {
        let aliases = listed["Aliases"]["Alias"].as_array().unwrap().iter();
        aliases
            .map(|alias| alias["AliasName"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = scene.kms.call("ListAliases", &[]).await.ok();
    assert_eq!(
        names(&all),
        ["alias/B", "alias/a", "alias/app", "alias/b/1", "alias/c"]
    );
    let page = scene
        .kms
        .call("ListAliases", &[("PageSize", "2"), ("PageNumber", "2")])
        .await
        .ok();
    assert_eq!(
        (names(&page), page["TotalCount"].as_u64()),
        (vec!["alias/app".into(), "alias/b/1".into()], Some(5))
    );
    let own = scene
        .kms
        .call("ListAliasesByKeyId", &[("KeyId", &scene.key)])
        .await
        .ok();
    assert_eq!(
        (names(&own), own["TotalCount"].as_u64()),
        (vec![ALIAS.into()], Some(1))
    );
}
