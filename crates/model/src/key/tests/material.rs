//! Material that comes, goes, expires and comes back.

use super::*;

fn import(material: u8, expires: Option<&str>) -> Import {
    Import {
        fingerprint: Fingerprint([material; 32]),
        version: version(material),
        expires: expires.map(|moment| moment.parse().unwrap()),
    }
}

fn brought(expires: Option<&str>) -> Key {
    let key = key(Origin::External, KeyState::PendingImport);
    key.bring(import(5, expires), now()).unwrap().into_inner()
}

#[test]
fn the_first_material_makes_the_one_version_of_the_key() {
    let key = brought(None);
    assert_eq!((key.state, key.primary), (KeyState::Enabled, Some(version(5))));
    let later = now() + SignedDuration::from_hours(1);
    let again = Import {
        version: version(6),
        ..import(5, Some(DUE))
    };
    let key = key.discard_material().unwrap().into_inner();
    let key = key.bring(again, later).unwrap().into_inner();
    assert_eq!((key.primary, key.last_rotated), (Some(version(5)), now()));
    let kept = key.import.unwrap();
    assert_eq!(
        (kept.version, kept.expires),
        (version(5), Some(DUE.parse().unwrap()))
    );
}

#[test]
fn material_is_there_until_the_moment_it_expires() {
    let (key, due) = (brought(Some(DUE)), DUE.parse().unwrap());
    let before = due - SignedDuration::from_nanos(1);
    assert!(key.is_settled(before) && !key.is_settled(due));
    assert_eq!(key.clone().settle(before), key);
    let settled = key.settle(due);
    assert_eq!((settled.state, settled.primary), (KeyState::PendingImport, None));
    assert!(settled.is_settled(due));
    assert_eq!(settled.import.as_ref().unwrap().fingerprint, Fingerprint([5; 32]));
    assert_eq!(settled.bring(import(6, None), due), Err(Refusal::OtherMaterial));
}

#[test]
fn the_expiry_can_be_moved_and_lifted() {
    let due = DUE.parse().unwrap();
    for (expires, stays) in [
        (None, true),
        (Some("2031-01-01T00:00:00Z"), true),
        (Some(NOW), false),
    ] {
        let key = brought(Some(DUE))
            .bring(import(5, expires), now())
            .unwrap()
            .into_inner();
        assert_eq!(key.settle(due).primary.is_some(), stays, "{expires:?}");
    }
}

#[test]
fn a_key_that_waits_for_its_deletion_loses_its_material_and_goes_on_waiting() {
    let due: Timestamp = "2031-01-01T00:00:00Z".parse().unwrap();
    let waiting = brought(Some(DUE)).schedule_deletion(due).unwrap().into_inner();
    for emptied in [
        waiting.clone().settle(DUE.parse().unwrap()),
        waiting.discard_material().unwrap().into_inner(),
    ] {
        assert_eq!(emptied.state, KeyState::PendingDeletion { due });
        let back = emptied.cancel_deletion(Resume::Enabled).unwrap().into_inner();
        assert_eq!((back.state, back.primary), (KeyState::PendingImport, None));
    }
}

#[test]
fn a_key_that_is_switched_off_stays_so_when_its_material_comes_again() {
    let off = brought(None).disable().unwrap().into_inner();
    let key = off.bring(import(5, Some(DUE)), now()).unwrap().into_inner();
    assert_eq!(key.state, KeyState::Disabled);
}
