//! What clients see of the server.

use std::net::IpAddr;
use std::path::PathBuf;

use super::section::section;
use super::settings::Wrong;

section! {
    /// The certificate that clients see. Without one, the private CA of the data folder issues it at each start and
    /// renews it while the server runs; clients then trust `tls/ca.pem`.
    Tls in "tls" {
        /// Certificate chain in PEM, server's first. Read again when the file changes.
        certificate: Option<PathBuf> = None, "the private CA's";
        /// Key of the certificate in PEM.
        key: Option<PathBuf> = None, "the private CA's";
        /// Further host names and addresses for the private CA's certificate, beside `localhost` and the listening
        /// address. `*` may stand for the first part of a name: `"*.kms.example.com"`.
        names: Vec<String> = Vec::new(), "`[]`";
    }
}

/// Longest name, and longest part of one, in bytes. SOURCE: RFC 1035 section 2.3.4, without the dot at the end.
const LONGEST_NAME: usize = 253;
const LONGEST_PART: usize = 63;

impl Tls {
    /// Checks what the types cannot say.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let wrong = |name, reason: String| Err(("tls".into(), name, reason));
        if self.certificate.is_some() != self.key.is_some() {
            return wrong("certificate", "certificate and key go together".to_owned());
        }
        match self.names.iter().find(|name| !fits_certificate(name)) {
            None => Ok(()),
            Some(name) => wrong(
                "names",
                format!(
                    "`{name}` is neither a host name, such as `kms.example.com`, nor an address without a port"
                ),
            ),
        }
    }
}

/// Whether clients can compare it with the host that they call.
///
/// SOURCE: RFC 6125 section 6.4.3 (`*` as the whole first part alone), RFC 1123 section 2.1 (a name does not end in a number).
fn fits_certificate(name: &str) -> bool {
    if name.parse::<IpAddr>().is_ok() {
        return true;
    }
    let host = name.strip_prefix("*.").unwrap_or(name);
    let is_part = |part: &str| {
        (1..=LONGEST_PART).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    name.len() <= LONGEST_NAME
        && host.split('.').all(is_part)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::fits_certificate;

    #[test]
    fn names_are_hosts_and_addresses() {
        let long = format!("{}.example", "a".repeat(63));
        for name in [
            "kms",
            "kms.example.com",
            "*.example.com",
            "a-1.b",
            "10.0.0.1",
            "::1",
            "xn--fsq.cn",
            "kms_server",
            &long,
        ] {
            assert!(fits_certificate(name), "{name}");
        }
        let (long, longest) = (format!("a{long}"), vec!["abcdefg"; 32].join("."));
        let bad = [
            "",
            " ",
            "kms example",
            "https://kms.example.com",
            "kms.example.com:8443",
            "10.0.0.1:8443",
            "[::1]",
            "10.0.0.999",
            "*",
            "kms.*.com",
            "k*.example.com",
            "*.*.com",
            "*.",
            "kms.",
            ".kms",
            "a..b",
            "-a.b",
            "a-.b",
            "密钥.cn",
            "a/b",
            &long,
            &longest,
        ];
        for name in bad {
            assert!(!fits_certificate(name), "{name}");
        }
    }
}
