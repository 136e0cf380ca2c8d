//! What is asked often must not cost more the more keys there are.

use std::sync::mpsc;

use claviger_model::{KeyId, SignedDuration, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, StatementStatus, params, params_from_iter};

use super::{Place, bytes, moment, on_writer, scope};
use crate::tags::{Wish, select};
use crate::{SqliteStore, identities, keys};

/// A store with so many plain keys that have one tag each; every tenth rotates, in years, and as many are deleted then.
pub(super) fn filled(count: u32) -> Place {
    let place = Place::new();
    on_writer(&place.store, move |connection| {
        connection.execute_batch("BEGIN").unwrap();
        for number in 0..count {
            insert(connection, number);
        }
        connection.execute_batch("COMMIT").unwrap();
    });
    place
}

fn insert(connection: &Connection, number: u32) {
    let rotation = number.is_multiple_of(10).then_some(600_000_000);
    let due = (number % 10 == 1).then_some(moment() + SignedDuration::from_secs(900_000_000));
    connection
        .prepare_cached(
            "INSERT INTO keys (account, region, id, spec, usage, origin, protection, created, state, last_rotated,
                               rotation, due, description)
             VALUES (?1, ?2, ?3, 'aes-256', 'encrypt', 'generated', 'software', 0,
                     iif(?6 IS NULL, 'enabled', 'pending-deletion'), ?4, ?5, ?6, '')",
        )
        .unwrap()
        .execute(params![
            scope().account.number().cast_signed(),
            scope().region.as_str(),
            bytes(number),
            moment().as_microsecond(),
            rotation,
            due.map(Timestamp::as_microsecond)
        ])
        .unwrap();
    connection
        .prepare_cached("INSERT INTO tags (account, region, key, name, value) VALUES (?1, ?2, ?3, 'n', ?4)")
        .unwrap()
        .execute(params![
            scope().account.number().cast_signed(),
            scope().region.as_str(),
            bytes(number),
            number.to_string()
        ])
        .unwrap();
}

/// The rows of a statement, and the steps that the database needs for them.
fn cost(store: &SqliteStore, sql: String, values: Vec<Value>) -> (usize, i32) {
    let (sender, receiver) = mpsc::channel();
    on_writer(store, move |connection| {
        let mut statement = connection.prepare(&sql).unwrap();
        let mut rows = statement.query(params_from_iter(values)).unwrap();
        let mut count = 0;
        while rows.next().unwrap().is_some() {
            count += 1;
        }
        drop(rows);
        let steps = statement.get_status(StatementStatus::VmStep);
        sender.send((count, steps)).unwrap();
    });
    receiver.recv().unwrap()
}

pub(super) fn assert_same_cost(fill: fn(u32) -> Place, rows: usize, sql: &str, values: &[Value]) {
    let [few, many] = [50, 3000].map(|count| cost(&fill(count).store, sql.to_owned(), values.to_vec()));
    assert_eq!((few.0, many.0), (rows, rows), "{sql}");
    assert!(
        many.1 <= few.1 + few.1 / 2,
        "{} steps, then {}: {sql}",
        few.1,
        many.1
    );
}

#[test]
fn looking_for_due_keys_costs_what_is_due() {
    let now = Value::Integer(moment().as_microsecond());
    assert_same_cost(filled, 0, keys::DUE, &[now, Value::Integer(100)]);
    let later = moment() + SignedDuration::from_secs(700_000_000);
    let later = Value::Integer(later.as_microsecond());
    assert_same_cost(filled, 5, keys::DUE, &[later, Value::Integer(5)]);
    let warned = moment() + SignedDuration::from_secs(900_000_000 - 3600);
    let warned = Value::Integer(warned.as_microsecond());
    assert_same_cost(filled, 5, keys::DUE, &[warned, Value::Integer(5)]);
}

