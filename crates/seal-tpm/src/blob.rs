//! What a root key file keeps of a sealed object. `docs/stored-formats.md` describes it.

/// The form of the bytes.
const FORM: u8 = 1;

/// A sealed object and what it takes to open it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    /// PCRs that it is bound to, in ascending order.
    pub(crate) pcrs: Vec<u8>,
    /// TPM name of the storage key above it: tells another TPM before anything is tried.
    pub(crate) parent: Vec<u8>,
    /// The public area, marshalled.
    pub(crate) public: Vec<u8>,
    /// The private area, encrypted by the storage key.
    pub(crate) private: Vec<u8>,
}

impl Blob {
    /// The bytes; `None` where a part is longer than any TPM makes it.
    pub(crate) fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut out = vec![FORM];
        for part in [&self.pcrs, &self.parent, &self.public, &self.private] {
            out.extend_from_slice(&u16::try_from(part.len()).ok()?.to_be_bytes());
            out.extend_from_slice(part);
        }
        Some(out)
    }

    /// `None` for anything else than such bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (form, mut rest) = bytes.split_first()?;
        let mut part = || {
            let (len, behind) = rest.split_first_chunk()?;
            let (part, behind) = behind.split_at_checked(u16::from_be_bytes(*len).into())?;
            rest = behind;
            Some(part.to_vec())
        };
        let blob = Self {
            pcrs: part()?,
            parent: part()?,
            public: part()?,
            private: part()?,
        };
        (*form == FORM && rest.is_empty()).then_some(blob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob() -> Blob {
        Blob {
            pcrs: vec![0, 7],
            parent: vec![1; 34],
            public: vec![2; 80],
            private: vec![],
        }
    }

    #[test]
    fn bytes_and_back() {
        let bytes = blob().to_bytes().unwrap();
        assert_eq!(bytes[..5], [1, 0, 2, 0, 7]);
        assert_eq!(Blob::from_bytes(&bytes), Some(blob()));
    }

    #[test]
    fn anything_else_is_refused() {
        let bytes = blob().to_bytes().unwrap();
        for length in 0..bytes.len() {
            assert_eq!(Blob::from_bytes(&bytes[..length]), None, "{length}");
        }
        assert_eq!(Blob::from_bytes(&[bytes.as_slice(), &[0]].concat()), None);
        let later = [&[2], &bytes[1..]].concat();
        assert_eq!(Blob::from_bytes(&later), None);
    }
}
