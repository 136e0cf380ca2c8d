use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use claviger_model::{Key, KeyFilter, Order, Page};
use claviger_store::{GrantStore as _, Store};

use super::{Place, add, copy, draft, grant, has, key, scope};
use crate::connection::beside;
use crate::{Options, SqliteStore};

/// Opens what a crash left and gives the numbers of the keys in it, and then of the grants. Fails unless keys, versions,
/// grants and drafts tell the same story without a gap.
async fn recovered(path: &Path) -> (Vec<u32>, BTreeSet<u32>) {
    let store = SqliteStore::open(path, Options::default()).unwrap();
    let drafts = store.outbox(0, u32::MAX).await.unwrap();
    assert!(
        drafts
            .iter()
            .map(|draft| draft.number)
            .eq(1..=u64::try_from(drafts.len()).unwrap())
    );
    let mut numbers = Vec::new();
    let mut granted = BTreeSet::new();
    for draft in drafts {
        let text = std::str::from_utf8(&draft.value.0).unwrap();
        if let Some(number) = text.strip_prefix("grant ") {
            granted.insert(number.parse().unwrap());
            continue;
        }
        let number = text.parse().unwrap();
        assert!(
            has(&store, number).await,
            "the draft of key {number} is there without the key"
        );
        numbers.push(number);
    }
    let listed = store
        .keys(
            &scope(),
            &KeyFilter::default(),
            Order::OldestFirst,
            Page {
                skip: 0,
                take: u32::MAX,
            },
        )
        .await
        .unwrap();
    let of_drafts: BTreeSet<_> = numbers.iter().map(|number| key(*number).id).collect();
    assert_eq!(listed.items.into_iter().collect::<BTreeSet<_>>(), of_drafts);
    for number in &numbers {
        let found = store.grants_of_key(&scope(), key(*number).id).await.unwrap();
        assert_eq!(
            !found.is_empty(),
            granted.contains(number),
            "the grant of key {number}"
        );
    }
    store.probe().await.unwrap();
    (numbers, granted)
}

/// The log only grows while this test runs, so a copy made at any time is what a crash at that time would leave.
fn options() -> Options {
    Options {
        checkpoint: 1_000_000,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_crash_at_any_time_keeps_what_was_acknowledged_and_nothing_half() {
    let place = Place::with(options());
    let path = place.path();
    let store = Arc::new(place.store);
    let acknowledged = Arc::new(std::sync::Mutex::new(Vec::new()));
    let granted = Arc::new(std::sync::Mutex::new(Vec::new()));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (store, acknowledged, granted) = (store.clone(), acknowledged.clone(), granted.clone());
            tokio::spawn(async move {
                for round in 0..60 {
                    let number = writer * 1000 + round;
                    add(&store, number).await.unwrap();
                    acknowledged.lock().unwrap().push(number);
                    if round % 2 == 1 {
                        let text = draft(&format!("grant {number}"));
                        let any = Box::new(|_: &Key| Ok(()));
                        store.create_grant(grant(number), 1, text, any).await.unwrap();
                        granted.lock().unwrap().push(number);
                    }
                }
            })
        })
        .collect();
    for crash in 0..6 {
        while acknowledged.lock().unwrap().len() < crash * 70 {
            tokio::task::yield_now().await;
        }
        let before = acknowledged.lock().unwrap().clone();
        let granted_before = granted.lock().unwrap().clone();
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join("db");
        let copies = (path.clone(), left.clone());
        tokio::task::spawn_blocking(move || {
            copy(&copies.0, &copies.1);
            copy(&beside(&copies.0, "-wal"), &beside(&copies.1, "-wal"));
        })
        .await
        .unwrap();
        let (found, grants) = recovered(&left).await;
        let found: BTreeSet<_> = found.into_iter().collect();
        for number in granted_before {
            assert!(
                grants.contains(&number),
                "grant {number} was acknowledged and is lost"
            );
        }
        for number in before {
            assert!(
                found.contains(&number),
                "key {number} was acknowledged and is lost"
            );
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn a_torn_log_gives_the_changes_up_to_the_tear() {
    let place = Place::with(options());
    let path = place.path();
    for number in 0..5 {
        add(&place.store, number).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let (whole, log) = (folder.path().join("whole"), folder.path().join("log"));
    copy(&path, &whole);
    copy(&beside(&path, "-wal"), &log);
    let log = std::fs::read(log).unwrap();
    // SOURCE: SQLite file format, section 4: a header of 32 bytes, then frames of 24 bytes and a page each.
    let frames = (log.len() - 32) / (24 + 4096);
    let mut lengths = BTreeSet::new();
    for frame in 0..=frames {
        let start = 32 + frame * (24 + 4096);
        lengths.extend([start.saturating_sub(1), start, (start + 2000).min(log.len())]);
    }
    let mut most = 0;
    for (case, length) in lengths.into_iter().enumerate() {
        for flipped in [false, true] {
            let left = folder.path().join(format!("{case}-{flipped}"));
            std::fs::copy(&whole, &left).unwrap();
            let mut torn = log[..length].to_vec();
            if flipped {
                // What was on the disk before, where the last sector did not get through.
                torn.resize(log.len(), 0xa5);
            }
            std::fs::write(beside(&left, "-wal"), torn).unwrap();
            let (found, _) = recovered(&left).await;
            let count = u32::try_from(found.len()).unwrap();
            assert!(
                found.into_iter().eq(0..count),
                "changes are lost in the order they were made in"
            );
            assert!(count >= most, "{count} after {most}");
            most = count;
        }
    }
    assert_eq!(most, 5);
}
