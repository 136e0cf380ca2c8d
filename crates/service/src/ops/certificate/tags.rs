//! Labels on certificates.

use claviger_audit::record::Fields;
use claviger_model::{Action, CertificateId, Error, Quota, Tags};

use super::{change, describe, one, permitted};
use crate::call::{Asked, CertificateRef, Need, Note};
use crate::ops::pairs;
use crate::pipeline::{Context, Operation, Permitted};

/// Sets tags of a certificate, over older values of the same tag keys.
///
/// Refused with [`Quota::Tags`] where it would bear too many.
#[derive(Debug)]
pub struct TagCertificate {
    /// The certificate.
    pub certificate: CertificateRef,
    /// Keys and values of the tags.
    pub tags: Vec<(String, String)>,
}

/// Takes tags of a certificate away. Tags that it does not bear are passed over.
#[derive(Debug)]
pub struct UntagCertificate {
    /// The certificate.
    pub certificate: CertificateRef,
    /// Keys of the tags.
    pub names: Vec<String>,
}

/// Shows the tags of a certificate.
#[derive(Debug)]
pub struct ListCertificateTags {
    /// The certificate.
    pub certificate: CertificateRef,
}

/// The tags of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateTags {
    /// The certificate.
    pub certificate: CertificateId,
    /// All of its tags.
    pub tags: Tags,
}

impl Operation for TagCertificate {
    const ACTION: Action = Action::TagResource;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn asked(&self) -> Asked<'_> {
        Asked::tags(pairs(&self.tags))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        request.number("tags", self.tags.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let (added, now) = (self.tags, cx.call.time);
        let changed = change(cx, permitted(&permit)?, note, move |certificate| {
            let mut tags = certificate.tags.clone();
            for (name, value) in &added {
                tags.set(name.clone(), value.clone())
                    .map_err(|_| Error::Quota(Quota::Tags))?;
            }
            Ok(certificate.tag(tags, now))
        });
        changed.await.map(drop)
    }
}

impl Operation for UntagCertificate {
    const ACTION: Action = Action::UntagResource;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn asked(&self) -> Asked<'_> {
        Asked::tag_keys(&self.names)
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        request.number("tags", self.names.len() as u64);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let (names, now) = (self.names, cx.call.time);
        let changed = change(cx, permitted(&permit)?, note, move |certificate| {
            let mut tags = certificate.tags.clone();
            for name in &names {
                tags.remove(name);
            }
            Ok(certificate.tag(tags, now))
        });
        changed.await.map(drop)
    }
}

impl Operation for ListCertificateTags {
    const ACTION: Action = Action::ListResourceTags;
    type Output = CertificateTags;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
    }

    async fn run(
        self,
        _cx: &Context<'_>,
        permit: Permitted,
        note: &mut Note,
    ) -> Result<CertificateTags, Error> {
        let certificate = permitted(&permit)?;
        note.response.certificate("certificate", certificate.id);
        note.response.number("tags", certificate.tags.len() as u64);
        Ok(CertificateTags {
            certificate: certificate.id,
            tags: certificate.tags.clone(),
        })
    }
}
