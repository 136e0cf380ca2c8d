//! One seal of a root key file, as the file itself describes it, and the bytes that its contents are bound to.

use super::{SealerKind, Stretch};

/// What must be known to open a seal, apart from the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seal {
    KeyFile,
    Passphrase(Stretch),
    /// One of [`super::DEVICE_KINDS`].
    Device(&'static str),
    Recovery(Quorum),
}

/// The public half of a recovery key, and how its private half was split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quorum {
    pub(crate) public_key: [u8; 32],
    pub(crate) threshold: u8,
    pub(crate) shares: u8,
}

/// A seal with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealHead {
    /// The set of shares, for a recovery key; otherwise drawn at random.
    pub(crate) id: String,
    /// The text as it stands in the file, because the seal is bound to it.
    pub(crate) created: String,
    pub(crate) seal: Seal,
}

impl Seal {
    pub(crate) fn kind(&self) -> SealerKind {
        match self {
            Self::KeyFile => SealerKind::KeyFile,
            Self::Passphrase(_) => SealerKind::Passphrase,
            Self::Device(kind) => SealerKind::Device(kind),
            Self::Recovery(_) => SealerKind::Recovery,
        }
    }

    fn is_recovery(&self) -> bool {
        matches!(self, Self::Recovery(_))
    }
}

impl SealHead {
    pub(crate) fn is_recovery(&self) -> bool {
        self.seal.is_recovery()
    }

    /// What a part of the seal is bound to: `label`, everything the file says of the seal, and `more`. Each part
    /// has its length in front and the kind settles which parts there are, so no two places share these bytes.
    pub(crate) fn place(&self, label: &str, format: u32, more: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        for part in [
            label.as_bytes(),
            &format.to_be_bytes(),
            self.id.as_bytes(),
            self.created.as_bytes(),
            self.seal.kind().word().as_bytes(),
        ] {
            frame(&mut out, part);
        }
        match &self.seal {
            Seal::KeyFile | Seal::Device(_) => {}
            Seal::Passphrase(stretch) => {
                for number in [stretch.memory_kib, stretch.passes, stretch.lanes] {
                    frame(&mut out, &number.to_be_bytes());
                }
                frame(&mut out, &stretch.salt);
            }
            Seal::Recovery(quorum) => {
                frame(&mut out, &quorum.public_key);
                frame(&mut out, &[quorum.threshold]);
                frame(&mut out, &[quorum.shares]);
            }
        }
        for part in more {
            frame(&mut out, part);
        }
        out
    }
}

/// Appends `part` with its length in front.
pub(crate) fn frame(out: &mut Vec<u8>, part: &[u8]) {
    // INVARIANT: parts come from a file in memory or are fixed; none has 4 GiB.
    let len = u32::try_from(part.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(part);
}
