//! Tags of one key and of many.

use claviger_model::SignedDuration;
use serde_json::{Value, json};

use crate::kms::Kms;
use crate::scene::Scene;

/// The tags of a key as `key=value`.
async fn tags(kms: &Kms, key: &str) -> Vec<String> {
    let listed = kms.call("ListResourceTags", &[("KeyId", key)]).await.ok();
    let tags = listed["Tags"]["Tag"].as_array().unwrap().iter();
    let text = |tag: &Value| {
        assert_eq!(tag["KeyId"], key);
        format!(
            "{}={}",
            tag["TagKey"].as_str().unwrap(),
            tag["TagValue"].as_str().unwrap()
        )
    };
    tags.map(text).collect()
}

fn list(pairs: &[(&str, &str)]) -> String {
    let tags = pairs
        .iter()
        .map(|(key, value)| json!({"TagKey": key, "TagValue": value}));
    tags.collect::<Value>().to_string()
}

#[tokio::test]
async fn tags_are_merged_by_key_and_taken_away_by_key() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let set = |tags: String| {
        let (kms, key) = (&kms, &key);
        async move { kms.call("TagResource", &[("KeyId", key), ("Tags", &tags)]).await }
    };
    set(list(&[("b", "1"), ("a", "1")])).await.ok();
    set(list(&[("b", "2"), ("c", "")])).await.ok();
    assert_eq!(tags(&kms, &key).await, ["a=1", "b=2", "c="]);
    let arn = Kms::arn(kms.world.root(), &format!("key/{key}"));
    let taken = [("KeyId", &*arn), ("TagKeys", r#"["a","never there"]"#)];
    kms.call("UntagResource", &taken)
        .await
        .refused(400, "InvalidParameter");
    let taken = [("KeyId", &*arn), ("TagKeys", r#"["a","never-there"]"#)];
    kms.call("UntagResource", &taken).await.ok();
    assert_eq!(tags(&kms, &key).await, ["b=2", "c="]);
    let many: Vec<_> = (0..18).map(|n| format!("k{n}")).collect();
    let pairs: Vec<_> = many.iter().map(|name| (name.as_str(), "")).collect();
    set(list(&pairs)).await.ok();
    set(list(&[("b", "3")])).await.ok();
    set(list(&[("more", "1")]))
        .await
        .refused(400, "Rejected.LimitExceeded");
    assert_eq!(tags(&kms, &key).await.len(), 20);
}

#[tokio::test]
async fn malformed_tags_are_refused() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let long = "x".repeat(129);
    let twenty_one: Vec<_> = (0..21).map(|n| format!("k{n}")).collect();
    let too_many: Vec<_> = twenty_one.iter().map(|name| (name.as_str(), "")).collect();
    for wrong in [
        "[]".to_owned(),
        "{}".into(),
        "x".into(),
        "[{}]".into(),
        r#"[["q","r"]]"#.into(),
        r#"[["q"]]"#.into(),
        r#"[{"TagKey":"p","TagValue":"r"},["q","r"]]"#.into(),
        list(&too_many),
        list(&[("", "v")]),
        list(&[("a", "1"), ("a", "2")]),
        list(&[("acs:x", "v")]),
        list(&[("aliyun.x", "v")]),
        list(&[(&long, "v")]),
        list(&[("k", &long)]),
        list(&[("k", "a b")]),
    ] {
        let answer = kms
            .call("TagResource", &[("KeyId", &key), ("Tags", &wrong)])
            .await;
        answer.refused(400, "InvalidParameter");
    }
    for wrong in ["[]", "{}", "\"a\"", "[1]", "[\"\"]", "[null]"] {
        let answer = kms
            .call("UntagResource", &[("KeyId", &key), ("TagKeys", wrong)])
            .await;
        answer.refused(400, "InvalidParameter");
    }
    assert!(tags(&kms, &key).await.is_empty());
}

#[tokio::test]
async fn one_resource_is_named_and_secrets_have_no_tags_here() {
    let scene = Scene::of("TagResource").await;
    for action in ["TagResource", "UntagResource"] {
        let good = scene.parameters(action);
        for other in ["SecretName", "CertificateId"] {
            let with = |parameters: &[(&'static str, String)]| {
                let mut parameters = parameters.to_vec();
                parameters.push((other, "x".into()));
                parameters
            };
            let both = scene.call_with(action, &with(&good)).await;
            both.refused(400, "InvalidParameter");
            let alone = scene.call_with(action, &with(&good[1..])).await;
            if other == "SecretName" {
                alone.refused(400, "UnsupportedOperation");
            } else {
                alone.refused(404, "Certificate.NotFound");
            }
        }
        scene
            .call_with(action, &good[1..].to_vec())
            .await
            .refused(400, "MissingParameter");
    }
    for action in ["TagResources", "UntagResources", "ListTagResources"] {
        for (kind, code) in [("secret", "UnsupportedOperation"), ("Key", "InvalidParameter")] {
            let parameters = crate::scene::replaced(&scene.parameters(action), "ResourceType", kind);
            scene.call_with(action, &parameters).await.refused(400, code);
        }
    }
}

#[tokio::test]
async fn many_keys_are_tagged_at_once_or_not_at_all() {
    let kms = Kms::new().await;
    let (one, two) = (kms.create_key().await, kms.create_key().await);
    let both = [
        ("ResourceType", "key"),
        ("ResourceId.1", &*one),
        // Gaps are taken.
        ("ResourceId.50", &*two),
    ];
    let set = [
        &both[..],
        &[("Tag.1.Key", "a"), ("Tag.1.Value", "1"), ("Tag.20.Key", "b")],
    ]
    .concat();
    kms.call("TagResources", &set).await.ok();
    assert_eq!(tags(&kms, &one).await, ["a=1", "b="]);
    assert_eq!(tags(&kms, &two).await, ["a=1", "b="]);
    let missing = [
        ("ResourceType", "key"),
        ("ResourceId.1", &*one),
        ("ResourceId.2", "01a1fdfa-4600-7fff-bfff-ffffffffffff"),
        ("Tag.1.Key", "c"),
        ("TagKey.1", "a"),
    ];
    for action in ["TagResources", "UntagResources", "ListTagResources"] {
        let message = kms
            .call(action, &missing)
            .await
            .refused(404, "InvalidResourceId.NotFound");
        assert_eq!(message, "The specified ResourceId is not found.");
    }
    assert_eq!(tags(&kms, &one).await, ["a=1", "b="]);
    let some = [&both[..], &[("TagKey.3", "a"), ("All", "true")]].concat();
    kms.call("UntagResources", &some).await.ok();
    assert_eq!(
        tags(&kms, &one).await,
        ["b="],
        "All counts only where no key is given"
    );
    let all = [&both[..], &[("All", "true")]].concat();
    kms.call("UntagResources", &all).await.ok();
    assert!(tags(&kms, &one).await.is_empty() && tags(&kms, &two).await.is_empty());
    let nothing = kms.call("UntagResources", &both).await;
    nothing.refused(400, "MissingParameter");
}

#[tokio::test]
async fn lists_in_parameters_are_bounded_and_checked() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let base = [
        ("ResourceType", "key"),
        ("ResourceId.1", &*key),
        ("Tag.1.Key", "a"),
    ];
    for (name, value, code, what) in [
        ("ResourceId.51", &*key, "InvalidParameter", "ResourceId"),
        ("ResourceId.0", &key, "InvalidParameter", "ResourceId"),
        ("ResourceId.01", &key, "InvalidParameter", "ResourceId"),
        ("ResourceId.x", &key, "InvalidParameter", "ResourceId"),
        ("ResourceId.2.x", &key, "InvalidParameter", "ResourceId"),
        (
            "ResourceId.18446744073709551616",
            &key,
            "InvalidParameter",
            "ResourceId",
        ),
        ("ResourceId.2", "acs:kms:", "InvalidParameter", "ResourceId.2"),
        ("Tag.21.Key", "b", "InvalidParameter", "Tag"),
        ("Tag.0.Key", "b", "InvalidParameter", "Tag"),
        ("Tag.2.Key", "a b", "InvalidParameter.TagKey", "Tag.2.Key"),
        ("Tag.2.Key", "acs:b", "InvalidParameter.TagKey", "Tag.2.Key"),
        ("Tag.1.Value", "a b", "InvalidParameter.TagValue", "Tag.1.Value"),
    ] {
        let parameters = [&base[..], &[(name, value)]].concat();
        let message = kms.call("TagResources", &parameters).await.refused(400, code);
        assert_eq!(
            message,
            format!("The specified parameter {what} is not valid."),
            "{name}"
        );
    }
    let twice = [&base[..], &[("Tag.2.Key", "a")]].concat();
    for action in ["TagResources", "ListTagResources"] {
        let message = kms.call(action, &twice).await.refused(400, "Duplicate.TagKey");
        assert_eq!(message, "The specified tagKey is duplicate.");
    }
    let headless = [&base[..], &[("Tag.2.Value", "v")]].concat();
    let message = kms
        .call("TagResources", &headless)
        .await
        .refused(400, "MissingParameter");
    assert!(message.contains("Tag.2.Key"), "{message}");
    let alias = [&base[..], &[("ResourceId.2", "alias/x")]].concat();
    kms.call("TagResources", &alias)
        .await
        .refused(400, "Unsupported.Alias");
    // Named twice is named once; other fields and a bare name are unknown parameters.
    let harmless = [
        &base[..],
        &[
            ("ResourceId.2", &key),
            ("ResourceId", "x"),
            ("Tag.1.Color", "red"),
            ("ResourceIds.1", "x"),
        ],
    ]
    .concat();
    kms.call("TagResources", &harmless).await.ok();
    assert_eq!(tags(&kms, &key).await, ["a="]);
}

/// Rows of a list, as `<number of the key>:<key>=<value>`, and the token.
fn rows(listed: &Value, keys: &[String]) -> (Vec<String>, String) {
    let rows = listed["TagResources"]["TagResource"].as_array().unwrap().iter();
    let row = |row: &Value| {
        assert_eq!(row["ResourceType"], "key");
        let place = keys.iter().position(|key| row["ResourceId"] == **key).unwrap();
        format!(
            "{place}:{}={}",
            row["TagKey"].as_str().unwrap(),
            row["TagValue"].as_str().unwrap()
        )
    };
    (
        rows.map(row).collect(),
        listed["NextToken"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn tags_are_listed_over_keys_with_filters() {
    let kms = Kms::with_neighbour().await;
    let keys = [
        kms.create_key().await,
        kms.create_key().await,
        kms.create_key().await,
    ];
    for (place, pairs) in [
        (0, [("env", "prod"), ("team", "a")]),
        (1, [("env", "test"), ("team", "a")]),
    ] {
        let parameters = [("KeyId", &*keys[place]), ("Tags", &list(&pairs))];
        kms.call("TagResource", &parameters).await.ok();
    }
    let neighbour = kms.world.caller(1);
    let theirs = kms.create_key_as(neighbour).await;
    let tagged = [("KeyId", &*theirs), ("Tags", &list(&[("team", "a")]))];
    kms.call_as(neighbour, "TagResource", &tagged).await.ok();
    let arn = Kms::arn(kms.world.root(), &format!("key/{}", keys[1]));
    for (filter, expected) in [
        (&[][..], &["0:env=prod", "0:team=a", "1:env=test", "1:team=a"][..]),
        (&[("ResourceId.1", &*keys[1])], &["1:env=test", "1:team=a"]),
        (&[("ResourceId.1", &*arn)], &["1:env=test", "1:team=a"]),
        (&[("ResourceId.1", &*keys[2])], &[]),
        (&[("Tag.1.Key", "nobody")], &[]),
    ] {
        let parameters = [&[("ResourceType", "key")], filter].concat();
        let listed = kms.call("ListTagResources", &parameters).await.ok();
        let (rows, token) = rows(&listed, &keys);
        assert_eq!(
            (rows.as_slice(), &*token),
            (
                &expected.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>()[..],
                ""
            )
        );
    }
    // Keys that bear the tag.
    for (filter, places) in [
        (&[("Tag.1.Key", "env"), ("Tag.1.Value", "prod")][..], &["0"][..]),
        (&[("Tag.1.Key", "team")], &["0", "1"]),
        (
            &[
                ("Tag.1.Key", "team"),
                ("Tag.2.Key", "env"),
                ("Tag.2.Value", "test"),
            ],
            &["1"],
        ),
    ] {
        let parameters = [&[("ResourceType", "key")], filter].concat();
        let listed = kms.call("ListTagResources", &parameters).await.ok();
        let (rows, _) = rows(&listed, &keys);
        let mut found: Vec<_> = rows.iter().map(|row| &row[..1]).collect();
        found.dedup();
        assert_eq!(found, places, "{rows:?}");
    }
}

#[tokio::test]
async fn strangers_touch_no_tags() {
    let kms = Kms::with_neighbour().await;
    let neighbour = kms.world.caller(1).clone();
    let scene = Scene::over(kms).await;
    let before = tags(&scene.kms, &scene.key).await;
    let root = scene.kms.world.root();
    for key in [&*scene.key, "01a1fdfa-4600-7fff-bfff-ffffffffffff"] {
        let arn = Kms::arn(root, &format!("key/{key}"));
        for (action, name) in [
            ("TagResource", "KeyId"),
            ("UntagResource", "KeyId"),
            ("ListResourceTags", "KeyId"),
            ("TagResources", "ResourceId.1"),
            ("UntagResources", "ResourceId.1"),
            ("ListTagResources", "ResourceId.1"),
        ] {
            let parameters = crate::scene::replaced(&scene.parameters(action), name, &arn);
            let parameters = crate::scene::without(&parameters, "ResourceId.2");
            let parameters = crate::scene::borrowed(&parameters);
            let answer = scene.kms.call_as(&neighbour, action, &parameters).await;
            answer.refused(403, "Forbidden.NoPermission");
        }
    }
    assert_eq!(tags(&scene.kms, &scene.key).await, before);
}

#[tokio::test]
async fn long_lists_of_tags_come_in_pages_of_200() {
    let kms = Kms::new().await;
    let tags: Vec<_> = (0..20).map(|n| format!("k{n:02}")).collect();
    let pairs: Vec<_> = tags.iter().map(|name| (name.as_str(), "v")).collect();
    let mut keys = Vec::new();
    for _ in 0..21 {
        kms.world.advance(SignedDuration::from_millis(1));
        let made = kms.call("CreateKey", &[("Tags", &list(&pairs))]).await.ok();
        keys.push(made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned());
    }
    let (mut found, mut token, mut pages) = (Vec::new(), String::new(), Vec::new());
    loop {
        let parameters = [("ResourceType", "key"), ("NextToken", &*token)];
        let listed = kms.call("ListTagResources", &parameters).await.ok();
        let (rows, next) = rows(&listed, &keys);
        pages.push(rows.len());
        found.extend(rows);
        token = next;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(pages, [200, 200, 20]);
    let expected = (0..21).flat_map(|key| tags.iter().map(move |tag| format!("{key}:{tag}=v")));
    assert_eq!(found, expected.collect::<Vec<_>>(), "oldest key first");
    for wrong in ["x", "AAAA", "!", "%", &"A".repeat(2000)] {
        let parameters = [("ResourceType", "key"), ("NextToken", wrong)];
        kms.call("ListTagResources", &parameters)
            .await
            .refused(400, "InvalidParameter");
    }
}
