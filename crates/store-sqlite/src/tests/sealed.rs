//! The walk over what is wrapped: damaged rows, what it costs, and those who only look.

use claviger_model::{KeyVersionId, ProtectionLevel};
use claviger_store::{
    IdentityStore as _, Resealed, SealedCell, SealedPlace, SealedStore as _, SealedValue, Store as _,
    StoreError,
};
use rusqlite::params;
use rusqlite::types::Value;

use super::plans::assert_same_cost;
use super::{Place, account, add, bytes, draft, on_writer, scope};
use crate::sealed::{ACCESS_KEYS, CELLS, CERTIFICATES, LOGINS, VERSIONS};
use crate::{Options, SealedRows, SqliteStore};

/// A store with so many rows in every table that the walk goes over, and no others.
fn filled(count: u32) -> Place {
    let place = Place::new();
    on_writer(&place.store, move |connection| {
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute_batch("BEGIN").unwrap();
        for number in 0..count {
            let number = i64::from(number);
            let id = bytes(u32::try_from(number).unwrap());
            let (account, region) = (scope().account.number().cast_signed(), "r");
            connection
                .execute("INSERT INTO materials VALUES (?1, 0, zeroblob(64))", [number])
                .unwrap();
            connection
                .execute(
                    "INSERT INTO keys (account, region, id, spec, usage, origin, protection, created, state,
                                       last_rotated, description)
                     VALUES (?1, ?2, ?3, 'aes-256', 'encrypt', 'generated', 'software', 0, 'enabled', 0, '')",
                    params![account, region, id],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO key_versions (id, account, region, key, created, material)
                     VALUES (?3, ?1, ?2, ?3, 0, ?4)",
                    params![account, region, id, number],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO certificates VALUES (?1, ?2, ?3, 'ec-p256', 'software', 0, '', '', NULL, NULL, 0, 0,
                                                      'pending', ?4)",
                    params![account, region, id, number],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO access_keys (id, account, secret, status, created)
                     VALUES ('AK' || ?2, ?1, ?2, 'active', 0)",
                    params![account, number],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO logins (account, user, enabled, password) VALUES (?1, ?2, 1, ?2)",
                    params![account, number],
                )
                .unwrap();
            connection
                .execute("INSERT INTO cells VALUES ('cell' || ?1, x'00')", [number])
                .unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
    });
    place
}

#[test]
fn a_page_of_the_walk_costs_what_it_shows() {
    let account = Value::Integer(scope().account.number().cast_signed());
    let id = Value::Blob(bytes(20).into());
    let (text, limit) = (|text: &str| Value::Text(text.into()), Value::Integer(10));
    for (sql, values) in [
        (VERSIONS, vec![id.clone(), limit.clone()]),
        (CERTIFICATES, vec![account.clone(), text("r"), id, limit.clone()]),
        (ACCESS_KEYS, vec![text("AK20"), limit.clone()]),
        (LOGINS, vec![account, Value::Integer(20), limit.clone()]),
        (CELLS, vec![text("cell20"), limit]),
    ] {
        assert_same_cost(filled, 10, sql, &values);
    }
}

