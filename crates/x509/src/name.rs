//! Names as text, and whether two are the same.
//!
//! SOURCE: RFC 4514, section 2; RFC 2253, section 2; RFC 5280, section 7.1. Where those leave a choice, the text is
//! that of `openssl x509 -nameopt RFC2253,-esc_msb,utf8`.

use std::fmt::Write as _;

use x509_cert::{
    attr::AttributeTypeAndValue,
    der::{Encode, Tag, asn1::Any},
    name::{Name, RelativeDistinguishedName},
};

use crate::attribute;

/// The name as text, its last part first. Umlauts and the like stay what they are. An attribute without a short name,
/// or a value that is no text, becomes `#` and hexadecimal digits.
pub(crate) fn text(name: &Name) -> String {
    let mut groups: Vec<String> = name.iter_rdn().map(group).collect();
    groups.reverse();
    groups.join(",")
}

/// The attributes of one step of the name. They have no order of their own.
fn group(rdn: &RelativeDistinguishedName) -> String {
    let mut attributes: Vec<String> = rdn.iter().map(attribute).collect();
    attributes.reverse();
    attributes.join("+")
}

fn attribute(pair: &AttributeTypeAndValue) -> String {
    match attribute::by_oid(pair.oid) {
        Some(known) => {
            let value = value(&pair.value).map_or_else(|| hex(&pair.value), |value| escaped(&value));
            format!("{}={value}", known.name)
        }
        None => format!("{}={}", pair.oid, hex(&pair.value)),
    }
}

/// The text in a value; `None` if it is of another type or not encoded as its type says.
///
/// Old strings of one byte a character are taken for Latin-1, as most readers do.
pub(crate) fn value(value: &Any) -> Option<String> {
    match value.header().tag() {
        Tag::Utf8String => String::from_utf8(value.value().to_vec()).ok(),
        Tag::PrintableString
        | Tag::Ia5String
        | Tag::TeletexString
        | Tag::NumericString
        | Tag::VisibleString => Some(value.value().iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let (units, rest) = value.value().as_chunks();
            let units: Vec<u16> = units.iter().copied().map(u16::from_be_bytes).collect();
            String::from_utf16(&units).ok().filter(|_| rest.is_empty())
        }
        _ => None,
    }
}

fn hex(value: &Any) -> String {
    // INVARIANT: what was read as DER can be written as DER; a value in doubt is printed as empty.
    let der = value.to_der().unwrap_or_default();
    der.iter().fold(String::from("#"), |mut out, byte| {
        // INVARIANT: writing to a string does not fail.
        let _ = write!(out, "{byte:02X}");
        out
    })
}

fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(value.len());
    for (at, character) in value.chars().enumerate() {
        match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => out.extend(['\\', character]),
            '#' if at == 0 => out.push_str("\\#"),
            ' ' if at == 0 || at == last => out.push_str("\\ "),
            '\0'..='\x1f' | '\x7f' => push_hex(&mut out, character),
            // Who reads it takes it for space around the value.
            _ if (at == 0 || at == last) && character.is_whitespace() => push_hex(&mut out, character),
            _ => out.push(character),
        }
    }
    out
}

/// The bytes of a character in UTF-8, escaped one by one.
fn push_hex(out: &mut String, character: char) {
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        // INVARIANT: writing to a string does not fail.
        let _ = write!(out, "\\{byte:02X}");
    }
}

/// Whether two names are the same: text without regard to the case of ASCII letters, to the number of spaces and to the
/// type of string, everything else byte by byte.
pub(crate) fn same(one: &Name, other: &Name) -> bool {
    one == other || comparable(one) == comparable(other)
}

fn comparable(name: &Name) -> Vec<Vec<(String, Comparable)>> {
    let group = |rdn: &RelativeDistinguishedName| {
        let mut attributes: Vec<_> = rdn
            .iter()
            .map(|pair| (pair.oid.to_string(), Comparable::of(&pair.value)))
            .collect();
        attributes.sort();
        attributes
    };
    name.iter_rdn().map(group).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Comparable {
    Text(String),
    Other(Any),
}

impl Comparable {
    fn of(any: &Any) -> Self {
        match value(any) {
            Some(text) => {
                let words: Vec<&str> = text.split_ascii_whitespace().collect();
                Self::Text(words.join(" ").to_ascii_lowercase())
            }
            None => Self::Other(any.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Subject;

    fn name_of(text: &str) -> Name {
        Subject::parse(text).unwrap().to_name().unwrap()
    }

    fn value_of(tag: Tag, bytes: &[u8]) -> Option<String> {
        value(&Any::new(tag, bytes).unwrap())
    }

    #[test]
    fn strings_of_all_types_are_read() {
        assert_eq!(value_of(Tag::Utf8String, "Käse".as_bytes()).unwrap(), "Käse");
        assert_eq!(value_of(Tag::TeletexString, b"K\xe4se").unwrap(), "Käse");
        assert_eq!(
            value_of(Tag::BmpString, &[0, b'K', 0, 0xe4, 0x67, 0x71]).unwrap(),
            "Kä東"
        );
        assert_eq!(value_of(Tag::BmpString, &[0, b'K', 0]), None);
        assert_eq!(value_of(Tag::Utf8String, &[0xff]), None);
        assert_eq!(value_of(Tag::OctetString, b"Kaese"), None);
    }

    #[test]
    fn names_are_compared_as_people_would() {
        let one = name_of("CN=Example  Root,O=ACME,C=DE");
        assert!(same(&one, &name_of("CN=example root,O=acme ,C=de")));
        assert!(same(
            &one,
            &name_of("CN=#130C4578616D706C6520526F6F74,O=ACME,C=DE")
        ));
        assert!(!same(&one, &name_of("CN=example root 2,O=ACME,C=DE")));
        assert!(!same(&one, &name_of("O=ACME,CN=Example Root,C=DE")));
        assert!(!same(&one, &name_of("CN=Example Root,C=DE")));
        assert!(same(&name_of("CN=a+O=b"), &name_of("O=B+CN=A")));
        assert!(!same(&name_of("CN=a+O=b"), &name_of("CN=b+O=a")));
    }
}
