//! Rotation by plan, and versions by hand.

use super::*;

const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

fn rotating() -> Key {
    let key = key(Origin::Generated, KeyState::Enabled);
    key.set_rotation(Some(YEAR)).unwrap().into_inner()
}

#[test]
fn a_rotation_is_due_an_interval_after_the_last_and_only_while_enabled() {
    let (key, due) = (rotating(), now() + YEAR);
    assert_eq!(key.next_rotation(), Some(due));
    assert!(!key.is_rotation_due(due - SignedDuration::from_nanos(1)));
    assert!(key.is_rotation_due(due));
    let off = key.clone().disable().unwrap().into_inner();
    assert_eq!(
        (off.rotation_status(), off.is_rotation_due(due)),
        (RotationStatus::Suspended, false)
    );
    assert!(off.enable().unwrap().into_inner().is_rotation_due(due));
    let doomed = key.clone().schedule_deletion(due + YEAR).unwrap().into_inner();
    assert_eq!(
        (doomed.rotation_status(), doomed.is_rotation_due(due)),
        (RotationStatus::Suspended, false)
    );
    let rotated = key.rotate(version(3), due).unwrap().into_inner();
    assert_eq!(
        (rotated.primary, rotated.next_rotation()),
        (Some(version(3)), Some(due + YEAR))
    );
}

#[test]
fn a_shorter_interval_can_be_due_at_once_and_none_never_is() {
    let late = now() + SignedDuration::from_hours(100 * 24);
    let key = rotating();
    assert!(!key.is_rotation_due(late));
    let short = key.set_rotation(Some(ROTATION_SHORTEST)).unwrap().into_inner();
    assert!(short.is_rotation_due(late));
    let none = short.set_rotation(None).unwrap().into_inner();
    assert_eq!(
        (none.rotation_status(), none.next_rotation()),
        (RotationStatus::Disabled, None)
    );
    assert!(!none.is_rotation_due(Timestamp::MAX));
}

#[test]
fn keys_of_other_kinds_do_not_rotate_by_themselves() {
    let plain = key(Origin::Generated, KeyState::Enabled);
    let others = [
        key(Origin::External, KeyState::Enabled),
        Key {
            spec: KeySpec::Rsa2048,
            ..plain.clone()
        },
        Key {
            spec: KeySpec::HmacSha256,
            usage: Usage::GenerateVerifyMac,
            ..plain.clone()
        },
        Key {
            creator: Creator::Service("oss".parse().unwrap()),
            ..plain.clone()
        },
    ];
    for other in others {
        let kind = Err(Refusal::KeyKind(other.kind()));
        assert_eq!(other.clone().set_rotation(Some(YEAR)), kind);
        assert_eq!(other.clone().begin_rotation(YEAR, now()), kind);
        assert_eq!(other.rotate(version(3), now()), kind);
    }
    assert!(plain.check_rotates().is_ok());
    let waiting = key(Origin::External, KeyState::PendingImport);
    assert_eq!(
        waiting.set_rotation(Some(YEAR)),
        Err(Refusal::NotUsable(StateKind::PendingImport)),
        "the state before the kind"
    );
}

#[test]
fn versions_by_hand_are_for_key_pairs_that_are_a_week_old() {
    let pair = Key {
        spec: KeySpec::EcP256,
        usage: Usage::SignVerify,
        primary: None,
        ..key(Origin::Generated, KeyState::Enabled)
    };
    let week = now() + VERSION_REST;
    assert_eq!(
        pair.clone().add_version(week - SignedDuration::from_nanos(1)),
        Err(Refusal::TooSoon)
    );
    let added = pair.clone().add_version(week).unwrap().into_inner();
    assert_eq!((added.last_rotated, added.primary), (week, None));
    assert_eq!(added.add_version(week), Err(Refusal::TooSoon));
    let brought = Key {
        origin: Origin::External,
        ..pair.clone()
    };
    let kind = brought.kind();
    assert_eq!(brought.add_version(week), Err(Refusal::KeyKind(kind)));
    let awaited = key(Origin::External, KeyState::PendingImport);
    assert_eq!(
        awaited.add_version(week),
        Err(Refusal::NotUsable(StateKind::PendingImport))
    );
    let off = pair.disable().unwrap().into_inner();
    assert_eq!(
        off.add_version(week),
        Err(Refusal::NotUsable(StateKind::Disabled))
    );
    let cipher = key(Origin::Generated, KeyState::Enabled);
    let kind = cipher.kind();
    assert_eq!(cipher.add_version(week), Err(Refusal::KeyKind(kind)));
}

#[test]
fn a_period_begins_when_rotation_is_switched_on_and_when_it_is_altered() {
    let day = SignedDuration::from_hours(24);
    let plain = key(Origin::Generated, KeyState::Enabled);
    let (on, altered) = (now() + day * 10, now() + day * 20);
    let begun = plain.clone().begin_rotation(YEAR, on).unwrap().into_inner();
    assert_eq!(begun.next_rotation(), Some(on + YEAR));
    assert_eq!(begun.clone().begin_rotation(YEAR, on), Err(Refusal::RotationOn));
    let monthly = begun.alter_rotation(day * 30, altered).unwrap().into_inner();
    assert_eq!(monthly.next_rotation(), Some(altered + day * 30));
    let rotated = monthly
        .rotate(version(3), altered + day * 30)
        .unwrap()
        .into_inner();
    assert_eq!(rotated.next_rotation(), Some(altered + day * 60));
    let off = rotated.end_rotation().unwrap().into_inner();
    assert_eq!(off.next_rotation(), None);
    assert_eq!(off.clone().end_rotation(), Err(Refusal::RotationOff));
    assert_eq!(
        off.clone().alter_rotation(day, altered),
        Err(Refusal::RotationOff)
    );
    let again = off.begin_rotation(YEAR, altered + YEAR).unwrap().into_inner();
    assert_eq!(
        again.next_rotation(),
        Some(altered + YEAR + day * 30),
        "the interval that was set last"
    );
    let disabled = again.disable().unwrap().into_inner();
    assert_eq!(
        disabled.end_rotation(),
        Err(Refusal::NotUsable(StateKind::Disabled))
    );
}
