//! Who may do what, as `fixtures/matrix.txt` has it: every identity asks for every operation on every kind of thing, over
//! the whole pipeline. Nothing is done: all calls only ask whether they would work.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use claviger_model::{Action, Error};

use crate::matrix_calls::ask;
use crate::matrix_people::{People, THINGS};

const TABLE: &str = include_str!("../fixtures/matrix.txt");

/// What somebody hears, in one letter.
fn letter(error: &Error) -> char {
    match error {
        Error::Denied(denial) if denial.explicit => '!',
        Error::Denied(_) => '-',
        Error::NotFound(_) => '?',
        fault if fault.is_fault() => 'x',
        // Whatever else is wrong with the call: it was permitted.
        _ => '+',
    }
}

/// Operations that share their rows.
struct Block {
    operations: Vec<&'static str>,
    /// The thing that is asked for, and what each identity hears.
    rows: Vec<(&'static str, Vec<&'static str>)>,
}

fn read() -> (Vec<&'static str>, Vec<Block>) {
    let lines = TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let (mut people, mut blocks) = (Vec::new(), Vec::<Block>::new());
    for line in lines {
        let words: Vec<_> = line.split_whitespace().collect();
        match (words[0], blocks.last_mut()) {
            ("thing", _) => people = words[1..].to_vec(),
            ("for", Some(block)) if block.rows.is_empty() => block.operations.extend(&words[1..]),
            ("for", _) => blocks.push(Block {
                operations: words[1..].to_vec(),
                rows: Vec::new(),
            }),
            (thing, Some(block)) => block.rows.push((thing, words[1..].to_vec())),
            (_, None) => unreachable!("a row before the first operations: {line}"),
        }
    }
    (people, blocks)
}

#[tokio::test]
async fn every_identity_hears_what_the_table_says() {
    let (names, blocks) = read();
    let people = People::new().await;
    let mut wrong = String::new();
    for block in blocks {
        for operation in block.operations {
            for (thing, expected) in &block.rows {
                let mut heard = Vec::new();
                for name in &names {
                    heard.push(letter(&ask(&people, name, operation, thing).await).to_string());
                }
                if heard != *expected {
                    writeln!(wrong, "{operation} {thing}: {}", heard.join(" ")).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "the table says otherwise:\n{wrong}");
}

/// Nothing is left out, and nothing said twice.
#[test]
fn the_table_has_every_operation_and_every_thing() {
    let (names, blocks) = read();
    let mut times = BTreeMap::<&str, u32>::new();
    for block in &blocks {
        let things: Vec<_> = block.rows.iter().map(|(thing, _)| *thing).collect();
        assert!(THINGS.contains(&things.as_slice()), "{things:?}");
        for (thing, heard) in &block.rows {
            assert_eq!(heard.len(), names.len(), "{:?} {thing}", block.operations);
        }
        for operation in &block.operations {
            *times.entry(operation).or_default() += 1;
        }
    }
    // Those of certificates and of keys share their names.
    for shared in ["TagResource", "UntagResource", "ListResourceTags"] {
        assert_eq!(times.remove(shared), Some(2), "{shared}");
    }
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    let missing: Vec<_> = Action::ALL
        .iter()
        .map(|action| action.name())
        .filter(|name| {
            !times.contains_key(name) && !["TagResource", "UntagResource", "ListResourceTags"].contains(name)
        })
        .collect();
    // The two halves are asked for by the whole; the system's own are no calls; who wants a token is nobody yet.
    assert_eq!(
        missing,
        [
            "ReEncryptFrom",
            "ReEncryptTo",
            "DeleteKey",
            "RotateKey",
            "WarnDeletion",
            "CreateToken"
        ]
    );
}
