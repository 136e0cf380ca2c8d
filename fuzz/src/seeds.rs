//! Seeds: what real clients sent.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::Request;

/// The recorded requests of real clients that a server must accept, with the secret each is signed with.
///
/// # Panics
/// If `fixtures/alibaba/recorded` cannot be read.
pub fn recorded() -> Vec<(Request, String)> {
    let index = json("index.json");
    let files = index["vectors"].as_array().into_iter().flatten();
    let files = files.filter_map(|vector| vector["file"].as_str());
    let found: Vec<_> = files.filter_map(|file| accepted(&json(file))).collect();
    assert!(found.len() > 200, "most recorded requests are to be accepted");
    found
}

/// The recorded requests of real clients of the other face, whether a server must accept them or not.
///
/// # Panics
/// If `fixtures/huawei/recorded` cannot be read.
pub fn recorded_sdk() -> Vec<Request> {
    let folder = fixtures().join("huawei/recorded");
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = files.map(|file| read(&file.path()));
    let found: Vec<_> = files
        .flat_map(|file| match &file["vectors"] {
            Value::Array(vectors) => vectors
                .iter()
                .filter_map(|one| request(&one["request"]))
                .collect(),
            _ => Vec::new(),
        })
        .collect();
    assert!(found.len() > 200, "{} recorded requests", found.len());
    found
}

/// Words of requests: what parameters, headers and schemes are called, and characters that separate things.
pub fn words() -> Vec<Vec<u8>> {
    const WORDS: &[&str] = &[
        "&",
        "=",
        "%",
        "%00",
        "%26",
        "%3D",
        "%2B",
        "%E6%B5%8B",
        "+",
        "?",
        ";",
        ",",
        "/",
        "\n",
        "\n\n",
        ":",
        " ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\u0000",
        "null",
        "true",
        "-1",
        "0",
        "18446744073709551616",
        "alias/",
        "acs:kms:",
        "Action=",
        "Action=Encrypt&",
        "Version=2016-01-20&",
        "Format=XML&",
        "Format=JSON&",
        "Signature=",
        "SignatureMethod=HMAC-SHA1&",
        "SignatureVersion=1.0&",
        "SignatureType=",
        "SignatureType=BEARERTOKEN&",
        "SignatureNonce=1&",
        "AccessKeyId=",
        "SecurityToken=",
        "Timestamp=2026-11-21T20:43:45Z&",
        "KeyId=",
        "Plaintext=",
        "CiphertextBlob=",
        "EncryptionContext=",
        "Filters=",
        "Tags=",
        "DryRun=true&",
        "PageNumber=",
        "PageSize=",
        "NumberOfBytes=",
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SM3",
        "ACS4-HMAC-SHA256",
        "ACS3-RSA-SHA256",
        "Credential=",
        "SignedHeaders=",
        "/20261121/cn-hangzhou/kms/aliyun_v4_request",
        "\nauthorization:",
        "\nx-acs-action:",
        "\nx-acs-date:",
        "\nx-acs-content-sha256:",
        "\nx-acs-content-sm3:",
        "\nx-acs-signature-nonce:",
        "\nx-acs-security-token:",
        "\nx-acs-bearer-token:",
        "\nx-kms-apiname:",
        "\nhost:",
        "\ncontent-type:application/x-www-form-urlencoded",
    ];
    WORDS.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

fn json(file: &str) -> Value {
    read(&fixtures().join("alibaba/recorded").join(file))
}

fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn accepted(vector: &Value) -> Option<(Request, String)> {
    let secret = vector["credentials"]["access_key_secret"].as_str()?;
    if vector["expected"]["signature"] != "valid" {
        return None;
    }
    Some((request(&vector["request"])?, secret.to_owned()))
}

fn request(sent: &Value) -> Option<Request> {
    let target = sent["target"].as_str()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = sent["headers"].as_array()?.iter();
    let headers = headers.map(|pair| {
        Some((
            pair[0].as_str()?.to_owned(),
            pair[1].as_str()?.as_bytes().to_vec(),
        ))
    });
    Some(Request {
        method: sent["method"].as_str()?.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect::<Option<_>>()?,
        body: STANDARD.decode(sent["body_base64"].as_str()?).ok()?,
    })
}
