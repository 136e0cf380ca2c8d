//! Whole questions: callers of every kind, at home and abroad, and what those hear who are refused.

use claviger_authz::evaluate::Set;
use claviger_authz::policy::Policy;
use claviger_authz::{Facts, NoPermit, Rights, Touched as _, Verdict, authorize, explain};
use claviger_model::{Action, Denial, DenyingPolicy, Identity};

use crate::people::{
    ABROAD, Asked, EVERYTHING, HOME, NOTHING, Someone, account, held, noon, of_key, of_role, on_key, with,
};
use crate::scene::{tags, trust_policy};

fn trusting(kind: &str, who: &str) -> Policy {
    trust_policy(&format!(
        r#"{{"Effect":"Allow","Principal":{{"{kind}":"{who}"}},"Action":"sts:AssumeRole"}}"#
    ))
}

const IDENTITY: Result<(), (DenyingPolicy, bool)> = Err((DenyingPolicy::Identity, false));
const RESOURCE: Result<(), (DenyingPolicy, bool)> = Err((DenyingPolicy::Resource, false));
const TRUST: Result<(), (DenyingPolicy, bool)> = Err((DenyingPolicy::Trust, false));

#[test]
fn root_may_do_everything_at_home_whatever_a_policy_says() {
    let root = Someone::root(HOME);
    for &action in Action::ALL {
        let asked = with(&of_key(action, HOME), on_key("Deny", "1111111111111111:root"));
        let expected = if action == Action::AssumeRole {
            Err(())
        } else {
            Ok(())
        };
        assert_eq!(root.hears(&asked).map_err(drop), expected, "{action:?}");
        assert!(root.hears(&of_key(action, ABROAD)).is_err(), "{action:?}");
    }
}

#[test]
fn root_at_home_has_no_more_than_its_session_is_narrowed_to() {
    let encrypt = r#"{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}"#;
    let root = Someone::root(HOME);
    let narrowed = Someone {
        rights: Rights {
            session: Some(held(&[encrypt]).remove(0)),
            ..root.rights
        },
        ..root
    };
    let banned = on_key("Deny", "1111111111111111:root");
    assert_eq!(
        narrowed.hears(&with(&of_key(Action::Encrypt, HOME), banned)),
        Ok(())
    );
    assert_eq!(
        narrowed.hears(&of_key(Action::Decrypt, HOME)),
        Err((DenyingPolicy::Session, false))
    );
}

#[test]
fn root_abroad_has_what_the_policy_of_a_key_gives() {
    let root = Someone::root(HOME);
    let decrypt = of_key(Action::Decrypt, ABROAD);
    assert_eq!(root.hears(&decrypt), RESOURCE);
    let named = on_key("Allow", "1111111111111111:root");
    assert_eq!(root.hears(&with(&decrypt, named.clone())), Ok(()));
    let other = on_key("Allow", "2222222222222222:root");
    assert_eq!(root.hears(&with(&decrypt, other)), RESOURCE);
    // Others use a key, they do not administer it.
    for action in [Action::DisableKey, Action::SetKeyPolicy, Action::TagResource] {
        assert_eq!(
            root.hears(&with(&of_key(action, ABROAD), named.clone())),
            RESOURCE
        );
    }
}

#[test]
fn users_need_their_own_policies_or_that_of_the_key_at_home_and_both_abroad() {
    let (none, all) = (Someone::user(HOME, &[]), Someone::user(HOME, &[EVERYTHING]));
    let forbidden = Someone::user(HOME, &[EVERYTHING, NOTHING]);
    let (home, abroad) = (of_key(Action::Encrypt, HOME), of_key(Action::Encrypt, ABROAD));
    let named = || on_key("Allow", "1111111111111111:user/alice");
    let banned = || on_key("Deny", "1111111111111111:user/alice");
    let explicit = |policy| Err((policy, true));
    for (who, asked, expected) in [
        (&none, home.clone(), IDENTITY),
        (&none, with(&home, named()), Ok(())),
        (&none, with(&abroad, named()), IDENTITY),
        (&all, home.clone(), Ok(())),
        (&all, with(&home, banned()), explicit(DenyingPolicy::Resource)),
        (&all, abroad.clone(), RESOURCE),
        (&all, with(&abroad, named()), Ok(())),
        (
            &forbidden,
            with(&home, named()),
            explicit(DenyingPolicy::Identity),
        ),
        (&forbidden, abroad.clone(), explicit(DenyingPolicy::Identity)),
    ] {
        assert_eq!(who.hears(&asked), expected);
    }
}