#[test]
fn tag_rows_cost_what_they_show() {
    let wish = |keys: &[u32], tags: &[(&str, &str)], after: Option<u32>| Wish {
        scope: scope(),
        keys: keys
            .iter()
            .map(|number| KeyId::from_bytes(bytes(*number)))
            .collect(),
        tags: tags
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())))
            .collect(),
        after: after.map(|number| (KeyId::from_bytes(bytes(number)), "n".to_owned())),
        limit: 4,
    };
    for (wish, rows) in [
        (wish(&[], &[], None), 4),
        (wish(&[], &[], Some(40)), 4),
        (wish(&[3, 30, 60_000], &[], None), 2),
        (wish(&[], &[("n", "17")], None), 1),
        (wish(&[], &[("n", "17")], Some(3)), 1),
        (wish(&[17, 18], &[("n", "17")], None), 1),
        (wish(&[], &[("n", "17"), ("n", "18")], None), 0),
    ] {
        let (sql, values) = select(&wish);
        assert_same_cost(filled, rows, &sql, &values);
    }
}

/// A store with so many users, each in one group and with a policy of its own; every group has a policy too.
fn peopled(count: u32) -> Place {
    let place = Place::new();
    on_writer(&place.store, move |connection| {
        connection
            .execute_batch(&format!(
                "BEGIN;
                 INSERT INTO accounts (id, domain, name, created) VALUES ({ACCOUNT}, zeroblob(16), '', 0);
                 CREATE TEMP TABLE numbers AS
                     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) SELECT n FROM n;
                 INSERT INTO users SELECT {ACCOUNT}, {USERS} + n, 'u' || n, '', '', '', '', 0, 0 FROM numbers;
                 INSERT INTO user_groups SELECT n, {ACCOUNT}, 'g' || n, '', 0, 0, {USERS} + n FROM numbers;
                 INSERT INTO memberships SELECT {ACCOUNT}, {USERS} + n, n, 0 FROM numbers;
                 INSERT INTO roles SELECT {ACCOUNT}, {USERS} + n, 'r' || n, '', '', 3600, 0, 0 FROM numbers;
                 INSERT INTO policies SELECT {ACCOUNT}, 'p' || n, '', 1, 1, 0, 0, {USERS} + n, 'ram', '' FROM numbers;
                 INSERT INTO policy_versions SELECT {ACCOUNT}, 'p' || n, 1, 'document', 0 FROM numbers;
                 INSERT INTO attachments SELECT {ACCOUNT}, 'user', {USERS} + n, 'custom', 'p' || n, '', 0 FROM numbers;
                 INSERT INTO attachments SELECT {ACCOUNT}, 'user', {USERS} + n, 'system', 'x', '', 0 FROM numbers;
                 INSERT INTO attachments SELECT {ACCOUNT}, 'group', n, 'custom', 'p' || n, '', 0 FROM numbers;
                 INSERT INTO attachments SELECT {ACCOUNT}, 'role', {USERS} + n, 'custom', 'p' || n, '', 0 FROM numbers;
                 COMMIT"
            ))
            .unwrap();
    });
    place
}

const ACCOUNT: i64 = 1_234_567_890_123_456;
const USERS: i64 = 200_000_000_000_000_000;

#[test]
fn rights_cost_what_an_identity_has() {
    let values = [Value::Integer(ACCOUNT), Value::Integer(USERS + 7)];
    assert_same_cost(peopled, 3, identities::OF_USER, &values);
    assert_same_cost(peopled, 1, identities::OF_ROLE, &values);
}

#[test]
fn a_new_user_costs_no_more_than_the_one_before() {
    let [few, many] = [50, 3000].map(|count| {
        let place = peopled(count);
        let sql = format!("INSERT INTO users VALUES ({ACCOUNT}, {USERS}, 'new', '', '', '', '', 0, 0)");
        let insert = cost(&place.store, sql, Vec::new()).1;
        let counted = "SELECT number FROM counts WHERE account = ? AND region = '' AND what = 'users'";
        let (rows, read) = cost(&place.store, counted.into(), vec![Value::Integer(ACCOUNT)]);
        assert_eq!(rows, 1);
        insert + read
    });
    assert!(many <= few + few / 2, "{few} steps, then {many}");
}
