use std::path::{Path, PathBuf};

use claviger_model::{AccessKeyStatus, Error, Key, KeyOwner, KeyState, Material, Quota, Timestamp};
use claviger_store::{
    AccessKey, IdentityStore as _, SealedCell, Store, StoreError, VersionChange, WriteError,
};
use rusqlite::Connection;

use super::{Place, account, add, alias, draft, drafts, has, key, moment, scope, version};
use crate::schema::{bring_to, bring_up};
use crate::{Options, SqliteStore};

fn empty() -> Connection {
    Connection::open_in_memory().unwrap()
}

/// All tables and indices as text, in the order of their names.
fn layout(connection: &Connection) -> String {
    let mut statement = connection
        .prepare(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .unwrap();
    let texts = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    texts
        .map(|text| text.unwrap() + ";\n")
        .collect::<Vec<_>>()
        .join("\n")
}

/// The layouts of all releases: number and text.
pub(super) fn releases() -> Vec<(u32, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/schema");
    let mut releases: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let number = path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
            (number, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    releases.sort();
    releases
}

/// A file as a program of that release left it.
pub(super) fn write_release(path: &Path, number: u32, layout: &str, rows: &str) {
    let old = Connection::open(path).unwrap();
    old.execute_batch(layout).unwrap();
    old.pragma_update(None, "application_id", 0x436c_6176).unwrap();
    old.pragma_update(None, "user_version", number).unwrap();
    old.execute_batch(rows).unwrap();
}

#[test]
fn each_migration_gives_the_layout_that_was_released() {
    let releases = releases();
    assert_eq!(releases.len(), crate::schema::MIGRATIONS.len());
    for (number, text) in releases {
        let connection = empty();
        let steps = usize::try_from(number).unwrap();
        bring_to(&connection, &crate::schema::MIGRATIONS[..steps]).unwrap();
        assert_eq!(layout(&connection), text, "fixtures/schema/{number:04}.sql");
        let version: u32 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, number);
    }
}

#[tokio::test]
async fn a_file_of_every_release_is_brought_up_and_works() {
    for (number, text) in releases() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let rows = "INSERT INTO cells (name, value) VALUES ('old', x'01')";
        write_release(&path, number, &text, rows);
        let store = SqliteStore::open(&path, Options::default()).unwrap();
        assert_eq!(&*store.cell("old").await.unwrap().unwrap().0, [1]);
        add(&store, 1).await.unwrap();
        assert!(has(&store, 1).await);
        drop(store);
        let newest = empty();
        bring_up(&newest).unwrap();
        assert_eq!(layout(&Connection::open(&path).unwrap()), layout(&newest));
    }
}

/// Rows as a program of schema 1 wrote them: two keys of the account, one of a service, one elsewhere.
const ROWS_1: &str = "
    INSERT INTO keys (account, region, id, spec, usage, origin, protection, creator, created, state, due,
                      primary_version, last_rotated, description) VALUES
        (1234567890123456, 'cn-hangzhou', x'00000001000000000000000000000000', 'aes-256', 'encrypt', 'generated',
         'software', NULL, 1767225600123000, 'enabled', NULL, x'00000001000000000000000000000000',
         1767225600123000, ''),
        (1234567890123456, 'cn-hangzhou', x'00000002000000000000000000000000', 'aes-256', 'encrypt', 'generated',
         'software', NULL, 1767225600123000, 'pending-deletion', 1767225600123456,
         x'00000002000000000000000000000000', 1767225600123000, 'second'),
        (1234567890123456, 'cn-hangzhou', x'00000003000000000000000000000000', 'sm4', 'encrypt', 'generated',
         'software', 'oss', 1767225600123000, 'enabled', NULL, NULL, 1767225600123000, ''),
        (1234567890123456, 'elsewhere', x'00000004000000000000000000000000', 'sm4', 'encrypt', 'generated',
         'software', NULL, 1767225600123000, 'enabled', NULL, NULL, 1767225600123000, '');
    INSERT INTO key_versions (id, account, region, key, created, material) VALUES
        (x'00000002000000000000000000000000', 1234567890123456, 'cn-hangzhou',
         x'00000002000000000000000000000000', 1767225600123000, x'00ff00c328'),
        (x'00000001000000000000000000000000', 1234567890123456, 'cn-hangzhou',
         x'00000001000000000000000000000000', 1767225600123000, CAST('sealed' AS BLOB));
    INSERT INTO tags (account, region, key, name, value) VALUES
        (1234567890123456, 'cn-hangzhou', x'00000002000000000000000000000000', 'team', 'blue');
    INSERT INTO aliases (account, region, name, key, created) VALUES
        (1234567890123456, 'cn-hangzhou', 'app', x'00000001000000000000000000000000', 1767225600123000);
    INSERT INTO outbox (number, draft) VALUES (7, CAST('old' AS BLOB));";

