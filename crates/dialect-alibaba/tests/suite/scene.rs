//! A deployment with something in it, and for every operation a call that succeeds there.

use claviger_dialect_alibaba::Api;
use claviger_model::SignedDuration;

use crate::kms::{Answer, Kms};
use crate::papers::Papers;
use crate::props::{DIGEST, PUBLIC_KEY, Prop, Tool};

/// One account with two keys, of which the first has an alias and a tag and has encrypted something; and what the
/// operations need besides.
pub(crate) struct Scene {
    pub(crate) kms: Kms,
    pub(crate) key: String,
    pub(crate) other: String,
    pub(crate) blob: String,
    /// The version of the first key.
    pub(crate) version: String,
    props: Vec<(Prop, Tool)>,
    papers: Option<Papers>,
}

/// The alias of the first key.
pub(crate) const ALIAS: &str = "alias/app";
/// What the first key has encrypted.
pub(crate) const PLAINTEXT: &str = "SGVsbG8sIHdvcmxk";
/// What it was bound to.
pub(crate) const CONTEXT: &str = r#"{"tenant":"7","purpose":"тест & <b>"}"#;
/// A policy.
pub(crate) const POLICY: &str = r#"{"Version":"1","Statement":[{"Sid":"all","Effect":"Allow","Principal":{"RAM":"acs:ram::1234567890123456:root"},"Action":["kms:*"],"Resource":"*"}]}"#;

