//! Text that is not what it should be: broken encodings, too long, full of other languages' special characters.

use claviger_dialect_alibaba::Api;
use claviger_testkit::{HOST, form};

use crate::kms::{Answer, Kms};
use crate::scene::{Scene, borrowed, replaced};

const FORM: &str = "application/x-www-form-urlencoded";

/// Sends raw bytes as a form body; nothing in it can be signed.
async fn post(kms: &Kms, body: &[u8]) -> Answer {
    let request = http::Request::post("/")
        .header("host", HOST)
        .header("content-type", FORM);
    kms.deliver(request.body(body.to_vec()).unwrap()).await
}

#[tokio::test]
async fn text_that_cannot_be_decoded_is_refused_and_named() {
    let kms = Kms::new().await;
    for value in ["%", "%4", "%zz", "a%f", "%FF", "%C3%28", "%ED%A0%80"] {
        let pair = format!("Action=Encrypt&Plaintext={value}");
        let message = post(&kms, pair.as_bytes()).await.refused(400, "InvalidParameter");
        assert_eq!(
            message, "The specified parameter Plaintext is not valid.",
            "{value}"
        );
        let query = http::Request::post(format!("/?{pair}")).body(Vec::new()).unwrap();
        let message = kms.deliver(query).await.refused(400, "InvalidParameter");
        assert_eq!(
            message, "The specified parameter Plaintext is not valid.",
            "{value}"
        );
    }
    for name in ["%=1", "%zz=1", "%FF=1"] {
        post(&kms, name.as_bytes())
            .await
            .refused(400, "ParseRequestParameterException");
    }
    for raw in [&b"Plaintext=\xff"[..], b"a=1&Plaintext=x\xc3\x28"] {
        let message = post(&kms, raw).await.refused(400, "InvalidParameter");
        assert!(message.contains("Plaintext"), "{message}");
    }
    post(&kms, b"\xff=1")
        .await
        .refused(400, "ParseRequestParameterException");
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let signed = root.sign_rpc("ListKeys", &[]);
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
    ] {
        let mut signed = signed.clone().with_header("content-type", kind);
        signed.body = b"{}".to_vec();
        kms.send(&signed)
            .await
            .refused(400, "ParseRequestParameterException");
    }
    // Clients announce a form and send nothing, or give the type parameters of its own.
    kms.send(&signed.with_header("content-type", FORM)).await.ok();
    let mut in_body = root.rpc_request("ListKeys", &[]).sign_in_body(root);
    in_body.headers.pop();
    kms.send(&in_body.with_header(
        "content-type",
        "application/X-WWW-form-urlencoded ; charset=UTF-8",
    ))
    .await
    .ok();
}

#[tokio::test]
async fn more_parameters_than_any_call_has_are_refused() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let names: Vec<_> = (0..513).map(|n| (format!("n{n}"), String::new())).collect();
    post(&kms, form(&names[..512]).as_bytes())
        .await
        .refused(400, "MissingParameter");
    let many = root.sign_rpc("ListKeys", &[]);
    let mut in_body = many.with_header("content-type", FORM);
    in_body.body = form(&names[..510]).into_bytes();
    kms.send(&in_body)
        .await
        .refused(400, "ParseRequestParameterException");
}

#[tokio::test]
async fn a_repeated_parameter_is_refused_whatever_it_is() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    for name in ["Action", "Timestamp", "AccessKeyId", "KeyId", "Surprise"] {
        let mut request = root.rpc_request("ListKeys", &[("KeyId", "a"), ("Surprise", "a")]);
        request.pairs.push((name.into(), "b".into()));
        let message = kms
            .send(&request.sign(root))
            .await
            .refused(400, "MissingParameter");
        assert_eq!(message, format!("The parameter {name} is needed exactly once."));
    }
    // Once in the query and once in the body is twice.
    let mut signed = root.sign_rpc("ListKeys", &[]).with_header("content-type", FORM);
    signed.body = b"PageSize=1&Action=ListKeys".to_vec();
    let message = kms.send(&signed).await.refused(400, "MissingParameter");
    assert!(message.contains("Action"), "{message}");
}

