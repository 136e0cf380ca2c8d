//! Sessions: the server remembers none of them, their tokens do.
//!
//! ```text
//!  1 byte   form of the token: 1
//!  8 bytes  account of the role
//!  8 bytes  id of the role
//!  8 bytes  beginning, seconds since 1970
//!  8 bytes  end, the same
//!  texts: access key id, its secret, name of the role, name of the session, policy that narrows it (empty: none);
//!         each 2 bytes length and as many bytes
//! ```
//! Numbers are big-endian. The whole is sealed, so a token cannot be read or changed; its text is standard base64
//! (RFC 4648 section 4). See ADR 0011 for the same with import tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_model::{AccessKeyId, AccountId, Error, RoleId, RoleName, SessionName, Timestamp};
use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;

use crate::envelope::from_provider;

/// How the ids of access keys of sessions begin. SOURCE: STS, AssumeRole.
pub(crate) const KEY_START: &str = "STS.";
const FORM: u8 = 1;
const CELL: Cell<'static> = Cell {
    table: "sessions",
    column: "token",
    row: "",
};

/// What a token says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// The access key that goes with the token.
    pub(crate) access_key: AccessKeyId,
    /// Its secret.
    pub(crate) secret: SecretBytes,
    /// The account of the role.
    pub(crate) account: AccountId,
    /// The role.
    pub(crate) role: RoleId,
    /// Its name; it never changes.
    pub(crate) role_name: RoleName,
    /// What who took the role called the session.
    pub(crate) name: SessionName,
    /// What the session was narrowed to: a document that was checked.
    pub(crate) policy: Option<String>,
    /// When the role was taken. Whole seconds.
    pub(crate) began: Timestamp,
    /// From this moment on the session is over. Whole seconds.
    pub(crate) expires: Timestamp,
}

impl Session {
    /// The token of the session.
    ///
    /// # Errors
    /// [`Error::Internal`] where it cannot be sealed.
    pub(crate) fn seal(&self, keeper: &dyn Keeper) -> Result<String, Error> {
        let inside = SecretBytes::from(self.write().ok_or(Error::Internal)?);
        let sealed = keeper.seal(&CELL, &inside).map_err(from_provider)?;
        Ok(STANDARD.encode(sealed))
    }

    /// Reads a token; none where it is not one of ours, or not whole.
    ///
    /// # Errors
    /// When tokens cannot be opened at the moment.
    pub(crate) fn open(keeper: &dyn Keeper, token: &str) -> Result<Option<Self>, Error> {
        let Ok(sealed) = STANDARD.decode(token) else {
            return Ok(None);
        };
        match keeper.open(&CELL, &sealed) {
            Ok(inside) => Ok(Self::read(inside.expose())),
            Err(ProviderError::DoesNotOpen) => Ok(None),
            Err(error) => Err(from_provider(error)),
        }
    }

    fn write(&self) -> Option<Vec<u8>> {
        let texts = [
            self.access_key.as_str().as_bytes(),
            self.secret.expose(),
            self.role_name.as_str().as_bytes(),
            self.name.as_str().as_bytes(),
            self.policy.as_deref().unwrap_or_default().as_bytes(),
        ];
        // All room at once: a vector that grows leaves the secret behind where it was.
        let room: usize = texts.iter().map(|text| 2 + text.len()).sum();
        let mut out = Vec::with_capacity(33 + room);
        out.push(FORM);
        out.extend_from_slice(&self.account.number().to_be_bytes());
        out.extend_from_slice(&self.role.number().to_be_bytes());
        out.extend_from_slice(&self.began.as_second().to_be_bytes());
        out.extend_from_slice(&self.expires.as_second().to_be_bytes());
        for text in texts {
            out.extend_from_slice(&u16::try_from(text.len()).ok()?.to_be_bytes());
            out.extend_from_slice(text);
        }
        Some(out)
    }

    fn read(inside: &[u8]) -> Option<Self> {
        let mut rest = inside.strip_prefix(&[FORM])?;
        let account = AccountId::from_number(u64::from_be_bytes(take(&mut rest)?))?;
        let role = RoleId::from_number(u64::from_be_bytes(take(&mut rest)?))?;
        let began = Timestamp::from_second(i64::from_be_bytes(take(&mut rest)?)).ok()?;
        let expires = Timestamp::from_second(i64::from_be_bytes(take(&mut rest)?)).ok()?;
        let access_key = text(&mut rest)?.parse().ok()?;
        let secret = SecretBytes::copied(bytes(&mut rest)?);
        let role_name = text(&mut rest)?.parse().ok()?;
        let name = text(&mut rest)?.parse().ok()?;
        let policy = Some(text(&mut rest)?).filter(|policy| !policy.is_empty());
        rest.is_empty().then_some(Self {
            access_key,
            secret,
            account,
            role,
            role_name,
            name,
            policy: policy.map(Into::into),
            began,
            expires,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

fn bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u16::from_be_bytes(take(rest)?);
    let (head, tail) = rest.split_at_checked(length.into())?;
    *rest = tail;
    Some(head)
}

fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(bytes(rest)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens that were given out before an update are good after it.
    const INSIDE: &[u8] = b"\x01\
        \x00\x04\x62\xd5\x3c\x8a\xba\xc0\
        \x01\xb6\x9b\x4b\xac\xd0\x5f\x15\
        \x00\x00\x00\x00\x6b\x49\xd2\x00\
        \x00\x00\x00\x00\x6b\x49\xe0\x10\
        \x00\x05STS.a\x00\x03abc\x00\x03ops\x00\x05alice\x00\x02{}";

    fn session() -> Session {
        Session {
            access_key: "STS.a".parse().unwrap(),
            secret: SecretBytes::copied(b"abc"),
            account: "1234567890123456".parse().unwrap(),
            role: "123456789123456789".parse().unwrap(),
            role_name: "ops".parse().unwrap(),
            name: "alice".parse().unwrap(),
            policy: Some("{}".into()),
            began: "2027-01-15T08:00:00Z".parse().unwrap(),
            expires: "2027-01-15T09:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn the_inside_of_a_token_is_fixed() {
        assert_eq!(Session::read(INSIDE), Some(session()));
        assert_eq!(session().write().unwrap(), INSIDE);
        let plain = Session {
            policy: None,
            ..session()
        };
        assert_eq!(Session::read(&plain.write().unwrap()), Some(plain));
    }

    #[test]
    fn other_insides_are_no_tokens() {
        for end in 0..INSIDE.len() {
            assert_eq!(Session::read(&INSIDE[..end]), None, "cut at {end}");
        }
        assert_eq!(Session::read(&[INSIDE, b"x"].concat()), None);
        for (at, value) in [(0, 2), (1, 0xff), (9, 0xff), (17, 0x7f), (34, 0xff), (35, b' ')] {
            let mut wrong = INSIDE.to_vec();
            wrong[at] = value;
            assert_eq!(Session::read(&wrong), None, "{value} at {at}");
        }
    }

    #[test]
    fn a_text_too_long_for_its_length_is_not_written() {
        let long = Session {
            policy: Some("x".repeat(1 << 16)),
            ..session()
        };
        assert_eq!(long.write(), None);
    }
}
