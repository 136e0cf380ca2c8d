//! What is looked up by other names must not cost more the more there is, either.

use claviger_model::{KeyFilter, KeyMatch, Order};
use rusqlite::types::Value;

use super::plans::{assert_same_cost, filled};
use super::{Place, bytes, on_writer, scope};
use crate::filter::Condition;
use crate::{accounts, aliases, grants, keys, logins, tags};

/// As [`filled`]; each key has a title, an alias and a grant. There are as many accounts and void tokens.
fn furnished(count: u32) -> Place {
    let place = filled(count);
    on_writer(&place.store, |connection| {
        connection
            .execute_batch(
                "BEGIN;
                 UPDATE keys SET title = (SELECT 'x' || value || '-end' FROM tags
                                          WHERE tags.account = keys.account AND tags.region = keys.region
                                                AND tags.key = keys.id);
                 INSERT INTO aliases SELECT account, region, 'a' || value, key, 0, 0, 1 FROM tags;
                 INSERT INTO grants
                     SELECT CAST(format('%032d', value) AS BLOB), account, region, key, '', 'other/', 'other/' || value,
                            'other/', 'Encrypt', 0
                     FROM tags;
                 INSERT INTO accounts
                     SELECT 1000000000000000 + value, CAST(format('%016d', value) AS BLOB), 'n' || value, 0 FROM tags;
                 INSERT INTO revoked_tokens SELECT CAST(format('%016d', value) AS BLOB), value FROM tags;
                 INSERT INTO tags SELECT account, region, key, 'same', 'value' FROM tags;
                 COMMIT",
            )
            .unwrap();
    });
    place
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Account and region, and further values.
fn of_scope(further: &[Value]) -> Vec<Value> {
    let mut values = vec![
        Value::Integer(scope().account.number().cast_signed()),
        text(scope().region.as_str()),
    ];
    values.extend_from_slice(further);
    values
}

#[test]
fn looking_things_up_costs_what_is_found() {
    let (id, one) = (Value::Blob(bytes(17).to_vec()), Value::Integer(1));
    let take = Value::Integer(4);
    for (rows, sql, values) in [
        (1, keys::SCOPE_OF, vec![id.clone()]),
        (4, aliases::AFTER, of_scope(&[text("a17"), take.clone()])),
        (
            1,
            aliases::AFTER_OF_KEY,
            of_scope(&[id.clone(), text(""), take.clone()]),
        ),
        (1, tags::NEXT, of_scope(&[text("n"), text("999999")])),
        (1, grants::OF_KEY, of_scope(&[id])),
        (1, accounts::NAMED, vec![text("n17")]),
        (0, logins::FORGET, vec![one]),
    ] {
        assert_same_cost(furnished, rows, sql, &values);
    }
    let (count, select) = grants::retirable_by(2);
    let mut values = vec![text(scope().region.as_str()), text("other/17"), text("other/18")];
    assert_same_cost(furnished, 1, &count, &values);
    values.extend([take, Value::Integer(0)]);
    assert_same_cost(furnished, 2, &select, &values);
}

#[test]
fn searches_by_title_and_tag_cost_what_is_found() {
    for wish in [
        KeyMatch::TitleStart("x17-".into()),
        KeyMatch::Tag("n".into(), "17".into()),
    ] {
        let filter = KeyFilter {
            all_of: vec![vec![wish]],
        };
        let condition = Condition::of(&filter).unwrap();
        assert_same_cost(
            furnished,
            1,
            &keys::count_of(&condition),
            &of_scope(&condition.values),
        );
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let mut further = condition.values.clone();
            further.extend([Value::Integer(4), Value::Integer(0)]);
            let select = keys::select_of("id", &condition, order);
            assert_same_cost(furnished, 1, &select, &of_scope(&further));
        }
    }
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let select = keys::select_of("id", &Condition::default(), order);
        let page = of_scope(&[Value::Integer(4), Value::Integer(0)]);
        assert_same_cost(furnished, 4, &select, &page);
    }
}
