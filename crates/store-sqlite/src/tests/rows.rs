use claviger_model::{
    Change, Key, KeyFilter, KeyId, KeyOwner, KeyVersionId, NamePage, Order, Page, Timestamp,
};
use claviger_store::{IdentityStore as _, SealedCell, Store, StoreError, WriteError};
use rusqlite::Connection;

use super::{Place, account, account_id, add, alias, bytes, draft, has, key, scope};
use crate::SqliteStore;

const ALL: Page = Page { skip: 0, take: 100 };

async fn filled() -> Place {
    let place = Place::new();
    let store = &place.store;
    let (account, access_key) = account();
    store
        .create_account(account, access_key, draft("account"))
        .await
        .unwrap();
    let mut key = key(1);
    key.tags.set("a".into(), "b".into()).unwrap();
    store
        .create_key(key, Some(super::version(1)), u32::MAX, draft("key"))
        .await
        .unwrap();
    store
        .create_alias(
            alias("app", 1),
            u32::MAX,
            u32::MAX,
            draft("alias"),
            Box::new(|_| Ok(())),
        )
        .await
        .unwrap();
    store.set_cell("cell", SealedCell(vec![1].into())).await.unwrap();
    place
}

/// Reads the whole of a table, in the ways the store has.
async fn read(store: &SqliteStore, table: &str) -> Vec<StoreError> {
    let id = KeyId::from_bytes(bytes(1));
    let mut errors = Vec::new();
    match table {
        "keys" | "tags" => {
            errors.extend(store.key(&scope(), id).await.err());
            errors.extend(
                store
                    .keys(&scope(), &KeyFilter::default(), Order::OldestFirst, ALL)
                    .await
                    .err(),
            );
            errors.extend(
                store
                    .whole_keys(&scope(), &KeyFilter::default(), Order::NewestFirst, ALL)
                    .await
                    .err(),
            );
            errors.extend(store.tag_rows(&scope(), &[], &[], None, 100).await.err());
        }
        "key_versions" | "materials" => {
            errors.extend(store.key_version(KeyVersionId::from_bytes(bytes(1))).await.err());
            errors.extend(store.key_versions(&scope(), id, ALL).await.err());
        }
        "aliases" => {
            errors.extend(store.alias(&scope(), &"app".parse().unwrap()).await.err());
            errors.extend(store.aliases(&scope(), None, ALL).await.err());
            errors.extend(store.aliases(&scope(), Some(id), ALL).await.err());
            let all = NamePage {
                after: None,
                take: 100,
            };
            errors.extend(store.aliases_after(&scope(), None, all).await.err());
        }
        "accounts" => {
            errors.extend(store.account(account_id()).await.err());
            errors.extend(store.accounts().await.err());
        }
        "access_keys" => {
            errors.extend(store.access_key(&"AK1".parse().unwrap()).await.err());
            errors.extend(store.access_keys(account_id(), &KeyOwner::Root).await.err());
        }
        "cells" => errors.extend(store.cell("cell").await.err()),
        "outbox" => errors.extend(store.outbox(0, 100).await.err()),
        other => unreachable!("{other}"),
    }
    errors
}

/// Drops the promise of the table that its columns hold values of their types.
fn loosen(connection: &Connection, table: &str) {
    let version: i64 = connection
        .pragma_query_value(None, "schema_version", |row| row.get(0))
        .unwrap();
    connection.pragma_update(None, "writable_schema", true).unwrap();
    connection
        .execute(
            "UPDATE sqlite_schema SET sql = replace(replace(sql, ') STRICT, WITHOUT', ') WITHOUT'), ') STRICT', ')')
             WHERE name = ?1",
            [table],
        )
        .unwrap();
    connection
        .pragma_update(None, "schema_version", version + 1)
        .unwrap();
    connection.pragma_update(None, "writable_schema", false).unwrap();
}

