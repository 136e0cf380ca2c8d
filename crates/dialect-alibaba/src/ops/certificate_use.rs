//! SOURCE: KMS API reference, CertificatePrivateKeySign, CertificatePublicKeyVerify, CertificatePublicKeyEncrypt,
//! CertificatePrivateKeyDecrypt (read 2026-11-22): RAW messages have at most 4096 bytes and are hashed here, RAW is the
//! default; a signature that does not fit is no error; data is base64 on both sides.

use base64::Engine as _;
use claviger_service::BASE64;
use claviger_service::ops::certificate as core;
use claviger_service::ops::crypto::Message;

use super::algorithms::{encryption, signature};
use super::asymmetric::CIPHERTEXT_LIMIT;
use super::sign::{DIGEST_LIMIT, SIGNATURE_LIMIT};
use crate::answer::Answer;
use crate::error::WireError;
use crate::params::{Fault, PLAINTEXT_LIMIT};
use crate::row::{Input, WireOp};

/// Most bytes of a message that is hashed here.
const MESSAGE_LIMIT: usize = 4096;

pub(super) struct CertificatePrivateKeySign;
pub(super) struct CertificatePublicKeyVerify;
pub(super) struct CertificatePublicKeyEncrypt;
pub(super) struct CertificatePrivateKeyDecrypt;

fn message(input: &Input<'_>) -> Result<Message, WireError> {
    match input.optional("MessageType") {
        None | Some("RAW") => input.secret_base64("Message", MESSAGE_LIMIT).map(Message::Raw),
        Some("DIGEST") => input.base64("Message", DIGEST_LIMIT).map(Message::Digest),
        Some(_) => Err(WireError::invalid("MessageType")),
    }
}

impl WireOp for CertificatePrivateKeySign {
    type Op = core::CertificatePrivateKeySign;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::CertificatePrivateKeySign {
            certificate: input.certificate("CertificateId")?,
            algorithm: signature(input)?,
            message: message(input)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::CertificateOutput, answer: &mut Answer) {
        answer.id("CertificateId", output.certificate.to_ascii());
        answer.plain("SignatureValue", &BASE64.encode(&output.bytes));
    }
}

impl WireOp for CertificatePublicKeyVerify {
    type Op = core::CertificatePublicKeyVerify;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::CertificatePublicKeyVerify {
            certificate: input.certificate("CertificateId")?,
            algorithm: signature(input)?,
            message: message(input)?,
            signature: input.base64("SignatureValue", SIGNATURE_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::CertificateVerified, answer: &mut Answer) {
        answer.id("CertificateId", output.certificate.to_ascii());
        answer.boolean("SignatureValid", output.valid);
    }
}

impl WireOp for CertificatePublicKeyEncrypt {
    type Op = core::CertificatePublicKeyEncrypt;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::CertificatePublicKeyEncrypt {
            certificate: input.certificate("CertificateId")?,
            algorithm: encryption(input, "Algorithm")?,
            plaintext: input.secret_base64("Plaintext", PLAINTEXT_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::CertificateOutput, answer: &mut Answer) {
        answer.id("CertificateId", output.certificate.to_ascii());
        answer.plain("CiphertextBlob", &BASE64.encode(&output.bytes));
    }
}

impl WireOp for CertificatePrivateKeyDecrypt {
    type Op = core::CertificatePrivateKeyDecrypt;

    fn decode(input: &Input<'_>) -> Result<Self::Op, Fault> {
        Ok(core::CertificatePrivateKeyDecrypt {
            certificate: input.certificate("CertificateId")?,
            algorithm: encryption(input, "Algorithm")?,
            ciphertext: input.base64("CiphertextBlob", CIPHERTEXT_LIMIT)?,
        })
    }

    fn encode(_: &Input<'_>, output: core::CertificateDecrypted, answer: &mut Answer) {
        answer.id("CertificateId", output.certificate.to_ascii());
        answer.plain("Plaintext", &BASE64.encode(output.plaintext.expose()));
    }
}
