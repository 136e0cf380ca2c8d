//! A deployment with something in it, and for every operation a call that succeeds there.

use claviger_dialect_alibaba::served;

use crate::kms::{Answer, Kms};

/// One account with two keys, of which the first has an alias and has encrypted something.
pub(crate) struct Scene {
    pub(crate) kms: Kms,
    pub(crate) key: String,
    pub(crate) other: String,
    pub(crate) blob: String,
}

/// The alias of the first key.
pub(crate) const ALIAS: &str = "alias/app";
/// What the first key has encrypted.
pub(crate) const PLAINTEXT: &str = "SGVsbG8sIHdvcmxk";
/// What it was bound to.
pub(crate) const CONTEXT: &str = r#"{"tenant":"7","purpose":"тест & <b>"}"#;

/// Parameters of a call.
pub(crate) type Parameters = Vec<(&'static str, String)>;

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::over(Kms::new().await).await
    }

    /// The scene in the account of the first caller.
    pub(crate) async fn over(kms: Kms) -> Self {
        let (key, other) = (kms.create_key().await, kms.create_key().await);
        kms.call("CreateAlias", &[("KeyId", &key), ("AliasName", ALIAS)])
            .await
            .ok();
        let parameters = [
            ("KeyId", &*key),
            ("Plaintext", PLAINTEXT),
            ("EncryptionContext", CONTEXT),
        ];
        let encrypted = kms.call("Encrypt", &parameters).await.ok();
        let blob = encrypted["CiphertextBlob"].as_str().unwrap().to_owned();
        Self {
            kms,
            key,
            other,
            blob,
        }
    }

    /// Every parameter that an operation reads, each with a value that is right here.
    pub(crate) fn parameters(&self, action: &str) -> Parameters {
        let (key, other) = (self.key.clone(), self.other.clone());
        let text = |name: &'static str, value: &str| (name, value.to_owned());
        let context = text("EncryptionContext", CONTEXT);
        let page = [text("PageNumber", "1"), text("PageSize", "20")];
        match action {
            "CreateAlias" => vec![("KeyId", key), text("AliasName", "alias/new")],
            "CreateKey" => vec![
                text("Description", "for the tests"),
                text("KeySpec", "Aliyun_AES_256"),
                text("KeyUsage", "ENCRYPT/DECRYPT"),
                text("Origin", "Aliyun_KMS"),
                text("ProtectionLevel", "SOFTWARE"),
                text("EnableAutomaticRotation", "false"),
                text("Tags", r#"[{"TagKey":"team","TagValue":"a/b"}]"#),
            ],
            "Decrypt" => vec![("CiphertextBlob", self.blob.clone()), context],
            "DeleteAlias" => vec![text("AliasName", ALIAS)],
            "DescribeAccountKmsStatus" | "DescribeRegions" | "OpenKmsService" => vec![],
            "DescribeKey" | "DisableKey" | "EnableKey" => vec![("KeyId", key)],
            "Encrypt" => vec![("KeyId", key), text("Plaintext", PLAINTEXT), context],
            "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => {
                vec![
                    ("KeyId", key),
                    text("NumberOfBytes", "24"),
                    text("KeySpec", "AES_256"),
                    context,
                ]
            }
            "ListAliases" => page.into(),
            "ListAliasesByKeyId" => [vec![("KeyId", key)], page.into()].concat(),
            "ListKeys" => [
                vec![text("Filters", r#"[{"Key":"KeyState","Values":["Enabled"]}]"#)],
                page.into(),
            ]
            .concat(),
            "ReEncrypt" => vec![
                ("CiphertextBlob", self.blob.clone()),
                text("SourceEncryptionContext", CONTEXT),
                ("DestinationKeyId", other),
                text("DestinationEncryptionContext", r#"{"moved":"yes"}"#),
            ],
            "UpdateAlias" => vec![("KeyId", other), text("AliasName", ALIAS)],
            "UpdateKeyDescription" => vec![("KeyId", key), text("Description", "another text")],
            other => panic!("no call for {other}"),
        }
    }

    /// The call of an operation that succeeds.
    pub(crate) async fn call(&self, action: &str) -> Answer {
        self.call_with(action, &self.parameters(action)).await
    }

    pub(crate) async fn call_with(&self, action: &str, parameters: &Parameters) -> Answer {
        self.kms.call(action, &borrowed(parameters)).await
    }
}

pub(crate) fn borrowed(parameters: &Parameters) -> Vec<(&'static str, &str)> {
    parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// The parameters with another value for one of them.
pub(crate) fn replaced(parameters: &Parameters, name: &'static str, value: &str) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.retain(|(known, _)| *known != name);
    parameters.push((name, value.to_owned()));
    parameters
}

#[tokio::test]
async fn every_operation_has_a_call_that_succeeds() {
    for action in served() {
        let answer = Scene::new().await.call(action).await;
        if action == "OpenKmsService" {
            // Here every account has the service.
            answer.refused(400, "Forbidden.Opened");
        } else {
            answer.ok();
        }
    }
}
