//! What sealed bytes are bound to, so that a row moved to another place does not open.

use claviger_model::{AccountId, KeyId, KeySpec, KeyVersionId, ProtectionLevel, Region};

use crate::WrappingBinding;

/// The place of one piece of material.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The account that owns the key.
    pub account: AccountId,
    /// The region the key lives in.
    pub region: &'a Region,
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyVersionId,
    /// What the material is.
    pub spec: KeySpec,
    /// Where it is held.
    pub protection: ProtectionLevel,
}

impl Binding<'_> {
    /// Bytes that no other binding shares: every part with its length as big-endian u32 in front.
    pub fn to_bytes(&self) -> Vec<u8> {
        let spec = spec_word(self.spec);
        let protection = match self.protection {
            ProtectionLevel::Software => "software",
            ProtectionLevel::Hsm => "hsm",
        };
        framed(&[
            b"material",
            &self.account.number().to_be_bytes(),
            self.region.as_str().as_bytes(),
            self.key.as_bytes(),
            self.version.as_bytes(),
            spec.as_bytes(),
            protection.as_bytes(),
        ])
    }

    /// What a fingerprint covers besides the material: the key and its spec, and no version. Bytes that no other key
    /// and nothing else here shares.
    pub fn fingerprint_bytes(&self) -> Vec<u8> {
        framed(&[
            b"fingerprint",
            &self.account.number().to_be_bytes(),
            self.region.as_str().as_bytes(),
            self.key.as_bytes(),
            spec_word(self.spec).as_bytes(),
        ])
    }
}

impl WrappingBinding<'_> {
    /// Bytes that no other wrapping key and nothing else here shares.
    pub fn to_bytes(&self) -> Vec<u8> {
        framed(&[
            b"wrapping",
            &self.account.number().to_be_bytes(),
            self.region.as_str().as_bytes(),
            self.key.as_bytes(),
            spec_word(self.spec).as_bytes(),
        ])
    }
}

/// The place of a small secret in the store.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Primary key of the row.
    pub row: &'a str,
}

impl Cell<'_> {
    /// Bytes that no other cell and no binding shares.
    pub fn to_bytes(&self) -> Vec<u8> {
        framed(&[
            b"cell",
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
        ])
    }
}

fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        out.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// The word for a spec inside bindings. Stored bytes depend on it: never change one.
fn spec_word(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Aes256 => "aes256",
        KeySpec::Aes192 => "aes192",
        KeySpec::Aes128 => "aes128",
        KeySpec::Sm4 => "sm4",
        KeySpec::Rsa2048 => "rsa2048",
        KeySpec::Rsa3072 => "rsa3072",
        KeySpec::Rsa4096 => "rsa4096",
        KeySpec::EcP256 => "ec-p256",
        KeySpec::EcP256k => "ec-p256k",
        KeySpec::EcP384 => "ec-p384",
        KeySpec::EcP521 => "ec-p521",
        KeySpec::Sm2 => "sm2",
        KeySpec::HmacSha224 => "hmac-sha224",
        KeySpec::HmacSha256 => "hmac-sha256",
        KeySpec::HmacSha384 => "hmac-sha384",
        KeySpec::HmacSha512 => "hmac-sha512",
        KeySpec::HmacSm3 => "hmac-sm3",
    }
}

#[cfg(test)]
mod tests;
