//! Deletion and its protection, versions and rotation.

use claviger_model::SignedDuration;
use serde_json::Value;

use crate::kms::Kms;
use crate::props::{DIGEST, Prop, key_pair};
use crate::scene::Scene;

async fn metadata(kms: &Kms, key: &str) -> Value {
    kms.call("DescribeKey", &[("KeyId", key)]).await.ok()["KeyMetadata"].clone()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

#[tokio::test]
async fn a_deletion_comes_after_its_window_and_can_be_called_off() {
    let kms = Kms::new().await;
    for (window, date) in [
        ("", "2026-12-21T12:00:00Z"),
        ("7", "2026-11-28T12:00:00Z"),
        ("366", "2027-11-22T12:00:00Z"),
    ] {
        let key = kms.create_key().await;
        kms.call(
            "ScheduleKeyDeletion",
            &[("KeyId", &key), ("PendingWindowInDays", window)],
        )
        .await
        .ok();
        let shown = metadata(&kms, &key).await;
        assert_eq!(
            (&shown["KeyState"], &shown["DeleteDate"]),
            (&"PendingDeletion".into(), &date.into())
        );
        kms.call("CancelKeyDeletion", &[("KeyId", &key)]).await.ok();
        let shown = metadata(&kms, &key).await;
        assert_eq!(
            (&shown["KeyState"], &shown["DeleteDate"]),
            (&"Enabled".into(), &"".into())
        );
    }
    let key = kms.create_key().await;
    for wrong in ["0", "6", "367", "-7", "7.5", "week"] {
        let parameters = [("KeyId", &*key), ("PendingWindowInDays", wrong)];
        let message = kms
            .call("ScheduleKeyDeletion", &parameters)
            .await
            .refused(400, "InvalidParameter");
        assert_eq!(
            message,
            "The specified parameter PendingWindowInDays is not valid."
        );
    }
}

/// SOURCE: CancelKeyDeletion: back to Enabled; without material to PendingImport.
#[tokio::test]
async fn a_key_taken_back_is_enabled_or_waits_for_its_material() {
    let kms = Kms::new().await;
    let disabled = kms.create_key().await;
    kms.call("DisableKey", &[("KeyId", &disabled)]).await.ok();
    let made = kms.call("CreateKey", &[("Origin", "EXTERNAL")]).await.ok();
    let external = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    for (key, state) in [(&*disabled, "Enabled"), (external, "PendingImport")] {
        kms.call("ScheduleKeyDeletion", &[("KeyId", key)]).await.ok();
        kms.call("CancelKeyDeletion", &[("KeyId", key)]).await.ok();
        assert_eq!(metadata(&kms, key).await["KeyState"], state);
    }
}

#[tokio::test]
async fn a_protected_key_is_not_deleted() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let arn = Kms::arn(kms.world.root(), &format!("key/{key}"));
    let protection = async |expected: [&str; 2]| {
        let shown = metadata(&kms, &key).await;
        let found = ["DeletionProtection", "DeletionProtectionDescription"].map(|name| shown[name].clone());
        assert_eq!(found, expected.map(Value::from));
    };
    protection(["Disabled", ""]).await;
    let on = [
        ("ProtectedResourceArn", &*arn),
        ("EnableDeletionProtection", "True"),
        ("DeletionProtectionDescription", "in use"),
    ];
    kms.call("SetDeletionProtection", &on).await.ok();
    protection(["Enabled", "in use"]).await;
    let answer = kms.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await;
    let message = answer.refused(400, "UnsupportedOperation");
    assert!(message.contains("deletion protection"), "{message}");
    assert_eq!(metadata(&kms, &key).await["KeyState"], "Enabled");
    let off = [
        ("KeyId", &*key),
        ("EnableDeletionProtection", "false"),
        ("DeletionProtectionDescription", "why not"),
    ];
    kms.call("SetDeletionProtection", &off).await.ok();
    protection(["Disabled", ""]).await;
    let by_id = [("KeyId", &*key), ("EnableDeletionProtection", "true")];
    kms.call("SetDeletionProtection", &by_id).await.ok();
    protection(["Enabled", ""]).await;
    kms.call("SetDeletionProtection", &off).await.ok();
    kms.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.ok();
}

