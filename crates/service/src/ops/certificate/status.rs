//! Switch a certificate on or off, or revoke it.

use claviger_audit::record::Fields;
use claviger_model::{Action, CertificateStatus, Change, Error};

use super::{change, describe, one, permitted};
use crate::call::{CertificateRef, Need, Note};
use crate::pipeline::{Context, Operation, Permitted};

/// Sets the status of a certificate.
#[derive(Debug)]
pub struct UpdateCertificateStatus {
    /// The certificate.
    pub certificate: CertificateRef,
    /// The new status.
    pub status: CertificateStatus,
}

impl Operation for UpdateCertificateStatus {
    const ACTION: Action = Action::UpdateCertificateStatus;
    type Output = Change<()>;

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.certificate))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.certificate);
        request.text("status", &self.status.to_string());
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<Change<()>, Error> {
        let (status, now) = (self.status, cx.call.time);
        change(cx, permitted(&permit)?, note, move |certificate| {
            Ok(certificate.set_status(status, now)?)
        })
        .await
    }
}
