//! Whom a request is for, as far as HTTP itself has an opinion.

use std::net::Ipv6Addr;

use http::request::Parts;
use http::{Version, header};

/// Whether a request has the one `Host` that it needs. HTTP/1.0 may have none. One that is empty names nobody, so it is
/// refused as well.
///
/// SOURCE: RFC 9112 section 3.2; RFC 9110 section 4.2.1 for what is empty.
pub(crate) fn is_named(head: &Parts) -> bool {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => head.version == Version::HTTP_10,
        (Some(host), None) => host.to_str().is_ok_and(is_authority),
        (Some(_), Some(_)) => false,
    }
}

/// Whether a text is a host, perhaps with a port.
///
/// SOURCE: RFC 3986 section 3.2.2.
fn is_authority(text: &str) -> bool {
    let (is_host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else {
            return false;
        };
        (address.parse::<Ipv6Addr>().is_ok(), port)
    } else {
        let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        (!host.is_empty() && host.bytes().all(is_of_name), port)
    };
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether a text is a port; none after the colon is the usual one.
fn is_port(text: &str) -> bool {
    text.is_empty() || (text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok())
}

/// Whether a byte may stand in a name.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_and_addresses_with_ports_or_without() {
        for host in [
            "x",
            "kms.eu-central-1.example.com",
            "kms.example.com.:443",
            "my_container:8443",
            "127.0.0.1:8443",
            "[::1]",
            "[fd00::1:2]:8443",
            "x:",
            "x%20y",
        ] {
            assert!(is_authority(host), "{host}");
        }
        for text in [
            "", ":80", "a b", "a,b c", "user@x", "x/", "http://x", "x?y", "x#y", "x:y", "x:+80", "x:65536",
            "x:1:2", "::1", "[::1", "[::1]80", "[x]", "[]", "x\\y", "<x>",
        ] {
            assert!(!is_authority(text), "{text}");
        }
    }
}
