//! Values that are read well but are not right: too long, damaged, of nobody or of somebody else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kms::Kms;
use crate::scene::Scene;

/// A key id that nobody has.
const NOBODY: &str = "01a1fdfa-4600-7fff-bfff-ffffffffffff";

#[tokio::test]
async fn a_plaintext_has_at_most_6144_bytes_of_data() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let data = |length: usize| STANDARD.encode(vec![0xa7; length]);
    let fits = [
        "x".repeat(6144),
        "é".repeat(3072),
        data(1),
        data(4608),
        data(6143),
        data(6144),
    ];
    for text in &fits {
        let blob = kms.encrypt(&key, text).await;
        let opened = kms.call("Decrypt", &[("CiphertextBlob", &blob)]).await.ok();
        assert_eq!(opened["Plaintext"], text.as_str());
    }
    let too_long = [
        "x".repeat(6145),
        format!("{}é", "x".repeat(6143)),
        data(6145),
        data(6146),
        data(6147),
        // As long as 6144 bytes in base64, but not base64.
        format!("{}!", &data(6144)[1..]),
    ];
    for text in &too_long {
        let answer = kms.call("Encrypt", &[("KeyId", &key), ("Plaintext", text)]).await;
        let message = answer.refused(400, "InvalidParameter");
        assert_eq!(message, "The specified parameter Plaintext is not valid.");
    }
    kms.call("Encrypt", &[("KeyId", &key), ("Plaintext", "")])
        .await
        .refused(400, "MissingParameter");
}

#[tokio::test]
async fn a_damaged_blob_is_refused_wherever_it_is_damaged() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let blob = STANDARD.decode(kms.encrypt(&key, "x").await).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..blob.len()).map(|end| blob[..end].to_vec()).collect();
    for bit in 0..blob.len() * 8 {
        let mut flipped = blob.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        damaged.push(flipped);
    }
    damaged.push([&blob[..], b"\0"].concat());
    damaged.push([&blob[..], &blob[..]].concat());
    damaged.push([&blob[..36], &blob[37..]].concat());
    damaged.push(blob.to_ascii_uppercase());
    let mut codes = std::collections::BTreeMap::<String, usize>::new();
    for bytes in &damaged {
        let text = STANDARD.encode(bytes);
        let moved = [("CiphertextBlob", &*text), ("DestinationKeyId", &*key)];
        for (action, parameters) in [("Decrypt", &moved[..1]), ("ReEncrypt", &moved[..])] {
            let answer = kms.call(action, parameters).await;
            let expected = match (answer.status, answer.code().as_str()) {
                (400, "MissingParameter") => bytes.is_empty(),
                (400, "InvalidParameter") | (404, "Forbidden.KeyNotFound") => true,
                _ => false,
            };
            assert!(expected, "{action} {bytes:?}: {}", answer.text);
            *codes.entry(answer.code()).or_default() += 1;
        }
    }
    assert_eq!(codes["MissingParameter"], 2);
    assert!(
        codes["InvalidParameter"] > 1000 && codes["Forbidden.KeyNotFound"] > 100,
        "{codes:?}"
    );
}

#[tokio::test]
async fn text_that_is_no_base64_is_no_blob() {
    let scene = Scene::new().await;
    let blob = scene.blob.trim_end_matches('=');
    for text in [
        "!",
        "a",
        &format!("{blob} "),
        &format!("{blob}\n"),
        &blob.replacen('D', "-", 1),
        "AAAA====",
    ] {
        let answer = scene.kms.call("Decrypt", &[("CiphertextBlob", text)]).await;
        let message = answer.refused(400, "InvalidParameter");
        assert_eq!(
            message, "The specified parameter CiphertextBlob is not valid.",
            "{text}"
        );
    }
}

/// SOURCE: KMS FAQ: a ciphertext of another account is answered like one of a key that is not there.
#[tokio::test]
async fn a_blob_of_another_account_is_as_good_as_one_of_nobodys() {
    let kms = Kms::with_neighbour().await;
    let (owner, neighbour) = (kms.world.root(), kms.world.caller(1));
    let blob = kms.encrypt(&kms.create_key().await, "mine").await;
    let own = kms.create_key_as(neighbour).await;
    let mut unknown = STANDARD.decode(&blob).unwrap();
    unknown[..36].copy_from_slice(NOBODY.as_bytes());
    let mut messages = Vec::new();
    for blob in [&blob, &STANDARD.encode(unknown)] {
        let parameters = [("CiphertextBlob", &**blob), ("DestinationKeyId", &*own)];
        for (action, parameters) in [("Decrypt", &parameters[..1]), ("ReEncrypt", &parameters[..])] {
            let answer = kms.call_as(neighbour, action, parameters).await;
            messages.push(answer.refused(404, "Forbidden.KeyNotFound"));
        }
    }
    assert!(
        messages.iter().all(|message| *message == messages[0]),
        "{messages:?}"
    );
    assert_eq!(
        kms.call_as(owner, "Decrypt", &[("CiphertextBlob", &blob)])
            .await
            .ok()["Plaintext"],
        "mine"
    );
}

