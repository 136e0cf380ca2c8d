//! Rotation of many keys that are due at once, as after a long stop.
//!
//! Nothing but time makes a key due: intervals are of days, and the server has no clock but the machine's. So this part
//! reaches into the database of the stopped server and puts the last rotations back. It is the only one that knows of
//! tables; a test holds what it knows against the server's own schema.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::{Bench, Sample};
use crate::disk;
use crate::error::Error;
use crate::kms::{CONNECTIONS, Kms};
use crate::load::{Load, Until};
use crate::process::{Launch, Server};
use crate::report::Row;
use crate::stats::number;

const KEYS: usize = 10_000;

/// Keys in a quick run.
const QUICK: usize = 1_000;

/// The shortest interval there is.
const ROTATING: &[(&str, &str)] = &[("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];

/// How far the last rotations are put back, in microseconds: eight days.
const BACK: i64 = 8 * 24 * 60 * 60 * 1_000_000;

const PUT_BACK: &str = "UPDATE keys SET last_rotated = last_rotated - ?1 WHERE rotation IS NOT NULL";

/// No key but one that was put back was rotated before it was made.
const LEFT: &str = "SELECT count(*) FROM keys WHERE last_rotated < created";

/// The database in the server's folder.
const DATABASE: &str = "claviger.db";

/// How often the database is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// How long the number of keys that are left may stay the same.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(bench: &mut Bench<'_>) -> Result<(), Error> {
    let count = if bench.options.quick { QUICK } else { KEYS };
    let launch = bench.launch("rotation");
    let keys = prepare(bench, &launch, count)?;
    let appends = disk::measure(&bench.folder, bench.options.duration())?.rate;
    let database = launch.data.join(DATABASE);
    let start = Instant::now();
    let server = launch.start(bench.cores)?;
    wait(&database)?;
    let seconds = start.elapsed().as_secs_f64();
    let keys_count = number(u64::try_from(count).unwrap_or_default());
    let sample = Sample {
        rate: keys_count / seconds,
        server_micros: server.cpu_seconds()? / keys_count * 1e6,
        first_error: check(&server, &keys)?,
        ..Sample::default()
    };
    bench.rows.push(Row {
        scenario: "durable appends of 4 KiB, one after the other".to_owned(),
        rate: Some(appends),
        ..Row::default()
    });
    let samples = [sample];
    let row = Sample::row(format!("rotation of {count} keys that are due"), &samples);
    let ratio = row.rate.unwrap_or_default() / appends;
    let row = Row {
        load_micros: None,
        measured: format!("all within {seconds:.1} s of the start, {ratio:.2} of appends"),
        ..row
    };
    bench.add(&samples, row);
    Ok(())
}

/// Leaves a stopped server with `count` keys that are due; gives their ids.
fn prepare(bench: &Bench<'_>, launch: &Launch, count: usize) -> Result<Vec<String>, Error> {
    let server = launch.start(bench.cores)?;
    let (keys, _) = Kms::new(&server, &server.plain()?)?.create_keys(count, ROTATING)?;
    server.stop()?;
    let database = launch.data.join(DATABASE);
    let due = put_back(&Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_WRITE,
    )?)?;
    if due == count {
        Ok(keys)
    } else {
        Err(Error::Unfit(format!("{due} of {count} keys could be made due")))
    }
}

/// Makes all keys due that rotate; says how many there are.
fn put_back(database: &Connection) -> Result<usize, Error> {
    Ok(database.execute(PUT_BACK, [BACK])?)
}

fn left(database: &Connection) -> Result<i64, Error> {
    Ok(database.query_one(LEFT, [], |row| row.get(0))?)
}

/// Watches the database of a running server until no key is due.
fn wait(database: &Path) -> Result<(), Error> {
    let database = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let (mut before, mut since) = (i64::MAX, Instant::now());
    loop {
        let left = left(&database)?;
        if left == 0 {
            return Ok(());
        }
        if left < before {
            (before, since) = (left, Instant::now());
        } else if since.elapsed() > PATIENCE {
            let seconds = PATIENCE.as_secs();
            return Err(Error::Protocol(format!(
                "rotated none of {left} keys for {seconds} s"
            )));
        }
        thread::sleep(GLANCE);
    }
}

/// Asks the server whether each key has exactly one version more than it was made with; gives the first that has not.
fn check(server: &Server, keys: &[String]) -> Result<Option<String>, Error> {
    let target = server.plain()?;
    let kms = Kms::new(server, &target)?;
    let mut requests = kms.for_each("ListKeyVersions", keys, "\"TotalCount\":2")?;
    let outcome = Load::connect(&target, CONNECTIONS)?.closed(&mut requests, Until::Count(keys.len()))?;
    Ok(outcome.first_error)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// An empty database as the server makes it.
    fn database() -> Connection {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store-sqlite/migrations");
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        let database = Connection::open_in_memory().unwrap();
        for file in files {
            database
                .execute_batch(&fs::read_to_string(file).unwrap())
                .unwrap();
        }
        database
    }

    fn insert(database: &Connection, id: u8, rotation: Option<i64>) {
        let insert = "INSERT INTO keys (account, region, id, spec, usage, origin, protection, created, state, last_rotated,
                                        description, rotation)
                      VALUES (1, 'r', ?1, 's', 'u', 'o', 'p', 1000, 'enabled', 1000, '', ?2)";
        database.execute(insert, (vec![id; 16], rotation)).unwrap();
    }

    #[test]
    fn keys_that_rotate_are_left_until_they_have() {
        let database = database();
        insert(&database, 1, Some(604_800));
        insert(&database, 2, Some(604_800));
        insert(&database, 3, None);
        assert_eq!(left(&database).unwrap(), 0);
        assert_eq!(put_back(&database).unwrap(), 2);
        assert_eq!(left(&database).unwrap(), 2);
        for left_then in [1, 0] {
            let rotate = "UPDATE keys SET last_rotated = 2000
                          WHERE id = (SELECT id FROM keys WHERE last_rotated < 0 ORDER BY id LIMIT 1)";
            database.execute(rotate, []).unwrap();
            assert_eq!(left(&database).unwrap(), left_then);
        }
    }

    #[test]
    fn what_was_put_back_is_past_its_interval() {
        let database = database();
        insert(&database, 1, Some(7 * 24 * 60 * 60));
        put_back(&database).unwrap();
        let overdue = "SELECT count(*) FROM keys WHERE last_rotated + rotation * 1000000 < created";
        let count: i64 = database.query_one(overdue, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
    }
}
