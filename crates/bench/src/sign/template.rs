//! Requests that differ in their nonce, their time and, if wanted, their key.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::{Call, Client, Scheme, Signer, acs3, escape, hex_into, rpc};
use crate::error::Error;

/// Stands for the nonce. As long as a real one, and of characters that no escaping changes.
pub(super) const NONCE: &str = "nonce-goes-here-0123456789abcdef";

/// Stands for the time.
pub(super) const TIME: &str = "1970-01-01T00:00:00Z";

/// How many times a text may be escaped: once in a query, twice in a string to sign.
const ESCAPES: usize = 3;

/// A request with the two stand-ins in it.
pub(super) struct Draft {
    /// Up to the signature.
    pub(super) head: String,
    /// After the signature.
    pub(super) tail: String,
    /// What is signed.
    pub(super) signed: String,
    /// How many times the time is escaped in `head`.
    pub(super) head_escapes: usize,
    /// How many times the time is escaped in `signed`.
    pub(super) signed_escapes: usize,
}

/// A place in the head and the place of the same thing in the signed text.
#[derive(Clone, Copy)]
struct Slot {
    head: usize,
    signed: usize,
}

/// A request that can be sent again and again.
pub(crate) struct Template {
    head: Vec<u8>,
    tail: Vec<u8>,
    signed: Vec<u8>,
    nonce: Slot,
    time: Slot,
    time_escapes: (usize, usize),
    /// Place and length of the key id, where that changes.
    key: Option<(Slot, usize)>,
}

impl Template {
    /// Prepares a request of `call`. `key`, if given, is a parameter's value that [`Template::fill`] may replace by
    /// others of the same length.
    pub(crate) fn new(
        scheme: Scheme,
        call: &Call<'_>,
        client: &Client<'_>,
        key: Option<&str>,
    ) -> Result<Self, Error> {
        let draft = match scheme {
            Scheme::Rpc => rpc::draft(call, client),
            Scheme::Acs3 => acs3::draft(call, client),
        };
        let slot = |head: &str, signed: &str| -> Result<Slot, Error> {
            Ok(Slot {
                head: only_place(&draft.head, head)?,
                signed: only_place(&draft.signed, signed)?,
            })
        };
        let times = escapes(TIME);
        let time_in = |count: usize| times.get(count).map(String::as_str).unwrap_or_default();
        let key = match key {
            Some(key) if escape(key) == key => Some((slot(key, key)?, key.len())),
            Some(key) => return Err(Error::Unfit(format!("the key id `{key}` needs escaping"))),
            None => None,
        };
        Ok(Self {
            nonce: slot(NONCE, NONCE)?,
            time: slot(time_in(draft.head_escapes), time_in(draft.signed_escapes))?,
            time_escapes: (draft.head_escapes, draft.signed_escapes),
            key,
            head: draft.head.into_bytes(),
            tail: draft.tail.into_bytes(),
            signed: draft.signed.into_bytes(),
        })
    }

    /// Appends a fresh request to `out`.
    pub(crate) fn fill(
        &mut self,
        signer: &Signer,
        nonce: &[u8; 32],
        moment: &Moment,
        key: Option<&str>,
        out: &mut Vec<u8>,
    ) {
        self.patch(self.nonce, nonce, nonce);
        self.patch(
            self.time,
            moment.escaped(self.time_escapes.0),
            moment.escaped(self.time_escapes.1),
        );
        if let (Some((slot, length)), Some(key)) = (self.key, key)
            && key.len() == length
        {
            self.patch(slot, key.as_bytes(), key.as_bytes());
        }
        out.extend_from_slice(&self.head);
        signer.sign(&self.signed, out);
        out.extend_from_slice(&self.tail);
    }

    fn patch(&mut self, slot: Slot, head: &[u8], signed: &[u8]) {
        overwrite(&mut self.head, slot.head, head);
        overwrite(&mut self.signed, slot.signed, signed);
    }

    /// What the last request was signed over.
    #[cfg(test)]
    pub(super) fn signed(&self) -> &[u8] {
        &self.signed
    }
}

fn overwrite(text: &mut [u8], from: usize, with: &[u8]) {
    if let Some(place) = text.get_mut(from..from + with.len()) {
        place.copy_from_slice(with);
    }
}

fn only_place(text: &str, part: &str) -> Result<usize, Error> {
    let mut places = text.match_indices(part);
    match (places.next(), places.next()) {
        (Some((at, _)), None) => Ok(at),
        _ => Err(Error::Unfit(format!(
            "`{part}` stands in a request not exactly once"
        ))),
    }
}

fn escapes(text: &str) -> [String; ESCAPES] {
    let once = escape(text);
    let twice = escape(&once);
    [text.to_owned(), once, twice]
}

/// A point in time as requests spell it.
pub(crate) struct Moment {
    texts: [String; ESCAPES],
    until: u64,
    start: Instant,
    start_second: u64,
}

impl Moment {
    /// Now.
    #[expect(
        clippy::disallowed_methods,
        reason = "a client's requests carry the real time"
    )]
    pub(crate) fn now() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::at(since_epoch.as_secs())
    }

    /// The given second since 1970.
    pub(super) fn at(second: u64) -> Self {
        Self {
            texts: spell(second),
            until: second + 1,
            start: Instant::now(),
            start_second: second,
        }
    }

    /// Moves on with the clock; costs next to nothing within one second.
    pub(crate) fn advance(&mut self) {
        let second = self.start_second + self.start.elapsed().as_secs();
        if second >= self.until {
            self.texts = spell(second);
            self.until = second + 1;
        }
    }

    fn escaped(&self, count: usize) -> &[u8] {
        self.texts.get(count).map(String::as_bytes).unwrap_or_default()
    }
}

fn spell(second: u64) -> [String; ESCAPES] {
    let time = i64::try_from(second)
        .ok()
        .and_then(|second| jiff::Timestamp::from_second(second).ok());
    escapes(&time.unwrap_or_default().to_string())
}

/// Nonces that no other run makes: random first half, counted second half.
pub(crate) struct Nonces {
    text: [u8; 32],
    count: u64,
}

impl Nonces {
    /// Starts a series.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut random = [0; 8];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::Unfit("no random numbers".to_owned()))?;
        let mut half = Vec::with_capacity(16);
        hex_into(&random, &mut half);
        let mut text = [b'0'; 32];
        overwrite(&mut text, 0, &half);
        Ok(Self { text, count: 0 })
    }

    /// The next one.
    pub(crate) fn draw(&mut self) -> &[u8; 32] {
        let mut half = Vec::with_capacity(16);
        hex_into(&self.count.to_be_bytes(), &mut half);
        overwrite(&mut self.text, 16, &half);
        self.count += 1;
        &self.text
    }
}
