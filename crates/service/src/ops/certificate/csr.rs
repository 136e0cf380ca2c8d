//! Signing requests.
//!
//! SOURCE: RFC 2986.

use claviger_audit::record::Fields;
use claviger_model::{
    Action, Error, Field, HashAlgorithm, KeyId, KeySpec, KeyVersionId, Purpose, SignatureAlgorithm,
};
use claviger_provider::Sealed;
use claviger_x509::CsrDraft;

use super::from_csr;
use crate::call::{KeyRef, Need, Note};
use crate::envelope::from_provider;
use crate::ops::crypto::{VersionRef, check_signs, describe_signature, from_provider_about, ready_version};
use crate::pipeline::{Context, Operation, Permitted};

/// Makes a signing request for one version of a key pair. What the key is for does not matter: a request proves that its
/// author has the private half, and keys that decrypt have certificates too.
///
/// Refused with [`Field::Subject`] and [`Field::AlternativeNames`] for names that cannot stand in one, with
/// [`Field::Algorithm`] where the algorithm does not fit the key or cannot sign requests.
#[derive(Debug)]
pub struct CreateCsr {
    /// The key.
    pub key: KeyRef,
    /// The version of it; `None` is text that no version can have as its id, and is not found.
    pub version: Option<KeyVersionId>,
    /// Whose certificate it will be, as text of RFC 2253.
    pub subject: String,
    /// DNS names, IP addresses and e-mail addresses.
    pub alternative_names: Vec<String>,
    /// How the request is signed; none is PKCS #1 v1.5 with SHA-256 for RSA, and the hash of the curve's size for ECDSA.
    pub algorithm: Option<SignatureAlgorithm>,
}

/// A signing request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
    /// The request in PEM.
    pub csr: String,
}

impl Operation for CreateCsr {
    const ACTION: Action = Action::CreateCsr;
    type Output = SigningRequest;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        CsrDraft::check_names(&self.subject, &self.alternative_names).map_err(from_csr)?;
        Ok(VersionRef::Named(self.version).need(Self::ACTION, &self.key))
    }

    fn describe(&self, request: &mut Fields) {
        VersionRef::Named(self.version).describe(request, &self.key);
        if let Some(algorithm) = self.algorithm {
            describe_signature(request, algorithm);
        }
        describe_names(request, &self.subject, &self.alternative_names);
    }

    async fn run(
        self,
        cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<SigningRequest, Error> {
        let sealed = ready_version(&permit, 0, Purpose::PublicKey)?;
        let algorithm = self
            .algorithm
            .unwrap_or_else(|| default_algorithm(sealed.binding.spec));
        let csr = make(cx, sealed, &self.subject, &self.alternative_names, algorithm).await?;
        note.response.key("key", sealed.binding.key);
        note.response.version("version", sealed.binding.version);
        Ok(SigningRequest {
            key: sealed.binding.key,
            version: sealed.binding.version,
            csr,
        })
    }
}

fn default_algorithm(spec: KeySpec) -> SignatureAlgorithm {
    match spec {
        KeySpec::EcP256 | KeySpec::EcP256k => SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256),
        KeySpec::EcP384 => SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384),
        KeySpec::EcP521 => SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha512),
        KeySpec::Sm2 => SignatureAlgorithm::Sm2Dsa,
        _ => SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256),
    }
}

/// Writes a request and signs it with the key pair that it is about. Gives it in PEM.
pub(super) async fn make(
    cx: &Context<'_>,
    sealed: Sealed<'_>,
    subject: &str,
    alternative_names: &[String],
    algorithm: SignatureAlgorithm,
) -> Result<String, Error> {
    check_signs(algorithm, sealed.binding.spec)?;
    let provider = cx.service.providers.of(&sealed.binding)?;
    let public = provider.public_key(sealed).await.map_err(from_provider)?;
    let draft = CsrDraft::new(subject, alternative_names, &public, algorithm).map_err(from_csr)?;
    let signature = provider.sign(sealed, algorithm, &draft.digest()).await;
    let signature = signature.map_err(from_provider_about(Field::Algorithm))?;
    Ok(draft.finish(&signature).to_pem())
}

/// Writes the names of a request into an audit record: they are public, as they are in the certificate.
pub(super) fn describe_names(request: &mut Fields, subject: &str, alternative_names: &[String]) {
    request.text("subject", subject);
    request.number("alternative_names", alternative_names.len() as u64);
}