#[tokio::test]
async fn what_is_protected_is_named_in_one_way() {
    let kms = Kms::new().await;
    let (key, other) = (kms.create_key().await, kms.create_key().await);
    let arn = Kms::arn(kms.world.root(), &format!("key/{key}"));
    let alias = Kms::arn(kms.world.root(), "alias/app");
    let secret = Kms::arn(kms.world.root(), "secret/x");
    let on = ("EnableDeletionProtection", "true");
    let both = [("ProtectedResourceArn", &*arn), ("KeyId", &*key), on];
    kms.call("SetDeletionProtection", &both).await.ok();
    for (parameters, status, code) in [
        (&[on][..], 400, "MissingParameter"),
        (&[("KeyId", &*key)], 400, "MissingParameter"),
        (&[("ProtectedResourceArn", &*key), on], 400, "InvalidParameter"),
        (&[("ProtectedResourceArn", &*secret), on], 400, "InvalidParameter"),
        (&[("ProtectedResourceArn", &*alias), on], 400, "Unsupported.Alias"),
        (
            &[("ProtectedResourceArn", &*arn), ("KeyId", &*other), on],
            400,
            "InvalidParameter",
        ),
        (
            &[("KeyId", &*key), ("KmsInstanceId", "kst-x"), on],
            403,
            "Forbidden.DKMSInstanceNotFound",
        ),
    ] {
        kms.call("SetDeletionProtection", parameters)
            .await
            .refused(status, code);
    }
}

#[tokio::test]
async fn a_key_pair_gets_further_versions_a_week_apart() {
    let scene = Scene::with(Kms::new().await, &[Prop::Signer]).await;
    let (kms, tool) = (&scene.kms, scene.tool(Prop::Signer));
    let key = [("KeyId", &*tool.key)];
    let message = kms
        .call("CreateKeyVersion", &key)
        .await
        .refused(400, "Rejected.UnsupportedOperation");
    assert!(message.contains("seven days"), "{message}");
    kms.world.advance(days(7));
    let made = kms.call("CreateKeyVersion", &key).await.ok()["KeyVersion"].clone();
    assert_eq!(made["KeyId"], *tool.key);
    assert_eq!(made["CreationDate"], "2026-11-28T12:00:00Z");
    let named = [
        ("KeyId", &*tool.key),
        ("KeyVersionId", made["KeyVersionId"].as_str().unwrap()),
    ];
    assert_eq!(
        kms.call("DescribeKeyVersion", &named).await.ok()["KeyVersion"],
        made
    );
    kms.call("CreateKeyVersion", &key)
        .await
        .refused(400, "Rejected.UnsupportedOperation");
    let listed = kms.call("ListKeyVersions", &key).await.ok();
    let ids: Vec<_> = listed["KeyVersions"]["KeyVersion"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["KeyVersionId"].clone())
        .collect();
    assert_eq!(
        ids,
        [made["KeyVersionId"].clone(), (*tool.version).into()],
        "newest first"
    );
    assert_eq!(
        metadata(kms, &tool.key).await["LastRotationDate"],
        "2026-11-28T12:00:00Z"
    );
    // The old version still verifies, the new one is another key pair.
    let mut parameters = scene.parameters("AsymmetricVerify");
    assert_eq!(
        scene.call_with("AsymmetricVerify", &parameters).await.ok()["Value"],
        true
    );
    parameters[1].1 = made["KeyVersionId"].as_str().unwrap().to_owned();
    assert_eq!(
        scene.call_with("AsymmetricVerify", &parameters).await.ok()["Value"],
        false
    );
}

