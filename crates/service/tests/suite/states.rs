//! Every operation on a key in every state, as `fixtures/states/operations.txt` has it, in software and in hardware.

use claviger_authz::languages::ram::action_name;
use claviger_model::{
    Action, Error, KeyId, KeySpec, KeyVersionId, Origin, Page, ProtectionLevel, Refusal, StateKind, Usage,
};
use claviger_service::ops::alias::CreateAlias;
use claviger_service::ops::import::{DeleteKeyMaterial, ImportParameters};
use claviger_service::ops::key::{CreateKey, DisableKey, ListKeyVersions};
use claviger_service::{Quotas, Service};
use claviger_testkit::World;

use crate::calls::Root;
use crate::lifetimes::{DAY, MATERIAL};
use crate::states_calls::answer;

const TABLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fixtures/states/operations.txt"
);
const STATES: [StateKind; 4] = [
    StateKind::Enabled,
    StateKind::Disabled,
    StateKind::PendingDeletion,
    StateKind::PendingImport,
];

/// A key in some state, and what an operation needs beside it.
pub(crate) struct Subject {
    pub(crate) id: KeyId,
    pub(crate) version: KeyVersionId,
    /// An alias that leads to it.
    pub(crate) alias: String,
    /// Something that it encrypted, if it can.
    pub(crate) blob: Vec<u8>,
    /// A data key that it encrypted, if it can.
    pub(crate) data_key: Vec<u8>,
    /// For keys whose material is brought.
    pub(crate) parameters: Option<ImportParameters>,
    /// Another key, which is enabled.
    pub(crate) bystander: KeyId,
}

/// What holds for all keys of one run.
struct Stage {
    world: World,
    root: Root,
    /// Where the keys are that are asked about.
    protection: ProtectionLevel,
    bystander: KeyId,
    /// A number for names that nobody has yet.
    count: usize,
}

impl Stage {
    async fn new(protection: ProtectionLevel) -> Self {
        let quotas = Quotas {
            keys: 100_000,
            aliases: 100_000,
            ..Quotas::default()
        };
        let world = World::build().quotas(quotas).start().await;
        let root = Root::of(&world).await;
        let bystander = root.makes_key(&world.service()).await.id;
        Self {
            world,
            root,
            protection,
            bystander,
            count: 0,
        }
    }

    /// Makes a key and leads it into a state.
    async fn subject(&mut self, kind: &str, state: StateKind) -> Subject {
        self.count += 1;
        let service = self.world.service();
        let (id, parameters) = self.make(&service, kind).await;
        let alias = format!("subject-{}", self.count);
        let named = CreateAlias {
            prefixed: true,
            per_key: u32::MAX,
            name: alias.parse().unwrap(),
            key: self.root.key(id),
        };
        self.root.calls(&service, named).await.unwrap();
        let (blob, data_key) = match kind {
            "aes" | "byok" => {
                let blob = self.root.encrypts_now(&service, id).await.blob;
                (blob, self.data_key(&service, id).await)
            }
            _ => (Vec::new(), Vec::new()),
        };
        let list = ListKeyVersions {
            key: self.root.key(id),
            page: Page { skip: 0, take: 1 },
        };
        let versions = self.root.calls(&service, list).await.unwrap();
        self.lead(&service, id, state).await;
        Subject {
            id,
            version: versions.page.items[0].id,
            alias,
            blob,
            data_key,
            parameters,
            bystander: self.bystander,
        }
    }

    async fn make(&self, service: &Service, kind: &str) -> (KeyId, Option<ImportParameters>) {
        let (spec, usage) = match kind {
            "aes" => (KeySpec::Aes256, Usage::EncryptDecrypt),
            "rsa" => (KeySpec::Rsa2048, Usage::EncryptDecrypt),
            "ec" => (KeySpec::EcP256, Usage::SignVerify),
            "mac" => (KeySpec::HmacSha256, Usage::GenerateVerifyMac),
            "byok" => {
                let create = CreateKey {
                    origin: Origin::External,
                    ..self.create_key()
                };
                let key = self.root.calls(service, create).await.unwrap().id;
                let parameters = self.root.prepares_import(service, key).await;
                let import = self.root.import(&parameters, MATERIAL, None);
                self.root.calls(service, import).await.unwrap();
                return (key, Some(parameters));
            }
            other => unreachable!("no keys are `{other}`"),
        };
        let create = CreateKey {
            spec,
            usage: Some(usage),
            ..self.create_key()
        };
        (self.root.calls(service, create).await.unwrap().id, None)
    }

    fn create_key(&self) -> CreateKey {
        CreateKey {
            protection: self.protection,
            ..self.root.create_key()
        }
    }

    async fn data_key(&self, service: &Service, key: KeyId) -> Vec<u8> {
        let data_key = claviger_service::ops::crypto::GenerateDataKey {
            key: self.root.key(key),
            length: 32,
            form: claviger_service::ops::crypto::DataKeyForm::Base64,
            context: claviger_model::EncryptionContext::default(),
        };
        self.root.calls(service, data_key).await.unwrap().blob
    }