/// Calls that name a key, with the name's parameter.
const NAMING: [(&str, &str); 15] = [
    ("DescribeKey", "KeyId"),
    ("EnableKey", "KeyId"),
    ("DisableKey", "KeyId"),
    ("UpdateKeyDescription", "KeyId"),
    ("Encrypt", "KeyId"),
    ("GenerateDataKey", "KeyId"),
    ("ListAliasesByKeyId", "KeyId"),
    ("CreateAlias", "KeyId"),
    ("CancelKeyDeletion", "KeyId"),
    ("CreateKeyVersion", "KeyId"),
    ("DeleteKeyMaterial", "KeyId"),
    ("GetKeyPolicy", "KeyId"),
    ("ListKeyVersions", "KeyId"),
    ("ListResourceTags", "KeyId"),
    ("ScheduleKeyDeletion", "KeyId"),
];

#[tokio::test]
async fn who_may_not_hears_the_same_of_keys_that_are_there_and_that_are_not() {
    let kms = Kms::with_neighbour().await;
    let (owner, neighbour) = (kms.world.root(), kms.world.caller(1));
    let key = kms.create_key().await;
    kms.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/there")])
        .await
        .ok();
    for (action, name) in NAMING {
        for tail in [
            format!("key/{key}"),
            format!("key/{NOBODY}"),
            "key/whatever".into(),
        ] {
            let arn = Kms::arn(owner, &tail);
            let parameters = [
                (name, &*arn),
                ("Description", "x"),
                ("Plaintext", "x"),
                ("AliasName", "alias/new"),
            ];
            let message = kms
                .call_as(neighbour, action, &parameters)
                .await
                .refused(403, "Forbidden.NoPermission");
            let about = match action {
                "CreateAlias" => Kms::arn(owner, "alias/new"),
                _ => arn,
            };
            let expected = format!("This operation for {about} is forbidden by permission system.");
            assert_eq!(message, expected, "{action}");
        }
    }
    for action in ["DescribeKey", "Encrypt", "GenerateDataKey"] {
        for tail in ["alias/there", "alias/nowhere"] {
            let arn = Kms::arn(owner, tail);
            let answer = kms
                .call_as(neighbour, action, &[("KeyId", &arn), ("Plaintext", "x")])
                .await;
            let message = answer.refused(403, "Forbidden.NoPermission");
            let expected = format!("This operation for {arn} is forbidden by permission system.");
            assert_eq!(
                message, expected,
                "the name as it was asked for, and not what it leads to"
            );
        }
    }
    kms.call_as(neighbour, "DescribeKey", &[("KeyId", &key)])
        .await
        .refused(404, "Forbidden.KeyNotFound");
}

#[tokio::test]
async fn keys_that_are_not_there_and_names_that_no_key_has_are_not_found() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let key = kms.create_key().await;
    let foreign_region = format!("acs:kms:cn-beijing:{}:key/{key}", root.account());
    let missing = [
        NOBODY.to_owned(),
        key.to_uppercase(),
        key.replace('-', ""),
        format!("{{{key}}}"),
        format!("{key} "),
        "key-hzz630494463ejqjx0001".into(),
        "x".into(),
        "1234abcd-12ab-34cd-56ef".into(),
        "ключ".into(),
        "x".repeat(512),
        Kms::arn(root, &format!("key/{NOBODY}")),
        Kms::arn(root, "key/x/y"),
        foreign_region,
    ];
    let malformed = [
        "x".repeat(513),
        "acs:kms:".into(),
        "acs:kms:cn-hangzhou".into(),
        "acs:kms:cn-hangzhou:123:key/x".into(),
        format!("acs:kms::{}:key/{key}", root.account()),
        format!("acs:kms:CN HANGZHOU:{}:key/{key}", root.account()),
        Kms::arn(root, ""),
        Kms::arn(root, &key),
        Kms::arn(root, "key/"),
        Kms::arn(root, "secret/x"),
        Kms::arn(root, &format!("key/{key}:extra")),
    ];
    for (action, name) in NAMING {
        let rest = [
            ("Description", "x"),
            ("Plaintext", "x"),
            ("AliasName", "alias/new"),
        ];
        for text in &missing {
            let answer = kms.call(action, &[&[(name, &**text)], &rest[..]].concat()).await;
            answer.refused(404, "Forbidden.KeyNotFound");
        }
        for text in &malformed {
            let answer = kms.call(action, &[&[(name, &**text)], &rest[..]].concat()).await;
            let message = answer.refused(400, "InvalidParameter");
            assert_eq!(
                message, "The specified parameter KeyId is not valid.",
                "{action} {text}"
            );
        }
        let answer = kms.call(action, &[&[(name, "")], &rest[..]].concat()).await;
        answer.refused(400, "MissingParameter");
    }
}