/// Its place is told, and the walk goes on behind it.
#[tokio::test]
async fn damaged_rows_do_not_stop_the_walk() {
    let place = Place::new();
    for number in 0..4 {
        add(&place.store, number).await.unwrap();
    }
    let intruder = place.intruder();
    let damage = [
        "UPDATE materials SET bytes = x'00000009aa'
             WHERE slot = (SELECT material FROM key_versions WHERE id = ?1)",
        "UPDATE keys SET spec = 'rot13' WHERE id = ?1",
        "DELETE FROM materials WHERE slot = (SELECT material FROM key_versions WHERE id = ?1)",
    ];
    for (sql, number) in damage.into_iter().zip(0..) {
        assert_eq!(intruder.execute(sql, [bytes(number)]).unwrap(), 1);
    }
    let (mut values, mut bad, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = place.store.sealed(after.as_ref(), 1).await.unwrap();
        values.extend(page.values);
        bad.extend(page.bad);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let told: Vec<_> = bad
        .iter()
        .map(|error| match error {
            StoreError::BadRow { table, column, .. } => (*table, *column),
            other => unreachable!("{other}"),
        })
        .collect();
    assert_eq!(
        told,
        [("materials", "bytes"), ("keys", "spec"), ("materials", "bytes")]
    );
    let [only] = values.try_into().unwrap();
    assert_eq!(only.place, version_place(3));
}

fn version_place(number: u32) -> SealedPlace {
    SealedPlace::Version {
        scope: scope(),
        key: super::key(number).id,
        version: KeyVersionId::from_bytes(bytes(number)),
        spec: super::key(number).spec,
        protection: ProtectionLevel::Software,
    }
}

/// A form of the same length stays where the other one was; one of another length leaves its room to others.
#[tokio::test]
async fn slots_are_kept_or_freed() {
    let place = Place::new();
    add(&place.store, 1).await.unwrap();
    let slots = || {
        let intruder = place.intruder();
        let mut statement = intruder
            .prepare("SELECT slot, free, length(bytes), sum(bytes = zeroblob(length(bytes))) FROM materials GROUP BY slot")
            .unwrap();
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .unwrap();
        rows.map(Result::unwrap).collect::<Vec<(i64, i64, i64, i64)>>()
    };
    let mut was = b"sealed".to_vec();
    for (now, wanted) in [
        (b"SEALED".to_vec(), vec![(1, 0, 64, 0)]),
        (vec![7; 100], vec![(1, 1, 64, 1), (2, 0, 128, 0)]),
        (vec![8; 99], vec![(1, 1, 64, 1), (2, 0, 128, 0)]),
        (vec![9; 6], vec![(1, 0, 64, 0), (2, 1, 128, 1)]),
    ] {
        let seen = SealedValue {
            place: version_place(1),
            bytes: was.into(),
        };
        let change = Resealed {
            was: seen,
            bytes: now.as_slice().into(),
        };
        assert_eq!(place.store.replace_sealed(vec![change]).await.unwrap(), [true]);
        assert_eq!(slots(), wanted);
        was = now;
    }
}

#[tokio::test]
async fn others_may_look_while_a_store_is_open_and_when_none_is() {
    let place = Place::new();
    let (first, key) = account();
    place.store.create_account(first, key, draft("a")).await.unwrap();
    let cell = SealedCell(b"value".as_slice().into());
    place.store.set_cell("name", cell.clone()).await.unwrap();
    for open in [true, false] {
        if !open {
            place.store.close().unwrap();
        }
        let rows = SealedRows::open(place.path()).unwrap();
        assert_eq!(rows.cell("name").unwrap(), Some(cell.clone()));
        assert_eq!(rows.cell("other").unwrap(), None);
        let (mut seen, mut after) = (0, None);
        loop {
            let page = rows.page(after.as_ref(), 10).unwrap();
            seen += page.values.len();
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, 2);
    }
}

#[test]
fn who_looks_brings_no_older_schema_up() {
    let place = Place::new();
    let path = place.path();
    drop(place.store);
    let intruder = rusqlite::Connection::open(&path).unwrap();
    intruder.pragma_update(None, "user_version", 5).unwrap();
    drop(intruder);
    let refused = SealedRows::open(&path).unwrap_err().to_string();
    assert!(refused.contains("schema 5 is older"), "{refused}");
    let empty = place.folder.path().join("empty");
    std::fs::write(&empty, b"").unwrap();
    assert!(SealedRows::open(&empty).is_err());
    assert_eq!(std::fs::read(&empty).unwrap(), b"");
    assert!(SealedRows::open(place.folder.path().join("nothing")).is_err());
    SqliteStore::open(&empty, Options::default()).unwrap();
}