    async fn lead(&self, service: &Service, key: KeyId, state: StateKind) {
        let named = self.root.key(key);
        match state {
            StateKind::Enabled => {}
            StateKind::Disabled => {
                self.root
                    .calls(
                        service,
                        DisableKey {
                            key: named,
                            again: claviger_model::Again::Fine,
                        },
                    )
                    .await
                    .unwrap();
            }
            StateKind::PendingDeletion => {
                self.root.schedules_deletion(service, key, 30 * DAY).await;
            }
            StateKind::PendingImport => {
                let discard = DeleteKeyMaterial {
                    key: named,
                    again: claviger_model::Again::Fine,
                };
                self.root.calls(service, discard).await.unwrap();
            }
        }
        assert_eq!(self.root.state(service, key).await.kind(), state);
    }

    /// What an operation answers, in the words of the table.
    async fn run(&mut self, operation: &str, kind: &str, state: StateKind) -> String {
        let subject = self.subject(kind, state).await;
        // Another version of a key pair is refused in its first week.
        self.world.advance(8 * DAY);
        let service = self.world.service();
        let answered = answer(&service, &self.root, operation, &subject, self.count).await;
        let after = self.root.state(&service, subject.id).await.kind();
        match answered {
            Ok(()) if after == state => "ok".into(),
            Ok(()) => format!("{after:?}"),
            Err(error) => {
                assert_eq!(
                    after, state,
                    "{operation} of {kind} was refused and moved the key"
                );
                match error {
                    Error::Refused(Refusal::NotUsable(named)) if named == state => "use".into(),
                    Error::Refused(Refusal::Transition(named)) if named == state => "move".into(),
                    Error::Refused(Refusal::KeyKind(_)) => "kind".into(),
                    Error::Refused(Refusal::Origin) => "origin".into(),
                    other => format!("{other:?}"),
                }
            }
        }
    }
}

fn rows() -> Vec<[String; 6]> {
    let text = std::fs::read_to_string(TABLE).unwrap();
    let rows = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            let cells: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            cells.try_into().unwrap()
        });
    rows.skip(1).collect()
}

/// What is not as the table says.
async fn wrong(protection: ProtectionLevel) -> Vec<String> {
    let mut stage = Stage::new(protection).await;
    let mut wrong = Vec::new();
    for [operation, kind, expected @ ..] in rows() {
        for (state, expected) in STATES.into_iter().zip(expected) {
            if expected == "-" {
                continue;
            }
            let answered = stage.run(&operation, &kind, state).await;
            if answered != expected {
                wrong.push(format!(
                    "{operation} of {kind}, {state:?}: {answered} instead of {expected}"
                ));
            }
        }
    }
    wrong
}

#[tokio::test]
async fn every_operation_answers_in_every_state_as_the_table_says() {
    let wrong = wrong(ProtectionLevel::Software).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The level of a key changes nothing about what its state allows.
#[tokio::test]
async fn keys_in_hardware_answer_as_the_table_says() {
    let wrong = wrong(ProtectionLevel::Hsm).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The table leaves out only what is about no key.
#[test]
fn the_table_has_every_operation_on_keys() {
    let rows = rows();
    let of_keys = |action: &&Action| action_name(**action).is_none_or(|name| name.starts_with("kms:"));
    let missing: Vec<_> = Action::ALL
        .iter()
        .filter(of_keys)
        .map(|action| action.name())
        .filter(|name| !rows.iter().any(|row| row[0] == *name))
        // Certificates are no keys.
        .filter(|name| !name.contains("Certificate") && *name != "CreateCsr")
        .collect();
    let of_no_key = [
        "CreateKey",
        // Both halves of it are in the table.
        "ReEncrypt",
        // The system's own.
        "DeleteKey",
        "RotateKey",
        "DescribeRegions",
        "DescribeService",
        "OpenService",
        "ListInstances",
        "ListAccessPoints",
        "ListClientKeys",
        "ListNetworkRules",
        "ListAccessRules",
        "GetCallerIdentity",
        "GenerateRandom",
        "CountKeys",
        "GetQuotas",
        "FindKeys",
        "ListTagValues",
        "WarnDeletion",
        // Those of grants are in `grants.rs`.
        "CreateGrant",
        "RevokeGrant",
        "RetireGrant",
        "ListGrants",
        "ListRetirableGrants",
        "ListKeyStores",
        "GetKeyStore",
        "ChangeKeyStore",
        "CreateToken",
        "GetToken",
        "RevokeToken",
        "CreateTemporaryKey",
        "ListProjects",
        "ListDomains",
        "GetCatalog",
    ];
    assert!(missing.iter().all(|name| of_no_key.contains(name)), "{missing:?}");
    assert_eq!(missing.len(), of_no_key.len());
}
