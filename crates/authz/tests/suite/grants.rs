//! Grants beside policies: what they allow, what stands above them, and who may give them up.

use std::sync::Arc;

use claviger_authz::evaluate::Set;
use claviger_authz::{Held, Rights, Touched as _, Verdict, authorize, explain};
use claviger_model::{
    Action, Extent, Grant, GrantId, GrantedActions, Identity, IdentityResource, Party, Resource, Timestamp,
};

use crate::people::{
    ABROAD, Asked, EVERYTHING, HOME, NOTHING, Someone, account, alice, asked, noon, of_key, on_key, with,
};
use crate::scene::{key_policy, statements};

const HERE: &str = "cn-hangzhou";

/// A grant on the key of the other account, of this number.
fn grant(number: u8, grantee: Party, actions: &[Action]) -> Grant {
    let Resource::Key(scope, key) = of_key(Action::Encrypt, ABROAD).resource else {
        unreachable!("it is a key")
    };
    Grant {
        id: GrantId::from_bytes([number; 32]),
        scope,
        key,
        name: String::new(),
        grantee,
        retiring: None,
        issuer: Party::Root(account(ABROAD)),
        actions: GrantedActions::of(actions).unwrap(),
        created: Timestamp::UNIX_EPOCH,
    }
}

fn to_alice(actions: &[Action]) -> Grant {
    grant(1, Party::User(account(HOME), alice()), actions)
}

/// What is asked for of a key with these grants, from outside.
fn reached(action: Action, owner: u64, grants: &[Grant]) -> Asked {
    Asked {
        grants: grants.to_vec(),
        abroad: true,
        ..of_key(action, owner)
    }
}

fn verdict(who: &Someone, asked: &Asked) -> Verdict {
    explain(who.subject(), &noon(), &asked.question()).verdict
}

fn carried(who: &Someone, asked: &Asked) -> Option<GrantId> {
    let permit = authorize(who.subject(), &noon(), vec![asked.clone()]).unwrap();
    permit.by_grant(0)
}

/// With that policy attached there.
fn attached(policy: &str, extent: Extent) -> Someone {
    let someone = Someone::user(HOME, &[]);
    let policies = vec![Held {
        title: "some".into(),
        policy: Arc::new(statements(policy)),
        extent,
    }];
    Someone {
        rights: Rights {
            policies,
            ..someone.rights
        },
        ..someone
    }
}

#[test]
fn a_grant_allows_what_no_policy_does() {
    let (user, granted) = (
        Someone::user(HOME, &[]),
        to_alice(&[Action::Decrypt, Action::CreateGrant]),
    );
    let grants = [
        grant(9, Party::Root(account(HOME)), &[Action::Encrypt]),
        granted.clone(),
    ];
    for owner in [HOME, ABROAD] {
        let asks = |action| reached(action, owner, &grants);
        assert_eq!(verdict(&user, &asks(Action::Decrypt)), Verdict::Grant(granted.id));
        assert_eq!(carried(&user, &asks(Action::Decrypt)), Some(granted.id));
        assert_eq!(carried(&user, &asks(Action::AsymmetricDecrypt)), Some(granted.id));
        assert_eq!(carried(&user, &asks(Action::CreateGrant)), Some(granted.id));
        for action in Action::ALL {
            let granted = [Action::Decrypt, Action::AsymmetricDecrypt, Action::CreateGrant];
            let found = user.hears(&asks(*action)).is_ok();
            assert_eq!(found, granted.contains(action), "{action:?}");
        }
        // Through which door the key was reached makes no difference.
        let near = Asked {
            abroad: false,
            ..asks(Action::Decrypt)
        };
        assert_eq!(carried(&user, &near), Some(granted.id));
    }
}

#[test]
fn who_may_without_a_grant_needs_none() {
    let grants = [
        to_alice(&[Action::Decrypt]),
        grant(2, Party::Root(account(HOME)), &[Action::Decrypt]),
    ];
    let near = Asked {
        abroad: false,
        ..reached(Action::Decrypt, HOME, &grants)
    };
    let (user, root) = (Someone::user(HOME, &[EVERYTHING]), Someone::root(HOME));
    assert!(matches!(verdict(&user, &near), Verdict::Policies(decision) if decision.outcome.allows()));
    assert_eq!(verdict(&root, &near), Verdict::OwnAccount);
    assert_eq!((carried(&user, &near), carried(&root, &near)), (None, None));
    // In another region its own account is as good as another.
    let far = reached(Action::Decrypt, HOME, &grants);
    assert_eq!(carried(&user, &far), Some(grants[0].id));
    assert_eq!(carried(&root, &far), Some(grants[1].id));
}

