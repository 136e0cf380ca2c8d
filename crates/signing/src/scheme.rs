//! Which scheme a request is signed with.
//!
//! The order of the tests is part of the contract. `x-acs-action` decides nothing: RPC clients send it too.

use crate::acs::Authorization;
use crate::authorization::AUTHORIZATION;
use crate::headers::{Headers, single};
use crate::query::Params;
use crate::refusal::Refusal;
use crate::rpc::Proof;

/// How a request says who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme<'r> {
    /// The protocol of dedicated instances (`x-kms-apiname`): another wire format, not offered.
    InstanceGateway,
    /// Signed headers: ACS3 or ACS4.
    Acs(Authorization<'r>),
    /// A bearer token: not offered.
    Bearer,
    /// RPC style 1.0.
    Rpc(Proof<'r>),
    /// No signature at all.
    Anonymous,
}

/// The scheme, if the headers tell it: everything but [`Scheme::Rpc`] and [`Scheme::Anonymous`].
///
/// # Errors
/// A [`Refusal`] if there is an ACS authorization that cannot be used.
pub fn by_headers<H: Headers + ?Sized>(headers: &H) -> Result<Option<Scheme<'_>>, Refusal> {
    if headers.values("x-kms-apiname").next().is_some() {
        return Ok(Some(Scheme::InstanceGateway));
    }
    if headers
        .values(AUTHORIZATION)
        .any(|value| value.trim_ascii_start().starts_with(b"ACS"))
    {
        // Two authorizations could be read differently by a proxy and by us.
        let value = single(headers, AUTHORIZATION).ok_or(Refusal::Malformed(AUTHORIZATION))?;
        return Authorization::parse(value).map(|authorization| Some(Scheme::Acs(authorization)));
    }
    let bearer =
        headers.values(AUTHORIZATION).any(is_bearer) || headers.values("x-acs-bearer-token").next().is_some();
    Ok(bearer.then_some(Scheme::Bearer))
}

/// The scheme of a request whose headers did not tell it. `params` holds the query and a form body.
///
/// # Errors
/// A [`Refusal`] if there is an RPC signature that is incomplete or of a kind not offered.
pub fn by_params<'r>(params: &'r Params<'_>) -> Result<Scheme<'r>, Refusal> {
    if params.get("SignatureType") == Some("BEARERTOKEN") {
        Ok(Scheme::Bearer)
    } else if params.get("Signature").is_some() {
        Proof::parse(params).map(Scheme::Rpc)
    } else {
        Ok(Scheme::Anonymous)
    }
}

/// SOURCE: RFC 9110 §11.1: the name of an authentication scheme ignores case.
fn is_bearer(value: &[u8]) -> bool {
    let name = value.trim_ascii().split(u8::is_ascii_whitespace).next();
    name.is_some_and(|name| name.eq_ignore_ascii_case(b"bearer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACS: (&str, &str) = (
        "Authorization",
        "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=00",
    );
    const RPC: [(&str, &str); 4] = [
        ("Signature", "c2ln"),
        ("AccessKeyId", "id"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
    ];

    /// As a door does: the headers first, then the parameters.
    fn detect<'r>(headers: &'r [(&'r str, &'r str)], params: &'r Params<'_>) -> Result<Scheme<'r>, Refusal> {
        match by_headers(headers)? {
            Some(scheme) => Ok(scheme),
            None => by_params(params),
        }
    }

    fn name(headers: &[(&str, &str)], params: &[(&str, &str)]) -> &'static str {
        let params = Params::from_pairs(params.iter().copied()).unwrap();
        match detect(headers, &params).unwrap() {
            Scheme::InstanceGateway => "instance gateway",
            Scheme::Acs(_) => "acs",
            Scheme::Bearer => "bearer",
            Scheme::Rpc(_) => "rpc",
            Scheme::Anonymous => "anonymous",
        }
    }

    #[test]
    fn the_first_matching_test_decides() {
        let gateway = ("x-kms-apiname", "Encrypt");
        let token = ("x-acs-bearer-token", "t");
        assert_eq!(name(&[gateway, ACS, token], &RPC), "instance gateway");
        assert_eq!(
            name(&[("Authorization", "Bearer c2ln"), gateway], &[]),
            "instance gateway"
        );
        assert_eq!(name(&[ACS, token], &RPC), "acs");
        assert_eq!(name(&[token], &RPC), "bearer");
        assert_eq!(name(&[("authorization", "bearer t")], &RPC), "bearer");
        assert_eq!(name(&[("authorization", " Bearer")], &RPC), "bearer");
        assert_eq!(
            name(&[], &[&RPC[..], &[("SignatureType", "BEARERTOKEN")]].concat()),
            "bearer"
        );
        assert_eq!(name(&[("x-acs-action", "Encrypt")], &RPC), "rpc");
        assert_eq!(
            name(&[("x-acs-action", "Encrypt")], &[("Action", "Encrypt")]),
            "anonymous"
        );
    }

    #[test]
    fn an_authorization_that_is_not_ours_decides_nothing() {
        assert_eq!(name(&[("authorization", "Basic dTpw")], &RPC), "rpc");
        assert_eq!(name(&[("authorization", "Bearers t")], &[]), "anonymous");
        assert_eq!(name(&[("authorization", "")], &[]), "anonymous");
    }

    #[test]
    fn a_second_authorization_is_refused() {
        let other = ("authorization", "Basic dTpw");
        for headers in [[ACS, other], [other, ACS], [ACS, ACS]] {
            assert_eq!(by_headers(&headers), Err(Refusal::Malformed("authorization")));
        }
    }

    #[test]
    fn an_incomplete_rpc_signature_is_refused() {
        let params = Params::from_pairs([("Signature", "c2ln"), ("AccessKeyId", "id")]).unwrap();
        let headers: [(&str, &str); 0] = [];
        assert_eq!(
            detect(&headers, &params),
            Err(Refusal::MissingParameter("SignatureMethod"))
        );
    }
}
