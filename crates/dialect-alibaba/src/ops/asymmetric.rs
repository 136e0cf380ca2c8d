//! SOURCE: KMS API reference, AsymmetricEncrypt, AsymmetricDecrypt, GetPublicKey; "Encrypt and decrypt data by using an
//! asymmetric CMK" (read 2026-11-21): data is base64 on both sides, so that what OpenSSL encrypts to the public key
//! decrypts to the same bytes; ciphertexts are bare; the public key is a PEM text.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::crypto as core;

use super::algorithms::encryption;
use super::crypto::{check_dry_run, no_recipient};
use crate::answer::Answer;
use crate::params::{Fault, PLAINTEXT_LIMIT};
use crate::row::{Input, WireOp};

/// Most bytes of a ciphertext: SM2 adds about a hundred to the longest plaintext.
pub(super) const CIPHERTEXT_LIMIT: usize = PLAINTEXT_LIMIT + 512;

pub(super) struct AsymmetricEncrypt;
pub(super) struct AsymmetricDecrypt;
pub(super) struct GetPublicKey;

impl WireOp for AsymmetricEncrypt {
    type Op = core::AsymmetricEncrypt;

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricEncrypt, Fault> {
        check_dry_run(input)?;
        Ok(core::AsymmetricEncrypt {
            key: input.key("KeyId")?,
            version: core::VersionRef::Named(input.version("KeyVersionId")?),
            algorithm: encryption(input, "Algorithm")?,
            plaintext: input.secret_base64("Plaintext", PLAINTEXT_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::AsymmetricOutput, answer: &mut Answer) {
        encode_output(&output, "CiphertextBlob", answer);
    }
}

impl WireOp for AsymmetricDecrypt {
    type Op = core::AsymmetricDecrypt;

    fn decode(input: &Input<'_>) -> Result<core::AsymmetricDecrypt, Fault> {
        check_dry_run(input)?;
        no_recipient(input)?;
        Ok(core::AsymmetricDecrypt {
            key: input.key("KeyId")?,
            version: core::VersionRef::Named(input.version("KeyVersionId")?),
            algorithm: encryption(input, "Algorithm")?,
            ciphertext: input.base64("CiphertextBlob", CIPHERTEXT_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::Decrypted, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.id("KeyVersionId", output.version.to_ascii());
        answer.plain("Plaintext", &BASE64.encode(output.plaintext.expose()));
    }
}

impl WireOp for GetPublicKey {
    type Op = core::GetPublicKey;

    fn decode(input: &Input<'_>) -> Result<core::GetPublicKey, Fault> {
        check_dry_run(input)?;
        Ok(core::GetPublicKey {
            key: input.key("KeyId")?,
            version: core::VersionRef::Named(input.version("KeyVersionId")?),
            any_state: false,
        })
    }

    fn encode(_: &Input<'_>, output: core::AsymmetricOutput, answer: &mut Answer) {
        answer.id("KeyId", output.key.to_ascii());
        answer.id("KeyVersionId", output.version.to_ascii());
        answer.text("PublicKey", &pem(&output.bytes));
    }
}

/// Writes key, version and the result in base64.
pub(super) fn encode_output(output: &core::AsymmetricOutput, name: &str, answer: &mut Answer) {
    answer.id("KeyId", output.key.to_ascii());
    answer.id("KeyVersionId", output.version.to_ascii());
    answer.plain(name, &BASE64.encode(&output.bytes));
}

/// A public key as text.
///
/// SOURCE: RFC 7468 sections 2 and 13: lines of 64 characters.
pub(super) fn pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    let mut column = 0;
    for character in BASE64.encode(der).chars() {
        text.push(character);
        column += 1;
        if column == 64 {
            text.push('\n');
            column = 0;
        }
    }
    if column > 0 {
        text.push('\n');
    }
    text.push_str("-----END PUBLIC KEY-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_keys_have_lines_of_64_characters() {
        for length in [0, 1, 47, 48, 49, 96, 294] {
            let text = pem(&vec![0xa5; length]);
            let lines: Vec<_> = text.split_terminator('\n').collect();
            let (Some((&"-----BEGIN PUBLIC KEY-----", rest)), true) =
                (lines.split_first(), text.ends_with('\n'))
            else {
                panic!("{text}");
            };
            let Some((&"-----END PUBLIC KEY-----", body)) = rest.split_last() else {
                panic!("{text}");
            };
            assert!(body.iter().rev().skip(1).all(|line| line.len() == 64), "{text}");
            assert!(body.iter().all(|line| (1..=64).contains(&line.len())), "{text}");
            assert_eq!(BASE64.decode(body.concat()).map(|der| der.len()), Ok(length));
        }
    }
}