#[test]
fn abroad_nothing_but_a_grant_allows() {
    let both = on_key("Allow", "1111111111111111:user/alice");
    let (user, root) = (Someone::user(HOME, &[EVERYTHING]), Someone::root(HOME));
    for owner in [HOME, ABROAD] {
        let plain = with(&reached(Action::Decrypt, owner, &[]), both.clone());
        for who in [&user, &root] {
            assert!(who.hears(&plain).is_err());
            assert_eq!(
                who.hears(&plain),
                who.hears(&reached(Action::Decrypt, owner, &[]))
            );
        }
        // The policy of a key keeps its meaning for those who name the key in full.
        let named = Asked {
            abroad: false,
            ..plain
        };
        assert_eq!(user.hears(&named), Ok(()));
    }
    let other = [grant(
        1,
        Party::User(account(ABROAD), alice()),
        &[Action::Decrypt],
    )];
    assert!(user.hears(&reached(Action::Decrypt, ABROAD, &other)).is_err());
}

/// Whose policy: of the user (`u`), of the session that narrows it (`s`), of the key (`k`). What it says: nothing about
/// it (`-`), yes (`+`), no (`!`).
#[test]
fn what_denies_stands_above_a_grant() {
    let silent = r#"{"Effect":"Allow","Action":"kms:Sign","Resource":"*"}"#;
    let word = |said: char| match said {
        '+' => EVERYTHING,
        '!' => NOTHING,
        _ => silent,
    };
    for (policies, allowed) in [
        ("", true),
        ("u-", true),
        ("u+", true),
        ("u!", false),
        ("k-", true),
        ("k+", true),
        ("k!", false),
        ("u+k!", false),
        ("u!k+", false),
        ("s+", true),
        ("s-", false),
        ("s!", false),
        ("s+u!", false),
        ("s+k!", false),
        ("s-u+k+", false),
        ("s+u+k+", true),
    ] {
        let said = |whose: char| {
            policies
                .find(whose)
                .and_then(|at| policies[at + 1..].chars().next())
        };
        let own: Vec<_> = said('u').map(word).into_iter().collect();
        let session = said('s').map(word);
        let who = match session {
            None => Someone::user(HOME, &own),
            Some(narrowed) => Someone::session(HOME, &own, Some(narrowed)),
        };
        let on_key = said('k').map(|said| match said {
            '+' => on_key("Allow", "1111111111111111:root"),
            '!' => on_key("Deny", "1111111111111111:root"),
            _ => key_policy(
                r#"{"Effect":"Deny","Principal":{"RAM":"acs:ram::1111111111111111:root"},"Action":"kms:Sign","Resource":"*"}"#,
            ),
        });
        // Also what policies of keys cannot give to strangers they can deny.
        for action in [Action::Decrypt, Action::CreateGrant] {
            for (owner, abroad) in [(HOME, true), (ABROAD, true), (ABROAD, false)] {
                let grants = [grant(
                    3,
                    Party::Account(account(HOME)),
                    &[Action::Decrypt, Action::CreateGrant],
                )];
                let asked = Asked {
                    policy: on_key.clone().map(Arc::new),
                    abroad,
                    ..reached(action, owner, &grants)
                };
                assert_eq!(
                    who.hears(&asked).is_ok(),
                    allowed,
                    "{policies} {action:?} {owner} {abroad}"
                );
            }
        }
    }
}

#[test]
fn policies_count_where_they_are_attached() {
    let here = |action| of_key(action, HOME);
    let users = asked(
        Action::ListUsers,
        Resource::Identity(account(HOME), IdentityResource::Users),
    );
    for (extent, in_region, of_account) in [
        (Extent::Everywhere, true, true),
        (Extent::Regions, true, false),
        (Extent::Region(HERE.parse().unwrap()), true, false),
        (Extent::Region("cn-beijing".parse().unwrap()), false, false),
        (Extent::Global, false, true),
    ] {
        let may = attached(EVERYTHING, extent.clone());
        assert_eq!(may.hears(&here(Action::Encrypt)).is_ok(), in_region, "{extent:?}");
        assert_eq!(may.hears(&users).is_ok(), of_account, "{extent:?}");
        // What does not count denies nothing, either; and where it counts it stands above grants.
        let may_not = attached(NOTHING, extent.clone());
        let granted = [to_alice(&[Action::Encrypt])];
        for owner in [HOME, ABROAD] {
            let asked = reached(Action::Encrypt, owner, &granted);
            assert_eq!(may_not.hears(&asked).is_ok(), !in_region, "{extent:?}");
        }
        let asked = here(Action::Encrypt);
        let told = explain(may.subject(), &noon(), &asked.question()).statements;
        assert_eq!(told.len(), usize::from(in_region));
    }
}

#[test]
fn statements_keep_their_place_behind_policies_that_do_not_count() {
    let mut someone = attached(NOTHING, Extent::Global);
    someone
        .rights
        .policies
        .extend(attached(EVERYTHING, Extent::Regions).rights.policies);
    let asked = of_key(Action::Encrypt, HOME);
    let explained = explain(someone.subject(), &noon(), &asked.question());
    let [told] = explained.statements.as_slice() else {
        unreachable!("one policy counts")
    };
    assert!(told.decides && told.set == Set::Identity);
    assert_eq!(told.policy, Some(&someone.rights.policies[1]));
}

