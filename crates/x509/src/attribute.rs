//! The attributes that names are made of.
//!
//! SOURCE: RFC 5280, appendix A.1 (encodings and upper bounds); RFC 4514, section 3, and RFC 4519 (short names); ITU-T
//! X.520 (10/2019), annex C, for bounds that the first leaves out; the short names of OpenSSL's `obj_mac.h`.

use x509_cert::der::{Tag, asn1::ObjectIdentifier};

/// What values of an attribute look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A `UTF8String`.
    Text,
    /// A `PrintableString`.
    Printable,
    /// An `IA5String`.
    Ascii,
    /// A `PrintableString` of two letters.
    Country,
}

/// One attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// Its object identifier in dots.
    pub(crate) dots: &'static str,
    /// The name that is printed, and read in any case.
    pub(crate) name: &'static str,
    /// Further names that are read in any case.
    others: &'static [&'static str],
    pub(crate) form: Form,
    /// Characters at most.
    pub(crate) most: usize,
}

impl Form {
    pub(crate) fn tag(self) -> Tag {
        match self {
            Self::Text => Tag::Utf8String,
            Self::Printable | Self::Country => Tag::PrintableString,
            Self::Ascii => Tag::Ia5String,
        }
    }

    /// Whether values may consist of this character.
    pub(crate) fn allows(self, character: char) -> bool {
        match self {
            Self::Text => true,
            Self::Printable => character.is_ascii_alphanumeric() || " '()+,-./:=?".contains(character),
            Self::Ascii => character.is_ascii(),
            Self::Country => character.is_ascii_alphabetic(),
        }
    }

    /// The characters that are allowed, in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Text => "any characters",
            Self::Printable => "ASCII letters, digits, spaces and '()+,-./:=?",
            Self::Ascii => "ASCII characters",
            Self::Country => "two ASCII letters",
        }
    }
}

/// The attribute with this name in any case.
pub(crate) fn by_name(name: &str) -> Option<&'static Attribute> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    ATTRIBUTES
        .iter()
        .find(|attribute| is(attribute.name) || attribute.others.iter().any(|other| is(other)))
}

/// The attribute with this object identifier.
pub(crate) fn by_oid(oid: ObjectIdentifier) -> Option<&'static Attribute> {
    let dots = oid.to_string();
    ATTRIBUTES.iter().find(|attribute| attribute.dots == dots)
}

/// Where the standards have no bound: that of the whole subject.
const FREE: usize = crate::LONGEST_SUBJECT;

const fn row(
    dots: &'static str,
    name: &'static str,
    others: &'static [&'static str],
    form: Form,
    most: usize,
) -> Attribute {
    Attribute {
        dots,
        name,
        others,
        form,
        most,
    }
}

static ATTRIBUTES: [Attribute; 26] = [
    row("2.5.4.3", "CN", &["commonName"], Form::Text, 64),
    row("2.5.4.4", "SN", &["surname"], Form::Text, FREE),
    row("2.5.4.5", "serialNumber", &[], Form::Printable, 64),
    row("2.5.4.6", "C", &["countryName"], Form::Country, 2),
    row("2.5.4.7", "L", &["localityName"], Form::Text, 128),
    row("2.5.4.8", "ST", &["S", "stateOrProvinceName"], Form::Text, 128),
    row("2.5.4.9", "street", &["streetAddress"], Form::Text, 128),
    row("2.5.4.10", "O", &["organizationName"], Form::Text, 64),
    row("2.5.4.11", "OU", &["organizationalUnitName"], Form::Text, 64),
    row("2.5.4.12", "title", &["T"], Form::Text, 64),
    row("2.5.4.13", "description", &[], Form::Text, 1024),
    row("2.5.4.15", "businessCategory", &[], Form::Text, 128),
    row("2.5.4.17", "postalCode", &[], Form::Text, 40),
    row("2.5.4.20", "telephoneNumber", &[], Form::Printable, 32),
    row("2.5.4.41", "name", &[], Form::Text, FREE),
    row("2.5.4.42", "GN", &["givenName"], Form::Text, FREE),
    row("2.5.4.43", "initials", &[], Form::Text, FREE),
    row("2.5.4.44", "generationQualifier", &[], Form::Text, FREE),
    row("2.5.4.46", "dnQualifier", &[], Form::Printable, FREE),
    row("2.5.4.65", "pseudonym", &[], Form::Text, 128),
    row("2.5.4.97", "organizationIdentifier", &[], Form::Text, FREE),
    row("0.9.2342.19200300.100.1.1", "UID", &["userId"], Form::Text, 256),
    row(
        "0.9.2342.19200300.100.1.25",
        "DC",
        &["domainComponent"],
        Form::Ascii,
        63,
    ),
    row(
        "1.2.840.113549.1.9.1",
        "emailAddress",
        &["E", "email"],
        Form::Ascii,
        255,
    ),
    row("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST", &[], Form::Text, 128),
    row("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC", &[], Form::Country, 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_identifiers_stand_for_one_attribute_each() {
        for (at, row) in ATTRIBUTES.iter().enumerate() {
            assert!(std::ptr::eq(
                by_oid(ObjectIdentifier::new(row.dots).unwrap()).unwrap(),
                row
            ));
            for name in [row.name].iter().chain(row.others) {
                assert!(std::ptr::eq(by_name(&name.to_lowercase()).unwrap(), row));
                let places = ATTRIBUTES.iter().position(|other| {
                    [other.name]
                        .iter()
                        .chain(other.others)
                        .any(|known| known.eq_ignore_ascii_case(name))
                });
                assert_eq!(places, Some(at), "{name}");
            }
        }
    }
}
