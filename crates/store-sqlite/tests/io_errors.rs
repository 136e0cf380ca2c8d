//! Writes that the system refuses in the middle of a commit.
//!
//! A limit on the size of files makes writes to the write-ahead log fail as a broken disk does. It is a limit of the
//! whole process and comes with a signal, so the work is done in a child that ignores the signal.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files fails")]

use std::path::Path;
use std::process::Command;

use claviger_store::{SealedCell, Store, StoreError};
use claviger_store_sqlite::{Options, SqliteStore};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[test]
fn what_a_commit_could_not_write_is_refused_and_not_there() {
    if getrlimit(Resource::Fsize).current.is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(in_child());
        return;
    }
    let script = r#"trap "" XFSZ; ulimit -S -f 1000000; exec "$0" --exact "$1""#;
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .arg("what_a_commit_could_not_write_is_refused_and_not_there")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn limit(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(
        Resource::Fsize,
        Rlimit {
            current: bytes,
            maximum,
        },
    )
    .unwrap();
}

async fn in_child() {
    limit(None);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let store = SqliteStore::open(&path, Options::default()).unwrap();
    let mut kept = SealedCell(b"first".as_slice().into());
    store.set_cell("cell", kept.clone()).await.unwrap();
    let (mut refused, mut written) = (0, 0);
    for attempt in 0..32 {
        // An empty log, so that the limit falls into its header, its first frame, …, its last, or behind it.
        store.checkpoint().await.unwrap();
        let value = SealedCell(vec![attempt; 40_000].into());
        limit(Some(u64::from(attempt) * 3700));
        match store.set_cell("cell", value.clone()).await {
            Ok(()) => {
                written += 1;
                kept = value;
            }
            Err(error) => {
                assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
                refused += 1;
            }
        }
        assert_eq!(
            store.cell("cell").await.unwrap().as_ref(),
            Some(&kept),
            "while the limit is there"
        );
        limit(None);
        assert_eq!(after_crash(&path).await, kept, "attempt {attempt}");
        store.probe().await.unwrap();
        assert_eq!(after_crash(&path).await, kept, "attempt {attempt}");
    }
    assert!(refused > 5 && written > 5, "{refused} refused, {written} written");
}

/// What a crash at this moment would leave.
async fn after_crash(path: &Path) -> SealedCell {
    let folder = tempfile::tempdir().unwrap();
    let files = ["db", "db-wal"].map(|name| path.with_file_name(name));
    assert!(
        Command::new("cp")
            .args(files)
            .arg(folder.path())
            .status()
            .unwrap()
            .success()
    );
    let store = SqliteStore::open(folder.path().join("db"), Options::default()).unwrap();
    store.cell("cell").await.unwrap().unwrap()
}
