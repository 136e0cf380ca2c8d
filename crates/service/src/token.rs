//! Tokens: the server remembers none of them, they say themselves what they open. Only those that were made void are
//! remembered, until they would have ended.
//!
//! ```text
//!  1 byte   form of the token: 1
//! 16 bytes  id, drawn
//!  8 bytes  account
//!  1 byte   whose it is: 0 the root of the account, 1 a user
//!  8 bytes  number of the user; 0 for the root
//!  text     name of the region that it opens, empty for the account itself: 2 bytes length and as many bytes
//!  1 byte   what was shown for it: 1 a password, 2 the secret of an access key, 4 another token, and their sums
//!  8 bytes  beginning, microseconds since 1970
//!  8 bytes  end, microseconds since 1970
//! ```
//! Numbers are big-endian. The whole is sealed, so a token cannot be read or changed; its text is standard base64
//! (RFC 4648 section 4). Sessions are kept in the same way.

use base64::Engine as _;
use claviger_model::{AccountId, Error, LoginOwner, Region, SignedDuration, Timestamp, UserId};
use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;

use crate::encoding::BASE64;
use crate::envelope::from_provider;
use crate::sealed::{take, text};

/// How long a token lives. SOURCE: IAM API, "Obtaining a User Token Through Password Authentication" (read 2026-11-22): 24
/// hours.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_hours(24);
const FORM: u8 = 1;
const CELL: Cell<'static> = Cell {
    table: "tokens",
    column: "token",
    row: "",
};
/// Bytes of a token beside the name of its region.
const FIXED: usize = 53;

/// What somebody showed for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A password.
    Password,
    /// The secret of an access key.
    Secret,
    /// Another token.
    Token,
}

impl Method {
    const ALL: [Self; 3] = [Self::Password, Self::Secret, Self::Token];

    fn bit(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::Secret => 2,
            Self::Token => 4,
        }
    }
}

/// All that was shown for a token, and for the tokens that were shown for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Methods(u8);

impl Methods {
    /// One.
    pub(crate) fn only(method: Method) -> Self {
        Self(method.bit())
    }

    /// One more.
    pub(crate) fn and(self, method: Method) -> Self {
        Self(self.0 | method.bit())
    }

    fn of_bits(bits: u8) -> Option<Self> {
        (1..8).contains(&bits).then_some(Self(bits))
    }

    /// One after the other, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Method> {
        let all = Method::ALL.into_iter();
        all.filter(move |method| self.0 & method.bit() != 0)
    }
}

/// What a token says beside whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// Tells it from every other. To know it opens nothing.
    pub id: [u8; 16],
    /// The region that it opens; none where it opens the account itself.
    pub region: Option<Region>,
    /// What was shown for it.
    pub methods: Methods,
    /// When it was given. Whole microseconds.
    pub issued: Timestamp,
    /// From this moment on it opens nothing. Whole microseconds.
    pub expires: Timestamp,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) account: AccountId,
    pub(crate) owner: LoginOwner,
    pub(crate) facts: TokenFacts,
}

/// The moment without what a token does not keep of it.
pub(crate) fn whole_micros(moment: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(moment.as_microsecond()).unwrap_or(moment)
}

impl Token {
    /// The text of the token.
    ///
    /// # Errors
    /// [`Error::Internal`] where it cannot be sealed.
    pub(crate) fn seal(&self, keeper: &dyn Keeper) -> Result<SecretBytes, Error> {
        let inside = SecretBytes::from(self.write().ok_or(Error::Internal)?);
        let sealed = keeper.seal(&CELL, &inside).map_err(from_provider)?;
        Ok(SecretBytes::from(BASE64.encode(sealed)))
    }

    /// Reads a token; none where it is not one of ours, or not whole.
    ///
    /// # Errors
    /// When tokens cannot be opened at the moment.
    pub(crate) fn open(keeper: &dyn Keeper, token: &str) -> Result<Option<Self>, Error> {
        let Ok(sealed) = BASE64.decode(token) else {
            return Ok(None);
        };
        match keeper.open(&CELL, &sealed) {
            Ok(inside) => Ok(Self::read(inside.expose())),
            Err(ProviderError::DoesNotOpen) => Ok(None),
            Err(error) => Err(from_provider(error)),
        }
    }

