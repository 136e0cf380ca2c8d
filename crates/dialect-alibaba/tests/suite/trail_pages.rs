//! LookupEvents: pages, tokens and ranges of time.

use claviger_dialect_alibaba::Api;
use claviger_model::SignedDuration;

use crate::kms::Kms;
use crate::trail::{EVER, busy, events, id, page};

/// Pages of every size, put together, are the whole list; backwards it is the other way round.
#[tokio::test]
async fn pages_put_together_are_the_whole_list_in_both_directions() {
    let estate = busy().await;
    let writes = [
        ("LookupAttribute.1.Key", "EventRW"),
        ("LookupAttribute.1.Value", "Write"),
    ];
    let question = [&EVER[..], &writes].concat();
    let whole: Vec<_> = events(&estate.kms, Api::ActionTrail, &question)
        .await
        .iter()
        .map(id)
        .collect();
    for direction in ["FORWARD", "BACKWARD", ""] {
        for size in ["1", "7", "50"] {
            let mut pages: Vec<String> = Vec::new();
            let mut token = String::new();
            loop {
                let more = [
                    ("Direction", direction),
                    ("MaxResults", size),
                    ("NextToken", &token),
                ];
                let answer = page(&estate.kms, Api::ActionTrail, &[&question[..], &more].concat()).await;
                let events = answer["Events"].as_array().unwrap();
                assert!(events.len() <= size.parse().unwrap());
                assert_eq!(answer["StartTime"], EVER[0].1);
                assert_eq!(answer["EndTime"], EVER[1].1);
                pages.extend(events.iter().map(id));
                let Some(next) = answer["NextToken"].as_str() else {
                    break;
                };
                token = next.to_owned();
            }
            if direction != "FORWARD" {
                pages.reverse();
            }
            assert_eq!(pages, whole, "{direction} {size}");
        }
    }
}

/// Whoever names no times sees the last week, and goes on seeing that week while turning pages.
#[tokio::test]
async fn the_last_week_is_the_default_and_stays_so_from_page_to_page() {
    let kms = Kms::new().await;
    let first = kms.create_key().await;
    kms.world.advance(SignedDuration::from_hours(4 * 24));
    for _ in 0..3 {
        kms.world.advance(SignedDuration::from_secs(1));
        kms.create_key().await;
    }
    kms.world.advance(SignedDuration::from_hours(3 * 24));
    let made = [
        ("LookupAttribute.1.Key", "EventName"),
        ("LookupAttribute.1.Value", "CreateKey"),
        ("MaxResults", "2"),
    ];
    // By default 20 of a page.
    assert_eq!(events(&kms, Api::ActionTrail, &made[..2]).await.len(), 3);
    let answer = page(&kms, Api::ActionTrail, &made).await;
    assert_eq!(
        (&answer["StartTime"], &answer["EndTime"]),
        (&"2026-11-21T12:00:03Z".into(), &"2026-11-28T12:00:03Z".into())
    );
    assert!(!answer.to_string().contains(&first));
    kms.world.advance(SignedDuration::from_hours(5 * 24));
    let token = answer["NextToken"].as_str().unwrap().to_owned();
    let next = page(
        &kms,
        Api::ActionTrail,
        &[&made[..], &[("NextToken", &*token)]].concat(),
    )
    .await;
    assert_eq!(
        (&next["StartTime"], &next["EndTime"]),
        (&answer["StartTime"], &answer["EndTime"])
    );
    assert_eq!(next["Events"].as_array().unwrap().len(), 1);
    assert!(next.get("NextToken").is_none());
}

/// Both ends of a range belong to it.
#[tokio::test]
async fn a_range_of_time_finds_what_is_inside() {
    let kms = Kms::new().await;
    for _ in 0..4 {
        kms.create_key().await;
        kms.world.advance(SignedDuration::from_secs(60));
    }
    for (start, end, count) in [
        ("2026-11-21T12:00:00Z", "2026-11-21T12:03:00Z", 4),
        ("2026-11-21T12:00:01Z", "2026-11-21T12:02:59Z", 2),
        ("2026-11-21T12:01:00Z", "2026-11-21T12:02:00Z", 2),
        ("2026-11-21T12:01:01Z", "2026-11-21T12:01:59Z", 0),
        ("2026-11-21T12:03:30Z", "2036-11-21T12:00:00Z", 0),
        ("2016-11-21T12:00:00Z", "2026-11-21T12:00:00Z", 1),
    ] {
        let question = [("StartTime", start), ("EndTime", end), ("EventName", "CreateKey")];
        let found = events(&kms, Api::ActionTrail2017, &question).await;
        assert_eq!(found.len(), count, "{start} {end}");
    }
}

/// A token goes with its question: another attribute, order or range refuses it, and so does another account.
#[tokio::test]
async fn a_token_of_another_question_is_refused() {
    let kms = Kms::with_neighbour().await;
    for _ in 0..3 {
        kms.create_key().await;
    }
    let question = [
        ("StartTime", "2026-11-21T00:00:00Z"),
        ("EndTime", "2026-11-22T00:00:00Z"),
        ("MaxResults", "1"),
        ("Direction", "FORWARD"),
        ("LookupAttribute.1.Key", "EventName"),
        ("LookupAttribute.1.Value", "CreateKey"),
    ];
    let token = page(&kms, Api::ActionTrail, &question).await["NextToken"].clone();
    let token = ("NextToken", token.as_str().unwrap());
    for (name, value) in [
        ("StartTime", "2026-11-20T00:00:00Z"),
        ("EndTime", "2026-11-23T00:00:00Z"),
        ("Direction", "BACKWARD"),
        ("LookupAttribute.1.Key", "User"),
        ("LookupAttribute.1.Value", "CreateAlias"),
        ("NextToken", "AAAA"),
        ("NextToken", &format!("{}A", token.1)),
        ("NextToken", "e30="),
    ] {
        let mut changed = [&question[..], &[token]].concat();
        changed.retain(|(known, _)| *known != name);
        changed.push((name, value));
        let answer = kms
            .ask(kms.world.root(), Api::ActionTrail, "LookupEvents", &changed)
            .await;
        assert_eq!(
            answer.refused(400, "InvalidQueryParameter"),
            "The specified query parameter is invalid: NextToken.",
            "{name}={value}"
        );
    }
    let own = [&question[..], &[token]].concat();
    let neighbour = kms.world.caller(1);
    let answer = kms.ask(neighbour, Api::ActionTrail, "LookupEvents", &own).await;
    answer.refused(400, "InvalidQueryParameter");
    // The size of a page may change, as the vendor's SDKs let it.
    let mut other_size = own;
    other_size.retain(|(name, _)| *name != "MaxResults");
    let rest = page(&kms, Api::ActionTrail, &other_size).await;
    assert_eq!(rest["Events"].as_array().unwrap().len(), 2);
}
