//! Sessions: the server remembers none of them, their tokens do.
//!
//! ```text
//! Form 1, a role that was taken:
//!  1 byte   form of the token: 1
//!  8 bytes  account of the role
//!  8 bytes  id of the role
//!  8 bytes  beginning, seconds since 1970
//!  8 bytes  end, the same
//!  texts: access key id, its secret, name of the role, name of the session, policy that narrows it (empty: none)
//!
//! Form 2, somebody's own rights for a while:
//!  1 byte   form of the token: 2
//!  8 bytes  account
//!  1 byte   whose rights: 0 the root of the account, 1 a user
//!  8 bytes  number of the user; 0 for the root
//!  8 bytes  beginning, microseconds since 1970
//!  8 bytes  end, the same
//!  1 byte   language of the policy that narrows it: 1 RAM, 2 IAM; 0 where there is none
//!  texts: access key id, its secret, that policy
//! ```
//! Numbers are big-endian; texts are 2 bytes length and as many bytes. The whole is sealed, so a token cannot be read or
//! changed; its text is standard base64 (RFC 4648 section 4). See ADR 0011 for the same with import tokens.

use base64::Engine as _;
use claviger_model::{
    AccessKeyId, AccountId, Error, Language, LoginOwner, RoleId, RoleName, SessionName, Timestamp,
};
use claviger_provider::{Cell, Keeper, ProviderError};
use claviger_secret::SecretBytes;

use crate::encoding::BASE64;
use crate::envelope::from_provider;
use crate::sealed::{bytes, take, text};
use crate::token::{read_owner, write_owner};

/// How the ids of access keys of sessions begin. SOURCE: STS, AssumeRole.
pub(crate) const KEY_START: &str = "STS.";
const FORM_ROLE: u8 = 1;
const FORM_OWN: u8 = 2;
/// Bytes of a token beside its texts, of the longer form.
const FIXED: usize = 35;
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
    /// The account that it works in.
    pub(crate) account: AccountId,
    /// Whose rights it has.
    pub(crate) of: SessionOf,
    /// What it was narrowed to: a document that was checked.
    pub(crate) policy: Option<(Language, String)>,
    /// When it began. Whole seconds for a role, whole microseconds for own rights: these end with older tokens.
    pub(crate) began: Timestamp,
    /// From this moment on it is over. Whole seconds.
    pub(crate) expires: Timestamp,
}

/// Whose rights a session has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SessionOf {
    /// Those of a role that was taken.
    Role {
        /// The role.
        id: RoleId,
        /// Its name; it never changes.
        role_name: RoleName,
        /// What who took the role called the session.
        name: SessionName,
    },
    /// Those of who asked for it.
    Own(LoginOwner),
}

impl Session {
    /// The token of the session.
    ///
    /// # Errors
    /// [`Error::Internal`] where it cannot be sealed.
    pub(crate) fn seal(&self, keeper: &dyn Keeper) -> Result<String, Error> {
        let inside = SecretBytes::from(self.write().ok_or(Error::Internal)?);
        let sealed = keeper.seal(&CELL, &inside).map_err(from_provider)?;
        Ok(BASE64.encode(sealed))
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
        let (key, secret) = (self.access_key.as_str().as_bytes(), self.secret.expose());
        let (language, policy) = match &self.policy {
            None => (0, ""),
            Some((Language::Ram, document)) => (1, document.as_str()),
            Some((Language::Iam, document)) => (2, document.as_str()),
        };
        let mut texts = vec![key, secret];
        if let SessionOf::Role { role_name, name, .. } = &self.of {
            texts.extend([role_name.as_str().as_bytes(), name.as_str().as_bytes()]);
        }
        texts.push(policy.as_bytes());
        // All room at once: a vector that grows leaves the secret behind where it was.
        let room: usize = texts.iter().map(|text| 2 + text.len()).sum();
        let mut out = Vec::with_capacity(FIXED + room);
        match &self.of {
            // Policies of form 1 have one language.
            SessionOf::Role { .. } if language > 1 => return None,
            SessionOf::Role { id, .. } => {
                out.push(FORM_ROLE);
                out.extend_from_slice(&self.account.number().to_be_bytes());
                out.extend_from_slice(&id.number().to_be_bytes());
                out.extend_from_slice(&self.began.as_second().to_be_bytes());
                out.extend_from_slice(&self.expires.as_second().to_be_bytes());
            }
            SessionOf::Own(owner) => {
                out.push(FORM_OWN);
                out.extend_from_slice(&self.account.number().to_be_bytes());
                write_owner(*owner, &mut out);
                out.extend_from_slice(&self.began.as_microsecond().to_be_bytes());
                out.extend_from_slice(&self.expires.as_microsecond().to_be_bytes());
                out.push(language);
            }
        }
        for text in texts {
            out.extend_from_slice(&u16::try_from(text.len()).ok()?.to_be_bytes());
            out.extend_from_slice(text);
        }
        Some(out)
    }

    fn read(inside: &[u8]) -> Option<Self> {
        let (&form, rest) = inside.split_first()?;
        match form {
            FORM_ROLE => Self::read_role(rest),
            FORM_OWN => Self::read_own(rest),
            _ => None,
        }
    }

