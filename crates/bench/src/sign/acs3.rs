//! ACS3 requests as the newer Python client sends them: POST, parameters in the query, signature in a header.
//! SOURCE: Alibaba Cloud, "V3 request body and signature", read 2026-11-21; fixtures/alibaba/recorded.

use super::template::{Draft, NONCE, TIME};
use super::{Call, Client, query};

/// The name of the scheme, in the header and in the string to sign.
pub(super) const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// SHA-256 of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The request up to the signature and after it, and the canonical request.
pub(super) fn draft(call: &Call<'_>, client: &Client<'_>) -> Draft {
    let mut pairs = call.parameters.to_vec();
    pairs.sort_unstable();
    let query = query(&pairs);
    // Sorted by name, as they are signed.
    let headers = [
        ("accept", "application/json"),
        ("host", client.host),
        (
            "user-agent",
            "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2",
        ),
        ("x-acs-action", call.action),
        ("x-acs-content-sha256", EMPTY),
        ("x-acs-credentials-provider", "static_ak"),
        ("x-acs-date", TIME),
        ("x-acs-signature-nonce", NONCE),
        ("x-acs-version", client.version),
    ];
    let names = headers.map(|(name, _)| name).join(";");
    let lines = |separator: &str, end: &str| {
        let lines = headers.map(|(name, value)| [name, separator, value, end].concat());
        lines.concat()
    };
    let head = format!(
        "POST /?{query} HTTP/1.1\r\nAccept-Encoding: identity\r\n{}\
         Authorization: {ALGORITHM} Credential={},SignedHeaders={names},Signature=",
        lines(": ", "\r\n"),
        client.access_key_id
    );
    let tail = "\r\nContent-Length: 0\r\n\r\n".to_owned();
    let signed = format!("POST\n/\n{query}\n{}\n{names}\n{EMPTY}", lines(":", "\n"));
    Draft {
        head,
        tail,
        signed,
        head_escapes: 0,
        signed_escapes: 0,
    }
}
