//! Any commands in any order against the vendor's table and a reference that fits on a page.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, Copy)]
enum Command {
    Enable,
    Disable,
    Schedule,
    Cancel(Resume),
    Edit(Edit),
    Use,
    Import(u8),
    Discard,
    Expire,
    SetRotation(bool),
    Rotate,
}

#[derive(Debug, Clone, Copy)]
enum Edit {
    Describe,
    Tag,
    Policy,
    Protect,
    Lift,
}

/// SOURCE: Alibaba Cloud KMS, "Impact of CMK states on API operations". State, command, answer: `=` stays and succeeds,
/// `409m` is a refused transition, `409u` a refused use.
const TABLE: &str = "
Enabled         Enable      =
Enabled         Disable     Disabled
Enabled         Schedule    PendingDeletion
Enabled         Cancel      409m
Enabled         Edit        =
Enabled         Use         =
Enabled         Import      =
Enabled         Discard     PendingImport
Enabled         SetRotation =
Enabled         Rotate      =
Disabled        Enable      Enabled
Disabled        Disable     =
Disabled        Schedule    PendingDeletion
Disabled        Cancel      409m
Disabled        Edit        =
Disabled        Use         409u
Disabled        Import      =
Disabled        Discard     PendingImport
Disabled        SetRotation 409u
Disabled        Rotate      409u
PendingImport   Enable      409m
PendingImport   Disable     409m
PendingImport   Schedule    PendingDeletion
PendingImport   Cancel      409m
PendingImport   Edit        =
PendingImport   Use         409u
PendingImport   Import      Enabled
PendingImport   Discard     =
PendingImport   SetRotation 409u
PendingImport   Rotate      409u
PendingDeletion Enable      409m
PendingDeletion Disable     409m
PendingDeletion Schedule    409m
PendingDeletion Cancel      resume
PendingDeletion Edit        409u
PendingDeletion Use         409u
PendingDeletion Import      409m
PendingDeletion Discard     =
PendingDeletion SetRotation 409u
PendingDeletion Rotate      409u
";

fn name(state: StateKind) -> &'static str {
    match state {
        StateKind::Enabled => "Enabled",
        StateKind::Disabled => "Disabled",
        StateKind::PendingImport => "PendingImport",
        StateKind::PendingDeletion => "PendingDeletion",
    }
}

fn run(key: Key, command: Command) -> Result<Change<Key>, Refusal> {
    let due = DUE.parse().unwrap();
    match command {
        Command::Enable => key.enable(),
        Command::Disable => key.disable(),
        Command::Schedule => key.schedule_deletion(due),
        Command::Cancel(resume) => key.cancel_deletion(resume),
        Command::Edit(Edit::Describe) => key.describe("new".into()),
        Command::Edit(Edit::Tag) => key.tag(Tags::default()),
        Command::Edit(Edit::Policy) => key.set_policy("{}".into()),
        Command::Edit(Edit::Protect) => key.protect(Some("why".into())),
        Command::Edit(Edit::Lift) => key.protect(None),
        Command::Use => key
            .ready_for(Purpose::Encrypt)
            .map(|ready| Change::AlreadySo(ready.key().clone())),
        Command::Import(material) => {
            let import = Import {
                fingerprint: Fingerprint([material; 32]),
                version: version(9),
                expires: Some(due),
            };
            key.bring(import, now())
        }
        Command::Discard => key.discard_material(),
        Command::Expire => Ok(Change::Changed(key.settle(due))),
        Command::SetRotation(on) => key.set_rotation(on.then_some(ROTATION_SHORTEST)),
        Command::Rotate => key.rotate(version(3), now()),
    }
}

/// What the reference knows of a key.
#[derive(Debug)]
struct Known {
    external: bool,
    protected: bool,
    /// The first material that came, and whether it is there.
    first: Option<u8>,
    there: bool,
}