#[tokio::test]
async fn keys_of_the_first_schema_are_kept_and_can_do_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    write_release(&path, 1, &releases()[0].1, ROWS_1);
    let store = SqliteStore::open(&path, Options::default()).unwrap();

    let mut second = key(2);
    second.description = "second".into();
    second.state = KeyState::PendingDeletion {
        due: Timestamp::from_microsecond(1_767_225_600_123_456).unwrap(),
    };
    second.tags.set("team".into(), "blue".into()).unwrap();
    for wanted in [key(1), second.clone()] {
        assert_eq!(store.key(&scope(), wanted.id).await.unwrap(), Some(wanted));
    }
    let mut binary = version(2);
    binary.material = Some(Material([0, 0xff, 0, 0xc3, 0x28].into()));
    for wanted in [version(1), binary] {
        assert_eq!(store.key_version(wanted.id).await.unwrap(), Some(wanted));
    }
    let app = store.alias(&scope(), &"app".parse().unwrap()).await.unwrap();
    assert_eq!(app, Some(alias("app", 1)));
    assert_eq!(drafts(&store).await, ["old"]);
    let due = store.due_keys(Timestamp::MAX, 10).await.unwrap();
    assert_eq!(due, [(scope(), second.id)]);

    let full = store.create_key(key(5), None, 2, draft("no")).await.unwrap_err();
    assert!(
        matches!(full, WriteError::Domain(Error::Quota(Quota::Keys))),
        "{full}"
    );
    let full = store
        .create_alias(alias("new", 1), 1, u32::MAX, draft("no"), Box::new(|_| Ok(())))
        .await
        .unwrap_err();
    assert!(
        matches!(full, WriteError::Domain(Error::Quota(Quota::Aliases))),
        "{full}"
    );
    store.create_key(key(5), None, 3, draft("yes")).await.unwrap();
    let clear = VersionChange::Clear(version(1).id);
    let off = Box::new(|key: Key| key.disable());
    store
        .update_version(&scope(), key(1).id, clear, draft("clear"), off)
        .await
        .unwrap();
    let cleared = store.key_version(version(1).id).await.unwrap().unwrap();
    assert_eq!(cleared.material, None);
    store
        .delete_key(&scope(), second.id, draft("delete"), Box::new(|_| Ok(())))
        .await
        .unwrap();
    assert_eq!(drafts(&store).await, ["old", "yes", "clear", "delete"]);
}

