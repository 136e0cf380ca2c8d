use proptest::prelude::*;

use super::*;
use crate::{AccountId, KeyId, KeyVersionId};

const DUE: &str = "2030-01-01T00:00:00Z";

fn key(origin: Origin, state: KeyState) -> Key {
    let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
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
        created: now,
        state,
        description: String::new(),
        primary: (state != KeyState::PendingImport).then(|| KeyVersionId::from_bytes([2; 16])),
        last_rotated: now,
        tags: Tags::default(),
    }
}

#[derive(Debug, Clone, Copy)]
enum Command {
    Enable,
    Disable,
    Schedule,
    Cancel(Resume),
    Describe,
    Use,
}

/// What the vendor's table "Impact of CMK states" says, as rows of text: state, command, answer.
/// `=` stays and succeeds, `409m` is a refused transition, `409u` a refused use.
const TABLE: &str = "
Enabled         Enable   =
Enabled         Disable  Disabled
Enabled         Schedule PendingDeletion
Enabled         Cancel   409m
Enabled         Describe =
Enabled         Use      =
Disabled        Enable   Enabled
Disabled        Disable  =
Disabled        Schedule PendingDeletion
Disabled        Cancel   409m
Disabled        Describe =
Disabled        Use      409u
PendingImport   Enable   409m
PendingImport   Disable  409m
PendingImport   Schedule PendingDeletion
PendingImport   Cancel   409m
PendingImport   Describe =
PendingImport   Use      409u
PendingDeletion Enable   409m
PendingDeletion Disable  409m
PendingDeletion Schedule 409m
PendingDeletion Cancel   resume
PendingDeletion Describe 409u
PendingDeletion Use      409u
";

fn name(state: StateKind) -> &'static str {
    match state {
        StateKind::Enabled => "Enabled",
        StateKind::Disabled => "Disabled",
        StateKind::PendingImport => "PendingImport",
        StateKind::PendingDeletion => "PendingDeletion",
    }
}

fn run(key: Key, command: Command) -> Result<Key, Refusal> {
    let due = DUE.parse().unwrap();
    match command {
        Command::Enable => key.enable().map(Change::into_inner),
        Command::Disable => key.disable().map(Change::into_inner),
        Command::Schedule => key.schedule_deletion(due).map(Change::into_inner),
        Command::Cancel(resume) => key.cancel_deletion(resume).map(Change::into_inner),
        Command::Describe => key.describe("new".into()).map(Change::into_inner),
        Command::Use => key.ready_for(Purpose::Encrypt).map(|ready| ready.key().clone()),
    }
}

/// The answer of the table for `state` and `command`; `has_material` decides where a cancelled deletion lands.
fn expected(state: &str, command: Command, has_material: bool) -> String {
    let word = match command {
        Command::Enable => "Enable",
        Command::Disable => "Disable",
        Command::Schedule => "Schedule",
        Command::Cancel(_) => "Cancel",
        Command::Describe => "Describe",
        Command::Use => "Use",
    };
    let row = TABLE
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find(|row| row.first() == Some(&state) && row.get(1) == Some(&word))
        .unwrap();
    match (row[2], command) {
        ("=", _) => state.to_owned(),
        ("resume", _) if !has_material => "PendingImport".to_owned(),
        ("resume", Command::Cancel(Resume::Enabled)) => "Enabled".to_owned(),
        ("resume", _) => "Disabled".to_owned(),
        (other, _) => other.to_owned(),
    }
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Enable),
        Just(Command::Disable),
        Just(Command::Schedule),
        Just(Command::Cancel(Resume::Enabled)),
        Just(Command::Cancel(Resume::Disabled)),
        Just(Command::Describe),
        Just(Command::Use),
    ]
}

proptest! {
    #[test]
    fn keys_follow_the_vendor_table_through_any_commands(
        external in any::<bool>(),
        commands in prop::collection::vec(commands(), 0..40),
    ) {
        let mut key = if external {
            key(Origin::External, KeyState::PendingImport)
        } else {
            key(Origin::Generated, KeyState::Enabled)
        };
        for command in commands {
            let want = expected(name(key.state.kind()), command, !external);
            let got = match run(key.clone(), command) {
                Ok(next) => {
                    key = next;
                    name(key.state.kind()).to_owned()
                }
                Err(Refusal::Transition(from)) => {
                    prop_assert_eq!(from, key.state.kind());
                    "409m".to_owned()
                }
                Err(Refusal::NotUsable(now)) => {
                    prop_assert_eq!(now, key.state.kind());
                    "409u".to_owned()
                }
                Err(Refusal::KeyKind) => "kind".to_owned(),
            };
            prop_assert_eq!(got, want, "{:?}", command);
        }
    }
}

#[test]
fn the_kind_of_a_key_is_judged_before_its_state() {
    let mut signing = key(Origin::Generated, KeyState::Disabled);
    signing.spec = KeySpec::EcP256;
    signing.usage = Usage::SignVerify;
    assert_eq!(signing.ready_for(Purpose::Encrypt).unwrap_err(), Refusal::KeyKind);
}

#[test]
fn a_key_is_gone_from_the_moment_its_deletion_is_due() {
    let due: Timestamp = DUE.parse().unwrap();
    let waiting = key(Origin::Generated, KeyState::PendingDeletion { due });
    assert!(!waiting.is_gone(due - jiff::SignedDuration::from_nanos(1)));
    assert!(waiting.is_gone(due));
    assert!(!key(Origin::Generated, KeyState::Enabled).is_gone(due));
}

#[test]
fn material_does_not_show_itself() {
    assert_eq!(
        format!("{:?}", Material(vec![7; 60].into())),
        "Material(60 bytes)"
    );
}
