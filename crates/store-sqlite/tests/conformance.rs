//! The suite every store must pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its file fails")]

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use claviger_store::Store;
use claviger_store::conformance::Subject;
use claviger_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

struct File {
    folder: TempDir,
    options: Options,
}

impl File {
    fn new(options: Options) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            options,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }
}

#[async_trait]
impl Subject for File {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(self.path(), self.options.clone()).unwrap())
    }

    async fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files
            .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .collect()
    }
}

claviger_store::conformance_tests!(
    #[tokio::test]
    File::new(Options::default())
);

/// As little as can be given: the promises are the same.
mod narrow {
    use super::{File, Options};

    fn narrow() -> Options {
        let (readers, batch, checkpoint) = (1, 1, 1);
        Options {
            readers,
            batch,
            checkpoint,
            writer_cache: 64,
            reader_cache: 64,
            ..Options::default()
        }
    }

    claviger_store::conformance_tests!(
        #[tokio::test]
        File::new(narrow())
    );
}