#[tokio::test]
async fn access_keys_of_earlier_schemas_are_of_the_root() {
    let moments = "1767225600123000";
    let rows = format!(
        "INSERT INTO accounts (id, domain, name, created)
             VALUES (1234567890123456, x'00000001000000000000000000000000', 'first', {moments});
         INSERT INTO access_keys (id, account, identity, secret, status, created) VALUES
             ('AK2', 1234567890123456, 'root', zeroblob(100), 'inactive', {moments}),
             ('AK1', 1234567890123456, 'root', CAST('sealed' AS BLOB), 'active', {moments}),
             ('AK3', 1234567890123456, 'root', x'', 'active', {moments});"
    );
    let (account, first) = account();
    for (number, layout) in releases().into_iter().filter(|(number, _)| *number < 4) {
        let materials = [
            "",
            "INSERT INTO materials (slot, free, bytes) VALUES (7, 0, zeroblob(64))",
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let rows = format!("{rows} {}", materials[usize::from(number > 1)]);
        write_release(&path, number, &layout, &rows);
        let store = SqliteStore::open(&path, Options::default()).unwrap();
        let second = AccessKey {
            id: "AK2".parse().unwrap(),
            secret: SealedCell([0; 100].into()),
            status: AccessKeyStatus::Inactive,
            ..first.clone()
        };
        let third = AccessKey {
            id: "AK3".parse().unwrap(),
            secret: SealedCell([].into()),
            ..first.clone()
        };
        let found = store.access_keys(account.id, &KeyOwner::Root).await.unwrap();
        assert_eq!(found, [first.clone(), second, third], "from schema {number}");
        store.note_uses(&[(first.id.clone(), moment())]).await.unwrap();
        store
            .delete_access_key(
                account.id,
                &KeyOwner::Root,
                &"AK2".parse().unwrap(),
                draft("gone"),
            )
            .await
            .unwrap();
        let found = store.access_key(&first.id).await.unwrap();
        assert_eq!(found.and_then(|key| key.last_used), Some(moment()));
        drop(store);
        let connection = Connection::open(&path).unwrap();
        let violations: i64 = connection
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(violations, 0);
        let slots: Vec<i64> = connection
            .prepare("SELECT slot FROM materials WHERE free = 0 ORDER BY slot")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let wanted: &[i64] = if number > 1 { &[7, 8, 10] } else { &[1, 3] };
        assert_eq!(slots, wanted, "from schema {number}");
    }
}

#[tokio::test]
async fn a_version_without_its_key_cannot_be_written_after_a_migration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    write_release(&path, 1, &releases()[0].1, ROWS_1);
    drop(SqliteStore::open(&path, Options::default()).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    for change in [
        "INSERT INTO key_versions (id, account, region, key, created) VALUES (x'09', 1, 'r', x'09', 0)",
        "DELETE FROM keys WHERE id = x'00000001000000000000000000000000'",
    ] {
        let error = connection.execute(change, []).unwrap_err();
        assert!(error.to_string().contains("FOREIGN KEY"), "{change}: {error}");
    }
    let violations: i64 = connection
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(violations, 0);
}

#[test]
fn migrations_run_once_each_and_in_order() {
    let connection = empty();
    bring_to(&connection, &["CREATE TABLE a (x)"]).unwrap();
    connection.execute("INSERT INTO a VALUES (7)", []).unwrap();
    let further = [
        "CREATE TABLE a (x)",
        "ALTER TABLE a RENAME TO b",
        "CREATE TABLE c AS SELECT * FROM b",
    ];
    for _ in 0..2 {
        bring_to(&connection, &further).unwrap();
        let x: i64 = connection
            .query_row("SELECT x FROM c", [], |row| row.get(0))
            .unwrap();
        assert_eq!(x, 7);
    }
}

#[test]
fn a_migration_that_fails_leaves_the_schema_before_it() {
    let connection = empty();
    let broken = [
        "CREATE TABLE a (x)",
        "CREATE TABLE b (x); CREATE TABLE a (x)",
        "CREATE TABLE c (x)",
    ];
    assert!(matches!(
        bring_to(&connection, &broken),
        Err(StoreError::Database(_))
    ));
    assert_eq!(layout(&connection), "CREATE TABLE a (x);\n");
    bring_to(&connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
    assert_eq!(
        layout(&connection),
        "CREATE TABLE a (x);\n\nCREATE TABLE b (x);\n"
    );
}

#[tokio::test]
async fn a_newer_file_is_refused_and_stays_as_it_is() {
    let place = Place::new();
    add(&place.store, 1).await.unwrap();
    let path = place.path();
    place.store.close().unwrap();
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 77).unwrap();
    newer.pragma_update(None, "journal_mode", "delete").unwrap();
    drop(newer);
    let before = std::fs::read(&path).unwrap();

    let error = SqliteStore::open(&path, Options::default()).unwrap_err();
    assert!(
        matches!(error, StoreError::NewerSchema { found: 77, known: 8 }),
        "{error}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);

    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 8)
        .unwrap();
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    assert_eq!(drafts(&store).await, ["1"]);
}

#[test]
fn a_file_of_another_program_is_refused_and_stays_as_it_is() {
    for setup in [
        "CREATE TABLE songs (title TEXT)",
        "CREATE TABLE songs (title TEXT); PRAGMA user_version = 1",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 5",
        "PRAGMA application_id = 5; PRAGMA user_version = 99",
        "PRAGMA application_id = 1131176310; PRAGMA user_version = -1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        Connection::open(&path).unwrap().execute_batch(setup).unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = SqliteStore::open(&path, Options::default()).unwrap_err();
        assert!(matches!(error, StoreError::Database(_)), "{setup}: {error}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "{setup}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    std::fs::write(
        &path,
        "this is not a database, though it is long enough to be one".repeat(100),
    )
    .unwrap();
    let error = SqliteStore::open(&path, Options::default()).unwrap_err();
    assert!(matches!(error, StoreError::Database(_)), "{error}");
}
