//! SOURCE: Key Management Service API reference, "Querying the Public Key" (read 2026-11-22): PEM with lines that end in CR LF; RFC 7468
//! section 13 for what is in it, which is what programs expect under that label (the vendor's sample has something else).
//! Nothing is said of keys that are not enabled: a public half is no secret, and signatures are checked long after.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::crypto as core;

use crate::error::Fault;
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

/// Characters of a line. SOURCE: RFC 7468 section 2.
const LINE: usize = 64;

pub(super) struct GetPublickey;

impl WireOp for GetPublickey {
    type Op = core::GetPublicKey;

    const REQUIRED: &'static [&'static str] = &["key_id"];

    fn decode(input: &Input<'_>) -> Result<core::GetPublicKey, Fault> {
        Ok(core::GetPublicKey {
            key: input.key_or_alias("key_id")?,
            version: core::VersionRef::Newest,
            any_state: true,
        })
    }

    fn encode(_: &Shown<'_>, output: core::AsymmetricOutput, answer: &mut Answer) {
        answer.id("key_id", output.key.to_ascii());
        answer.text("public_key", &pem(&output.bytes));
    }
}

fn pem(der: &[u8]) -> String {
    let body = BASE64.encode(der);
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\r\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        text.push_str(line);
        text.push_str("\r\n");
        rest = after;
    }
    text.push_str("-----END PUBLIC KEY-----\r\n");
    text
}