/// Parameters of a call.
pub(crate) type Parameters = Vec<(&'static str, String)>;

impl Scene {
    /// With everything that any operation needs.
    pub(crate) async fn new() -> Self {
        Self::with(Kms::new().await, &Prop::ALL).await.with_papers().await
    }

    /// With what one operation needs.
    pub(crate) async fn of(action: &str) -> Self {
        Self::of_over(Kms::new().await, action).await
    }

    /// The same over some core.
    pub(crate) async fn of_over(kms: Kms, action: &str) -> Self {
        let scene = Self::with(kms, Prop::of(action).as_slice()).await;
        if action.contains("Certificate") {
            return scene.with_papers().await;
        }
        scene
    }

    /// The bare scene in the account of the first caller.
    pub(crate) async fn over(kms: Kms) -> Self {
        Self::with(kms, &[]).await
    }

    pub(crate) async fn with(kms: Kms, props: &[Prop]) -> Self {
        let tags = r#"[{"TagKey":"team","TagValue":"a/b"},{"TagKey":"since","TagValue":""}]"#;
        let made = kms.call("CreateKey", &[("Tags", tags)]).await.ok();
        let key = made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
        // Keys are listed by age.
        kms.world.advance(SignedDuration::from_millis(1));
        let other = kms.create_key().await;
        kms.call("CreateAlias", &[("KeyId", &key), ("AliasName", ALIAS)])
            .await
            .ok();
        let parameters = [
            ("KeyId", &*key),
            ("Plaintext", PLAINTEXT),
            ("EncryptionContext", CONTEXT),
        ];
        let encrypted = kms.call("Encrypt", &parameters).await.ok();
        let text = |name: &str| encrypted[name].as_str().unwrap().to_owned();
        let (blob, version) = (text("CiphertextBlob"), text("KeyVersionId"));
        let mut scene = Self {
            kms,
            key,
            other,
            blob,
            version,
            props: Vec::new(),
            papers: None,
        };
        for prop in props {
            let tool = prop.make(&scene.kms, &scene.other).await;
            scene.props.push((*prop, tool));
        }
        scene
    }

    /// And with certificates.
    pub(crate) async fn with_papers(mut self) -> Self {
        self.papers = Some(Papers::make(&self.kms).await);
        self
    }

    /// One of the things that the scene was made with.
    pub(crate) fn tool(&self, prop: Prop) -> &Tool {
        let is_it = |known: &Prop| match prop {
            Prop::Signer => matches!(known, Prop::Signer | Prop::OldSigner),
            other => *known == other,
        };
        let found = self.props.iter().find(|(known, _)| is_it(known));
        &found.unwrap_or_else(|| panic!("a scene without {prop:?}")).1
    }

    /// The key that the call of an operation is about.
    pub(crate) fn subject(&self, action: &str) -> &str {
        match Prop::of(action) {
            None => &self.key,
            Some(Prop::OldSigner) => &self.tool(Prop::Signer).key,
            Some(prop) => &self.tool(prop).key,
        }
    }

    /// Every parameter that an operation reads, each with a value that is right here.
    pub(crate) fn parameters(&self, action: &str) -> Parameters {
        let (key, other) = (self.key.clone(), self.other.clone());
        let text = |name: &'static str, value: &str| (name, value.to_owned());
        let context = text("EncryptionContext", CONTEXT);
        let page = [text("PageNumber", "1"), text("PageSize", "20")];
        match action {
            "CancelKeyDeletion" | "CreateKeyVersion" | "DeleteKeyMaterial" => {
                vec![text("KeyId", self.subject(action))]
            }
            "CreateAlias" => vec![("KeyId", key), text("AliasName", "alias/new")],
            "CreateKey" => vec![
                text("Description", "for the tests"),
                text("KeySpec", "Aliyun_AES_256"),
                text("KeyUsage", "ENCRYPT/DECRYPT"),
                text("Origin", "Aliyun_KMS"),
                text("ProtectionLevel", "SOFTWARE"),
                text("EnableAutomaticRotation", "true"),
                text("RotationInterval", "30d"),
                text("Tags", r#"[{"TagKey":"team","TagValue":"a/b"}]"#),
                text("Policy", POLICY),
            ],
            "Decrypt" => vec![("CiphertextBlob", self.blob.clone()), context],
            "DeleteAlias" => vec![text("AliasName", ALIAS)],
            "DescribeAccountKmsStatus" | "DescribeRegions" | "OpenKmsService" => vec![],
            "DescribeKey" | "DisableKey" | "EnableKey" | "ListResourceTags" => vec![("KeyId", key)],
            "DescribeKeyVersion" => vec![("KeyId", key), text("KeyVersionId", &self.version)],
            "Encrypt" => vec![("KeyId", key), text("Plaintext", PLAINTEXT), context],
            "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => self.data_key(),
            "GetKeyPolicy" => vec![("KeyId", key), text("PolicyName", "default")],
            "ListAliases" | "ListApplicationAccessPoints" | "ListNetworkRules" | "ListPolicies" => {
                page.into()
            }
            "ListClientKeys" => vec![text("AapName", "app")],
            "ListAliasesByKeyId" | "ListKeyVersions" => [vec![("KeyId", key)], page.into()].concat(),
            "ListKeys" => [
                vec![text("Filters", r#"[{"Key":"KeyState","Values":["Enabled"]}]"#)],
                page.into(),
            ]
            .concat(),
            "ListKmsInstances" => [
                vec![text("Filters", r#"[{"Key":"KmsInstanceId","Values":["kst-x"]}]"#)],
                page.into(),
            ]
            .concat(),
            "ReEncrypt" => vec![
                ("CiphertextBlob", self.blob.clone()),
                text("SourceEncryptionContext", CONTEXT),
                ("DestinationKeyId", other),
                text("DestinationEncryptionContext", r#"{"moved":"yes"}"#),
            ],
            "ScheduleKeyDeletion" => vec![("KeyId", key), text("PendingWindowInDays", "7")],
            "SetDeletionProtection" => vec![
                (
                    "ProtectedResourceArn",
                    Kms::arn(self.kms.world.root(), &format!("key/{key}")),
                ),
                text("EnableDeletionProtection", "true"),
                text("DeletionProtectionDescription", "in use"),
            ],
            "SetKeyPolicy" => vec![
                ("KeyId", key),
                text("PolicyName", "default"),
                text("Policy", POLICY),
            ],
            "UpdateAlias" => vec![("KeyId", other), text("AliasName", ALIAS)],
            "UpdateKeyDescription" => vec![("KeyId", key), text("Description", "another text")],
            "UpdateRotationPolicy" => vec![
                ("KeyId", key),
                text("EnableAutomaticRotation", "true"),
                text("RotationInterval", "30d"),
            ],
            about if about.contains("Certificate") => self.papers.as_ref().unwrap().parameters(about),
            other => self
                .parameters_of_pairs(other)
                .unwrap_or_else(|| self.parameters_of_tags(other)),
        }
    }

    fn data_key(&self) -> Parameters {
        vec![
            ("KeyId", self.key.clone()),
            ("NumberOfBytes", "24".into()),
            ("KeySpec", "AES_256".into()),
            ("EncryptionContext", CONTEXT.into()),
        ]
    }

    fn parameters_of_pairs(&self, action: &str) -> Option<Parameters> {
        let text = |name: &'static str, value: &str| (name, value.to_owned());
        let of = |prop: Prop| {
            let tool = self.tool(prop);
            vec![text("KeyId", &tool.key), text("KeyVersionId", &tool.version)]
        };
        let export = vec![
            text("PublicKeyBlob", PUBLIC_KEY),
            text("WrappingKeySpec", "RSA_2048"),
            text("WrappingAlgorithm", "RSAES_OAEP_SHA_256"),
        ];
        let oaep = text("Algorithm", "RSAES_OAEP_SHA_256");
        let ecdsa = [text("Algorithm", "ECDSA_SHA_256"), text("Digest", DIGEST)];
        let hmac = |key: &str| {
            vec![
                text("KeyId", key),
                text("Algorithm", "HMAC_SHA_256"),
                text("Message", PLAINTEXT),
            ]
        };
        Some(match action {
            "AsymmetricDecrypt" => {
                let ciphertext = text("CiphertextBlob", &self.tool(Prop::Encryptor).output);
                [of(Prop::Encryptor), vec![oaep, ciphertext]].concat()
            }
            "AsymmetricEncrypt" => [of(Prop::Encryptor), vec![oaep, text("Plaintext", PLAINTEXT)]].concat(),
            "AsymmetricSign" => [of(Prop::Signer), ecdsa.into()].concat(),
            "AsymmetricVerify" => {
                let signature = text("Value", &self.tool(Prop::Signer).output);
                [of(Prop::Signer), ecdsa.into(), vec![signature]].concat()
            }
            "GetPublicKey" => of(Prop::Signer),
            "CreateCsr" => {
                let more = vec![
                    text("Subject", "CN=release,C=CN"),
                    text("SubjectAlternativeNames", r#"["release.example.com"]"#),
                    text("Algorithm", "ECDSA_SHA_256"),
                ];
                [of(Prop::Signer), more].concat()
            }
            "ExportDataKey" => {
                let blob = text("CiphertextBlob", &self.blob);
                [vec![blob, text("EncryptionContext", CONTEXT)], export].concat()
            }
            "GenerateAndExportDataKey" => [self.data_key(), export].concat(),
            "GenerateMac" => hmac(&self.tool(Prop::Authenticator).key),
            "VerifyMac" => {
                let tool = self.tool(Prop::Authenticator);
                [hmac(&tool.key), vec![text("Mac", &tool.output)]].concat()
            }
            "GetParametersForImport" => vec![
                text("KeyId", &self.tool(Prop::External).key),
                text("WrappingAlgorithm", "RSAES_OAEP_SHA_1"),
                text("WrappingKeySpec", "RSA_2048"),
            ],
            "ImportKeyMaterial" => {
                let tool = self.tool(Prop::External);
                vec![
                    text("KeyId", &tool.key),
                    text("EncryptedKeyMaterial", &tool.output),
                    text("ImportToken", &tool.token),
                    text("KeyMaterialExpireUnix", "1800000000"),
                ]
            }
            _ => return None,
        })
    }

    fn parameters_of_tags(&self, action: &str) -> Parameters {
        let text = |name: &'static str, value: &str| (name, value.to_owned());
        let first = vec![text("ResourceType", "key"), text("ResourceId.1", &self.key)];
        let tag = [text("Tag.1.Key", "team"), text("Tag.1.Value", "a/b")];
        match action {
            "ListTagResources" => {
                // Before every key.
                let token = text("NextToken", "AAAAAAAAAAAAAAAAAAAAAA");
                [first, tag.into(), vec![token]].concat()
            }
            "TagResource" => vec![
                text("KeyId", &self.key),
                text("Tags", r#"[{"TagKey":"team","TagValue":"c"}]"#),
            ],
            "TagResources" => [first, vec![text("ResourceId.2", &self.other)], tag.into()].concat(),
            "UntagResource" => vec![text("KeyId", &self.key), text("TagKeys", r#"["team","none"]"#)],
            "UntagResources" => {
                let rest = vec![
                    text("TagKey.1", "team"),
                    text("TagKey.2", "none"),
                    text("All", "false"),
                ];
                [first, rest].concat()
            }
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
    let mut parameters = without(parameters, name);
    parameters.push((name, value.to_owned()));
    parameters
}

/// The parameters but for one.
pub(crate) fn without(parameters: &Parameters, name: &str) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.retain(|(known, _)| *known != name);
    parameters
}

#[tokio::test]
async fn every_operation_has_a_call_that_succeeds() {
    for action in Api::Kms.served() {
        let answer = Scene::of(action).await.call(action).await;
        if action == "OpenKmsService" {
            // Here every account has the service.
            answer.refused(400, "Forbidden.Opened");
        } else {
            answer.ok();
        }
    }
}
