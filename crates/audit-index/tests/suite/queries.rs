//! What is found is what is there: each filter alone and in pairs, pages in both directions, times.

use std::sync::LazyLock;
use std::time::Duration;

use claviger_audit::Seq;
use claviger_audit::index::{EventIndex as _, Filter, Query};
use claviger_audit::view::ThingKind;
use claviger_audit_index::SqliteIndex;
use claviger_model::Timestamp;
use proptest::prelude::*;

use crate::world::{World, block_on, everything, key, medley, start};

const CALLS: u32 = 9_000;

/// Three blocks in many segments, made once.
static BIG: LazyLock<(World, SqliteIndex)> = LazyLock::new(|| {
    let mut world = World::new(400 << 10);
    world.append(medley(1, CALLS));
    let index = world.index();
    (world, index)
});

fn filter() -> impl Strategy<Value = Filter> {
    let word = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
    prop_oneof![
        1 => (0..CALLS).prop_map(|number| Filter::Id(BIG.0.calls[number as usize].1.id().to_string())),
        2 => word(&["kms", "sts", "ram"]).prop_map(Filter::Api),
        3 => word(&["Encrypt", "CreateAlias", "MakeName", "ShowKey", "Sign"]).prop_map(Filter::Operation),
        2 => word(&["root", "bob", "ops:alice", "alice"]).prop_map(Filter::Caller),
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
    let filters = prop::collection::vec(filter(), 0..3);
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
