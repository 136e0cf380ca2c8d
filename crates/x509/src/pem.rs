//! PEM blocks.
//!
//! Reading is as tolerant as OpenSSL is: text around and between blocks, lines of any length, spaces at the ends of
//! lines, blocks of other kinds. Only a private key is an error, because somebody sent it by mistake.
//!
//! SOURCE: RFC 7468, sections 2, 3 and 5; `PEM_read_bio(3)` of OpenSSL 3.0.

use std::ops::ControlFlow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{CertificateError, LONGEST_PEM, MOST_CERTIFICATES};

/// Columns of base64 in a line that is written.
const COLUMNS: usize = 64;

/// One block with this label.
pub(crate) fn write(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while let Some((line, after)) = rest
        .split_at_checked(COLUMNS.min(rest.len()))
        .filter(|_| !rest.is_empty())
    {
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out + &format!("-----END {label}-----\n")
}

/// The certificates of a text in DER, at most as many as a chain has.
pub(crate) fn certificates(text: &str) -> Result<Vec<Vec<u8>>, CertificateError> {
    if text.len() > LONGEST_PEM {
        return Err(CertificateError::Length);
    }
    let mut found = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        open = match open {
            None => Block::begin(line, number)?,
            Some(mut block) => match block.take(line)? {
                ControlFlow::Continue(()) => Some(block),
                ControlFlow::Break(()) => {
                    found.extend(block.certificate()?);
                    None
                }
            },
        };
        if found.len() > MOST_CERTIFICATES {
            return Err(CertificateError::Count);
        }
    }
    match open {
        Some(block) => Err(block.damaged()),
        None if found.is_empty() => Err(CertificateError::Missing),
        None => Ok(found),
    }
}

/// A block that has begun.
struct Block<'a> {
    label: &'a str,
    line: usize,
    base64: String,
}

impl<'a> Block<'a> {
    fn begin(line: &'a str, number: usize) -> Result<Option<Self>, CertificateError> {
        let Some(label) = boundary(line, "BEGIN") else {
            return Ok(None);
        };
        if label.ends_with("PRIVATE KEY") {
            return Err(CertificateError::PrivateKey);
        }
        Ok(Some(Self {
            label,
            line: number,
            base64: String::new(),
        }))
    }

    /// Takes a line; breaks if it is the last of the block.
    fn take(&mut self, line: &str) -> Result<ControlFlow<()>, CertificateError> {
        if boundary(line, "END") == Some(self.label) {
            return Ok(ControlFlow::Break(()));
        }
        if line.starts_with("-----") {
            return Err(self.damaged());
        }
        self.base64.push_str(line);
        Ok(ControlFlow::Continue(()))
    }

    /// The bytes of a certificate; `None` for blocks of another kind.
    fn certificate(&self) -> Result<Option<Vec<u8>>, CertificateError> {
        match self.label {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                let der = STANDARD.decode(&self.base64).map_err(|_| self.damaged())?;
                Ok(Some(der))
            }
            _ => Ok(None),
        }
    }

    fn damaged(&self) -> CertificateError {
        CertificateError::Block { line: self.line }
    }
}

/// The label of a line such as `-----BEGIN CERTIFICATE-----`.
fn boundary<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.strip_prefix("-----")?
        .strip_prefix(word)?
        .strip_prefix(' ')?
        .strip_suffix("-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(bytes: &[u8]) -> String {
        write("CERTIFICATE", bytes)
    }

    #[test]
    fn what_is_written_is_read() {
        for len in [0, 1, 47, 48, 49, 96, 1000] {
            let bytes = vec![7; len];
            assert_eq!(certificates(&block(&bytes)), Ok(vec![bytes]));
        }
        assert_eq!(
            block(&[1; 50]),
            format!(
                "-----BEGIN CERTIFICATE-----\n{}\nAQE=\n-----END CERTIFICATE-----\n",
                "AQEB".repeat(16)
            )
        );
    }

    #[test]
    fn text_around_blocks_and_other_blocks_are_passed_over() {
        let text = format!(
            "subject=CN = a\n\n{}some words\r\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n\
             -----END EC PARAMETERS-----\n{}bye",
            block(&[1]),
            block(&[2])
                .replace('\n', " \r\n")
                .replace("CERTIFICATE", "X509 CERTIFICATE"),
        );
        assert_eq!(certificates(&text), Ok(vec![vec![1], vec![2]]));
        let one_line = "-----BEGIN CERTIFICATE-----\nAQ\nEB\n\nAQEB\n-----END CERTIFICATE-----";
        assert_eq!(certificates(one_line), Ok(vec![vec![1; 6]]));
    }

    #[test]
    fn what_is_damaged_is_named_by_its_line() {
        let good = block(&[1; 9]);
        for bad in [
            "-----BEGIN CERTIFICATE-----\nAQEB\n",
            "-----BEGIN CERTIFICATE-----\nAQEB\n-----END X509 CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAQEB\n-----BEGIN CERTIFICATE-----\nAQEB\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nA!EB\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAQE\n-----END CERTIFICATE-----\n",
        ] {
            let text = format!("{good}{bad}");
            assert_eq!(
                certificates(&text),
                Err(CertificateError::Block { line: 4 }),
                "{bad}"
            );
        }
    }

    #[test]
    fn counts_and_sizes_are_bounded() {
        assert_eq!(certificates(""), Err(CertificateError::Missing));
        assert_eq!(certificates("AQEB"), Err(CertificateError::Missing));
        assert_eq!(certificates(&block(&[1]).repeat(10)).unwrap().len(), 10);
        assert_eq!(
            certificates(&block(&[1]).repeat(11)),
            Err(CertificateError::Count)
        );
        let longest = format!("{}{}", block(&[1]), " ".repeat(LONGEST_PEM - block(&[1]).len()));
        assert!(certificates(&longest).is_ok());
        assert_eq!(certificates(&(longest + " ")), Err(CertificateError::Length));
    }

    #[test]
    fn a_private_key_is_not_passed_over() {
        for label in [
            "PRIVATE KEY",
            "RSA PRIVATE KEY",
            "EC PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
        ] {
            let text = block(&[1]) + &write(label, &[2]);
            assert_eq!(certificates(&text), Err(CertificateError::PrivateKey));
        }
    }
}