#[tokio::test]
async fn a_parameter_of_a_mebibyte_is_refused_by_name() {
    let scene = Scene::new().await;
    let (letters, digits) = ("x".repeat(1 << 20), "1".repeat(1 << 20));
    for action in Api::Kms.served() {
        let good = scene.parameters(action);
        for (name, value) in &good {
            let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
            let long = if is_number { &digits } else { &letters };
            let mut parameters = replaced(&good, name, long);
            // The number of bytes makes the spec of a data key not matter.
            parameters.retain(|(known, _)| (*known, *name) != ("NumberOfBytes", "KeySpec"));
            let answer = scene.call_with(action, &parameters).await;
            let code = match *name {
                "Tag.1.Key" | "TagKey.1" | "TagKey.2" => "InvalidParameter.TagKey",
                "Tag.1.Value" => "InvalidParameter.TagValue",
                _ => "InvalidParameter",
            };
            let message = answer.refused(400, code);
            assert!(message.contains(name), "{action} {name}: {message}");
        }
    }
}

/// Unknown parameters are ignored, however long.
#[tokio::test]
async fn a_mebibyte_that_nobody_reads_is_ignored() {
    let scene = Scene::new().await;
    let mut parameters = scene.parameters("Encrypt");
    parameters.push(("Whatever", "x".repeat(1 << 20)));
    scene.call_with("Encrypt", &parameters).await.ok();
}

/// What means something to a database, a shell, a parser or a terminal.
const META: [&str; 14] = [
    "' OR 1=1 --",
    "'; DROP TABLE keys; --",
    "\"; SELECT 1 --",
    "%' ESCAPE '%",
    "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>&y;",
    "]]></KeyId><KeyId>x",
    "<a b='c'>&lt;&#0;",
    "{\"$ne\":null}",
    "${jndi:ldap://x}",
    "$(reboot)`id`",
    "a\0b\u{1}\u{b}\u{1f}\u{7f}\u{85}",
    "line\r\nx-injected: 1\u{2028}",
    "\u{feff}\u{202e}\u{fffe}\u{ffff}\u{10ffff}é e\u{301}",
    "../../../../etc/passwd%00",
];

/// Neither form of an answer breaks, and nothing is a fault of the server.
#[tokio::test]
async fn special_characters_break_no_answer_in_any_parameter() {
    let scene = Scene::new().await;
    let root = scene.kms.world.root();
    let mut refused = 0;
    for action in Api::Kms.served() {
        let good = scene.parameters(action);
        for (name, _) in &good {
            for value in META {
                let parameters = replaced(&good, name, value);
                for format in ["JSON", "XML"] {
                    let request = root
                        .rpc_request(action, &borrowed(&parameters))
                        .set("Format", format);
                    let answer = scene.kms.send(&request.sign_in_body(root)).await;
                    assert!(answer.status < 500, "{action} {name} {value:?}: {}", answer.text);
                    refused += usize::from(answer.status != 200);
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

/// Texts that are kept come back as they were; XML replaces only what it cannot hold.
#[tokio::test]
async fn kept_text_comes_back_as_it_was() {
    let kms = Kms::new().await;
    let root = kms.world.root();
    let key = kms.create_key().await;
    for value in META {
        kms.call("UpdateKeyDescription", &[("KeyId", &key), ("Description", value)])
            .await
            .ok();
        let shown = kms.call("DescribeKey", &[("KeyId", &key)]).await.ok();
        assert_eq!(shown["KeyMetadata"]["Description"], value);
        let request = root
            .rpc_request("DescribeKey", &[("KeyId", &key)])
            .set("Format", "xml");
        let xml = kms.send(&request.sign(root)).await.xml();
        let possible = |c: char| match c {
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            c if c < ' ' && !"\t\n\r".contains(c) => '\u{fffd}',
            c => c,
        };
        let expected: String = value.chars().map(possible).collect();
        assert_eq!(xml.child("KeyMetadata").unwrap().text_of("Description"), expected);
        let encrypted = kms
            .call("Encrypt", &[("KeyId", &key), ("Plaintext", value)])
            .await
            .ok();
        let blob = encrypted["CiphertextBlob"].as_str().unwrap();
        let decrypted = kms.call("Decrypt", &[("CiphertextBlob", blob)]).await.ok();
        assert_eq!(decrypted["Plaintext"], value);
    }
}

/// The host is repeated in every refusal.
#[tokio::test]
async fn a_strange_host_breaks_no_answer() {
    let kms = Kms::new().await;
    for host in ["<b>&\"'", "a\"},{\"Code\":\"x", "ü", ""] {
        for format in ["JSON", "XML"] {
            let request = http::Request::post(format!("/?Format={format}&Action=X"));
            let request = request.header("host", host).body(Vec::new()).unwrap();
            kms.deliver(request).await.refused(400, "MissingParameter");
        }
    }
}