impl Known {
    /// The answer for a key in `state`, and what is known of it afterwards.
    fn expect(&mut self, state: &str, command: Command) -> String {
        let word = match command {
            Command::Enable => "Enable",
            Command::Disable => "Disable",
            Command::Schedule => "Schedule",
            Command::Cancel(_) => "Cancel",
            Command::Edit(_) => "Edit",
            Command::Use => "Use",
            Command::Import(_) | Command::Discard if !self.external => return "origin".into(),
            Command::Import(_) => "Import",
            // What expires goes as if it had been given up.
            Command::Expire if !self.external => return state.into(),
            Command::Discard | Command::Expire => "Discard",
            // Elsewhere the state is what is wrong.
            Command::SetRotation(_) | Command::Rotate if self.external && state == "Enabled" => {
                return "kind".into();
            }
            Command::SetRotation(_) => "SetRotation",
            Command::Rotate => "Rotate",
        };
        let row = TABLE
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .find(|row| row.first() == Some(&state) && row.get(1) == Some(&word))
            .unwrap();
        let answer = match (row[2], command) {
            ("PendingDeletion", _) if self.protected => return "protected".into(),
            ("=", _) => state,
            ("resume", _) if self.external && !self.there => "PendingImport",
            ("resume", Command::Cancel(Resume::Enabled)) => "Enabled",
            ("resume", _) => "Disabled",
            (refused, _) if refused.starts_with("409") => return refused.into(),
            (other, _) => other,
        };
        match command {
            Command::Edit(Edit::Protect) => self.protected = true,
            Command::Edit(Edit::Lift) => self.protected = false,
            Command::Discard | Command::Expire => self.there = false,
            Command::Import(material) => {
                if *self.first.get_or_insert(material) != material {
                    return "other".into();
                }
                self.there = true;
            }
            _ => {}
        }
        answer.into()
    }
}

fn commands() -> impl Strategy<Value = Command> {
    let edits = [Edit::Describe, Edit::Tag, Edit::Policy, Edit::Protect, Edit::Lift];
    prop_oneof![
        Just(Command::Enable),
        Just(Command::Disable),
        Just(Command::Schedule),
        Just(Command::Cancel(Resume::Enabled)),
        Just(Command::Cancel(Resume::Disabled)),
        prop::sample::select(edits.to_vec()).prop_map(Command::Edit),
        Just(Command::Use),
        prop_oneof![4 => Just(1), 1 => Just(2)].prop_map(Command::Import),
        Just(Command::Discard),
        Just(Command::Expire),
        any::<bool>().prop_map(Command::SetRotation),
        Just(Command::Rotate),
    ]
}

proptest! {
    #[test]
    fn keys_follow_the_vendor_table_through_any_commands(
        external in any::<bool>(),
        commands in prop::collection::vec(commands(), 0..60),
    ) {
        let mut key = if external {
            key(Origin::External, KeyState::PendingImport)
        } else {
            key(Origin::Generated, KeyState::Enabled)
        };
        let mut known = Known { external, protected: false, first: None, there: false };
        for command in commands {
            let want = known.expect(name(key.state.kind()), command);
            let got = match run(key.clone(), command) {
                Ok(change) => {
                    if let Change::AlreadySo(same) = &change {
                        prop_assert_eq!(same, &key, "{:?}", command);
                    }
                    key = change.into_inner();
                    name(key.state.kind())
                }
                Err(Refusal::Transition(from)) => {
                    prop_assert_eq!(from, key.state.kind());
                    "409m"
                }
                Err(Refusal::NotUsable(now)) => {
                    prop_assert_eq!(now, key.state.kind());
                    "409u"
                }
                Err(Refusal::KeyKind(_)) => "kind",
                Err(Refusal::Protected) => "protected",
                Err(Refusal::Origin) => "origin",
                Err(Refusal::OtherMaterial) => "other",
                Err(other) => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            prop_assert_eq!(got, want, "{:?}", command);
            let usable = key.ready_for(Purpose::Encrypt).is_ok();
            prop_assert!(!usable || key.primary.is_some(), "usable without material: {:?}", key);
            prop_assert_eq!(key.primary.is_some(), !external || known.there);
        }
    }
}
