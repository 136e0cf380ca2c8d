//! SOURCE: Key Management Service API reference, "Encrypting a DEK", "Decrypting a DEK" (read 2026-11-22): hex digits of 1 to 1024 bytes;
//! those of a plaintext are followed by those of its digest, which is SHA-256, and SM3 for SM4 keys. Either length is that of
//! the data key in bytes, whatever it is called.

use claviger_model::{Action, HashAlgorithm};
use claviger_secret::SecretBytes;
use claviger_service::ops::crypto as core;
use claviger_signing::Hash;

use crate::error::codes::{self, Code};
use crate::error::{Fault, WireError};
use crate::json::Answer;
use crate::row::{Input, Shown, WireOp};

/// Bytes of either digest.
const DIGEST: usize = 32;
/// Most bytes that are documented in hex digits, of which there are 8192.
const HEX_LIMIT: usize = 4096;

const PLAIN_LENGTH: &str = "datakey_plain_length";
const CIPHER_LENGTH: &str = "datakey_cipher_length";

pub(super) struct EncryptDatakey;
pub(super) struct DecryptDatakey;

/// Bytes of a data key as a member tells them.
pub(super) fn length(input: &Input<'_>, name: &str, wrong: Code) -> Result<usize, WireError> {
    let told = input.fields.whole(name, wrong)?.unwrap_or_default();
    let length = usize::try_from(told)
        .ok()
        .filter(|bytes| (1..=1024).contains(bytes));
    length.ok_or_else(|| wrong.on(name))
}

/// The data key in front of its digest, and what made that: which of the two it has to be follows from the key.
fn plaintext(input: &Input<'_>, length: usize) -> Result<(SecretBytes, HashAlgorithm), WireError> {
    let bytes = input.fields.secret_hex("plain_text", HEX_LIMIT, codes::K2101)?;
    let parts = bytes.expose().split_at_checked(length);
    let (data_key, digest) = parts
        .filter(|(_, digest)| digest.len() == DIGEST)
        .ok_or_else(|| codes::K2104.on(PLAIN_LENGTH))?;
    let made_it = |hash: &HashAlgorithm| digest_of(*hash, data_key) == digest;
    let hash = [HashAlgorithm::Sha256, HashAlgorithm::Sm3]
        .into_iter()
        .find(made_it);
    let hash = hash.ok_or_else(|| codes::K2103.error())?;
    Ok((SecretBytes::copied(data_key), hash))
}

fn digest_of(hash: HashAlgorithm, data_key: &[u8]) -> [u8; DIGEST] {
    let hash = match hash {
        HashAlgorithm::Sm3 => Hash::Sm3,
        _ => Hash::Sha256,
    };
    hash.digest(data_key)
}

impl WireOp for EncryptDatakey {
    type Op = core::EncryptDigested;

    const ACTION: Action = Action::EncryptDataKey;
    const REQUIRED: &'static [&'static str] = &["key_id", "plain_text", PLAIN_LENGTH];

    fn decode(input: &Input<'_>) -> Result<core::EncryptDigested, Fault> {
        let key = input.key_or_alias("key_id")?;
        let length = length(input, PLAIN_LENGTH, codes::K2102)?;
        let (plaintext, hash) = plaintext(input, length)?;
        Ok(core::EncryptDigested {
            encrypt: core::Encrypt {
                key,
                payload: core::Payload::DataKey,
                plaintext,
                context: input.context()?,
            },
            hash,
        })
    }

    fn encode(shown: &Shown<'_>, output: core::Encrypted, answer: &mut Answer) {
        let length = shown.input.fields.whole(PLAIN_LENGTH, codes::K2102);
        answer.id("key_id", output.key.to_ascii());
        answer.hex("cipher_text", &output.blob);
        answer.number_text("datakey_length", length.ok().flatten().unwrap_or_default());
    }
}

impl WireOp for DecryptDatakey {
    type Op = core::DecryptExactly;

    const ACTION: Action = Action::DecryptDataKey;
    const REQUIRED: &'static [&'static str] = &["key_id", "cipher_text", CIPHER_LENGTH];

    fn decode(input: &Input<'_>) -> Result<core::DecryptExactly, Fault> {
        let key = input.key_or_alias("key_id")?;
        let length = length(input, CIPHER_LENGTH, codes::K2202)?;
        let context = input.context()?;
        let blob = input.fields.hex("cipher_text", HEX_LIMIT, codes::K2201)?;
        Ok(core::DecryptExactly {
            decrypt: core::Decrypt {
                ciphertext: core::Ciphertext::parse(blob)?,
                opener: core::Opener::Key(key),
                payload: core::Payload::DataKey,
                context,
            },
            length,
        })
    }

    fn encode(_: &Shown<'_>, output: core::Decrypted, answer: &mut Answer) {
        let data_key = output.plaintext.expose();
        answer.hex("data_key", data_key);
        answer.number_text(
            "datakey_length",
            u64::try_from(data_key.len()).unwrap_or(u64::MAX),
        );
        answer.hex("datakey_dgst", &digest_of(output.spec.companion_hash(), data_key));
    }
}
