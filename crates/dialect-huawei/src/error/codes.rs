//! Every code of key management that this face answers, with its status and its text.
//!
//! SOURCE: Key Management Service API references of the vendor (November 2023) and of an operator (December 2022 and December
//! 2025), "Error Codes" (read 2026-11-22). The texts are ours: clients look at code and status.

use std::borrow::Cow;

use http::StatusCode;

use super::{Shape, WireError};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) text: &'static str,
    pub(crate) status: u16,
    pub(crate) message: &'static str,
}

impl Code {
    /// The error with this code.
    pub(crate) fn error(self) -> WireError {
        self.with(self.message)
    }

    /// The same, with the parameter it is about.
    pub(crate) fn on(self, parameter: &str) -> WireError {
        self.with(format!("{}: `{parameter}`", self.message))
    }

    /// The same, with the parameter and the rule that its value breaks.
    pub(crate) fn breaks(self, parameter: &str, rule: &str) -> WireError {
        self.with(format!("{}: `{parameter}` {rule}", self.message))
    }

    /// The same with another text.
    pub(crate) fn with(self, message: impl Into<Cow<'static, str>>) -> WireError {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        WireError::new(Shape::Nested, status, self.text, message)
    }
}

macro_rules! codes {
    ($($name:ident $text:literal $status:literal $message:literal)*) => {
        $(pub(crate) const $name: Code = Code { text: $text, status: $status, message: $message };)*

        /// All of them, in order.
        pub(crate) static ALL: &[Code] = &[$($name,)*];
    };
}