#[test]
fn a_refusal_tells_nothing_of_what_is_on_the_thing() {
    let stranger = Someone::user(HOME, &[EVERYTHING]);
    let abroad = of_key(Action::Decrypt, ABROAD);
    let banned = on_key("Deny", "1111111111111111:user/alice");
    assert_eq!(
        stranger.hears(&with(&abroad, banned.clone())),
        stranger.hears(&abroad)
    );
    let colleague = Someone::user(HOME, &[]);
    let home = of_key(Action::Decrypt, HOME);
    assert_eq!(colleague.hears(&with(&home, banned)), colleague.hears(&home));
    let tagged = r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"kms:tag/secret":"yes"}}}"#;
    let (curious, trusted) = (
        Someone::user(HOME, &[tagged]),
        Someone::user(HOME, &[tagged, EVERYTHING]),
    );
    let secret = Asked {
        tags: Some(tags(&[("secret", "yes")])),
        ..home.clone()
    };
    assert_eq!(curious.hears(&secret), curious.hears(&home));
    assert_eq!(trusted.hears(&secret), Err((DenyingPolicy::Identity, true)));
}

#[test]
fn a_session_has_no_more_than_role_and_narrowing_policy_give() {
    let encrypt = r#"{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}"#;
    let whole = Someone::session(HOME, &[EVERYTHING], None);
    let narrowed = Someone::session(HOME, &[EVERYTHING], Some(encrypt));
    let poor = Someone::session(HOME, &[], Some(EVERYTHING));
    let (first, second) = (of_key(Action::Encrypt, HOME), of_key(Action::Decrypt, HOME));
    assert_eq!((whole.hears(&first), whole.hears(&second)), (Ok(()), Ok(())));
    assert_eq!(narrowed.hears(&first), Ok(()));
    assert_eq!(narrowed.hears(&second), Err((DenyingPolicy::Session, false)));
    assert_eq!(poor.hears(&first), IDENTITY);
    // A policy that names the role means its sessions.
    for who in ["role/ops", "role/ops/alice"] {
        let named = on_key("Allow", &format!("1111111111111111:{who}"));
        assert_eq!(poor.hears(&with(&first, named)), Ok(()), "{who}");
    }
}

#[test]
fn a_role_is_taken_where_both_sides_allow_it() {
    let take = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"acs:ram:*:*:role/ops"}"#;
    let (none, may) = (Someone::user(HOME, &[]), Someone::user(HOME, &[take]));
    let everyone = || trusting("RAM", "acs:ram::1111111111111111:root");
    let other = || trusting("RAM", "acs:ram::1111111111111111:user/bob");
    for owner in [HOME, ABROAD] {
        let role = of_role(owner);
        assert_eq!(none.hears(&with(&role, everyone())), IDENTITY);
        assert_eq!(may.hears(&with(&role, everyone())), Ok(()));
        assert_eq!(may.hears(&with(&role, other())), TRUST);
        assert_eq!(Someone::root(HOME).hears(&with(&role, everyone())), Ok(()));
        assert_eq!(Someone::root(HOME).hears(&with(&role, other())), TRUST);
    }
    // One that is not there: only those learn so whose own policies allow it, and only at home.
    assert_eq!(
        [
            none.hears(&of_role(HOME)),
            may.hears(&of_role(HOME)),
            may.hears(&of_role(ABROAD))
        ],
        [IDENTITY, Ok(()), TRUST]
    );
}

#[test]
fn an_external_id_is_asked_for_by_the_trust_policy() {
    let trust = trust_policy(
        r#"{"Effect":"Allow","Principal":{"RAM":"acs:ram::1111111111111111:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"word"}}}"#,
    );
    let user = Someone::user(HOME, &[EVERYTHING]);
    let role = with(&of_role(ABROAD), trust);
    for (word, allowed) in [(Some("word"), true), (Some("other"), false), (None, false)] {
        let facts = Facts {
            external_id: word,
            ..noon()
        };
        assert_eq!(
            authorize(user.subject(), &facts, vec![role.clone()]).is_ok(),
            allowed
        );
    }
}

#[test]
fn a_service_uses_what_it_made_and_takes_roles_that_trust_it() {
    let service = Someone::service(HOME, "oss");
    let made = |action, by: &str| Asked {
        maker: Some(by.parse().unwrap()),
        ..of_key(action, ABROAD)
    };
    for &action in Action::ALL {
        let uses = matches!(
            action,
            Action::Encrypt
                | Action::Decrypt
                | Action::ReEncryptFrom
                | Action::ReEncryptTo
                | Action::GenerateDataKey
                | Action::GenerateDataKeyWithoutPlaintext
                | Action::GenerateAndExportDataKey
                | Action::ExportDataKey
                | Action::AsymmetricEncrypt
                | Action::AsymmetricDecrypt
                | Action::AsymmetricSign
                | Action::AsymmetricVerify
                | Action::GetPublicKey
                | Action::GenerateMac
                | Action::VerifyMac
                | Action::DescribeKey
                | Action::EncryptDataKey
                | Action::DecryptDataKey
        );
        assert_eq!(service.hears(&made(action, "oss")).is_ok(), uses, "{action:?}");
        assert!(service.hears(&made(action, "ecs")).is_err(), "{action:?}");
        assert!(service.hears(&of_key(action, HOME)).is_err(), "{action:?}");
    }
    let role = of_role(ABROAD);
    for (name, allowed) in [
        ("oss", true),
        ("OSS.aliyuncs.com", true),
        ("ecs.aliyuncs.com", false),
        ("oss2", false),
    ] {
        let trust = trusting("Service", name);
        assert_eq!(service.hears(&with(&role, trust)).is_ok(), allowed, "{name}");
    }
    let users = trusting("RAM", "acs:ram::1111111111111111:root");
    assert_eq!(service.hears(&with(&role, users)), TRUST);
}

