//! What a scene holds for the operations on certificates.

use claviger_testkit::Authority;
use serde_json::Value;

use crate::kms::Kms;
use crate::props::DIGEST;
use crate::scene::{PLAINTEXT, Parameters};

/// An active certificate for an RSA key that has signed [`DIGEST`] and encrypted [`PLAINTEXT`], and one that waits for what
/// was issued.
pub(crate) struct Papers {
    pub(crate) active: String,
    signature: String,
    blob: String,
    pub(crate) pending: String,
    leaf: String,
    chain: String,
}

fn text(json: &Value, name: &str) -> String {
    let text = json[name].as_str();
    text.unwrap_or_else(|| panic!("{name}: {json}")).to_owned()
}

/// Makes a certificate and gives its id and its signing request.
pub(crate) async fn create(kms: &Kms, spec: &str) -> (String, String) {
    let parameters = [
        ("Subject", "CN=www.example.com,O=Example,C=CN"),
        ("KeySpec", spec),
    ];
    let made = kms.call("CreateCertificate", &parameters).await.ok();
    (text(&made, "CertificateId"), text(&made, "Csr"))
}

/// Makes one that is in use.
pub(crate) async fn active(kms: &Kms, authority: &Authority, spec: &str) -> String {
    let (id, csr) = create(kms, spec).await;
    let (leaf, chain) = (authority.issue(&csr), authority.chain());
    let parameters = [
        ("CertificateId", &*id),
        ("Certificate", &leaf),
        ("CertificateChain", &chain),
    ];
    kms.call("UploadCertificate", &parameters).await.ok();
    id
}

impl Papers {
    pub(crate) async fn make(kms: &Kms) -> Self {
        let authority = Authority::new();
        let active = active(kms, &authority, "RSA_2048").await;
        let about = [("CertificateId", &*active), ("Algorithm", "RSA_PKCS1_SHA_256")];
        let sign = [("MessageType", "DIGEST"), ("Message", DIGEST)];
        let signed = kms
            .call("CertificatePrivateKeySign", &[about, sign].concat())
            .await;
        let oaep = [("Algorithm", "RSAES_OAEP_SHA_256"), ("Plaintext", PLAINTEXT)];
        let encrypted = kms
            .call("CertificatePublicKeyEncrypt", &[&about[..1], &oaep].concat())
            .await;
        let (pending, csr) = create(kms, "EC_P256").await;
        Self {
            signature: text(&signed.ok(), "SignatureValue"),
            blob: text(&encrypted.ok(), "CiphertextBlob"),
            active,
            pending,
            leaf: authority.issue(&csr),
            chain: authority.chain(),
        }
    }

    /// See `Scene::parameters`.
    pub(crate) fn parameters(&self, action: &str) -> Parameters {
        let text = |name: &'static str, value: &str| (name, value.to_owned());
        let mut parameters = vec![text("CertificateId", &self.active)];
        let signed = [
            text("Algorithm", "RSA_PKCS1_SHA_256"),
            text("MessageType", "DIGEST"),
            text("Message", DIGEST),
        ];
        let oaep = text("Algorithm", "RSAES_OAEP_SHA_256");
        match action {
            "CertificatePrivateKeyDecrypt" => parameters.extend([oaep, text("CiphertextBlob", &self.blob)]),
            "CertificatePrivateKeySign" => parameters.extend(signed),
            "CertificatePublicKeyEncrypt" => parameters.extend([oaep, text("Plaintext", PLAINTEXT)]),
            "CertificatePublicKeyVerify" => {
                parameters.extend(signed);
                parameters.push(text("SignatureValue", &self.signature));
            }
            "CreateCertificate" => {
                parameters = vec![
                    text("Subject", "CN=www.example.com,OU=kms,O=Example,C=CN"),
                    text("SubjectAlternativeNames", r#"["www.example.com","192.0.2.1"]"#),
                    text("KeySpec", "EC_P256"),
                    text("ExportablePrivateKey", "false"),
                ];
            }
            "DeleteCertificate" | "DescribeCertificate" | "GetCertificate" => {}
            "UpdateCertificateStatus" => parameters.push(text("Status", "INACTIVE")),
            "UploadCertificate" => {
                parameters = vec![
                    text("CertificateId", &self.pending),
                    text("Certificate", &self.leaf),
                    text("CertificateChain", &self.chain),
                ];
            }
            other => panic!("no call for {other}"),
        }
        parameters
    }
}
