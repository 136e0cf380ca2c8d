//! Names of certificates, and what stands in them.
//!
//! SOURCE: KMS API reference, request parameters of the certificate operations (read 2026-11-22): an id. Resource names
//! are taken here too, like those of keys.

use claviger_model::Scope;
use claviger_service::{CertificateName, CertificateRef};

use super::keys::resource_name;
use crate::error::WireError;
use crate::row::Input;

/// Longest text that names a certificate.
const CERTIFICATE_TEXT_LIMIT: usize = 512;

impl Input<'_> {
    /// A certificate, named by its id or its resource name.
    pub(crate) fn certificate(&self, name: &str) -> Result<CertificateRef, WireError> {
        let found = certificate(self.required(name)?, self.scope);
        found.ok_or_else(|| WireError::invalid(name))
    }

    /// A JSON array of texts; none where the parameter is absent.
    pub(crate) fn text_list(&self, name: &str) -> Result<Vec<String>, WireError> {
        match self.optional(name) {
            None => Ok(Vec::new()),
            Some(text) => serde_json::from_str(text).map_err(|_| WireError::invalid(name)),
        }
    }
}

fn certificate(text: &str, home: &Scope) -> Option<CertificateRef> {
    if text.len() > CERTIFICATE_TEXT_LIMIT {
        return None;
    }
    let (scope, id) = match text.strip_prefix("acs:kms:") {
        None => (home.clone(), text),
        Some(rest) => {
            let (scope, tail) = resource_name(rest)?;
            (scope, tail.strip_prefix("certificate/")?)
        }
    };
    let name = id.parse();
    let name = name.map_or_else(|_| CertificateName::Unknown(id.into()), CertificateName::Id);
    (!id.is_empty()).then_some(CertificateRef { scope, name })
}
