//! One share as people keep it: a line of text to print, to type and to check.
//!
//! `claviger-share-1-<set>-<index>/<threshold>-<64 letters in groups of four>`. The letters are base32 (RFC 4648,
//! section 6: A to Z and 2 to 7, so no letter looks like a digit that may stand there) of the 32 bytes of the
//! share and of a checksum of 8 bytes over everything the line says. A mistake is found in its own line, before
//! shares are put together.

use std::fmt;

use claviger_crypto::digest;
use claviger_secret::SecretBytes;
use data_encoding::BASE32_NOPAD;

use super::{KEY_LEN, RecoveryError, SET_LEN};
use crate::sealer::frame;

const PREFIX: &str = "CLAVIGER-SHARE-";
/// The form of the line.
const FORM: u32 = 1;
const CHECKSUM_LEN: usize = 8;
/// Letters of the share and its checksum.
const LETTERS: usize = (KEY_LEN + CHECKSUM_LEN) * 8 / 5;
const GROUP: usize = 4;

/// One of the shares of a recovery key. Alone it tells nothing of the key.
pub struct Share {
    set: String,
    threshold: u8,
    index: u8,
    value: SecretBytes,
}

impl Share {
    /// Reads the line of a share. Upper and lower case are the same, and spaces, line ends and hyphens between
    /// the letters do not count.
    ///
    /// # Errors
    /// [`RecoveryError::NotAShare`] for any other text, [`RecoveryError::Damaged`] for one that was copied with a
    /// mistake.
    pub fn parse(text: &SecretBytes) -> Result<Self, RecoveryError> {
        let line: Vec<u8> = text
            .expose()
            .iter()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(u8::to_ascii_uppercase)
            .collect();
        let line = SecretBytes::from(line);
        let line = line.expose_str().map_err(|_| RecoveryError::NotAShare)?;
        let rest = line.strip_prefix(PREFIX).ok_or(RecoveryError::NotAShare)?;
        let mut parts = rest.splitn(4, '-');
        let mut next = || parts.next().ok_or(RecoveryError::NotAShare);
        let (form, set, counts, letters) = (next()?, next()?, next()?, next()?);
        match form.parse() {
            Ok(FORM) => {}
            Ok(form) => return Err(RecoveryError::Form { form }),
            Err(_) => return Err(RecoveryError::NotAShare),
        }
        let (index, threshold) = counts.split_once('/').ok_or(RecoveryError::NotAShare)?;
        let number = |text: &str| text.parse::<u8>().map_err(|_| RecoveryError::NotAShare);
        let (index, threshold) = (number(index)?, number(threshold)?);
        let set = set.to_ascii_lowercase();
        if set.len() != 2 * SET_LEN || !set.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(RecoveryError::NotAShare);
        }
        let value = read_letters(letters, &set, index, threshold);
        let value = value.filter(|_| index > 0 && threshold > 1);
        let Some(value) = value else {
            return Err(RecoveryError::Damaged { set, index });
        };
        Ok(Self {
            set,
            threshold,
            index,
            value,
        })
    }

    /// The line of the share.
    pub fn to_text(&self) -> SecretBytes {
        let sum = checksum(&self.set, self.index, self.threshold, self.value.expose());
        let bytes = SecretBytes::from([self.value.expose(), &sum].concat());
        let letters = SecretBytes::from(BASE32_NOPAD.encode(bytes.expose()));
        let Self {
            set,
            index,
            threshold,
            ..
        } = self;
        let head = format!("{}{FORM}-{set}-{index}/{threshold}", PREFIX.to_ascii_lowercase());
        let mut line = Vec::with_capacity(head.len() + LETTERS + LETTERS / GROUP);
        line.extend_from_slice(head.as_bytes());
        for group in letters.expose().chunks(GROUP) {
            line.push(b'-');
            line.extend_from_slice(group);
        }
        SecretBytes::from(line)
    }

    /// The set that it belongs to: the id of the seal that the set opens.
    pub fn set(&self) -> &str {
        &self.set
    }

    /// Its number in the set, from 1.
    pub fn index(&self) -> u8 {
        self.index
    }

    /// How many of the set are needed.
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// `None` unless it is a number and as many bytes as a key has.
    pub(super) fn new(set: &str, threshold: u8, point: &[u8]) -> Option<Self> {
        let (index, value) = point.split_first()?;
        (value.len() == KEY_LEN).then(|| Self {
            set: set.to_owned(),
            threshold,
            index: *index,
            value: SecretBytes::copied(value),
        })
    }

    /// Number and bytes, one after the other.
    pub(super) fn point(&self) -> Vec<u8> {
        let mut point = Vec::with_capacity(1 + KEY_LEN);
        point.push(self.index);
        point.extend_from_slice(self.value.expose());
        point
    }
}

/// The bytes of the share; `None` where a letter is missing, too many or another one.
fn read_letters(letters: &str, set: &str, index: u8, threshold: u8) -> Option<SecretBytes> {
    let letters: Vec<u8> = letters.bytes().filter(|byte| *byte != b'-').collect();
    let letters = SecretBytes::from(letters);
    if letters.len() != LETTERS {
        return None;
    }
    let bytes = SecretBytes::from(BASE32_NOPAD.decode(letters.expose()).ok()?);
    let (value, sum) = bytes.expose().split_first_chunk::<KEY_LEN>()?;
    (checksum(set, index, threshold, value) == sum).then(|| SecretBytes::copied(value))
}

/// What makes a mistake show. It protects from mistakes only, not from a forger, and is as secret as the share.
fn checksum(set: &str, index: u8, threshold: u8, value: &[u8]) -> [u8; CHECKSUM_LEN] {
    let mut input = Vec::new();
    let parts: [&[u8]; 5] = [b"claviger share", set.as_bytes(), &[index], &[threshold], value];
    for part in parts {
        frame(&mut input, part);
    }
    let input = SecretBytes::from(input);
    let digest = digest::sha256(input.expose());
    let mut sum = [0; CHECKSUM_LEN];
    sum.iter_mut().zip(digest).for_each(|(out, byte)| *out = byte);
    sum
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            set,
            index,
            threshold,
            ..
        } = self;
        write!(f, "Share({index}, {threshold} needed, set {set})")
    }
}
