//! The texts that stand for values with parts, both ways. They are part of the stored format: never change one.

use std::borrow::Cow;

use claviger_model::{Action, Extent, GrantedActions, Party, UserId};

/// Where the rights of an attachment count, in the column `extent`. Lists are ordered by these texts.
pub(crate) fn of_extent(extent: &Extent) -> Cow<'static, str> {
    match extent {
        Extent::Everywhere => "".into(),
        Extent::Regions => "regions".into(),
        Extent::Global => "global".into(),
        Extent::Region(region) => format!("region/{}", region.as_str()).into(),
    }
}

/// Reads back what [`of_extent`] gave.
pub(crate) fn extent(text: &str) -> Option<Extent> {
    match text {
        "" => Some(Extent::Everywhere),
        "regions" => Some(Extent::Regions),
        "global" => Some(Extent::Global),
        other => other.strip_prefix("region/")?.parse().ok().map(Extent::Region),
    }
}

/// Who has to do with a grant, in the columns `grantee`, `retiring` and `issuer`.
pub(crate) fn of_party(party: &Party) -> String {
    match party {
        Party::Root(account) => format!("root/{account}"),
        Party::User(account, user) => format!("user/{account}/{user}"),
        Party::Account(account) => format!("account/{account}"),
        Party::Unknown(text) => format!("other/{text}"),
    }
}

/// Reads back what [`of_party`] gave.
pub(crate) fn party(text: &str) -> Option<Party> {
    let (kind, rest) = text.split_once('/')?;
    match kind {
        "root" => rest.parse().ok().map(Party::Root),
        "user" => {
            let (account, user) = rest.split_once('/')?;
            let user: UserId = user.parse().ok()?;
            account.parse().ok().map(|account| Party::User(account, user))
        }
        "account" => rest.parse().ok().map(Party::Account),
        "other" => Some(Party::Unknown(rest.into())),
        _ => None,
    }
}

/// What a grant allows, in the column `actions`.
pub(crate) fn of_actions(actions: &GrantedActions) -> String {
    let names: Vec<_> = actions.iter().map(Action::name).collect();
    names.join(" ")
}

/// Reads back what [`of_actions`] gave.
pub(crate) fn actions(text: &str) -> Option<GrantedActions> {
    let actions: Option<Vec<_>> = text.split(' ').map(Action::of_name).collect();
    GrantedActions::of(&actions?)
}

#[cfg(test)]
mod tests {
    use claviger_model::{AccountId, GRANTABLE};

    use super::*;

    #[test]
    fn extents_have_their_texts() {
        for (text, value) in [
            ("", Extent::Everywhere),
            ("regions", Extent::Regions),
            ("global", Extent::Global),
            ("region/eu-1", Extent::Region("eu-1".parse().unwrap())),
            // A region may have the name of an extent.
            ("region/global", Extent::Region("global".parse().unwrap())),
        ] {
            assert_eq!(of_extent(&value), text);
            assert_eq!(extent(text), Some(value));
        }
        for wrong in [" ", "Global", "region", "region/", "region/UPPER", "eu-1"] {
            assert_eq!(extent(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn parties_have_their_texts() {
        let account = AccountId::from_number(1_234_567_890_123_456).unwrap();
        let user = UserId::from_number(200_000_000_000_000_001).unwrap();
        for (text, value) in [
            ("root/1234567890123456", Party::Root(account)),
            (
                "user/1234567890123456/200000000000000001",
                Party::User(account, user),
            ),
            ("account/1234567890123456", Party::Account(account)),
            ("other/", Party::Unknown("".into())),
            (
                "other/root/1234567890123456",
                Party::Unknown("root/1234567890123456".into()),
            ),
        ] {
            assert_eq!(of_party(&value), text);
            assert_eq!(party(text), Some(value));
        }
        for wrong in [
            "",
            "root",
            "root/5",
            "user/1234567890123456",
            "user/1234567890123456/5",
            "x/y",
        ] {
            assert_eq!(party(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn granted_actions_have_their_texts() {
        let some = GrantedActions::of(&[Action::Encrypt, Action::DescribeKey]).unwrap();
        assert_eq!(of_actions(&some), "DescribeKey Encrypt");
        for value in [some, GrantedActions::of(GRANTABLE).unwrap()] {
            assert_eq!(actions(&of_actions(&value)), Some(value));
        }
        for wrong in [
            "",
            " ",
            "Encrypt ",
            "encrypt",
            "Encrypt  Decrypt",
            "CreateGrant",
            "Encrypt CreateKey",
        ] {
            assert_eq!(actions(wrong), None, "{wrong}");
        }
    }
}
