//! Alternative names of a subject: DNS names, IP addresses, e-mail addresses.
//!
//! SOURCE: RFC 5280, section 4.2.1.6; RFC 1034, section 3.5, and RFC 1123, section 2.1, for host names; RFC 6125,
//! section 6.4.3, for wildcards; RFC 5321, sections 4.1.2 and 4.5.3.1, for mailboxes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use x509_cert::{
    der::{
        self,
        asn1::{Ia5String, OctetString},
    },
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use crate::{AlternativeNameError, CsrError, MOST_ALTERNATIVE_NAMES, name};

/// A name whose kind is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AlternativeName {
    Dns(String),
    Email(String),
    Ip(IpAddr),
}

/// Reads names; those that stand there twice count once.
pub(crate) fn parse(texts: &[String]) -> Result<Vec<AlternativeName>, CsrError> {
    if texts.len() > MOST_ALTERNATIVE_NAMES {
        return Err(CsrError::AlternativeNameCount);
    }
    let mut names = Vec::new();
    for text in texts {
        let name = AlternativeName::parse(text).map_err(|problem| CsrError::AlternativeName {
            name: text.chars().take(64).collect(),
            problem,
        })?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The extension of these names.
///
/// # Errors
/// None in fact: DER refuses only what is longer than names can be.
pub(crate) fn extension(names: &[AlternativeName]) -> der::Result<SubjectAltName> {
    names
        .iter()
        .map(AlternativeName::to_der_type)
        .collect::<der::Result<Vec<_>>>()
        .map(SubjectAltName)
}

impl AlternativeName {
    fn parse(text: &str) -> Result<Self, AlternativeNameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AlternativeNameError::Empty);
        }
        if text.len() > 254 {
            return Err(AlternativeNameError::Length);
        }
        if let Ok(ip) = text.parse() {
            return Ok(Self::Ip(ip));
        }
        if !text.is_ascii() {
            return Err(AlternativeNameError::Ascii);
        }
        match text.rsplit_once('@') {
            Some((local, domain)) if is_mailbox(local) && is_host(domain) => Ok(Self::Email(text.to_owned())),
            Some(_) => Err(AlternativeNameError::Email),
            None if is_host(text.strip_prefix("*.").unwrap_or(text)) => Ok(Self::Dns(text.to_owned())),
            None => Err(AlternativeNameError::Dns),
        }
    }

    fn to_der_type(&self) -> der::Result<GeneralName> {
        Ok(match self {
            Self::Dns(name) => GeneralName::DnsName(Ia5String::new(name)?),
            Self::Email(address) => GeneralName::Rfc822Name(Ia5String::new(address)?),
            Self::Ip(IpAddr::V4(ip)) => GeneralName::IpAddress(OctetString::new(ip.octets())?),
            Self::Ip(IpAddr::V6(ip)) => GeneralName::IpAddress(OctetString::new(ip.octets())?),
        })
    }
}

/// Whether this is a host name. The last label must not be a number, or the name would look like an address.
fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 253 && name.split('.').all(is_label) && !name.rsplit('.').next().is_some_and(numeric)
}

/// Whether this can stand before the `@`: words with dots between them, no quotes.
fn is_mailbox(local: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    local.len() <= 64 && local.split('.').all(is_word)
}

/// The name as text; `None` for kinds that have none. An error if an address has the length of no address.
pub(crate) fn text(name: &GeneralName) -> der::Result<Option<String>> {
    Ok(match name {
        GeneralName::Rfc822Name(text)
        | GeneralName::DnsName(text)
        | GeneralName::UniformResourceIdentifier(text) => Some(text.as_str().to_owned()),
        GeneralName::IpAddress(bytes) => Some(address(bytes.as_bytes())?.to_string()),
        GeneralName::DirectoryName(directory) => Some(name::text(directory)),
        GeneralName::RegisteredId(oid) => Some(oid.to_string()),
        GeneralName::OtherName(_) | GeneralName::EdiPartyName(_) => None,
    })
}

fn address(bytes: &[u8]) -> der::Result<IpAddr> {
    let four = || <[u8; 4]>::try_from(bytes).map(Ipv4Addr::from).map(IpAddr::V4);
    let sixteen = || <[u8; 16]>::try_from(bytes).map(Ipv6Addr::from).map(IpAddr::V6);
    four()
        .or_else(|_| sixteen())
        .map_err(|_| der::Tag::OctetString.value_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> AlternativeNameError {
        AlternativeName::parse(text).unwrap_err()
    }

    #[test]
    fn the_form_tells_the_kind() {
        let dns = |text: &str| AlternativeName::Dns(text.to_owned());
        for text in [
            "example.com",
            "localhost",
            "*.example.com",
            "xn--bcher-kva.example",
            "1.2.3.4.example",
            "a-1.b2",
        ] {
            assert_eq!(AlternativeName::parse(text), Ok(dns(text)));
        }
        for text in [
            "a@example.com",
            "first.last+tag@mail.example.com",
            "o'neil@localhost",
        ] {
            assert_eq!(
                AlternativeName::parse(text),
                Ok(AlternativeName::Email(text.to_owned()))
            );
        }
        for text in ["192.0.2.1", "::1", "2001:db8::7"] {
            assert_eq!(
                AlternativeName::parse(text),
                Ok(AlternativeName::Ip(text.parse().unwrap()))
            );
        }
        assert_eq!(AlternativeName::parse(" example.com\n"), Ok(dns("example.com")));
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        let long = format!("{}.example", "a".repeat(64));
        for text in [
            "1.2.3.400",
            "1.2.3",
            "exa mple.com",
            "a..b",
            ".a",
            "a.",
            "-a.b",
            "a-.b",
            "a_b.c",
            "*",
            "*.",
            "a.*.b",
            "*a.b",
            "**.b",
            "http://a.b",
            "a/b",
            "[::1]",
            "fe80::1%eth0",
            "a\0b",
            &long,
        ] {
            assert_eq!(problem(text), AlternativeNameError::Dns, "{text}");
        }
        for text in [
            "@a.b",
            "a@",
            "a@@b.c",
            "a b@c.d",
            ".a@b.c",
            "a.@b.c",
            "a@*.b.c",
            "a@1.2.3.4",
            "\"a\"@b.c",
        ] {
            assert_eq!(problem(text), AlternativeNameError::Email, "{text}");
        }
        assert_eq!(problem("bücher.example"), AlternativeNameError::Ascii);
        assert_eq!(problem("jürgen@example.com"), AlternativeNameError::Ascii);
        assert_eq!(problem("  "), AlternativeNameError::Empty);
        assert_eq!(problem(&"a.".repeat(200)), AlternativeNameError::Length);
    }

    #[test]
    fn a_name_counts_once_and_a_hundred_are_the_most() {
        let texts = ["a.b", "10.0.0.1", "a.b", "10.0.0.1"].map(str::to_owned);
        assert_eq!(parse(&texts).unwrap().len(), 2);
        let many: Vec<String> = (0..101).map(|number| format!("host-{number}.example")).collect();
        assert_eq!(parse(&many[1..]).unwrap().len(), 100);
        assert_eq!(parse(&many), Err(CsrError::AlternativeNameCount));
        let error = parse(&[format!("{} x", "y".repeat(100))]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the alternative name `{}` is no DNS name or IP address",
                "y".repeat(64)
            )
        );
    }
}
