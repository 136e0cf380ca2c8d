mod material;
mod rotation;
mod table;

use super::*;
use crate::{AccountId, Field};

const NOW: &str = "2026-11-21T00:00:00Z";
const DUE: &str = "2030-01-01T00:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn version(number: u8) -> KeyVersionId {
    KeyVersionId::from_bytes([number; 16])
}

fn key(origin: Origin, state: KeyState) -> Key {
    Key {
        id: KeyId::from_bytes([1; 16]),
        scope: Scope {
            account: AccountId::from_number(1_234_567_890_123_456).unwrap(),
            region: "cn-hangzhou".parse().unwrap(),
        },
        spec: KeySpec::Aes256,
        usage: Usage::EncryptDecrypt,
        origin,
        protection: ProtectionLevel::Software,
        creator: Creator::Account,
        created: now(),
        state,
        title: None,
        description: String::new(),
        primary: (state != KeyState::PendingImport).then(|| version(2)),
        last_rotated: now(),
        rotation: None,
        rotation_from: None,
        rotation_kept: None,
        warned: false,
        import: None,
        deletion_protection: None,
        policy: None,
        tags: Tags::default(),
    }
}

#[test]
fn the_kind_of_a_key_is_judged_before_its_state() {
    let mut signing = key(Origin::Generated, KeyState::Disabled);
    signing.spec = KeySpec::EcP256;
    signing.usage = Usage::SignVerify;
    assert_eq!(
        signing.ready_for(Purpose::Encrypt).unwrap_err(),
        Refusal::KeyKind(signing.kind())
    );
    assert_eq!(
        signing.ready_for(Purpose::Sign).unwrap_err(),
        Refusal::NotUsable(StateKind::Disabled)
    );
}

/// Each purpose is for exactly the keys that can serve it.
#[test]
fn purposes_fit_their_kinds_of_keys() {
    let mut encrypting = 0;
    for &spec in KeySpec::ALL {
        for &usage in &[Usage::EncryptDecrypt, Usage::SignVerify, Usage::GenerateVerifyMac] {
            let made = spec.usages().contains(&usage);
            let fits = |purpose: Purpose| made && purpose.fits(spec, usage);
            assert_eq!(fits(Purpose::Encrypt), fits(Purpose::Decrypt));
            assert_eq!(fits(Purpose::Encrypt), made && spec.is_symmetric());
            assert_eq!(
                fits(Purpose::Sign),
                made && spec.is_asymmetric() && usage == Usage::SignVerify
            );
            assert_eq!(fits(Purpose::Sign), fits(Purpose::Verify));
            assert_eq!(fits(Purpose::Mac), made && spec.family() == crate::Family::Mac);
            assert_eq!(fits(Purpose::AddVersion), made && spec.is_asymmetric());
            assert_eq!(fits(Purpose::PublicKey), made && spec.is_asymmetric());
            encrypting += usize::from(fits(Purpose::AsymmetricEncrypt));
        }
        assert_eq!(spec.secret_len().is_none(), spec.is_asymmetric(), "{spec:?}");
        assert!(spec.usages().contains(&spec.default_usage()));
    }
    assert_eq!(encrypting, 4, "three sizes of RSA, and SM2");
}

#[test]
fn a_key_is_gone_from_the_moment_its_deletion_is_due() {
    let due: Timestamp = DUE.parse().unwrap();
    let waiting = key(Origin::Generated, KeyState::PendingDeletion { due });
    assert!(!waiting.is_gone(due - SignedDuration::from_nanos(1)));
    assert!(waiting.is_gone(due));
    assert!(!key(Origin::Generated, KeyState::Enabled).is_gone(due));
}

#[test]
fn edits_that_change_nothing_say_so() {
    let key = key(Origin::Generated, KeyState::Enabled);
    let mut tags = Tags::default();
    tags.set("team".into(), "a".into()).unwrap();
    let edited = key.describe("text".into()).unwrap().into_inner();
    let edited = edited.tag(tags.clone()).unwrap().into_inner();
    let edited = edited.protect(Some(String::new())).unwrap().into_inner();
    let edited = edited.set_policy("{}".into()).unwrap().into_inner();
    for again in [
        edited.clone().describe("text".into()),
        edited.clone().tag(tags),
        edited.clone().protect(Some(String::new())),
        edited.clone().set_policy("{}".into()),
        edited.clone().enable(),
    ] {
        assert_eq!(again, Ok(Change::AlreadySo(edited.clone())));
    }
    assert!(edited.clone().protect(None) != Ok(Change::AlreadySo(edited)));
}

#[test]
fn material_does_not_show_itself() {
    assert_eq!(
        format!("{:?}", Material(vec![7; 60].into())),
        "Material(60 bytes)"
    );
    assert_eq!(format!("{:?}", Fingerprint([7; 32])), "Fingerprint");
}

#[test]
fn errors_have_words_of_their_own() {
    let refusals = [
        Refusal::NotUsable(StateKind::Disabled),
        Refusal::Transition(StateKind::Disabled),
        Refusal::KeyKind(key(Origin::Generated, KeyState::Enabled).kind()),
        Refusal::Protected,
        Refusal::Origin,
        Refusal::OtherMaterial,
        Refusal::TooSoon,
        Refusal::OfService,
        Refusal::AlreadySo(StateKind::Enabled),
        Refusal::RotationOn,
        Refusal::RotationOff,
        Refusal::GrantOfOther,
    ];
    let mut codes: Vec<_> = refusals.map(|refusal| crate::Error::from(refusal).code()).into();
    codes.push(crate::Error::Invalid(Field::Policy).code());
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
}

#[test]
fn a_display_name_can_change_until_the_key_waits_for_its_deletion() {
    let plain = key(Origin::Generated, KeyState::Disabled);
    let title: Title = "team/a".parse().unwrap();
    let named = plain.entitle(title.clone()).unwrap().into_inner();
    assert_eq!(named.title, Some(title.clone()));
    assert!(matches!(
        named.clone().entitle(title.clone()),
        Ok(Change::AlreadySo(_))
    ));
    let doomed = named.schedule_deletion(now()).unwrap().into_inner();
    assert_eq!(
        doomed.entitle(title),
        Err(Refusal::NotUsable(StateKind::PendingDeletion))
    );
}

#[test]
fn a_deletion_is_announced_once_each_time_it_is_scheduled() {
    let plain = key(Origin::Generated, KeyState::Enabled);
    assert_eq!(plain.clone().warn(), Err(Refusal::Transition(StateKind::Enabled)));
    let doomed = plain.schedule_deletion(now()).unwrap().into_inner();
    let warned = doomed.warn().unwrap().into_inner();
    assert!(matches!(warned.clone().warn(), Ok(Change::AlreadySo(_))));
    let saved = warned.cancel_deletion(Resume::Enabled).unwrap().into_inner();
    let again = saved.schedule_deletion(now()).unwrap().into_inner();
    assert!(matches!(again.warn(), Ok(Change::Changed(_))));
}
