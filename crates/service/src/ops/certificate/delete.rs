//! Delete a certificate.

use claviger_audit::record::Fields;
use claviger_model::{Action, Error};

use super::{binding, describe, one, permitted};
use crate::call::{CertificateRef, Need, Note};
use crate::pipeline::{Context, Operation, Permitted};

/// Deletes a certificate and its key pair, in every status and for good.
#[derive(Debug)]
pub struct DeleteCertificate(pub CertificateRef);

impl Operation for DeleteCertificate {
    const ACTION: Action = Action::DeleteCertificate;
    type Output = ();

    fn needs(&self) -> Result<Vec<Need>, Error> {
        Ok(one(Self::ACTION, &self.0))
    }

    fn describe(&self, request: &mut Fields) {
        describe(request, &self.0);
    }

    async fn run(self, cx: &Context<'_>, permit: Permitted, note: &mut Note) -> Result<(), Error> {
        let certificate = permitted(&permit)?;
        note.response.certificate("certificate", certificate.id);
        let (store, draft) = (cx.store(), cx.draft(note));
        let (scope, id) = (certificate.scope.clone(), certificate.id);
        let providers = cx.service.providers.clone();
        let change = async move {
            let was = store.delete_certificate(&scope, id, draft).await?.value;
            providers.forget(&binding(&was)).await;
            Ok(())
        };
        cx.make(change, |_| {}).await?;
        note.outboxed = true;
        let version = binding(certificate).version;
        cx.service.destroy(certificate.protection, &[version]).await;
        Ok(())
    }
}