#[tokio::test]
async fn a_key_pair_has_at_most_50_versions() {
    let kms = Kms::new().await;
    let tool = key_pair(&kms, "EC_P256", "SIGN/VERIFY").await;
    for _ in 1..50 {
        kms.world.advance(days(7));
        kms.call("CreateKeyVersion", &[("KeyId", &tool.key)]).await.ok();
    }
    kms.world.advance(days(7));
    kms.call("CreateKeyVersion", &[("KeyId", &tool.key)])
        .await
        .refused(400, "Rejected.LimitExceeded");
    let page = [("KeyId", &*tool.key), ("PageNumber", "3"), ("PageSize", "20")];
    let listed = kms.call("ListKeyVersions", &page).await.ok();
    assert_eq!(listed["TotalCount"], 50);
    let versions = listed["KeyVersions"]["KeyVersion"].as_array().unwrap();
    assert_eq!(versions.len(), 10);
    assert_eq!(versions[9]["KeyVersionId"], *tool.version);
}

#[tokio::test]
async fn keys_of_other_kinds_get_no_versions_and_do_not_rotate() {
    let scene = Scene::new().await;
    scene.kms.world.advance(days(8));
    let tools = [
        Prop::Encryptor,
        Prop::Signer,
        Prop::Authenticator,
        Prop::External,
        Prop::Imported,
    ];
    let keys = tools.map(|prop| &scene.tool(prop).key);
    let enable = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
    for key in keys {
        let parameters = [&[("KeyId", &**key)], &enable[..]].concat();
        let answer = scene.kms.call("UpdateRotationPolicy", &parameters).await;
        // Its material has not come yet.
        if *key == scene.tool(Prop::External).key {
            answer.refused(409, "Rejected.PendingImport");
        } else {
            answer.refused(400, "Rejected.UnsupportedOperation");
        }
    }
    for key in [&scene.key, keys[2], keys[4]] {
        let answer = scene.kms.call("CreateKeyVersion", &[("KeyId", key)]).await;
        answer.refused(400, "Rejected.UnsupportedOperation");
    }
    let awaited = [("KeyId", &**keys[3])];
    let answer = scene.kms.call("CreateKeyVersion", &awaited).await;
    answer.refused(409, "Rejected.PendingImport");
    for other in [
        ("KeySpec", "EC_P256"),
        ("KeySpec", "HMAC_SHA_256"),
        ("Origin", "EXTERNAL"),
    ] {
        let parameters = [&[other], &enable[..]].concat();
        let answer = scene.kms.call("CreateKey", &parameters).await;
        answer.refused(400, "UnsupportedOperation");
    }
}

#[tokio::test]
async fn versions_that_are_not_there_are_not_found() {
    let scene = Scene::new().await;
    let tool = scene.tool(Prop::Signer);
    for action in ["DescribeKeyVersion", "GetPublicKey", "AsymmetricSign"] {
        for version in ["x", "01a1fdfa-4600-7fff-bfff-ffffffffffff", &scene.version] {
            let mut parameters = scene.parameters(action);
            parameters[0].1.clone_from(&tool.key);
            parameters[1].1 = version.to_owned();
            let answer = scene.call_with(action, &parameters).await;
            let message = answer.refused(404, "Forbidden.KeyVersionNotFound");
            assert_eq!(message, "The specified Key version is not found.", "{action}");
        }
    }
}

#[tokio::test]
async fn a_key_rotates_by_its_policy() {
    let kms = Kms::new().await;
    let plan = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
    let made = kms.call("CreateKey", &plan).await.ok()["KeyMetadata"].clone();
    assert_eq!(made["AutomaticRotation"], "Enabled");
    assert_eq!(made["RotationInterval"], "604800s");
    assert_eq!(made["NextRotationDate"], "2026-11-28T12:00:00Z");
    let key = made["KeyId"].as_str().unwrap();
    let blob = kms.encrypt(key, "before").await;
    kms.world.advance(days(7));
    let encrypted = kms
        .call("Encrypt", &[("KeyId", key), ("Plaintext", "after")])
        .await
        .ok();
    assert_ne!(encrypted["KeyVersionId"], made["PrimaryKeyVersion"]);
    let shown = metadata(&kms, key).await;
    assert_eq!(shown["PrimaryKeyVersion"], encrypted["KeyVersionId"]);
    assert_eq!(shown["LastRotationDate"], "2026-11-28T12:00:00Z");
    assert_eq!(shown["NextRotationDate"], "2026-12-05T12:00:00Z");
    let opened = kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
    assert_eq!(opened["Plaintext"], "before");
    assert_eq!(opened["KeyVersionId"], made["PrimaryKeyVersion"]);
}

