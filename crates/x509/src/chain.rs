//! Whether certificates lead from one to the next.
//!
//! SOURCE: RFC 5280, section 6.1, without time, revocation, name constraints and policies.

use crate::{Certificate, ChainError, MOST_CERTIFICATES};

/// Checks that `leaf` is issued and signed by the first of `chain`, that by the second, and so on. Each of the chain
/// must be a certification authority, allowed to sign certificates and to have as many authorities below it as it has.
/// A last certificate that is its own issuer must be signed by its own key; otherwise the root is left out, and the
/// last signature is not checked. An empty chain is one whose authorities are all left out.
///
/// Whether the certificates are valid at some time, or trusted by anybody, is not looked at.
///
/// # Errors
/// [`ChainError`] with the first thing that is wrong, from the leaf upwards.
pub fn check_chain(leaf: &Certificate, chain: &[Certificate]) -> Result<(), ChainError> {
    if chain.len() > MOST_CERTIFICATES {
        return Err(ChainError::Count);
    }
    let mut below = Below::default();
    let mut certificate = leaf;
    for (issuer, position) in chain.iter().zip(0..) {
        let before = [leaf].into_iter().chain(chain).take(position + 1);
        if before.into_iter().any(|other| other == issuer) {
            return Err(ChainError::Repeated {
                position: position + 1,
            });
        }
        if !issuer.is_named_as_issuer_of(certificate) {
            return Err(ChainError::NotIssuedByNext { position });
        }
        below.check(issuer, position + 1)?;
        check_signature(certificate, issuer, position)?;
        certificate = issuer;
    }
    if certificate.claims_own_signature() {
        check_signature(certificate, certificate, chain.len())?;
    }
    Ok(())
}

/// Whether the certificate is one for this public key, a `SubjectPublicKeyInfo` in DER.
pub fn fits_key(leaf: &Certificate, public_key_der: &[u8]) -> bool {
    leaf.public_key_der() == public_key_der
}

/// The authorities between the leaf and the issuer that is looked at. Those that are their own issuer do not count.
#[derive(Default)]
struct Below(usize);

impl Below {
    fn check(&mut self, issuer: &Certificate, position: usize) -> Result<(), ChainError> {
        let authority = issuer.authority().ok_or(ChainError::NotAuthority { position })?;
        if let Some(most) = authority.most_below.filter(|most| self.0 > usize::from(*most)) {
            return Err(ChainError::PathLength { position, most });
        }
        if !issuer.is_self_issued() {
            self.0 += 1;
        }
        Ok(())
    }
}

fn check_signature(
    certificate: &Certificate,
    issuer: &Certificate,
    position: usize,
) -> Result<(), ChainError> {
    let unsupported = ChainError::Unsupported { position };
    let scheme = certificate.scheme().ok_or(unsupported)?;
    let key = scheme.open(issuer.public_key_der()).map_err(|_| unsupported)?;
    let (signed, signature) = certificate.signed();
    if key.verify(signed, signature) {
        Ok(())
    } else {
        Err(ChainError::Signature { position })
    }
}