#[tokio::test]
async fn operations_without_aliases_say_so() {
    let scene = Scene::new().await;
    let arn = Kms::arn(scene.kms.world.root(), "alias/app");
    for action in [
        "EnableKey",
        "DisableKey",
        "UpdateKeyDescription",
        "ListAliasesByKeyId",
        "CreateAlias",
        "UpdateAlias",
        "CancelKeyDeletion",
        "DeleteKeyMaterial",
        "GetKeyPolicy",
        "ListResourceTags",
        "ScheduleKeyDeletion",
    ] {
        for name in ["alias/app", "alias/nowhere", "alias/", &arn] {
            let parameters = [("KeyId", name), ("AliasName", "alias/new"), ("Description", "x")];
            let answer = scene.kms.call(action, &parameters).await;
            assert_eq!(
                answer.refused(400, "Unsupported.Alias"),
                "Alias is not valid for this api."
            );
        }
    }
}

#[tokio::test]
async fn alias_names_are_bounded_in_length_and_characters() {
    let kms = Kms::new().await;
    let key = kms.create_key().await;
    let longest = format!("alias/{}", "x".repeat(255));
    kms.call("CreateAlias", &[("KeyId", &key), ("AliasName", &longest)])
        .await
        .ok();
    kms.call("DescribeKey", &[("KeyId", &longest)]).await.ok();
    let too_long = format!("{longest}x");
    let wrong = [
        &*too_long,
        "alias/",
        "alias",
        "app",
        "Alias/app",
        "alias/a b",
        "alias/ä",
        "alias/a:b",
        "alias/a.b",
        "alias/a*",
        "alias/acs",
        "alias/acs/oss",
        "alias/acsomething",
    ];
    for name in wrong {
        for action in ["CreateAlias", "UpdateAlias", "DeleteAlias"] {
            let answer = kms.call(action, &[("KeyId", &key), ("AliasName", name)]).await;
            let message = answer.refused(400, "InvalidParameter");
            assert_eq!(
                message, "The specified parameter AliasName is not valid.",
                "{action} {name}"
            );
        }
    }
    for name in ["alias/nowhere", &too_long, "alias/a b", "alias/"] {
        let answer = kms.call("Encrypt", &[("KeyId", name), ("Plaintext", "x")]).await;
        answer.refused(404, "Forbidden.AliasNotFound");
    }
}

#[tokio::test]
async fn pages_are_bounded() {
    let scene = Scene::new().await;
    for action in ["ListKeys", "ListAliases", "ListAliasesByKeyId", "ListKeyVersions"] {
        for size in ["1", "99", "100"] {
            let answer = scene
                .kms
                .call(action, &[("KeyId", &scene.key), ("PageSize", size)])
                .await
                .ok();
            assert_eq!(answer["PageSize"].to_string(), size);
        }
        for number in ["1", "2147483647"] {
            let answer = scene
                .kms
                .call(action, &[("KeyId", &scene.key), ("PageNumber", number)])
                .await
                .ok();
            assert_eq!(answer["PageNumber"].to_string(), number);
        }
        for wrong in [
            "0",
            "-1",
            "+1",
            "1.0",
            "0x1",
            " 1",
            "ten",
            "1e1",
            "２",
            "4294967296",
            "18446744073709551617",
        ] {
            for name in ["PageSize", "PageNumber"] {
                let answer = scene
                    .kms
                    .call(action, &[("KeyId", &scene.key), (name, wrong)])
                    .await;
                let message = answer.refused(400, "InvalidParameter");
                assert_eq!(
                    message,
                    format!("The specified parameter {name} is not valid."),
                    "{wrong}"
                );
            }
        }
        scene
            .kms
            .call(action, &[("KeyId", &scene.key), ("PageSize", "101")])
            .await
            .refused(400, "InvalidParameter");
        let beyond = [("KeyId", &*scene.key), ("PageNumber", "2147483648")];
        scene
            .kms
            .call(action, &beyond)
            .await
            .refused(400, "InvalidParameter");
    }
}

#[tokio::test]
async fn data_keys_have_1_to_1024_bytes() {
    let scene = Scene::new().await;
    let call = |parameters: &[(&'static str, &'static str)]| {
        let all = [&[("KeyId", &*scene.key)], parameters].concat();
        let kms = &scene.kms;
        async move { kms.call("GenerateDataKey", &all).await }
    };
    for (parameters, length) in [
        (&[][..], 32),
        (&[("KeySpec", "AES_256")], 32),
        (&[("KeySpec", "AES_128")], 16),
        (&[("NumberOfBytes", "1")], 1),
        (&[("NumberOfBytes", "1024")], 1024),
        (&[("NumberOfBytes", "7"), ("KeySpec", "AES_128")], 7),
        (&[("NumberOfBytes", ""), ("KeySpec", "")], 32),
    ] {
        let made = call(parameters).await.ok();
        let raw = STANDARD.decode(made["Plaintext"].as_str().unwrap()).unwrap();
        assert_eq!(raw.len(), length, "{parameters:?}");
    }
    for number in ["0", "1025", "-1", "1.5", "many", "4294967297"] {
        call(&[("NumberOfBytes", number)])
            .await
            .refused(400, "InvalidParameter");
    }
    for spec in ["AES_192", "aes_256", "RSA_2048"] {
        call(&[("KeySpec", spec)]).await.refused(400, "InvalidParameter");
    }
}
