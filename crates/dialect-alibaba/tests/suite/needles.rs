//! Every spelling in which a secret could stand somewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter values say nothing when they are found.
const SHORTEST: usize = 12;

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// The spellings of secrets.
#[derive(Debug, Default)]
pub(crate) struct Needles(BTreeSet<String>);

impl Needles {
    /// A secret as it was sent or answered: line by line, as text and as what its base64 stands for.
    pub(crate) fn add(&mut self, value: &str) {
        for line in value.lines().filter(|line| line.len() >= SHORTEST) {
            self.0.insert(line.to_owned());
            self.add_bytes(line.as_bytes());
            if let Ok(bytes) = STANDARD.decode(line) {
                if let Ok(text) = std::str::from_utf8(&bytes) {
                    self.0.insert(text.to_owned());
                }
                self.add_bytes(&bytes);
            }
        }
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        if bytes.len() < SHORTEST {
            return;
        }
        let hex = hex(bytes);
        self.0.insert(hex.to_uppercase());
        self.0.insert(hex);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            // Inside of something longer, it may begin at each of three places of a group.
            for (before, first) in [(0, 0), (1, 2), (2, 3)] {
                let text = engine.encode([&[0; 2][..before], bytes].concat());
                let last = (before + bytes.len()) * 8 / 6;
                self.0.insert(text[first..last].to_owned());
            }
        }
    }

    /// How many spellings there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Fails where one of them stands in a text.
    pub(crate) fn must_not_be_in(&self, place: &str, text: &str) {
        for needle in self.0.iter().filter(|needle| !needle.is_empty()) {
            if let Some(at) = text.find(needle.as_str()) {
                let around = text[..at]
                    .char_indices()
                    .rev()
                    .nth(200)
                    .map_or(0, |(from, _)| from);
                panic!("{needle} in {place}: {}", &text[around..at + needle.len()]);
            }
        }
    }
}

#[test]
fn every_spelling_is_found() {
    let mut needles = Needles::default();
    needles.add("a secret of somebody");
    needles.add(&STANDARD.encode("another secret, encoded"));
    let spelled = |bytes: &[u8]| -> Vec<String> {
        let hex = hex(bytes);
        let mut all = vec![
            hex.to_uppercase(),
            hex,
            String::from_utf8(bytes.to_vec()).unwrap(),
        ];
        for around in ["", "{", "{\"", "{\"a"] {
            let text = [around.as_bytes(), bytes, b"\"}"].concat();
            all.push(STANDARD.encode(&text));
            all.push(URL_SAFE_NO_PAD.encode(text));
        }
        all
    };
    for secret in ["a secret of somebody", "another secret, encoded"] {
        for text in spelled(secret.as_bytes()) {
            let text = format!("{{\"member\":\"{text}\"}}");
            let found = std::panic::catch_unwind(|| needles.must_not_be_in("a test", &text));
            assert!(found.is_err(), "{text}");
        }
    }
    needles.must_not_be_in("a test", "a secre7 of somebody");
}
