//! RPC requests as the older Python client sends them: POST, everything in the query, no body.
//! SOURCE: Alibaba Cloud, "RPC style API: signature version 1.0", read 2026-11-21; fixtures/alibaba/recorded.

use super::template::{Draft, NONCE, TIME};
use super::{Call, Client, escape, query};

/// The request up to the signature and after it, and the string to sign.
pub(super) fn draft(call: &Call<'_>, client: &Client<'_>) -> Draft {
    let mut pairs = call.parameters.to_vec();
    pairs.extend([
        ("Version", client.version),
        ("Action", call.action),
        ("Format", "JSON"),
        ("RegionId", client.region),
        ("Timestamp", TIME),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureType", ""),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", NONCE),
        ("AccessKeyId", client.access_key_id),
    ]);
    let head = format!("POST /?{}&Signature=", query(&pairs));
    let tail = format!(
        " HTTP/1.1\r\n\
         Host: {}\r\n\
         User-Agent: AlibabaCloud (Linux 6.1.0;x86_64) Python/3.11.7 Core/2.16.1 python-requests/2.18.3\r\n\
         Accept-Encoding: identity\r\n\
         Accept: */*\r\n\
         Connection: keep-alive\r\n\
         x-acs-action: {}\r\n\
         x-acs-version: {}\r\n\
         x-sdk-invoke-type: normal\r\n\
         x-sdk-client: python/2.0.0\r\n\
         Content-Length: 0\r\n\r\n",
        client.host, call.action, client.version
    );
    pairs.sort_unstable();
    let signed = format!("POST&%2F&{}", escape(&query(&pairs)));
    // The string to sign holds the parameters escaped twice.
    Draft {
        head,
        tail,
        signed,
        head_escapes: 1,
        signed_escapes: 2,
    }
}
