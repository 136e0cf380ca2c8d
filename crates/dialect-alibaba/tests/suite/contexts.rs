//! Encryption contexts: which JSON is one, and which are the same.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::scene::Scene;

const NAMES: [(&str, &str); 6] = [
    ("Encrypt", "EncryptionContext"),
    ("Decrypt", "EncryptionContext"),
    ("GenerateDataKey", "EncryptionContext"),
    ("GenerateDataKeyWithoutPlaintext", "EncryptionContext"),
    ("ReEncrypt", "SourceEncryptionContext"),
    ("ReEncrypt", "DestinationEncryptionContext"),
];

#[tokio::test]
async fn only_an_object_of_texts_is_a_context() {
    let scene = Scene::new().await;
    let deep = format!("{}{}", "{\"a\":".repeat(1000), "}".repeat(1000));
    let deep_list = format!("{{\"a\":{}{}}}", "[".repeat(3000), "]".repeat(3000));
    let wrong = [
        "{",
        "[]",
        "1",
        "true",
        "\"text\"",
        "{'a':'b'}",
        "{\"a\":1}",
        "{\"a\":null}",
        "{\"a\":[\"b\"]}",
        "{\"a\":{\"b\":\"c\"}}",
        "{\"a\":true}",
        "{\"a\":\"b\",}",
        "{\"a\":\"b\"} x",
        "{\"a\":\"b\"}{\"a\":\"b\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"line\nbreak\"}",
        "{a:\"b\"}",
        "{1:\"b\"}",
        "{\"a\":\"b\",\"a\":\"b\"}",
        "{\"a\":\"b\",\"\\u0061\":\"c\"}",
        " ",
        "nul",
        &deep,
        &deep_list,
    ];
    for (action, name) in NAMES {
        for value in wrong {
            let parameters = crate::scene::replaced(&scene.parameters(action), name, value);
            let message = scene
                .call_with(action, &parameters)
                .await
                .refused(400, "InvalidParameter");
            assert_eq!(
                message,
                format!("The specified parameter {name} is not valid."),
                "{value}"
            );
        }
    }
}

#[tokio::test]
async fn absent_empty_and_null_are_no_context() {
    let scene = Scene::new().await;
    let encrypt = [("KeyId", &*scene.key), ("Plaintext", "x")];
    let blob = scene.kms.encrypt(&scene.key, "x").await;
    for none in ["", "{}", "null", " { } ", "\tnull\n"] {
        let opened = scene
            .kms
            .call(
                "Decrypt",
                &[("CiphertextBlob", &blob), ("EncryptionContext", none)],
            )
            .await;
        assert_eq!(opened.ok()["Plaintext"], "x", "{none:?}");
        let made = scene
            .kms
            .call(
                "Encrypt",
                &[&encrypt[..], &[("EncryptionContext", none)]].concat(),
            )
            .await
            .ok();
        let made = made["CiphertextBlob"].as_str().unwrap();
        assert_eq!(
            scene.kms.call("Decrypt", &[("CiphertextBlob", made)]).await.ok()["Plaintext"],
            "x"
        );
    }
}

/// A context of that many characters.
fn context_of(characters: usize, filler: char) -> String {
    let frame = "{\"k\":\"\"}".chars().count();
    format!("{{\"k\":\"{}\"}}", filler.to_string().repeat(characters - frame))
}

#[tokio::test]
async fn a_context_has_at_most_8192_characters_of_any_kind() {
    let scene = Scene::new().await;
    for filler in ['a', 'ü', '界', '\u{7f}', '😀'] {
        let (fits, too_long) = (context_of(8192, filler), context_of(8193, filler));
        let encrypt = |context| {
            [
                ("KeyId", &*scene.key),
                ("Plaintext", "x"),
                ("EncryptionContext", context),
            ]
        };
        let made = scene.kms.call("Encrypt", &encrypt(&fits)).await.ok();
        scene
            .kms
            .call("Encrypt", &encrypt(&too_long))
            .await
            .refused(400, "InvalidParameter");
        let blob = made["CiphertextBlob"].as_str().unwrap();
        // Two of the largest contexts also fit into the audit record of one call.
        let moved = [
            ("CiphertextBlob", blob),
            ("SourceEncryptionContext", &*fits),
            ("DestinationKeyId", &*scene.other),
            ("DestinationEncryptionContext", &*fits),
        ];
        scene.kms.call("ReEncrypt", &moved).await.ok();
        let open = [("CiphertextBlob", blob), ("EncryptionContext", &*fits)];
        assert_eq!(scene.kms.call("Decrypt", &open).await.ok()["Plaintext"], "x");
    }
}

