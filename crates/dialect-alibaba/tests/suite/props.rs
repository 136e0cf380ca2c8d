//! What a scene holds for the operations that need more than two keys: key pairs, imported material, keys that wait for
//! their deletion. Each is made only where an operation needs it.

use claviger_model::SignedDuration;
use serde_json::Value;

use crate::kms::Kms;
use crate::scene::PLAINTEXT;

/// Something a scene may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prop {
    /// An RSA key that has encrypted [`PLAINTEXT`].
    Encryptor,
    /// A key on P-256 that has signed [`DIGEST`].
    Signer,
    /// The same, more than a week old.
    OldSigner,
    /// An HMAC key that has authenticated [`PLAINTEXT`].
    Authenticator,
    /// A key that waits for material, with all that is needed to bring it.
    External,
    /// A key whose material was brought.
    Imported,
    /// A key that waits for its deletion.
    Doomed,
}

/// What was signed: 32 bytes in base64.
pub(crate) const DIGEST: &str = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";

/// A public key of somebody else, whose private half nobody kept: RSA with 2048 bits.
pub(crate) const PUBLIC_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArWeVi4TCK+/mGYBZE4Z7D0HzO5tALfl87uQMBuIj8p8Q\
    LtfVdMgdLwI3doTDUTaKolRchMPnNh/VXlBBsZGhxcN3B5DTtc3wsZBiIvrRf3YSAXFkdQEghtIqgG+LPkW5QU0x\
    V526UT61g/bZuO/Mwvw2ewPj6rslfoHoRVIO51dgWbvmqoOq8JSWAuiHXipSEQBC1eReRqE5hGwOlcWaBVjwVeO2\
    kDxvi64aVrSlr0ZKm/zSO6iODZwvMgHOzxeF41IOn3HVmT/TWctBYRhYEcZqgSUuhyBd+MFFiCy4q2NfCflwgeoj\
    hNQBc2oNrvO20pXaPcFm6AlYmgi702t+uQIDAQAB";

/// A key with what it has made.
#[derive(Debug, Default)]
pub(crate) struct Tool {
    pub(crate) key: String,
    pub(crate) version: String,
    /// A ciphertext, a signature, a code, or wrapped material.
    pub(crate) output: String,
    /// An import token.
    pub(crate) token: String,
}

impl Prop {
    /// What the call of an operation needs.
    pub(crate) fn of(action: &str) -> Option<Self> {
        match action {
            "AsymmetricEncrypt" | "AsymmetricDecrypt" => Some(Self::Encryptor),
            "AsymmetricSign" | "AsymmetricVerify" | "CreateCsr" | "GetPublicKey" => Some(Self::Signer),
            "CreateKeyVersion" => Some(Self::OldSigner),
            "GenerateMac" | "VerifyMac" => Some(Self::Authenticator),
            "GetParametersForImport" | "ImportKeyMaterial" => Some(Self::External),
            "DeleteKeyMaterial" => Some(Self::Imported),
            "CancelKeyDeletion" => Some(Self::Doomed),
            _ => None,
        }
    }

    pub(crate) const ALL: [Self; 6] = [
        Self::Encryptor,
        Self::Signer,
        Self::Authenticator,
        Self::External,
        Self::Imported,
        Self::Doomed,
    ];

    /// Makes it. `helper` is a symmetric key.
    pub(crate) async fn make(self, kms: &Kms, helper: &str) -> Tool {
        match self {
            Self::Encryptor => encryptor(kms).await,
            Self::Signer => signer(kms).await,
            Self::OldSigner => {
                let tool = signer(kms).await;
                kms.world.advance(SignedDuration::from_hours(8 * 24));
                tool
            }
            Self::Authenticator => authenticator(kms).await,
            Self::External => external(kms, helper).await,
            Self::Imported => {
                let tool = external(kms, helper).await;
                tool.import(kms, "0").await;
                tool
            }
            Self::Doomed => {
                let key = kms.create_key().await;
                let window = [("KeyId", &*key), ("PendingWindowInDays", "7")];
                kms.call("ScheduleKeyDeletion", &window).await.ok();
                Tool {
                    key,
                    ..Tool::default()
                }
            }
        }
    }
}

