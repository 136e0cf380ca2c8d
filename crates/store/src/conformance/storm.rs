//! Many callers at once, on the same things.

use claviger_model::{AliasName, GrantId, KeyId, Scope};

use super::Subject;
use super::make::{ALL, Maker, all_keys, drafts, name};
use super::model::{Answer, Deed, Model, perform};
use super::together::together;
use crate::{Outboxed, Store};

const CALLERS: i64 = 64;
const ROUNDS: i64 = 12;

/// There is one order of all changes, that of their numbers, in which every answer and the final state come out as
/// if the callers had come one after the other; a caller sees its own changes at once; the outbox holds just the
/// drafts of what happened.
pub async fn many_callers_see_one_order_of_changes(subject: &dyn Subject) {
    let store = subject.open().await;
    let mut maker = Maker::new();
    let scope = maker.scope("r");
    let mut model = Model::default();
    let mut wanted = Vec::new();
    let mut shared = Vec::new();
    for _ in 0..3 {
        let key = maker.key(&scope);
        shared.push(key.id);
        let deed = Deed::Create(Box::new(key));
        let answer = perform(&*store, &scope, &deed, "shared").await.unwrap();
        assert_eq!(model.apply(&deed), Some(answer.value));
        wanted.push(Outboxed {
            number: answer.number,
            value: "shared".to_owned(),
        });
    }

    let callers = (0..CALLERS).map(|number| -> std::pin::Pin<Box<dyn Future<Output = _> + Send>> {
        Box::pin(caller(&*store, &scope, &shared, number))
    });
    let mut log: Vec<_> = together(callers).await.into_iter().flatten().collect();
    log.sort_by_key(|done| done.answer.number);
    for done in log {
        assert_eq!(
            model.apply(&done.deed),
            Some(done.answer.value),
            "{:?}",
            done.deed
        );
        wanted.push(Outboxed {
            number: done.answer.number,
            value: done.text,
        });
    }

    assert_eq!(drafts(&*store).await, wanted);
    assert_state(&*store, &scope, &model).await;
    drop(store);
    let store = subject.open().await;
    assert_eq!(drafts(&*store).await, wanted);
    assert_state(&*store, &scope, &model).await;
}

/// Something that happened.
struct Done {
    deed: Deed,
    text: String,
    answer: Outboxed<Answer>,
}

async fn caller(store: &dyn Store, scope: &Scope, shared: &[KeyId], number: i64) -> Vec<Done> {
    let mut maker = Maker::numbered(number);
    let mut log: Vec<Done> = Vec::new();
    let mut granted = Vec::new();
    for round in 0..ROUNDS {
        let dice = number * 7 + round * 13 + number * round;
        let deed = pick(&mut maker, scope, shared, (dice, &mut granted));
        let text = format!("{number}.{round}");
        let Some(answer) = perform(store, scope, &deed, &text).await else {
            continue;
        };
        if let Deed::Create(key) = &deed {
            assert_eq!(store.key(scope, key.id).await.unwrap().as_ref(), Some(&**key));
        }
        if let Deed::Grant(grant) = &deed {
            assert!(store.grant(grant.id).await.unwrap().is_some());
            granted.push((grant.key, grant.id));
        }
        if let Deed::Describe(id, word) = &deed {
            let seen = store.key(scope, *id).await.unwrap().unwrap();
            assert!(
                seen.description.contains(word),
                "`{word}` is not in `{}`",
                seen.description
            );
        }
        log.push(Done { deed, text, answer });
    }
    log
}

/// `granted`: grants that the caller has made and not revoked.
fn pick(
    maker: &mut Maker,
    scope: &Scope,
    shared: &[KeyId],
    (dice, granted): (i64, &mut Vec<(KeyId, GrantId)>),
) -> Deed {
    let place = usize::try_from(dice / 9).unwrap() % shared.len();
    let id = shared[place];
    let names: [AliasName; 3] = ["one", "two", "three"].map(name);
    let name = names[usize::try_from(dice / 3).unwrap() % names.len()].clone();
    match dice % 9 {
        0 => Deed::Create(Box::new(maker.key(scope))),
        1 => Deed::Describe(id, format!("[{dice}]")),
        2 => Deed::Enable(id),
        3 => Deed::Disable(id),
        4 => {
            let mut key = maker.key(scope);
            key.id = id;
            Deed::Name(maker.alias(&key, name.as_str()))
        }
        5 => Deed::Lead(name, id, maker.moment()),
        6 => Deed::Unname(name),
        7 => match granted.pop() {
            Some((key, id)) => Deed::Revoke(key, id),
            None => Deed::Revoke(id, GrantId::from_bytes([0; 32])),
        },
        _ => {
            let mut key = maker.key(scope);
            key.id = id;
            Deed::Grant(Box::new(maker.grant(&key)))
        }
    }
}

async fn assert_state(store: &dyn Store, scope: &Scope, model: &Model) {
    assert_eq!(
        all_keys(store, scope).await,
        model.keys.keys().copied().collect::<Vec<_>>()
    );
    for key in model.keys.values() {
        assert_eq!(store.key(scope, key.id).await.unwrap().as_ref(), Some(key));
    }
    let aliases = store.aliases(scope, None, ALL).await.unwrap();
    assert_eq!(aliases.items, model.aliases.values().cloned().collect::<Vec<_>>());
    let mut grants = Vec::new();
    for key in model.keys.keys() {
        grants.extend(store.grants_of_key(scope, *key).await.unwrap());
    }
    grants.sort_by_key(|grant| grant.id);
    assert!(!grants.is_empty());
    assert_eq!(grants, model.grants.values().cloned().collect::<Vec<_>>());
}
