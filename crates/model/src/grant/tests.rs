use super::*;
use crate::Region;

fn account(last: u64) -> AccountId {
    AccountId::from_number(1_000_000_000_000_000 + last).unwrap()
}

fn user(number: u64) -> UserId {
    UserId::from_number(100_000_000_000_000_000 + number).unwrap()
}

fn caller(account: AccountId, identity: Identity) -> Caller {
    Caller {
        account,
        identity,
        access_key: None,
    }
}

fn person(account: AccountId, number: u64) -> Caller {
    caller(
        account,
        Identity::User {
            id: user(number),
            name: "ann".parse().unwrap(),
        },
    )
}

fn grant(grantee: Party, actions: &[Action]) -> Grant {
    Grant {
        id: GrantId::from_bytes([7; 32]),
        scope: Scope {
            account: account(1),
            region: "r".parse::<Region>().unwrap(),
        },
        key: KeyId::from_bytes([1; 16]),
        name: String::new(),
        grantee,
        retiring: Some(Party::User(account(3), user(9))),
        issuer: Party::Root(account(1)),
        actions: GrantedActions::of(actions).unwrap(),
        created: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn ids_read_back_in_lower_case_only() {
    let id = GrantId::from_bytes([0xab; 32]);
    assert_eq!(id.to_string(), "ab".repeat(32));
    assert_eq!(id.to_string().parse(), Ok(id));
    for wrong in ["", "ab", &"AB".repeat(32), &"ab".repeat(33), &"zz".repeat(32)] {
        assert!(wrong.parse::<GrantId>().is_err(), "{wrong}");
    }
}

#[test]
fn a_grant_allows_what_it_names_to_whom_it_names() {
    let grant = grant(
        Party::User(account(2), user(1)),
        &[Action::Encrypt, Action::DescribeKey],
    );
    let ann = person(account(2), 1);
    assert!(grant.allows(&ann, Action::Encrypt));
    assert!(grant.allows(&ann, Action::AsymmetricEncrypt));
    assert!(!grant.allows(&ann, Action::Decrypt));
    assert!(!grant.allows(&ann, Action::AsymmetricSign));
    for other in [
        person(account(2), 2),
        person(account(1), 1),
        caller(account(2), Identity::Root),
    ] {
        assert!(!grant.allows(&other, Action::Encrypt), "{other:?}");
    }
}

#[test]
fn a_whole_account_is_its_root_and_users_and_no_service() {
    let grant = grant(Party::Account(account(2)), &[Action::Decrypt]);
    assert!(grant.allows(&person(account(2), 5), Action::Decrypt));
    assert!(grant.allows(&caller(account(2), Identity::Root), Action::Decrypt));
    assert!(!grant.allows(&caller(account(2), Identity::System), Action::Decrypt));
    let service = Identity::Service("oss".parse().unwrap());
    assert!(!grant.allows(&caller(account(2), service), Action::Decrypt));
    assert!(!grant.allows(&person(account(1), 5), Action::Decrypt));
}

#[test]
fn its_maker_the_one_named_and_a_grantee_that_may_can_give_it_up() {
    let plain = grant(Party::User(account(2), user(1)), &[Action::Decrypt]);
    assert!(plain.may_retire(&caller(account(1), Identity::Root)));
    assert!(plain.may_retire(&person(account(3), 9)));
    assert!(!plain.may_retire(&person(account(2), 1)));
    let retirable = grant(
        Party::User(account(2), user(1)),
        &[Action::Decrypt, Action::RetireGrant],
    );
    assert!(retirable.may_retire(&person(account(2), 1)));
}

#[test]
fn nothing_or_only_passing_on_is_no_grant() {
    assert_eq!(GrantedActions::of(&[]), None);
    assert_eq!(GrantedActions::of(&[Action::CreateGrant]), None);
    assert_eq!(GrantedActions::of(&[Action::DeleteKey, Action::Encrypt]), None);
    let twice = GrantedActions::of(&[Action::Encrypt, Action::Encrypt, Action::DescribeKey]).unwrap();
    assert_eq!(
        twice.iter().collect::<Vec<_>>(),
        [Action::DescribeKey, Action::Encrypt]
    );
}