#[tokio::test]
async fn the_plan_can_be_changed_and_rests_with_the_key() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let shows = async |status: &str, interval: Option<&str>| {
        let shown = metadata(&kms, &key).await;
        assert_eq!(shown["AutomaticRotation"], status);
        assert_eq!(shown.get("RotationInterval").and_then(Value::as_str), interval);
        assert_eq!(shown.get("NextRotationDate").is_some(), interval.is_some());
    };
    shows("Disabled", None).await;
    let set = async |enable: &str, interval: &str| {
        let parameters = [
            ("KeyId", &*key),
            ("EnableAutomaticRotation", enable),
            ("RotationInterval", interval),
        ];
        kms.call("UpdateRotationPolicy", &parameters).await
    };
    set("TRUE", "730d").await.ok();
    shows("Enabled", Some("63072000s")).await;
    for (action, status) in [("DisableKey", "Suspended"), ("EnableKey", "Enabled")] {
        kms.call(action, &[("KeyId", &key)]).await.ok();
        shows(status, Some("63072000s")).await;
    }
    for wrong in [
        "6d",
        "731d",
        "7",
        "1w",
        "d",
        "-7d",
        "7 d",
        "99999999999999999999d",
    ] {
        let message = set("true", wrong).await.refused(400, "InvalidParameter");
        assert_eq!(message, "The specified parameter RotationInterval is not valid.");
    }
    set("true", "").await.refused(400, "MissingParameter");
    set("", "7d").await.refused(400, "MissingParameter");
    set("yes", "7d").await.refused(400, "InvalidParameter");
    shows("Enabled", Some("63072000s")).await;
    // Not read where rotation ends.
    set("false", "nonsense").await.ok();
    shows("Disabled", None).await;
}

/// SOURCE: "Automatic key rotation": a next rotation in the past happens at once.
#[tokio::test]
async fn a_shorter_interval_can_make_a_rotation_due_at_once() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let before = metadata(&kms, &key).await["PrimaryKeyVersion"].clone();
    kms.world.advance(days(10));
    let plan = [
        ("KeyId", &*key),
        ("EnableAutomaticRotation", "true"),
        ("RotationInterval", "7d"),
    ];
    kms.call("UpdateRotationPolicy", &plan).await.ok();
    let shown = metadata(&kms, &key).await;
    assert_ne!(shown["PrimaryKeyVersion"], before);
    assert_eq!(shown["LastRotationDate"], "2026-12-01T12:00:00Z");
    let versions = kms.call("ListKeyVersions", &[("KeyId", &key)]).await.ok();
    assert_eq!(versions["TotalCount"], 2);
}

#[tokio::test]
async fn versions_are_reached_by_alias_and_resource_name() {
    let scene = Scene::new().await;
    let tool = scene.tool(Prop::Signer);
    let alias = [("KeyId", &*tool.key), ("AliasName", "alias/signer")];
    scene.kms.call("CreateAlias", &alias).await.ok();
    let root = scene.kms.world.root();
    for name in [
        "alias/signer",
        &Kms::arn(root, "alias/signer"),
        &Kms::arn(root, &format!("key/{}", tool.key)),
    ] {
        let parameters = [
            ("KeyId", name),
            ("KeyVersionId", &*tool.version),
            ("Algorithm", "ECDSA_SHA_256"),
            ("Digest", DIGEST),
        ];
        for action in [
            "DescribeKeyVersion",
            "ListKeyVersions",
            "GetPublicKey",
            "AsymmetricSign",
        ] {
            scene.kms.call(action, &parameters).await.ok();
        }
        let answer = scene.kms.call("CreateKeyVersion", &parameters).await;
        assert!(
            answer
                .refused(400, "Rejected.UnsupportedOperation")
                .contains("seven days")
        );
    }
}
