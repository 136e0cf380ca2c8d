//! SM4-GCM with 96-bit nonces and full tags.
//!
//! A nonce must never repeat under one key, and random ones allow at most 2^32 messages a key: whoever holds the key
//! counts.
//!
//! **Not in constant time:** the cipher looks its S-box up in a table of 256 bytes. Who can watch the caches of this
//! machine may learn of keys. The tag is computed and compared in constant time.
//!
//! SOURCE: GB/T 32907-2016 for the cipher; RFC 8998, section 2, and NIST SP 800-38D, sections 7.1 and 7.2, for the mode.

use ::sm4::Sm4;
use aes_gcm::{
    AesGcm, KeyInit, Tag,
    aead::{AeadInOut, consts::U12, inout::InOutBuf},
};
use claviger_secret::SecretBytes;

use crate::{OpenError, SealError};

/// Bytes of a key.
pub const KEY_LEN: usize = 16;
/// Bytes of a nonce.
pub const NONCE_LEN: usize = 12;
/// Bytes that sealing adds to a plaintext.
pub const TAG_LEN: usize = 16;

/// The library's GCM over another block cipher than its own. Expanded keys wipe themselves.
type Sm4Gcm = AesGcm<Sm4, U12>;

/// Encrypts `plaintext` and appends ciphertext and tag to `out`.
///
/// `aad` is authenticated, not encrypted; [`open`] needs the same.
///
/// # Errors
/// [`SealError`] if the plaintext is too long; `out` is as before then.
pub fn seal(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let start = out.len();
    out.resize(start + plaintext.len(), 0);
    let tag = out
        .get_mut(start..)
        .and_then(|tail| InOutBuf::new(plaintext, tail).ok())
        .and_then(|text| {
            let cipher = Sm4Gcm::new(&(*key).into());
            cipher.encrypt_inout_detached(&(*nonce).into(), aad, text).ok()
        });
    if let Some(tag) = tag {
        out.extend_from_slice(&tag);
        Ok(())
    } else {
        out.truncate(start);
        Err(SealError)
    }
}

/// Decrypts `sealed`, which is ciphertext and tag.
///
/// # Errors
/// [`OpenError`] for whatever is wrong.
pub fn open(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    sealed: &[u8],
) -> Result<SecretBytes, OpenError> {
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(OpenError)?;
    SecretBytes::filled(ciphertext.len(), |out| {
        let text = InOutBuf::new(ciphertext, out).map_err(|_| OpenError)?;
        // Nothing is decrypted before the tag is found right.
        Sm4Gcm::new(&(*key).into())
            .decrypt_inout_detached(&(*nonce).into(), aad, text, &Tag::from(*tag))
            .map_err(|_| OpenError)
    })
}

#[cfg(test)]
mod tests {
    use ::sm4::cipher::BlockCipherEncrypt;

    use super::*;

    const KEY: u128 = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210;

    fn encrypt(block: u128, times: u32) -> u128 {
        let cipher = Sm4::new(&KEY.to_be_bytes().into());
        let mut block = block.to_be_bytes().into();
        for _ in 0..times {
            cipher.encrypt_block(&mut block);
        }
        u128::from_be_bytes(block.into())
    }

    // SOURCE: GB/T 32907-2016, appendix A, examples 1 and 2; the key is the plaintext too.
    #[test]
    fn the_blocks_of_the_standard() {
        assert_eq!(encrypt(KEY, 1), 0x681e_df34_d206_965e_86b3_e94f_536e_4246);
        assert_eq!(encrypt(KEY, 1_000_000), 0x5952_98c7_c6fd_271f_0402_f804_c33d_3f66);
    }

    // SOURCE: RFC 8998, appendix A.1.
    #[test]
    fn the_message_of_the_standard() {
        let key = KEY.to_be_bytes();
        let nonce = [0, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 0xab, 0xcd];
        let aad = [
            &[0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef].repeat(2),
            [0xab, 0xad, 0xda, 0xd2].as_slice(),
        ]
        .concat();
        let plaintext = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa].map(|byte| [byte; 8]);
        let expected = [
            0x17f3_99f0_8c67_d5ee_19d0_dc99_69c4_bb7d_u128,
            0x5fd4_6fd3_7564_8906_9157_b282_bb20_0735,
            0xd827_10ca_5c22_f0cc_fa7c_bf93_d496_ac15,
            0xa568_34cb_cf98_c397_b402_4a26_9123_3b8d,
            0x83de_3541_e4c2_b581_77e0_65a9_bf7b_62ec,
        ]
        .map(u128::to_be_bytes);
        let mut sealed = Vec::new();
        seal(&key, &nonce, &aad, plaintext.as_flattened(), &mut sealed).unwrap();
        assert_eq!(sealed, expected.as_flattened());
        let opened = open(&key, &nonce, &aad, expected.as_flattened()).unwrap();
        assert_eq!(opened.expose(), plaintext.as_flattened());
    }
}
