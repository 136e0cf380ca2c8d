//! Certificates with their key pairs, and the laws of their states.
//!
//! SOURCE: Alibaba Cloud KMS, CreateCertificate, UploadCertificate, UpdateCertificateStatus, DescribeCertificate (read
//! 2026-11-22).

use std::fmt;

use jiff::Timestamp;

use crate::{CertificateId, Change, KeySpec, Material, ProtectionLevel, Refusal, Scope, Tags};

/// How a certificate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CertificateStatus {
    /// There is a signing request, and no certificate for it yet.
    Pending,
    /// In use.
    Active,
    /// Switched off by its owner.
    Inactive,
    /// Called back for good: old signatures can still be verified.
    Revoked,
}

impl CertificateStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Inactive, Self::Revoked];
}

impl fmt::Display for CertificateStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Revoked => "revoked",
        })
    }
}

/// What a caller wants to do with the key pair of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateUse {
    /// Sign with the private half.
    Sign,
    /// Decrypt with the private half.
    Decrypt,
    /// Verify with the public half.
    Verify,
    /// Encrypt to the public half.
    Encrypt,
}

/// What an authority gave for a signing request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate in PEM.
    pub certificate: String,
    /// Those of its authorities, the nearest first, in PEM one after the other; empty if none were brought.
    pub chain: String,
}

/// A certificate, from its signing request on, with the key pair it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its name for life.
    pub id: CertificateId,
    /// Account and region it lives in.
    pub scope: Scope,
    /// What its key pair is made of.
    pub spec: KeySpec,
    /// Where the key pair is held.
    pub protection: ProtectionLevel,
    /// Whether its owner means to take the private half out one day.
    pub exportable: bool,
    /// The subject that was asked for, as text of RFC 2253.
    pub subject: String,
    /// The alternative names that were asked for.
    pub alternative_names: Vec<String>,
    /// The signing request in PEM.
    pub csr: String,
    /// What came back for it; none in [`CertificateStatus::Pending`], and always there otherwise.
    pub issued: Option<Issued>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// What may be done with it.
    pub status: CertificateStatus,
    /// Its labels.
    pub tags: Tags,
    /// The key pair, sealed.
    pub material: Material,
}

impl Certificate {
    /// Takes what an authority issued. The first makes it active; later ones, for the same key pair, leave the status as
    /// it is.
    ///
    /// # Errors
    /// [`Refusal::CertificateTransition`] for one that is revoked.
    pub fn upload(mut self, issued: Issued, now: Timestamp) -> Result<Change<Self>, Refusal> {
        match self.status {
            CertificateStatus::Revoked => return Err(Refusal::CertificateTransition(self.status)),
            CertificateStatus::Pending => self.status = CertificateStatus::Active,
            CertificateStatus::Active | CertificateStatus::Inactive => {}
        }
        let issued = Some(issued);
        if self.issued == issued {
            return Ok(Change::AlreadySo(self));
        }
        self.issued = issued;
        self.updated = now;
        Ok(Change::Changed(self))
    }

    /// Switches it on or off, or revokes it. Revocation is final.
    ///
    /// # Errors
    /// [`Refusal::CertificateTransition`] while there is no certificate, after revocation, and back to
    /// [`CertificateStatus::Pending`].
    pub fn set_status(mut self, status: CertificateStatus, now: Timestamp) -> Result<Change<Self>, Refusal> {
        use CertificateStatus::{Active, Inactive, Pending, Revoked};
        match (self.status, status) {
            (Pending, _) | (_, Pending) | (Revoked, Active | Inactive) => {
                Err(Refusal::CertificateTransition(self.status))
            }
            (from, to) if from == to => Ok(Change::AlreadySo(self)),
            (Active | Inactive | Revoked, _) => {
                self.status = status;
                self.updated = now;
                Ok(Change::Changed(self))
            }
        }
    }

    /// Replaces the tags, in every status.
    #[must_use]
    pub fn tag(mut self, tags: Tags, now: Timestamp) -> Change<Self> {
        if self.tags == tags {
            return Change::AlreadySo(self);
        }
        self.tags = tags;
        self.updated = now;
        Change::Changed(self)
    }

    /// Whether its key pair may be used like that now: an active one for everything, a revoked one to verify only.
    ///
    /// # Errors
    /// [`Refusal::CertificateUse`].
    pub fn ready_for(&self, purpose: CertificateUse) -> Result<(), Refusal> {
        match (self.status, purpose) {
            (CertificateStatus::Active, _) | (CertificateStatus::Revoked, CertificateUse::Verify) => Ok(()),
            (CertificateStatus::Pending | CertificateStatus::Inactive | CertificateStatus::Revoked, _) => {
                Err(Refusal::CertificateUse(self.status))
            }
        }
    }
}

#[cfg(test)]
mod tests;
