//! What only this store promises: files, migrations, bad rows, group commit, trouble with the disk.

mod batches;
mod certificates;
mod crash;
mod erasure;
mod files;
mod grants;
mod identities;
mod logins;
mod lookups;
mod plans;
mod rows;
mod schema;
mod sealed;
mod trouble;
mod upgrade;

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

use claviger_model::{
    AccessKeyStatus, Account, AccountId, Action, Alias, Creator, DomainId, Grant, GrantId, GrantedActions,
    Key, KeyId, KeyOwner, KeySpec, KeyState, KeyVersion, KeyVersionId, Material, Origin, Party,
    ProtectionLevel, Scope, Tags, Timestamp, Usage,
};
use claviger_store::{AccessKey, Draft, SealedCell, Store};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::writer::Order;
use crate::{Options, SqliteStore};

/// A store in a folder of its own.
struct Place {
    store: SqliteStore,
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("db"), options).unwrap();
        Self { store, folder }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("db")
    }

    /// A connection of somebody else, who does not know the rules.
    fn intruder(&self) -> Connection {
        let connection = Connection::open(self.path()).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection
    }
}

/// Runs something on the writer's connection, between two transactions, and waits for it.
fn on_writer(store: &SqliteStore, work: impl FnOnce(&Connection) + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let order = Order::Between(Box::new(move |connection| {
        work(connection);
        done.send(()).unwrap();
    }));
    store.order(order).unwrap();
    wait.recv().unwrap();
}

/// Keeps the writer busy until it is dropped.
struct Hold(#[expect(dead_code, reason = "its end is what the writer waits for")] mpsc::Sender<()>);

fn hold(store: &SqliteStore) -> Hold {
    let (release, wait) = mpsc::channel::<()>();
    let (held, holding) = mpsc::channel();
    let order = Order::Between(Box::new(move |_| {
        held.send(()).unwrap();
        assert!(wait.recv().is_err());
    }));
    store.order(order).unwrap();
    holding.recv().unwrap();
    Hold(release)
}

/// Gives the tasks of this thread room until so many orders wait for the writer.
async fn until_waiting(store: &SqliteStore, count: usize) {
    while store.orders.len() < count {
        tokio::task::yield_now().await;
    }
}

/// A copy made by another process: closing a file of the database in this one would drop the locks it holds.
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().unwrap().success());
}

fn bytes(number: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn account_id() -> AccountId {
    AccountId::from_number(1_234_567_890_123_456).unwrap()
}

fn scope() -> Scope {
    Scope {
        account: account_id(),
        region: "cn-hangzhou".parse().unwrap(),
    }
}

fn moment() -> Timestamp {
    Timestamp::from_millisecond(1_767_225_600_123).unwrap()
}

fn key(number: u32) -> Key {
    Key {
        id: KeyId::from_bytes(bytes(number)),
        scope: scope(),
        spec: KeySpec::Aes256,
        usage: Usage::EncryptDecrypt,
        origin: Origin::Generated,
        protection: ProtectionLevel::Software,
        creator: Creator::Account,
        created: moment(),
        state: KeyState::Enabled,
        title: None,
        description: String::new(),
        primary: Some(KeyVersionId::from_bytes(bytes(number))),
        last_rotated: moment(),
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

fn version(number: u32) -> KeyVersion {
    KeyVersion {
        id: KeyVersionId::from_bytes(bytes(number)),
        key: KeyId::from_bytes(bytes(number)),
        scope: scope(),
        created: moment(),
        material: Some(Material(b"sealed".as_slice().into())),
    }
}

fn alias(name: &str, number: u32) -> Alias {
    let key = KeyId::from_bytes(bytes(number));
    Alias {
        scope: scope(),
        name: name.parse().unwrap(),
        prefixed: true,
        key,
        created: moment(),
        updated: moment(),
    }
}

/// The grant of that number, of the key of the same number.
fn grant(number: u32) -> Grant {
    let mut id = [0; 32];
    id[..4].copy_from_slice(&number.to_be_bytes());
    Grant {
        id: GrantId::from_bytes(id),
        scope: scope(),
        key: key(number).id,
        name: "name".into(),
        grantee: Party::Account(account_id()),
        retiring: Some(Party::Unknown("retiring".into())),
        issuer: Party::Root(account_id()),
        actions: GrantedActions::of(&[Action::Encrypt]).unwrap(),
        created: moment(),
    }
}

fn account() -> (Account, AccessKey) {
    let account = Account {
        id: account_id(),
        domain: DomainId::from_bytes(bytes(1)),
        name: "first".into(),
        created: moment(),
    };
    let access_key = AccessKey {
        id: "AK1".parse().unwrap(),
        account: account.id,
        owner: KeyOwner::Root,
        secret: SealedCell(b"sealed".as_slice().into()),
        status: AccessKeyStatus::Active,
        created: moment(),
        last_used: None,
    };
    (account, access_key)
}

fn draft(text: &str) -> Draft {
    Draft(text.as_bytes().into())
}

/// Adds the key and version of that number. The draft names it.
async fn add(store: &SqliteStore, number: u32) -> Result<u64, claviger_store::WriteError> {
    let done = store
        .create_key(
            key(number),
            Some(version(number)),
            u32::MAX,
            draft(&number.to_string()),
        )
        .await?;
    Ok(done.number)
}

/// Whether the key of that number is there, with its version; fails if only one of them is.
async fn has(store: &SqliteStore, number: u32) -> bool {
    let key = store
        .key(&scope(), KeyId::from_bytes(bytes(number)))
        .await
        .unwrap();
    let version = store
        .key_version(KeyVersionId::from_bytes(bytes(number)))
        .await
        .unwrap();
    assert_eq!(key.is_some(), version.is_some(), "half of key {number}");
    key.is_some()
}

/// The texts of the drafts that are not settled.
async fn drafts(store: &SqliteStore) -> Vec<String> {
    let drafts = store.outbox(0, u32::MAX).await.unwrap();
    drafts
        .into_iter()
        .map(|draft| String::from_utf8(draft.value.0.into()).unwrap())
        .collect()
}