    fn write(&self) -> Option<Vec<u8>> {
        let region = self.facts.region.as_ref().map_or("", Region::as_str);
        let mut out = Vec::with_capacity(FIXED + region.len());
        out.push(FORM);
        out.extend_from_slice(&self.facts.id);
        out.extend_from_slice(&self.account.number().to_be_bytes());
        write_owner(self.owner, &mut out);
        out.extend_from_slice(&u16::try_from(region.len()).ok()?.to_be_bytes());
        out.extend_from_slice(region.as_bytes());
        out.push(self.facts.methods.0);
        out.extend_from_slice(&self.facts.issued.as_microsecond().to_be_bytes());
        out.extend_from_slice(&self.facts.expires.as_microsecond().to_be_bytes());
        Some(out)
    }

    fn read(inside: &[u8]) -> Option<Self> {
        let mut rest = inside.strip_prefix(&[FORM])?;
        let id = take(&mut rest)?;
        let account = AccountId::from_number(u64::from_be_bytes(take(&mut rest)?))?;
        let owner = read_owner(&mut rest)?;
        let region = match text(&mut rest)? {
            "" => None,
            name => Some(name.parse().ok()?),
        };
        let [methods] = take(&mut rest)?;
        let methods = Methods::of_bits(methods)?;
        let issued = Timestamp::from_microsecond(i64::from_be_bytes(take(&mut rest)?)).ok()?;
        let expires = Timestamp::from_microsecond(i64::from_be_bytes(take(&mut rest)?)).ok()?;
        rest.is_empty().then_some(Self {
            account,
            owner,
            facts: TokenFacts {
                id,
                region,
                methods,
                issued,
                expires,
            },
        })
    }
}

/// Whose something is, in 9 bytes.
pub(crate) fn write_owner(owner: LoginOwner, out: &mut Vec<u8>) {
    let (kind, number) = match owner {
        LoginOwner::Root => (0, 0),
        LoginOwner::User(id) => (1, id.number()),
    };
    out.push(kind);
    out.extend_from_slice(&number.to_be_bytes());
}

/// Reads back what [`write_owner`] wrote.
pub(crate) fn read_owner(rest: &mut &[u8]) -> Option<LoginOwner> {
    let [kind] = take(rest)?;
    let number = u64::from_be_bytes(take(rest)?);
    match (kind, number) {
        (0, 0) => Some(LoginOwner::Root),
        (1, number) => UserId::from_number(number).map(LoginOwner::User),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens that were given out before an update are good after it.
    const INSIDE: &[u8] = b"\x01\
        \x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\
        \x00\x04\x62\xd5\x3c\x8a\xba\xc0\
        \x01\
        \x01\xb6\x9b\x4b\xac\xd0\x5f\x15\
        \x00\x09eu-test-1\
        \x05\
        \x00\x06\x65\x17\x28\x9a\x62\xfa\
        \x00\x06\x65\x2b\x46\x6f\xe0\x00";

    fn token() -> Token {
        Token {
            account: "1234567890123456".parse().unwrap(),
            owner: LoginOwner::User("123456789123456789".parse().unwrap()),
            facts: TokenFacts {
                id: std::array::from_fn(|at| u8::try_from(at).unwrap()),
                region: Some("eu-test-1".parse().unwrap()),
                methods: Methods::only(Method::Password).and(Method::Token),
                issued: "2027-01-15T08:00:00.123642Z".parse().unwrap(),
                expires: "2027-01-16T08:00:00Z".parse().unwrap(),
            },
        }
    }

    #[test]
    fn the_inside_of_a_token_is_fixed() {
        assert_eq!(token().write().unwrap(), INSIDE);
        assert_eq!(Token::read(INSIDE), Some(token()));
        let mut of_root = token();
        of_root.owner = LoginOwner::Root;
        of_root.facts.region = None;
        let inside = of_root.write().unwrap();
        assert_eq!(inside.len(), FIXED);
        assert_eq!(Token::read(&inside), Some(of_root));
    }

    #[test]
    fn other_insides_are_no_tokens() {
        for end in 0..INSIDE.len() {
            assert_eq!(Token::read(&INSIDE[..end]), None, "cut at {end}");
        }
        assert_eq!(Token::read(&[INSIDE, b"x"].concat()), None);
        let wrong = [
            (0, 2),
            (17, 0xff),
            (25, 0),
            (25, 2),
            (26, 0xff),
            (34, 0xff),
            (36, b' '),
            (45, 0),
            (45, 8),
            (46, 0x7f),
            (54, 0x7f),
        ];
        for (at, value) in wrong {
            let mut wrong = INSIDE.to_vec();
            wrong[at] = value;
            assert_eq!(Token::read(&wrong), None, "{value} at {at}");
        }
    }

    #[test]
    fn methods_come_one_by_one() {
        let both = Methods::only(Method::Secret)
            .and(Method::Token)
            .and(Method::Token);
        assert_eq!(both.iter().collect::<Vec<_>>(), [Method::Secret, Method::Token]);
    }
}