#[test]
fn the_system_is_asked_nothing() {
    let system = Someone::new(HOME, Identity::System, Rights::system(account(HOME)));
    for &action in Action::ALL {
        assert_eq!(system.hears(&of_key(action, ABROAD)), Ok(()));
    }
    let user = Someone::user(HOME, &[EVERYTHING]);
    assert_eq!(user.hears(&of_key(Action::DeleteKey, HOME)), IDENTITY);
}

#[test]
fn one_refused_thing_refuses_the_call_and_is_named() {
    let root = Someone::root(HOME);
    let (mine, theirs) = (
        of_key(Action::ReEncryptFrom, HOME),
        of_key(Action::ReEncryptTo, ABROAD),
    );
    let permit = authorize(root.subject(), &noon(), vec![mine.clone()]).unwrap();
    assert_eq!(permit.targets(), &[Action::ReEncryptFrom]);
    let refused = authorize(root.subject(), &noon(), vec![mine, theirs.clone()]);
    let expected = Denial {
        action: Action::ReEncryptTo,
        resource: theirs.resource,
        explicit: false,
        policy: DenyingPolicy::Resource,
    };
    assert_eq!(refused.unwrap_err(), NoPermit::Denied(1, expected));
}

#[test]
fn only_who_may_touch_a_thing_learns_that_it_is_gone() {
    let gone = |owner| Asked {
        gone: true,
        ..of_key(Action::Decrypt, owner)
    };
    let hears = |things| authorize(Someone::root(HOME).subject(), &noon(), things).unwrap_err();
    assert_eq!(hears(vec![gone(HOME)]), NoPermit::Absent("gone"));
    assert!(matches!(hears(vec![gone(ABROAD)]), NoPermit::Denied(0, _)));
    let both = vec![gone(HOME), of_key(Action::ReEncryptTo, ABROAD)];
    assert!(matches!(hears(both), NoPermit::Denied(1, _)));
}

#[test]
fn algorithms_are_those_of_the_half_that_is_judged() {
    let only = |name: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{{"StringEquals":{{"kms:EncryptionAlgorithm":"{name}"}}}}}}"#
        )
    };
    let facts = Facts {
        algorithm: Some(claviger_model::EncryptionAlgorithm::Sm2Pke),
        ..noon()
    };
    let may = |policy: &str, action, facts: &Facts<'_>| {
        let user = Someone::user(HOME, &[policy]);
        authorize(user.subject(), facts, vec![of_key(action, HOME)]).is_ok()
    };
    let (plain, pair) = (only("SYMMETRIC_DEFAULT"), only("SM2PKE"));
    assert!(may(&plain, Action::Encrypt, &noon()) && !may(&pair, Action::Encrypt, &noon()));
    assert!(may(&pair, Action::AsymmetricDecrypt, &facts) && may(&pair, Action::ReEncryptFrom, &facts));
    assert!(may(&plain, Action::ReEncryptTo, &facts) && !may(&pair, Action::ReEncryptTo, &facts));
    assert!(!may(&plain, Action::DescribeKey, &noon()), "it has no algorithm");
}

#[test]
fn explanations_name_the_policies() {
    let user = Someone::user(HOME, &[EVERYTHING, NOTHING]);
    let asked = with(
        &of_key(Action::Encrypt, HOME),
        on_key("Allow", "1111111111111111:root"),
    );
    let question = asked.question();
    let explained = explain(user.subject(), &noon(), &question);
    assert!(!explained.verdict.allows());
    let told: Vec<_> = explained
        .statements
        .iter()
        .map(|told| {
            let title = told.policy.map_or("the key's", |held| &*held.title);
            (told.set, title, told.statement, told.counts, told.decides)
        })
        .collect();
    let expected = [
        (Set::Identity, EVERYTHING, 0, true, false),
        (Set::Identity, NOTHING, 0, true, true),
        (Set::Resource, "the key's", 0, false, false),
    ];
    assert_eq!(told, expected);
    let verdict = |who: &Someone, asked: &Asked| explain(who.subject(), &noon(), &asked.question()).verdict;
    assert_eq!(verdict(&Someone::root(HOME), &asked), Verdict::OwnAccount);
    assert_eq!(
        verdict(&Someone::service(HOME, "oss"), &asked),
        Verdict::Service(false)
    );
    assert_eq!(verdict(&user, &of_key(Action::RotateKey, HOME)), Verdict::Nobody);
}
