//! Bring what an authority issued.

use claviger_audit::record::Fields;
use claviger_model::{Action, Change, Error, Field, Issued};
use claviger_x509::{Certificate, check_chain, fits_key};

use super::{change, describe, one, permitted, sealed};
use crate::call::{CertificateRef, Need, Note};
use crate::envelope::from_provider;
use crate::pipeline::{Context, Operation, Permitted};

/// A certificate with those of its authorities, each issued by the next. Whether they are valid now, or trusted by
/// anybody, is not looked at: that is for those who rely on them.
#[derive(Debug, Clone)]
pub struct IssuedChain {
    leaf: Certificate,
    chain: Vec<Certificate>,
}

impl IssuedChain {
    /// Reads them from PEM. Authorities give chains with and without the certificate itself in front; both are taken.
    ///
    /// # Errors
    /// [`Field::Certificate`] where the first is not one certificate, [`Field::CertificateChain`] where the others are
    /// none, or do not lead from it upwards.
    pub fn parse(certificate: &str, chain: Option<&str>) -> Result<Self, Error> {
        let leaf = Certificate::from_pem(certificate).map_err(|_| Error::Invalid(Field::Certificate))?;
        let wrong = Error::Invalid(Field::CertificateChain);
        let mut chain = match chain {
            None => Vec::new(),
            Some(text) => Certificate::chain_from_pem(text).map_err(|_| wrong.clone())?,
        };
        if chain.first() == Some(&leaf) {
            chain.remove(0);
        }
        check_chain(&leaf, &chain).map_err(|_| wrong)?;
        Ok(Self { leaf, chain })
    }

    fn to_pem(&self) -> Issued {
        Issued {
            certificate: self.leaf.to_pem(),
            chain: self.chain.iter().map(Certificate::to_pem).collect(),
        }
    }
}

/// Puts what an authority issued in its place. The first makes the certificate active.
///
/// Refused with [`Field::Certificate`] where it is for another key pair.
#[derive(Debug)]
pub struct UploadCertificate {
    /// The certificate that waits for it.
    pub certificate: CertificateRef,
    /// What was issued.
    pub issued: IssuedChain,
}

impl Operation for UploadCertificate {
    const ACTION: Action = Action::UploadCertificate;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        request.text("serial", &self.issued.leaf.serial());
        request.text("issuer", &self.issued.leaf.issuer());
        request.number("authorities", self.issued.chain.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let (certificate, now) = (permitted(&permit)?, cx.call.time);
        let issued = self.issued.to_pem();
        certificate.clone().upload(issued.clone(), now)?;
        let sealed = sealed(certificate);
        let public = cx.service.providers.of(&sealed.binding)?.public_key(sealed).await;
        if !fits_key(&self.issued.leaf, &public.map_err(from_provider)?) {
            return Err(Error::Invalid(Field::Certificate));
        }
        change(cx, certificate, note, move |certificate| {
            Ok(certificate.upload(issued.clone(), now)?)
        })
        .await
    }
}