impl Tool {
    /// Brings its material.
    pub(crate) async fn import(&self, kms: &Kms, expires: &str) {
        let parameters = [
            ("KeyId", &*self.key),
            ("EncryptedKeyMaterial", &*self.output),
            ("ImportToken", &*self.token),
            ("KeyMaterialExpireUnix", expires),
        ];
        kms.call("ImportKeyMaterial", &parameters).await.ok();
    }
}

fn text(json: &Value, name: &str) -> String {
    json[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name}: {json}"))
        .to_owned()
}

/// Makes a key pair and gives it with its version.
pub(crate) async fn key_pair(kms: &Kms, spec: &str, usage: &str) -> Tool {
    let made = kms
        .call("CreateKey", &[("KeySpec", spec), ("KeyUsage", usage)])
        .await
        .ok();
    let key = text(&made["KeyMetadata"], "KeyId");
    let listed = kms.call("ListKeyVersions", &[("KeyId", &key)]).await.ok();
    assert_eq!(listed["TotalCount"], 1, "{listed}");
    Tool {
        version: text(&listed["KeyVersions"]["KeyVersion"][0], "KeyVersionId"),
        key,
        ..Tool::default()
    }
}

async fn encryptor(kms: &Kms) -> Tool {
    let mut tool = key_pair(kms, "RSA_2048", "ENCRYPT/DECRYPT").await;
    let parameters = [
        ("KeyId", &*tool.key),
        ("KeyVersionId", &*tool.version),
        ("Algorithm", "RSAES_OAEP_SHA_256"),
        ("Plaintext", PLAINTEXT),
    ];
    let made = kms.call("AsymmetricEncrypt", &parameters).await.ok();
    tool.output = text(&made, "CiphertextBlob");
    tool
}

async fn signer(kms: &Kms) -> Tool {
    let mut tool = key_pair(kms, "EC_P256", "SIGN/VERIFY").await;
    let parameters = [
        ("KeyId", &*tool.key),
        ("KeyVersionId", &*tool.version),
        ("Algorithm", "ECDSA_SHA_256"),
        ("Digest", DIGEST),
    ];
    let made = kms.call("AsymmetricSign", &parameters).await.ok();
    tool.output = text(&made, "Value");
    tool
}

async fn authenticator(kms: &Kms) -> Tool {
    let made = kms.call("CreateKey", &[("KeySpec", "HMAC_SHA_256")]).await.ok();
    let key = text(&made["KeyMetadata"], "KeyId");
    let parameters = [
        ("KeyId", &*key),
        ("Algorithm", "HMAC_SHA_256"),
        ("Message", PLAINTEXT),
    ];
    let made = kms.call("GenerateMac", &parameters).await.ok();
    Tool {
        output: text(&made, "Mac"),
        key,
        ..Tool::default()
    }
}

async fn external(kms: &Kms, helper: &str) -> Tool {
    let made = kms.call("CreateKey", &[("Origin", "EXTERNAL")]).await.ok();
    let key = text(&made["KeyMetadata"], "KeyId");
    let (output, token) = wrapped_material(kms, &key, helper, 32).await;
    Tool {
        key,
        output,
        token,
        ..Tool::default()
    }
}

/// New material for a key, wrapped, and the token to bring it with. The service itself wraps it: material that is
/// exported to a public key is what comes in through one.
pub(crate) async fn wrapped_material(kms: &Kms, key: &str, helper: &str, length: usize) -> (String, String) {
    let wrapping = [
        ("WrappingKeySpec", "RSA_2048"),
        ("WrappingAlgorithm", "RSAES_OAEP_SHA_256"),
    ];
    let named = [&[("KeyId", key)], &wrapping[..]].concat();
    let given = kms.call("GetParametersForImport", &named).await.ok();
    let (public_key, length) = (text(&given, "PublicKey"), length.to_string());
    let export = [
        &[
            ("KeyId", helper),
            ("NumberOfBytes", &length),
            ("PublicKeyBlob", &public_key),
        ],
        &wrapping[..],
    ]
    .concat();
    let made = kms.call("GenerateAndExportDataKey", &export).await.ok();
    (text(&made, "ExportedDataKey"), text(&given, "ImportToken"))
}