/// Table, column, and a value that it must not hold.
const BAD: &[(&str, &str, &str)] = &[
    ("keys", "spec", "'aes-512'"),
    ("keys", "usage", "'Encrypt'"),
    ("keys", "origin", "''"),
    ("keys", "protection", "'soft'"),
    ("keys", "creator", "CAST(x'ff' AS TEXT)"),
    ("keys", "creator", "'no name'"),
    ("keys", "created", "9223372036854775807"),
    ("keys", "state", "'gone'"),
    ("keys", "due", "5"),
    ("keys", "primary_version", "x'00'"),
    ("keys", "last_rotated", "-9223372036854775808"),
    ("keys", "description", "CAST(x'c328' AS TEXT)"),
    ("keys", "import_fingerprint", "x'00'"),
    ("keys", "import_version", "x'00'"),
    ("keys", "import_expires", "9223372036854775807"),
    ("keys", "deletion_protection", "CAST(x'ff' AS TEXT)"),
    ("keys", "policy", "CAST(x'c328' AS TEXT)"),
    ("keys", "title", "'no title'"),
    ("keys", "rotation_from", "9223372036854775807"),
    ("keys", "warned", "2"),
    ("keys", "id", "x'0102'"),
    ("tags", "value", "CAST(x'ff' AS TEXT)"),
    ("tags", "name", "CAST(x'ff' AS TEXT)"),
    ("tags", "key", "x'00'"),
    ("key_versions", "id", "x'00'"),
    ("key_versions", "account", "5"),
    ("key_versions", "region", "'UPPER'"),
    ("key_versions", "key", "x''"),
    ("key_versions", "created", "9223372036854775807"),
    ("materials", "bytes", "x''"),
    ("materials", "bytes", "x'0000000501020304'"),
    ("aliases", "name", "'bad name'"),
    ("aliases", "key", "x'00'"),
    ("aliases", "created", "9223372036854775807"),
    ("aliases", "updated", "9223372036854775807"),
    ("accounts", "id", "999"),
    ("accounts", "domain", "x'00'"),
    ("accounts", "name", "CAST(x'ff' AS TEXT)"),
    ("accounts", "created", "-9223372036854775808"),
    ("access_keys", "id", "'bad id'"),
    ("access_keys", "last_used", "9223372036854775807"),
    ("access_keys", "status", "'Active'"),
    ("access_keys", "created", "9223372036854775807"),
    // From here on against the types of the columns.
    ("keys", "spec", "7"),
    ("keys", "created", "'now'"),
    ("keys", "due", "'now'"),
    ("keys", "primary_version", "'text'"),
    ("keys", "creator", "x'00'"),
    ("keys", "rotation", "'weekly'"),
    ("keys", "rotation_from", "'now'"),
    ("keys", "rotation_kept", "'weekly'"),
    ("keys", "import_fingerprint", "7"),
    ("keys", "import_expires", "'now'"),
    ("keys", "policy", "x'00'"),
    ("key_versions", "material", "'text'"),
    ("materials", "bytes", "'text'"),
    ("access_keys", "account", "-5"),
    ("cells", "value", "'text'"),
    ("outbox", "draft", "'text'"),
];

#[tokio::test]
async fn bad_values_are_reported_with_their_place() {
    for &(table, column, value) in BAD {
        let place = filled().await;
        assert!(read(&place.store, table).await.is_empty());
        let intruder = place.intruder();
        let change = format!("UPDATE {table} SET {column} = {value}");
        if intruder.execute(&change, []).is_err() {
            loosen(&intruder, table);
            intruder.execute(&change, []).unwrap();
        }
        let errors = read(&place.store, table).await;
        assert!(!errors.is_empty(), "{change} went unnoticed");
        for error in errors {
            let StoreError::BadRow {
                table: t,
                column: c,
                row,
                ..
            } = &error
            else {
                unreachable!("{change}: {error}")
            };
            assert_eq!((*t, *c), (table, column), "{error}");
            assert!(!row.is_empty() && row != "?", "{error}");
        }
    }
}

#[tokio::test]
async fn values_that_contradict_each_other_are_reported() {
    for (change, column) in [
        ("UPDATE keys SET state = 'pending-deletion'", "due"),
        ("UPDATE keys SET due = 5, state = 'disabled'", "due"),
        ("UPDATE keys SET import_expires = 5", "import_expires"),
        ("UPDATE keys SET import_version = id", "import_fingerprint"),
        (
            "UPDATE keys SET import_fingerprint = zeroblob(32)",
            "import_version",
        ),
        (
            "INSERT INTO tags SELECT account, region, key, name || n.value, 'v' FROM tags,
                 (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 20)
                  SELECT value FROM n) AS n",
            "name",
        ),
    ] {
        let place = filled().await;
        place.intruder().execute(change, []).unwrap();
        let error = place
            .store
            .key(&scope(), KeyId::from_bytes(bytes(1)))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, StoreError::BadRow { column: c, .. } if *c == column),
            "{change}: {error}"
        );
    }
}

#[tokio::test]
async fn bad_scopes_of_due_keys_are_reported() {
    for (change, column) in [
        ("UPDATE keys SET account = 5", "account"),
        ("UPDATE keys SET region = 'UPPER'", "region"),
        ("UPDATE keys SET id = x'00'", "id"),
    ] {
        let place = filled().await;
        let intruder = place.intruder();
        intruder.execute("UPDATE keys SET rotation = 60", []).unwrap();
        assert_eq!(place.store.due_keys(Timestamp::MAX, 10).await.unwrap().len(), 1);
        intruder.execute(change, []).unwrap();
        let error = place.store.due_keys(Timestamp::MAX, 10).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::BadRow { table: "keys", column: c, .. } if *c == column),
            "{change}: {error}"
        );
    }
}

#[tokio::test]
async fn a_bad_row_names_its_key() {
    let place = filled().await;
    place
        .intruder()
        .execute("UPDATE keys SET spec = 'x'", [])
        .unwrap();
    let error = place
        .store
        .key(&scope(), KeyId::from_bytes(bytes(1)))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "bad value in keys.spec of row `00000001-0000-0000-0000-000000000000`: no such word"
    );
}

#[tokio::test]
async fn a_bad_row_is_not_changed_and_others_are() {
    let place = filled().await;
    add(&place.store, 2).await.unwrap();
    let intruder = place.intruder();
    intruder
        .execute("UPDATE keys SET state = 'x' WHERE id = ?1", [bytes(1)])
        .unwrap();
    let disable = async |number| {
        let id = key(number).id;
        place
            .store
            .update_key(&scope(), id, draft("off"), Box::new(Key::disable))
            .await
    };
    let error = disable(1).await.unwrap_err();
    assert!(
        matches!(error, WriteError::Store(StoreError::BadRow { .. })),
        "{error}"
    );
    assert!(matches!(disable(2).await.unwrap(), Change::Changed(_)));
    assert!(has(&place.store, 2).await);
}
