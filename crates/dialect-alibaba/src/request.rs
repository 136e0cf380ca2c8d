//! From an HTTP request to parameters, scheme, operation and format.

use claviger_front::HeaderView;
use claviger_signing::Refusal;
use claviger_signing::acs::{Request as Signed, StringToSign};
use claviger_signing::query::{DecodeError, Params, decode_pairs};
use claviger_signing::scheme::{self, Scheme};
use http::{HeaderMap, HeaderName, Method, header};

use crate::answer::Format;
use crate::error::WireError;

/// How a request is signed, with what was computed from it while only the query was decoded.
pub(crate) enum Signature<'a> {
    Acs(
        claviger_signing::acs::Authorization<'a>,
        Result<StringToSign, Refusal>,
    ),
    Instance,
    Bearer,
    /// The parameters will tell.
    Params,
}

/// Decodes query and form body, and notes the signature that the headers announce.
pub(crate) fn decode<'a>(
    head: &'a http::request::Parts,
    headers: &'a HeaderView<'a>,
    body: &'a [u8],
    params: &mut Params<'a>,
) -> Result<Signature<'a>, WireError> {
    decode_pairs(head.uri.query().unwrap_or_default().as_bytes(), params)
        .map_err(|error| undecodable(&error))?;
    let announced = scheme::by_headers(headers).map_err(|refusal| refused(&refusal))?;
    let signature = match announced {
        Some(Scheme::Acs(authorization)) => {
            let method = head.method.as_str();
            let signed = Signed {
                method,
                path: head.uri.path(),
                query: params,
                headers,
                body,
            };
            let text = StringToSign::new(&authorization, &signed);
            if text.is_err() {
                // No key could verify this, so what the body holds does not matter.
                return Ok(Signature::Acs(authorization, text));
            }
            Signature::Acs(authorization, text)
        }
        Some(Scheme::InstanceGateway) => return Ok(Signature::Instance),
        Some(Scheme::Bearer) => return Ok(Signature::Bearer),
        Some(Scheme::Rpc(_) | Scheme::Anonymous) | None => Signature::Params,
    };
    if !body.is_empty() {
        if !is_form(&head.headers) {
            return Err(WireError::unparsable(
                &"the body is not application/x-www-form-urlencoded",
            ));
        }
        decode_pairs(body, params).map_err(|error| undecodable(&error))?;
    }
    Ok(signature)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn undecodable(error: &DecodeError) -> WireError {
    match error {
        DecodeError::BrokenEscape { name: Some(name) } | DecodeError::NotUtf8 { name: Some(name) } => {
            WireError::invalid(name)
        }
        DecodeError::BrokenEscape { name: None }
        | DecodeError::NotUtf8 { name: None }
        | DecodeError::TooManyPairs => WireError::unparsable(error),
    }
}

/// A signature that cannot be checked.
pub(crate) fn refused(refusal: &Refusal) -> WireError {
    match refusal {
        Refusal::MissingParameter(name) => WireError::missing(name),
        Refusal::BodyHash(_) => WireError::wrong_signature(&refusal.to_string()),
        Refusal::KeyPairAlgorithm(_)
        | Refusal::UnknownAlgorithm(_)
        | Refusal::Malformed(_)
        | Refusal::UnsignedHeader(_)
        | Refusal::AbsentHeader(_)
        | Refusal::ScopeDate
        | Refusal::SignatureMethod(_)
        | Refusal::SignatureVersion(_)
        | Refusal::SignatureType(_) => WireError::incomplete_signature(refusal),
    }
}

/// Each header that an ACS signature gives a meaning must be there once: of several the signature covers all, joined,
/// and the server acts on the first.
pub(crate) fn once(headers: &HeaderMap) -> Result<(), WireError> {
    let counts = |name: &str| matches!(name, "host" | "authorization") || name.starts_with("x-acs-");
    let repeated =
        |name: &&HeaderName| counts(name.as_str()) && headers.get_all(*name).iter().nth(1).is_some();
    match headers.keys().find(repeated) {
        Some(name) => {
            let detail = format_args!("the header `{name}` is repeated");
            Err(WireError::incomplete_signature(&detail))
        }
        None => Ok(()),
    }
}

/// Whether the method is served at all.
///
/// SOURCE: common error codes, `UnsupportedHTTPMethod`.
pub(crate) fn method(method: &Method) -> Result<(), WireError> {
    if matches!(*method, Method::GET | Method::POST) {
        Ok(())
    } else {
        Err(WireError::method())
    }
}

/// The format asked for. Anything but XML is JSON: old clients send the text `None`.
pub(crate) fn format(params: &Params<'_>) -> Format {
    match params.get("Format") {
        Some(format) if format.eq_ignore_ascii_case("xml") => Format::Xml,
        _ => Format::Json,
    }
}
