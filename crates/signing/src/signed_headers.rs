//! The list of signed headers.

/// Most headers one signature may name. Clients name about a dozen; each costs a look-up.
const MAX_NAMES: usize = 100;

/// Lower-case header names joined by `;`, at most a hundred. Their order is the order of the canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedHeaders<'a>(&'a str);

impl<'a> SignedHeaders<'a> {
    /// Parses the list. Nothing if a name is empty, not lower-case, or not a header name, or if there are too many.
    pub fn parse(text: &'a str) -> Option<Self> {
        let list = Self(text);
        let well_formed = |name: &str| !name.is_empty() && name.bytes().all(is_name_byte);
        let mut count = 0;
        let mut names = list.names();
        names
            .all(|name| {
                count += 1;
                count <= MAX_NAMES && well_formed(name)
            })
            .then_some(list)
    }

    /// The list as sent.
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        let mut rest = Some(self.0);
        std::iter::from_fn(move || {
            let text = rest?;
            let (name, later) = match memchr::memchr(b';', text.as_bytes()) {
                Some(at) => (text.get(..at)?, text.get(at + 1..)),
                None => (text, None),
            };
            rest = later;
            Some(name)
        })
    }
}

/// SOURCE: RFC 9110 §5.6.2 `tchar`, without capital letters: names are sent here in lower case.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