codes! {
    K0101 "KMS.0101" 500 "internal error"
    K0104 "KMS.0104" 503 "the service cannot answer at the moment"
    K0202 "KMS.0202" 400 "the body is not valid JSON"
    K0203 "KMS.0203" 400 "the body is too large"
    K0204 "KMS.0204" 400 "a mandatory parameter is missing"
    K0205 "KMS.0205" 400 "the key id is not well-formed"
    K0206 "KMS.0206" 400 "the sequence is longer than 36 characters"
    K0207 "KMS.0207" 404 "there is no such key"
    K0208 "KMS.0208" 400 "the encryption context or the additional authenticated data is not valid"
    K0209 "KMS.0209" 400 "the key is not enabled"
    K0210 "KMS.0210" 400 "the key waits for its deletion"
    K0211 "KMS.0211" 400 "a default master key cannot be changed"
    K0215 "KMS.0215" 405 "the URL does not take this method"
    K0306 "KMS.0306" 403 "no permission for this key"
    K0307 "KMS.0307" 403 "no permission for this call"
    K0308 "KMS.0308" 400 "a parameter is not valid"
    K0309 "KMS.0309" 400 "the material of the key does not come from outside"
    K0310 "KMS.0310" 400 "the key does not wait for material"
    K0311 "KMS.0311" 400 "the material cannot be unwrapped"
    K0312 "KMS.0312" 400 "imported material does not rotate"
    K0313 "KMS.0313" 400 "rotation is off for this key"
    K0321 "KMS.0321" 403 "the project of the URL is not that of the caller"
    K0324 "KMS.0324" 400 "RSA keys do not rotate"
    K0325 "KMS.0325" 400 "not offered for asymmetric keys"
    K0329 "KMS.0329" 400 "the digest does not have the length of the hash"
    K0331 "KMS.0331" 400 "not offered for symmetric keys"
    K0332 "KMS.0332" 400 "the key does not sign with this algorithm"
    K0334 "KMS.0334" 400 "the key is not for signatures"
    K0335 "KMS.0335" 400 "the key is not for encryption"
    K0340 "KMS.0340" 400 "there are no key stores here"
    K0341 "KMS.0341" 400 "not offered for HMAC keys"
    K0401 "KMS.0401" 400 "the list of tags is empty"
    K0402 "KMS.0402" 400 "a value in matches is not valid"
    K0403 "KMS.0403" 400 "a key in matches is not valid"
    K0404 "KMS.0404" 400 "the action is not valid"
    K0405 "KMS.0405" 400 "a value of a tag is not valid"
    K0406 "KMS.0406" 400 "a key of a tag is not valid"
    K0407 "KMS.0407" 400 "the number of tags is not valid"
    K0408 "KMS.0408" 400 "the type of resources in the URL is not valid"
    K0409 "KMS.0409" 400 "the key would bear too many tags"
    K0410 "KMS.0410" 400 "a value of a tag is too long"
    K0411 "KMS.0411" 400 "a key of a tag is too long"
    K0412 "KMS.0412" 400 "the list of tags is not valid"
    K0413 "KMS.0413" 400 "there are too many values for one tag"
    K0415 "KMS.0415" 400 "matches is not valid"
    K0416 "KMS.0416" 404 "the key does not bear this tag"
    K0417 "KMS.0417" 400 "the offset is not a number from 0"
    K0418 "KMS.0418" 400 "counting takes no offset"
    K1101 "KMS.1101" 400 "the alias is not valid"
    K1102 "KMS.1102" 400 "the realm is not valid"
    K1103 "KMS.1103" 400 "the description is not valid"
    K1104 "KMS.1104" 400 "another key has this alias"
    K1105 "KMS.1105" 400 "there are as many keys as there may be"
    K1110 "KMS.1110" 400 "the kind of key is not valid"
    K1114 "KMS.1114" 400 "keys on elliptic curves do not encrypt"
    K1115 "KMS.1115" 400 "symmetric keys do not sign"
    K1201 "KMS.1201" 400 "the key is not disabled"
    K1301 "KMS.1301" 400 "the key is not enabled, so it cannot be disabled"
    K1401 "KMS.1401" 400 "the number of days is not from 7 to 1096"
    K1402 "KMS.1402" 400 "the key waits for its deletion already"
    K1501 "KMS.1501" 400 "the key does not wait for its deletion"
    K1601 "KMS.1601" 400 "the limit is not valid"
    K1602 "KMS.1602" 400 "the marker is not a number from 0"
    K1603 "KMS.1603" 400 "the offset is not valid"
    K1801 "KMS.1801" 400 "the number of bits is not valid"
    K1802 "KMS.1802" 400 "the number of bits is not a multiple of 8"
    K1901 "KMS.1901" 400 "the length of the data key is not valid"
    K1902 "KMS.1902" 400 "the kind of data key is neither AES_128 nor AES_256"
    K1903 "KMS.1903" 400 "the length of the data key is not a multiple of 8"
    K2001 "KMS.2001" 400 "the length of the data key without plaintext is not valid"
    K2101 "KMS.2101" 400 "the plaintext of the data key is not valid"
    K2102 "KMS.2102" 400 "the length of the plaintext data key is not valid"
    K2103 "KMS.2103" 400 "the digest is not that of the data key"
    K2104 "KMS.2104" 400 "the plaintext does not have the length that is told"
    K2105 "KMS.2105" 400 "the symmetric key does not encrypt with this algorithm"
    K2106 "KMS.2106" 400 "the RSA key does not encrypt with this algorithm"
    K2108 "KMS.2108" 400 "the plaintext is too long for the RSA key"
    K2201 "KMS.2201" 400 "the ciphertext is not valid"
    K2202 "KMS.2202" 400 "the length of the encrypted data key is not valid"
    K2204 "KMS.2204" 400 "the data key does not have the length that is told"
    K2401 "KMS.2401" 400 "a grant is not for create-grant alone"
    K2402 "KMS.2402" 400 "the id of a principal is not valid"
    K2404 "KMS.2404" 400 "the key has as many grants as it may have"
    K2501 "KMS.2501" 400 "there is no such grant"
    K2502 "KMS.2502" 400 "the grant is for another key"
    K2601 "KMS.2601" 400 "the import token is too old"
    K2602 "KMS.2602" 400 "the material would expire in the past"
    K2603 "KMS.2603" 400 "the import token is for another key"
    K2604 "KMS.2604" 400 "the material does not have the length of the key"
    K2605 "KMS.2605" 400 "the import token is not valid"
    K2606 "KMS.2606" 400 "the material is not the one that was imported first"
    K2608 "KMS.2608" 400 "the private key is missing"
    K2609 "KMS.2609" 400 "the private key is not valid"
    K2610 "KMS.2610" 400 "the temporary key does not have 32 bytes"
    K2701 "KMS.2701" 400 "the state of the key keeps its material from being deleted"
    K2702 "KMS.2702" 400 "an imported private key cannot be deleted"
    K2901 "KMS.2901" 400 "rotation is on already"
    K3001 "KMS.3001" 400 "the interval is not from 30 to 365 days"
    K8003 "KMS.8003" 400 "there is no such key store"
}