    fn read_role(mut rest: &[u8]) -> Option<Self> {
        let account = AccountId::from_number(u64::from_be_bytes(take(&mut rest)?))?;
        let id = RoleId::from_number(u64::from_be_bytes(take(&mut rest)?))?;
        let (began, expires) = (second(&mut rest)?, second(&mut rest)?);
        let access_key = text(&mut rest)?.parse().ok()?;
        let secret = SecretBytes::copied(bytes(&mut rest)?);
        let role_name = text(&mut rest)?.parse().ok()?;
        let name = text(&mut rest)?.parse().ok()?;
        let policy = Some(text(&mut rest)?).filter(|policy| !policy.is_empty());
        rest.is_empty().then_some(Self {
            access_key,
            secret,
            account,
            of: SessionOf::Role { id, role_name, name },
            policy: policy.map(|policy| (Language::Ram, policy.into())),
            began,
            expires,
        })
    }

    fn read_own(mut rest: &[u8]) -> Option<Self> {
        let account = AccountId::from_number(u64::from_be_bytes(take(&mut rest)?))?;
        let owner = read_owner(&mut rest)?;
        let (began, expires) = (micro(&mut rest)?, micro(&mut rest)?);
        let [language] = take(&mut rest)?;
        let access_key = text(&mut rest)?.parse().ok()?;
        let secret = SecretBytes::copied(bytes(&mut rest)?);
        let policy = match (language, text(&mut rest)?) {
            (0, "") => None,
            (1, policy) => Some((Language::Ram, policy.to_owned())),
            (2, policy) => Some((Language::Iam, policy.to_owned())),
            _ => return None,
        };
        rest.is_empty().then_some(Self {
            access_key,
            secret,
            account,
            of: SessionOf::Own(owner),
            policy,
            began,
            expires,
        })
    }
}

fn micro(rest: &mut &[u8]) -> Option<Timestamp> {
    Timestamp::from_microsecond(i64::from_be_bytes(take(rest)?)).ok()
}

fn second(rest: &mut &[u8]) -> Option<Timestamp> {
    Timestamp::from_second(i64::from_be_bytes(take(rest)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens that were given out before an update are good after it.
    const OF_ROLE: &[u8] = b"\x01\
        \x00\x04\x62\xd5\x3c\x8a\xba\xc0\
        \x01\xb6\x9b\x4b\xac\xd0\x5f\x15\
        \x00\x00\x00\x00\x6b\x49\xd2\x00\
        \x00\x00\x00\x00\x6b\x49\xe0\x10\
        \x00\x05STS.a\x00\x03abc\x00\x03ops\x00\x05alice\x00\x02{}";
    const OWN: &[u8] = b"\x02\
        \x00\x04\x62\xd5\x3c\x8a\xba\xc0\
        \x01\
        \x01\xb6\x9b\x4b\xac\xd0\x5f\x15\
        \x00\x06\x65\x17\x28\x98\x80\x00\
        \x00\x06\x65\x17\xff\x2c\x24\x00\
        \x02\
        \x00\x05STS.a\x00\x03abc\x00\x02{}";

    fn session(of: SessionOf, language: Language) -> Session {
        Session {
            access_key: "STS.a".parse().unwrap(),
            secret: SecretBytes::copied(b"abc"),
            account: "1234567890123456".parse().unwrap(),
            of,
            policy: Some((language, "{}".into())),
            began: "2027-01-15T08:00:00Z".parse().unwrap(),
            expires: "2027-01-15T09:00:00Z".parse().unwrap(),
        }
    }

    fn of_role() -> Session {
        let of = SessionOf::Role {
            id: "123456789123456789".parse().unwrap(),
            role_name: "ops".parse().unwrap(),
            name: "alice".parse().unwrap(),
        };
        session(of, Language::Ram)
    }

    fn own() -> Session {
        let user = LoginOwner::User("123456789123456789".parse().unwrap());
        session(SessionOf::Own(user), Language::Iam)
    }

    #[test]
    fn the_inside_of_a_token_is_fixed() {
        for (inside, session) in [(OF_ROLE, of_role()), (OWN, own())] {
            assert_eq!(session.write().unwrap(), inside);
            assert_eq!(Session::read(inside), Some(session));
        }
        let plain = [of_role(), own()].map(|session| Session {
            policy: None,
            ..session
        });
        for plain in plain {
            assert_eq!(Session::read(&plain.write().unwrap()), Some(plain));
        }
        let root = session(SessionOf::Own(LoginOwner::Root), Language::Ram);
        assert_eq!(Session::read(&root.write().unwrap()), Some(root));
    }

    #[test]
    fn other_insides_are_no_tokens() {
        for inside in [OF_ROLE, OWN] {
            for end in 0..inside.len() {
                assert_eq!(Session::read(&inside[..end]), None, "cut at {end}");
            }
            assert_eq!(Session::read(&[inside, b"x"].concat()), None);
        }
        let role = [(0, 3), (1, 0xff), (9, 0xff), (17, 0x7f), (34, 0xff), (35, b' ')];
        let own = [
            (0, 3),
            (1, 0xff),
            (9, 0),
            (9, 2),
            (10, 0xff),
            (18, 0x7f),
            (34, 0),
            (34, 3),
        ];
        let all = role
            .map(|at| (OF_ROLE, at))
            .into_iter()
            .chain(own.map(|at| (OWN, at)));
        for (inside, (at, value)) in all {
            let mut wrong = inside.to_vec();
            wrong[at] = value;
            assert_eq!(Session::read(&wrong), None, "{value} at {at}");
        }
    }

    #[test]
    fn what_a_form_cannot_tell_is_not_written() {
        let long = Session {
            policy: Some((Language::Ram, "x".repeat(1 << 16))),
            ..of_role()
        };
        assert_eq!(long.write(), None);
        let foreign = Session {
            policy: Some((Language::Iam, "{}".into())),
            ..of_role()
        };
        assert_eq!(foreign.write(), None);
    }
}
