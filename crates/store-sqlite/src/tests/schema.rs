use std::path::PathBuf;

use claviger_store::{Store, StoreError};
use rusqlite::Connection;

use super::{Place, add, drafts, has};
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
fn releases() -> Vec<(u32, String)> {
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
        let old = Connection::open(&path).unwrap();
        old.execute_batch(&text).unwrap();
        old.pragma_update(None, "application_id", 0x436c_6176).unwrap();
        old.pragma_update(None, "user_version", number).unwrap();
        old.execute("INSERT INTO cells (name, value) VALUES ('old', x'01')", [])
            .unwrap();
        drop(old);
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
        matches!(error, StoreError::NewerSchema { found: 77, known: 1 }),
        "{error}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);

    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 1)
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
