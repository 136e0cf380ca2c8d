//! What is found is what is there: each filter alone and in pairs, pages in both directions, times.

use std::sync::LazyLock;
use std::time::Duration;

use claviger_audit::Seq;
use claviger_audit::index::{EventIndex as _, Filter, Query};
use claviger_audit::view::ThingKind;
use claviger_audit_index::SqliteIndex;
use claviger_model::Timestamp;
use proptest::prelude::*;

use crate::world::{ROLE, USER, World, block_on, everything, key, medley, start};

const CALLS: u32 = 9_000;

/// Three blocks in many segments, made once.
static BIG: LazyLock<(World, SqliteIndex)> = LazyLock::new(|| {
    let mut world = World::new(400 << 10);
    let mut calls = medley(1, CALLS);
    // Operations that few blocks have.
    let letters = OPERATIONS.into_iter().filter(|name| name.len() == 1);
    let letters = letters.enumerate().map(|(place, name)| (place * 700, name));
    for (place, operation) in [(100, "Rare"), (8_000, "Rare"), (4_500, "Once")]
        .into_iter()
        .chain(letters)
    {
        calls[place].account = 1;
        calls[place].operation = operation;
    }
    world.append(calls);
    let index = world.index();
    (world, index)
});

/// Names of the core and of the wire, some of which are never called.
const OPERATIONS: [&str; 24] = [
    "Encrypt",
    "Decrypt",
    "CreateAlias",
    "MakeName",
    "ShowKey",
    "DescribeKey",
    "GenerateDataKey",
    "Rare",
    "Once",
    "Sign",
    "Verify",
    "",
    "A",
    "B",
    "C",
    "D",
    "E",
    "F",
    "G",
    "H",
    "I",
    "J",
    "K",
    "L",
];

fn filter() -> impl Strategy<Value = Filter> {
    let word = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
    prop_oneof![
        1 => (0..CALLS).prop_map(|number| Filter::Id(BIG.0.calls[number as usize].1.id().to_string())),
        2 => word(&["kms", "sts", "ram"]).prop_map(Filter::Api),
        3 => word(&["Encrypt", "CreateAlias", "MakeName", "ShowKey", "Sign"]).prop_map(Filter::Operation),
        2 => word(&["here-1", "there-2", "nowhere"]).prop_map(Filter::Region),
        3 => prop::collection::vec(word(&OPERATIONS), 0..24).prop_map(Filter::AnyOperation),
        2 => word(&["root", "bob", "ops:alice", "alice"]).prop_map(Filter::Caller),
        2 => word(&[USER, ROLE, "1"]).prop_map(Filter::CallerId),
        2 => word(&["AK1", "AK2", "AK3"]).prop_map(Filter::AccessKey),
        2 => prop::sample::select(ThingKind::ALL.as_slice()).prop_map(Filter::Kind),
        3 => (0..40_u8).prop_map(|number| Filter::Thing(key(number).to_string())),
        3 => (0..800_u32).prop_map(|number| Filter::Thing(format!("alias/{number}"))),
        2 => any::<bool>().prop_map(Filter::Writes),
        2 => word(&["served", "refused", "failed", ""]).prop_map(Filter::Outcome),
    ]
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (0..u64::from(CALLS) * 51).prop_map(|millis| start() + Duration::from_millis(millis))
}

fn query() -> impl Strategy<Value = Query> {
    let times = prop_oneof![
        Just((Timestamp::MIN, Timestamp::MAX)),
        (moment(), moment()),
        moment().prop_map(|from| (from, from + Duration::from_secs(20))),
    ];
    let after = prop::option::weighted(0.2, (0..u64::from(CALLS) + 500).prop_map(Seq));
    let filters = prop::collection::vec(filter(), 0..4);
    (0..3_u64, filters, times, any::<bool>(), after, 20..3000_usize).prop_map(
        |(account, filters, (from, until), newest_first, after, take)| Query {
            filters,
            from,
            until,
            newest_first,
            after,
            take,
            ..everything(account)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn every_page_holds_what_the_reference_finds(query in query()) {
        let (world, index) = &*BIG;
        world.judge(index, &query);
    }
}

#[test]
fn small_pages_lead_through_all_in_both_directions() {
    let (world, index) = &*BIG;
    for newest_first in [true, false] {
        world.judge(
            index,
            &Query {
                filters: vec![Filter::Operation("ShowKey".into()), Filter::Caller("bob".into())],
                newest_first,
                take: 7,
                ..everything(1)
            },
        );
    }
}

#[test]
fn any_of_many_operations_is_found_with_and_without_other_filters() {
    let (world, index) = &*BIG;
    let names = |names: &[&str]| Filter::AnyOperation(names.iter().copied().map(str::to_owned).collect());
    let many = names(&OPERATIONS);
    let rare = || Filter::Thing("alias/798".into());
    for filters in [
        vec![many.clone()],
        vec![many.clone(), rare()],
        // So many terms for so few lines that these are read instead.
        vec![names(&OPERATIONS[1..]), rare()],
        vec![names(&["Rare", "Once"])],
        vec![names(&["Rare", "Once"]), many.clone()],
        vec![
            names(&["Rare", "ShowKey"]),
            names(&["Once", "ShowKey", "Decrypt"]),
            rare(),
        ],
        vec![names(&["Encrypt"]), Filter::Operation("Encrypt".into())],
    ] {
        for newest_first in [true, false] {
            for account in 0..2 {
                world.judge(
                    index,
                    &Query {
                        filters: filters.clone(),
                        newest_first,
                        take: 300,
                        ..everything(account)
                    },
                );
            }
        }
    }
    for none in [names(&[]), names(&["Sign", "Verify"])] {
        let query = Query {
            filters: vec![none],
            ..everything(1)
        };
        assert!(block_on(index.lookup(&query)).unwrap().events.is_empty());
    }
}

#[test]
fn every_id_finds_its_call_and_in_its_account_alone() {
    let (world, index) = &*BIG;
    for (seq, call) in world.calls.iter().step_by(501) {
        let ask = |of| Query {
            filters: vec![Filter::Id(call.id().to_string())],
            ..everything(of)
        };
        let found = block_on(index.lookup(&ask(call.account))).unwrap();
        assert_eq!(found.events.iter().map(|(at, _)| at).collect::<Vec<_>>(), [seq]);
        assert_eq!(found.next, None);
        assert!(
            block_on(index.lookup(&ask(1 - call.account)))
                .unwrap()
                .events
                .is_empty()
        );
    }
}

#[test]
fn text_that_is_no_id_finds_nothing() {
    let (_, index) = &*BIG;
    for id in [
        "",
        "x",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ] {
        let query = Query {
            filters: vec![Filter::Id(id.into())],
            ..everything(0)
        };
        assert!(block_on(index.lookup(&query)).unwrap().events.is_empty(), "{id}");
    }
}
