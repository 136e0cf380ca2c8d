//! The token of the page behind a page of events.
//!
//! It holds the place in the log, the time range, which is the last week where nobody says, and a sum over everything that
//! was asked, so that it fits no other question. Whoever makes one up begins elsewhere in events that are theirs to see
//! anyway: the sum is there against mistakes and not against forgery, and nothing in the token is secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claviger_audit::Seq;
use claviger_model::Timestamp;

/// Where a list of events goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) after: Seq,
}

const VERSION: u8 = 1;
const LEN: usize = 1 + 4 * 8;

impl Place {
    /// The token of a place in the answer to a question.
    pub(super) fn token(self, question: &[&str]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(sum(question).to_be_bytes());
        bytes.extend(self.from.as_millisecond().to_be_bytes());
        bytes.extend(self.until.as_millisecond().to_be_bytes());
        bytes.extend(self.after.0.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place of a token; nothing where it is none, or of another question.
    pub(super) fn of(token: &str, question: &[&str]) -> Option<Self> {
        if token.len() > LEN * 2 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let [VERSION, rest @ ..] = bytes.as_slice() else {
            return None;
        };
        let ([first, from, until, after], []) = rest.as_chunks::<8>() else {
            return None;
        };
        let time = |bytes: [u8; 8]| Timestamp::from_millisecond(i64::from_be_bytes(bytes)).ok();
        (u64::from_be_bytes(*first) == sum(question)).then_some(())?;
        Some(Self {
            from: time(*from)?,
            until: time(*until)?,
            after: Seq(u64::from_be_bytes(*after)),
        })
    }
}

/// FNV-1a over the texts with their lengths.
///
/// SOURCE: draft-eastlake-fnv, 64 bit.
fn sum(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| {
        let length = text.len().to_string();
        [length.into_bytes(), vec![b':'], text.as_bytes().to_vec()].concat()
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_for_its_question_only() {
        let place = Place {
            from: "2026-11-15T12:00:00Z".parse().unwrap(),
            until: "2026-11-22T12:00:00.001Z".parse().unwrap(),
            after: Seq(7),
        };
        let question = ["1234567890123456", "FORWARD", "EventName", "Encrypt"];
        let token = place.token(&question);
        assert_eq!(Place::of(&token, &question), Some(place));
        let others: [&[&str]; 4] = [
            &["1234567890123456", "FORWARD", "EventName", "Decrypt"],
            &["1234567890123456", "FORWARD", "EventNam", "eEncrypt"],
            &["1234567890123456", "FORWARD", "EventName"],
            &[],
        ];
        for other in others {
            assert_eq!(Place::of(&token, other), None);
        }
        let long = "A".repeat(1000);
        let longer = format!("{token}AAAA");
        for wrong in ["", "AA", "!", token.get(..43).unwrap(), &longer, &long] {
            assert_eq!(Place::of(wrong, &question), None, "{wrong}");
        }
    }

    /// SOURCE: the published test values of FNV-1a, 64 bit.
    #[test]
    fn the_sum_is_that_of_its_source() {
        assert_eq!(sum(&[]), 0xcbf2_9ce4_8422_2325);
        let bytes = |text: &[u8]| {
            text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
                (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            })
        };
        assert_eq!(bytes(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(sum(&["a"]), bytes(b"1:a"));
    }
}