#[test]
fn a_grant_is_given_up_by_its_parties_only() {
    let retire = |grant: &Grant, owner: u64, abroad: bool| Asked {
        grant: Some(grant.clone()),
        abroad,
        ..reached(Action::RetireGrant, owner, &[])
    };
    let plain = to_alice(&[Action::Decrypt]);
    let (user, owner) = (Someone::user(HOME, &[]), Someone::root(ABROAD));
    assert_eq!(
        verdict(&user, &retire(&plain, ABROAD, true)),
        Verdict::Party(false)
    );
    assert_eq!(
        verdict(&owner, &retire(&plain, ABROAD, false)),
        Verdict::Party(true)
    );
    // Whatever else they may: others do not, not even those who own the key.
    for asked in [retire(&plain, HOME, false), retire(&plain, HOME, true)] {
        for stranger in [
            Someone::root(HOME),
            Someone::user(HOME, &[EVERYTHING]),
            Someone::session(HOME, &[EVERYTHING], None),
        ] {
            assert_eq!(verdict(&stranger, &asked), Verdict::Party(false));
            assert!(stranger.hears(&asked).is_err());
        }
    }
    let service = Someone::service(ABROAD, "oss");
    assert!(service.hears(&retire(&plain, ABROAD, false)).is_err());
    let named = Grant {
        retiring: Some(Party::User(account(HOME), alice())),
        ..plain.clone()
    };
    let own = to_alice(&[Action::Decrypt, Action::RetireGrant]);
    for grant in [&named, &own] {
        let asked = retire(grant, ABROAD, true);
        assert_eq!(verdict(&user, &asked), Verdict::Party(true));
        assert_eq!(carried(&user, &asked), None);
        for forbidden in [
            Someone::user(HOME, &[NOTHING]),
            Someone::user(HOME, &[EVERYTHING, NOTHING]),
        ] {
            assert!(forbidden.hears(&asked).is_err());
        }
        let banned = with(&asked, on_key("Deny", "1111111111111111:user/alice"));
        assert!(user.hears(&banned).is_err());
    }
    // With no grant at hand, who may know of it gets to hear so.
    let gone = Asked {
        grant: None,
        ..retire(&own, ABROAD, true)
    };
    assert!(user.hears(&gone).is_err());
    let holding = Asked {
        grants: vec![own.clone()],
        ..gone
    };
    assert_eq!(carried(&user, &holding), Some(own.id));
}

/// A grant that is at hand is looked at for nothing else.
#[test]
fn other_rights_on_a_grant_are_those_on_its_key() {
    let asked = Asked {
        grant: Some(to_alice(&[Action::Decrypt, Action::RetireGrant])),
        ..of_key(Action::RevokeGrant, HOME)
    };
    assert!(Someone::user(HOME, &[]).hears(&asked).is_err());
    assert_eq!(Someone::user(HOME, &[EVERYTHING]).hears(&asked), Ok(()));
    assert_eq!(Someone::root(HOME).hears(&asked), Ok(()));
}

#[test]
fn a_permit_tells_which_things_took_a_grant() {
    let granted = grant(5, Party::User(account(HOME), alice()), &[Action::Decrypt]);
    let user = Someone::user(HOME, &[EVERYTHING]);
    let taken = || reached(Action::Decrypt, ABROAD, std::slice::from_ref(&granted));
    let things = vec![
        of_key(Action::Encrypt, HOME),
        taken(),
        of_key(Action::Encrypt, HOME),
        taken(),
    ];
    let permit = authorize(user.subject(), &noon(), things).unwrap();
    let found = [0, 1, 2, 3, 4].map(|place| permit.by_grant(place));
    assert_eq!(found, [None, Some(granted.id), None, Some(granted.id), None]);
}

/// No grant says that a key is there to somebody whom it does not mean, nor what kind of key it is.
#[test]
fn a_refusal_abroad_is_the_same_whatever_is_on_the_key() {
    let others = [grant(1, Party::Account(account(ABROAD)), &[Action::Decrypt])];
    let bare =
        |policies: &[&str]| Someone::user(HOME, policies).hears(&reached(Action::Decrypt, ABROAD, &[]));
    for policies in [&[][..], &[EVERYTHING], &[NOTHING]] {
        let user = Someone::user(HOME, policies);
        let full = with(
            &reached(Action::Decrypt, ABROAD, &others),
            on_key("Deny", "1111111111111111:root"),
        );
        assert_eq!(user.hears(&full), bare(policies));
    }
}

#[test]
fn services_and_the_system_have_no_grants() {
    let grants = [grant(1, Party::Account(account(HOME)), &[Action::Decrypt])];
    let asked = reached(Action::Decrypt, ABROAD, &grants);
    assert!(Someone::service(HOME, "oss").hears(&asked).is_err());
    let rights = Rights::system(account(HOME));
    let system = Someone::new(HOME, Identity::System, rights);
    assert_eq!(verdict(&system, &asked), Verdict::System);
    let made = Asked {
        maker: Some("oss".parse().unwrap()),
        ..asked
    };
    assert_eq!(Someone::service(HOME, "oss").hears(&made), Ok(()));
}