#[tokio::test]
async fn another_context_does_not_open() {
    let scene = Scene::new().await;
    let blob = [
        ("KeyId", &*scene.key),
        ("Plaintext", "x"),
        ("EncryptionContext", r#"{"a":"b","c":""}"#),
    ];
    let blob = scene.kms.call("Encrypt", &blob).await.ok()["CiphertextBlob"]
        .as_str()
        .unwrap()
        .to_owned();
    // The last ones would be the same if pairs were joined with separators.
    for other in [
        "",
        "{}",
        r#"{"a":"b"}"#,
        r#"{"a":"b","c":"d"}"#,
        r#"{"A":"b","c":""}"#,
        r#"{"a":"b","c":"","d":""}"#,
        r#"{"b":"a","c":""}"#,
        r#"{"a":"b&c="}"#,
        r#"{"a=b&c":""}"#,
        r#"{"a":"b","c":" "}"#,
    ] {
        let answer = scene
            .kms
            .call(
                "Decrypt",
                &[("CiphertextBlob", &blob), ("EncryptionContext", other)],
            )
            .await;
        let message = answer.refused(400, "InvalidParameter");
        assert_eq!(
            message, "The specified parameter EncryptionContext is not valid.",
            "{other}"
        );
        let moved = [
            ("CiphertextBlob", &*blob),
            ("SourceEncryptionContext", other),
            ("DestinationKeyId", &*scene.other),
        ];
        let message = scene
            .kms
            .call("ReEncrypt", &moved)
            .await
            .refused(400, "InvalidParameter");
        assert_eq!(
            message, "The specified parameter SourceEncryptionContext is not valid.",
            "{other}"
        );
    }
}

/// A JSON string in one of the many ways to write it.
fn spelled(text: &str, style: u8) -> String {
    let escaped = |unit: u16, upper: bool| {
        if upper {
            format!("\\u{unit:04X}")
        } else {
            format!("\\u{unit:04x}")
        }
    };
    let mut out = String::from('"');
    for (at, c) in text.chars().enumerate() {
        let must = c < ' ' || c == '"' || c == '\\';
        if must || (usize::from(style) + at).is_multiple_of(3) {
            let mut units = [0; 2];
            out.extend(
                c.encode_utf16(&mut units)
                    .iter()
                    .map(|unit| escaped(*unit, style > 1)),
            );
        } else {
            out.push(c);
        }
    }
    out + "\""
}

/// An object of these pairs, in this order, with that much space between.
fn object(pairs: &[(String, String)], style: u8) -> String {
    let space = [" ", "", "\n\t", "  "][usize::from(style % 4)];
    let members: Vec<_> = pairs
        .iter()
        .map(|(key, value)| {
            format!(
                "{space}{}{space}:{space}{}",
                spelled(key, style),
                spelled(value, style)
            )
        })
        .collect();
    format!("{space}{{{}{space}}}{space}", members.join(&format!("{space},")))
}

#[test]
fn contexts_are_equal_by_content_whatever_their_spelling() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let scene = runtime.block_on(Scene::new());
    let pairs = prop::collection::btree_map(".{0,12}", ".{0,12}", 0..5);
    let input = (pairs, 0..4_u8, 0..4_u8, any::<bool>());
    let mut runner = TestRunner::new(Config::with_cases(96));
    let law = |(pairs, one, other, reversed): (std::collections::BTreeMap<String, String>, u8, u8, bool)| {
        let pairs: Vec<_> = pairs.into_iter().collect();
        let mut again = pairs.clone();
        if reversed {
            again.reverse();
        }
        runtime.block_on(async {
            let context = object(&pairs, one);
            let parameters = [
                ("KeyId", &*scene.key),
                ("Plaintext", "x"),
                ("EncryptionContext", &*context),
            ];
            let made = scene.kms.call("Encrypt", &parameters).await.ok();
            let blob = made["CiphertextBlob"].as_str().unwrap();
            let context = object(&again, other);
            let open = [("CiphertextBlob", blob), ("EncryptionContext", &*context)];
            assert_eq!(scene.kms.call("Decrypt", &open).await.ok()["Plaintext"], "x");
            again.push(("one more".into(), String::new()));
            let context = object(&again, other);
            let open = [("CiphertextBlob", blob), ("EncryptionContext", &*context)];
            scene
                .kms
                .call("Decrypt", &open)
                .await
                .refused(400, "InvalidParameter");
        });
        Ok(())
    };
    runner.run(&input, law).unwrap();
}
