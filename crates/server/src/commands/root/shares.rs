//! Recovery shares, as people bring them.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use claviger_provider_soft::{RecoveryError, Sealer, Share};
use claviger_secret::SecretBytes;

use super::options::Shares;
use crate::output::{Failure, hand_out, note, shown};
use crate::seal::{chain, typed};

/// What a share begins with, in whatever case.
const BEGIN: &[u8] = b"claviger-share-";

/// Longest text that is read for shares, in bytes.
const LIMIT: u64 = 65_536;

impl Shares {
    /// The sealer that the shares make.
    pub(super) fn sealer(&self) -> Result<Sealer, Failure> {
        let shares = if self.files.is_empty() {
            ask()?
        } else {
            let shares = self.files.iter().map(|path| read(path));
            shares
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect()
        };
        Sealer::recovery(&shares).map_err(|error| Failure::failed(chain(&error)))
    }
}

/// Prints a set of shares, which are nowhere else.
pub(crate) fn print(shares: &[Share]) -> Result<(), Failure> {
    for share in shares {
        hand_out(shown(&share.to_text())?)?;
    }
    let needed = shares.first().map_or(0, Share::threshold);
    note(&format!(
        "these shares are kept nowhere: give each to another person now. Any {needed} of them open the key without its seals"
    ));
    Ok(())
}

/// All shares of a file.
fn read(path: &Path) -> Result<Vec<Share>, Failure> {
    let text = if path == Path::new("-") {
        text_of(io::stdin().lock())
    } else {
        std::fs::File::open(path).and_then(text_of)
    };
    let text = text.map_err(|error| Failure::file("read shares from", path, &error))?;
    let shares = pieces(text.expose()).into_iter().map(|piece| {
        Share::parse(&SecretBytes::copied(piece))
            .map_err(|error| Failure::failed(format!("`{}`: {}", path.display(), chain(&error))))
    });
    shares.collect()
}

fn text_of(from: impl io::Read) -> io::Result<SecretBytes> {
    let mut bytes = Vec::with_capacity(1024);
    from.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(SecretBytes::from(bytes))
}

/// Cuts a text where shares begin. Whoever copied one by hand may have broken its line.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let begins = |at: usize| {
        let head = text.get(at..at + BEGIN.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(BEGIN))
    };
    let mut starts: Vec<_> = (0..text.len()).filter(|at| begins(*at)).collect();
    // What stands in front of the first one is for the parser to refuse, unless it is nothing.
    let first = starts.first().copied().unwrap_or(text.len());
    if starts.is_empty() || text.iter().take(first).any(|byte| !byte.is_ascii_whitespace()) {
        starts.insert(0, 0);
    }
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(start, end)| text.get(*start..end))
        .collect()
}

/// Asks for as many as are needed. A mistake is told at once, and the share asked for again.
fn ask() -> Result<Vec<Share>, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "there is no terminal to ask for the shares; name files with --share",
        ));
    }
    let mut shares: Vec<Share> = Vec::new();
    loop {
        let needed = shares.first().map(|share| usize::from(share.threshold()));
        if needed.is_some_and(|needed| shares.len() >= needed) {
            return Ok(shares);
        }
        let of = needed.map(|needed| format!(" of {needed}")).unwrap_or_default();
        let text = typed("share", &format!("Share {}{of}: ", shares.len() + 1))?;
        if text.is_empty() {
            return Err(Failure::failed("the shares were not given"));
        }
        match Share::parse(&text).and_then(|share| fits(share, &shares)) {
            Ok(share) => shares.push(share),
            Err(error) => note(&chain(&error)),
        }
    }
}

/// The share, unless it cannot belong to the others.
fn fits(share: Share, others: &[Share]) -> Result<Share, RecoveryError> {
    let index = share.index();
    match others.first() {
        Some(first) if first.set() != share.set() => Err(RecoveryError::OtherSet {
            index,
            set: share.set().to_owned(),
            others: first.set().to_owned(),
        }),
        _ if others.iter().any(|other| other.index() == index) => Err(RecoveryError::Twice { index }),
        _ => Ok(share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let pieces = pieces(text.as_bytes());
        pieces
            .into_iter()
            .map(|piece| std::str::from_utf8(piece).unwrap().trim())
            .collect()
    }

    #[test]
    fn shares_are_cut_where_they_begin() {
        let one = "claviger-share-1-aa-1/2-ABCD";
        let two = "CLAVIGER-SHARE-1-aa-2/2-\nABCD";
        assert_eq!(cut(one), [one]);
        assert_eq!(cut(&format!("\n {one}\n\n{two}\n")), [one, two]);
        assert_eq!(cut(&format!("Alice: {one}")), ["Alice:", one]);
        assert_eq!(cut("nothing"), ["nothing"]);
        assert_eq!(cut(""), [""]);
    }

    #[test]
    fn a_file_without_shares_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.txt");
        std::fs::write(&path, "my share\n").unwrap();
        let fault = read(&path).err().unwrap().to_string();
        assert!(
            fault.contains("alice.txt`: ") && fault.contains("not a share"),
            "{fault}"
        );
    }
}
