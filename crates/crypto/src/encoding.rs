//! Just enough DER to see what a key is before the library opens it.
//!
//! The library ignores what follows a key and says why it refused one in text only. Here the outer structure is read
//! by the letter; the numbers inside are the library's to check.
//!
//! SOURCE: ITU-T X.690 (02/2021), sections 8.1 and 10.1; RFC 5958, section 2; RFC 5280, section 4.1.

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// What the structure around a key says.
pub(crate) struct KeyInfo<'a> {
    /// Contents of the algorithm's object identifier.
    pub(crate) algorithm: &'a [u8],
    /// What follows the identifier: the encoded parameters.
    pub(crate) parameters: &'a [u8],
    /// The key in the encoding of its algorithm.
    pub(crate) key: &'a [u8],
}

impl<'a> KeyInfo<'a> {
    /// Reads a `PrivateKeyInfo`. Attributes after the key are the library's to read.
    pub(crate) fn from_pkcs8(der: &'a [u8]) -> Option<Self> {
        let (_version, rest) = read(INTEGER, only(SEQUENCE, der)?)?;
        let (algorithm, rest) = read(SEQUENCE, rest)?;
        let (key, _attributes) = read(OCTET_STRING, rest)?;
        Self::new(algorithm, key)
    }

    /// Reads a `SubjectPublicKeyInfo`.
    pub(crate) fn from_spki(der: &'a [u8]) -> Option<Self> {
        let (algorithm, rest) = read(SEQUENCE, only(SEQUENCE, der)?)?;
        let (unused_bits, key) = only(BIT_STRING, rest)?.split_first()?;
        (*unused_bits == 0).then(|| Self::new(algorithm, key))?
    }

    fn new(algorithm: &'a [u8], key: &'a [u8]) -> Option<Self> {
        let (algorithm, parameters) = read(OBJECT_IDENTIFIER, algorithm)?;
        Some(Self {
            algorithm,
            parameters,
            key,
        })
    }

    /// The object identifier that the parameters are, as with named curves.
    pub(crate) fn named_parameters(&self) -> Option<&'a [u8]> {
        only(OBJECT_IDENTIFIER, self.parameters)
    }
}

/// The first `INTEGER` of a sequence after `skipped` others.
pub(crate) fn integer_in_sequence(der: &[u8], skipped: usize) -> Option<&[u8]> {
    let mut rest = only(SEQUENCE, der)?;
    for _ in 0..skipped {
        (_, rest) = read(INTEGER, rest)?;
    }
    read(INTEGER, rest).map(|(integer, _)| integer)
}

/// Writes a `SubjectPublicKeyInfo` whose parameters are an object identifier.
pub(crate) fn write_spki(algorithm: &[u8], parameters: &[u8], key: &[u8]) -> Vec<u8> {
    let identifiers = [
        write(OBJECT_IDENTIFIER, algorithm),
        write(OBJECT_IDENTIFIER, parameters),
    ];
    let parts = [
        write(SEQUENCE, &identifiers.concat()),
        write(BIT_STRING, &[&[0], key].concat()),
    ];
    write(SEQUENCE, &parts.concat())
}

/// The contents of the element that is all of `input`.
fn only(tag: u8, input: &[u8]) -> Option<&[u8]> {
    let (contents, rest) = read(tag, input)?;
    rest.is_empty().then_some(contents)
}

/// Contents of the first element, which must have this tag, and what follows it. Lengths up to 65535.
fn read(tag: u8, input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, short], rest) = input.split_first_chunk()?;
    let (len, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        0x81 => {
            let (&len, rest) = rest.split_first()?;
            ((len > 0x7f).then_some(usize::from(len))?, rest)
        }
        0x82 => {
            let (len, rest) = rest.split_first_chunk()?;
            let len = usize::from(u16::from_be_bytes(*len));
            ((len > 0xff).then_some(len)?, rest)
        }
        _ => return None,
    };
    (found == tag).then(|| rest.split_at_checked(len))?
}

/// One element. Contents of up to 65535 bytes.
fn write(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match contents.len().to_be_bytes() {
        [.., 0, len @ 0..=0x7f] => out.push(len),
        [.., 0, len] => out.extend([0x81, len]),
        [.., high, low] => out.extend([0x82, high, low]),
    }
    out.extend(contents);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_shortest_form_of_a_length_is_read() {
        assert_eq!(read(4, &[4, 1, 7, 9]), Some(([7].as_slice(), [9].as_slice())));
        assert_eq!(read(4, &[4, 0x81, 1, 7]), None);
        assert_eq!(read(4, &[4, 0x82, 0, 1, 7]), None);
        let long = [[4, 0x82, 0, 200].as_slice(), &[1; 200]].concat();
        assert_eq!(read(4, &long), None);
        assert_eq!(read(4, &[4, 0x80, 7, 0, 0]), None);
        assert_eq!(read(4, &[4, 0x83, 0, 0, 1, 7]), None);
    }

    #[test]
    fn what_is_cut_off_is_not_read() {
        let whole = write(OCTET_STRING, &[5; 300]);
        for len in 0..whole.len() {
            assert_eq!(read(OCTET_STRING, &whole[..len]), None);
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(contents in prop::collection::vec(any::<u8>(), 0..700), rest: Vec<u8>) {
            let input = [write(OCTET_STRING, &contents), rest.clone()].concat();
            prop_assert_eq!(read(OCTET_STRING, &input), Some((contents.as_slice(), rest.as_slice())));
            prop_assert_eq!(read(SEQUENCE, &input), None);
            prop_assert_eq!(only(OCTET_STRING, &input).is_some(), rest.is_empty());
        }

        #[test]
        fn no_input_upsets_the_readers(input: Vec<u8>) {
            let as_key = write(SEQUENCE, &input);
            prop_assert!(KeyInfo::from_pkcs8(&input).is_none_or(|info| info.key.len() < input.len()));
            prop_assert!(KeyInfo::from_spki(&as_key).is_none_or(|info| info.key.len() < input.len()));
            prop_assert!(integer_in_sequence(&as_key, 1).is_none_or(|integer| integer.len() < input.len()));
        }
    }
}
