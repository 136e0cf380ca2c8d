//! What each operation answers, byte for byte, in both forms.

use claviger_dialect_alibaba::Api;

use crate::golden::{Mask, compare};
use crate::kms::Answer;
use crate::scene::{Scene, borrowed};

/// Names for everything in an answer that differs from run to run.
fn mask(scene: &Scene, answer: &Answer) -> Mask {
    let mut mask = Mask::default();
    mask.name(&scene.key, "key");
    mask.name(&scene.other, "other key");
    mask.name(&scene.kms.world.root().account().to_string(), "account");
    mask.name(&answer.id, "request");
    let json = answer.json();
    if let Some(key) = json["KeyMetadata"]["KeyId"]
        .as_str()
        .filter(|key| *key != scene.key)
    {
        mask.name(key, "new key");
    }
    if let Some(version) = json["KeyMetadata"]["PrimaryKeyVersion"].as_str() {
        mask.name(version, "version");
    }
    if let Some(version) = json["KeyVersionId"].as_str() {
        mask.name(version, "version");
    }
    if json.get("CiphertextBlob").is_some()
        && let Some(data_key) = json["Plaintext"].as_str()
    {
        mask.name(data_key, "data key");
    }
    for (name, masked) in RANDOM {
        if let Some(value) = json[name].as_str() {
            // As it stands in the answer, with its line ends escaped.
            let written = serde_json::to_string(value).unwrap();
            if !value.is_empty() {
                mask.name(written.trim_matches('"'), masked);
            }
        }
    }
    mask
}

/// Members whose value is another one in each run.
const RANDOM: [(&str, &str); 15] = [
    ("CiphertextBlob", "blob"),
    ("ExportedDataKey", "exported"),
    ("ImportToken", "token"),
    ("Mac", "code"),
    ("PublicKey", "public key"),
    ("Value", "signature"),
    ("Certificate", "certificate"),
    ("CertificateChain", "chain"),
    ("Csr", "request to sign"),
    ("NotAfter", "end"),
    ("NotBefore", "beginning"),
    ("Serial", "serial"),
    ("SignatureValue", "signature"),
    ("SubjectKeyIdentifier", "key identifier"),
    ("SubjectPublicKey", "public key"),
];

#[tokio::test]
async fn every_operation_answers_as_documented() {
    let mut files = Vec::new();
    for action in Api::Kms.served() {
        let scene = Scene::of(action).await;
        let answer = scene.call(action).await;
        let text = mask(&scene, &answer).apply(&answer.text);
        files.push((format!("answers/{action}.json"), text + "\n"));
    }
    compare(&files);
}

/// The same call in two scenes of the same making, once per form: but for ids, blobs and data keys, both say the same.
#[tokio::test]
async fn the_xml_form_says_the_same() {
    for action in Api::Kms.served() {
        let (one, other) = (Scene::of(action).await, Scene::of(action).await);
        let json = one.call(action).await;
        let root = other.kms.world.root();
        let parameters = other.parameters(action);
        let request = root
            .rpc_request(action, &borrowed(&parameters))
            .set("Format", "XML");
        let xml = other.kms.send(&request.sign_in_body(root)).await;
        assert_eq!(json.status, xml.status, "{action}");
        let node = xml.xml();
        let mut expected = json.json();
        if json.status == 200 {
            assert_eq!(node.name, format!("{action}Response"));
        } else {
            // The status is a member of the JSON form only.
            expected.as_object_mut().unwrap().remove("HttpStatus");
        }
        let made = expected.get("CiphertextBlob").is_some();
        let data_key = made.then_some(("Plaintext", ""));
        for (random, _) in RANDOM.into_iter().chain(data_key) {
            let Some(text) = expected[random].as_str() else {
                continue;
            };
            // A signature on a curve is a byte or two shorter now and then, and a chain has two of them.
            let (here, there) = (node.text_of(random).len(), text.len());
            assert!(here.abs_diff(there) <= 12, "{action}: {random}");
            expected[random] = node.text_of(random).into();
        }
        assert!(node.says(&expected), "{action}: {} and {expected}", xml.text);
    }
}

/// Requests that are signed in their headers announce JSON and get it, whatever a parameter says.
#[tokio::test]
async fn the_form_follows_the_request() {
    let scene = Scene::new().await;
    let root = scene.kms.world.root();
    for (format, xml) in [
        ("XML", true),
        ("xml", true),
        ("Xml", true),
        ("JSON", false),
        ("json", false),
        ("None", false),
        ("", false),
        ("yaml", false),
    ] {
        let request = root.rpc_request("ListKeys", &[]).set("Format", format);
        let answer = scene.kms.send(&request.sign(root)).await;
        assert_eq!(answer.text.starts_with("<?xml"), xml, "{format:?}");
        let wrong = root.rpc_request("DescribeKey", &[]).set("Format", format);
        let answer = scene.kms.send(&wrong.sign(root)).await;
        answer.refused(400, "MissingParameter");
        assert_eq!(answer.text.starts_with("<?xml"), xml, "{format:?}");
    }
    let signed = root.sign_acs3("ListKeys", &[("Format", "XML")]);
    scene.kms.send(&signed).await.ok();
    let without = root.rpc_request("ListKeys", &[]).without("Format").sign(root);
    scene.kms.send(&without).await.ok();
}

/// A refusal in both forms, with its ids masked.
#[tokio::test]
async fn a_refusal_looks_as_clients_expect() {
    let scene = Scene::new().await;
    let root = scene.kms.world.root();
    let mut files = Vec::new();
    for format in ["json", "xml"] {
        let request = root
            .rpc_request("DescribeKey", &[("KeyId", "alias/<no&thing>")])
            .set("Format", format);
        let answer = scene.kms.send(&request.sign(root)).await;
        answer.refused(404, "Forbidden.AliasNotFound");
        let text = Mask::default().apply(&answer.text) + "\n";
        files.push((format!("answers/refusal.{format}"), text));
    }
    compare(&files);
}
