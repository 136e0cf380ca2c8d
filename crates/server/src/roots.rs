//! Following the key files while the server runs.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use claviger_provider_soft::RootKeys;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

use crate::hsm::Restart;
use crate::output::Failure;
use crate::seal::chain;

/// How often the files are looked at.
pub(crate) const BEAT: Duration = Duration::from_secs(1);

/// A file that somebody may put another one in the place of.
#[derive(Debug)]
struct Watched {
    path: PathBuf,
    seen: Option<Stamp>,
}

/// What tells one file from the next of its name.
type Stamp = (u64, i64, i64);

impl Watched {
    /// As it is now.
    fn new(path: PathBuf) -> Self {
        let mut watched = Self { path, seen: None };
        watched.changed();
        watched
    }

    /// Whether it is another one than the last time. One that is gone for the moment is not.
    fn changed(&mut self) -> bool {
        let Ok(data) = std::fs::metadata(&self.path) else {
            return false;
        };
        let stamp = Some((data.ino(), data.mtime(), data.mtime_nsec()));
        std::mem::replace(&mut self.seen, stamp) != stamp
    }
}

/// Takes up what `claviger root` does to the key files.
#[derive(Debug)]
pub(crate) struct Follower {
    root: Watched,
    roots: Arc<RootKeys>,
    /// The newest version.
    version: Option<u32>,
    master: Option<(Watched, Restart)>,
    hangup: Signal,
    /// Told of every key that wraps from now on.
    changed: Arc<Notify>,
}

impl Follower {
    /// For a root key that was opened before, and for the HSM process whose master key is in that file. `changed` is told of
    /// every other version that wraps from then on.
    pub(crate) fn new(
        root: PathBuf,
        roots: Arc<RootKeys>,
        master: Option<(PathBuf, Restart)>,
        changed: Arc<Notify>,
    ) -> Result<Self, Failure> {
        let fault = |error: io::Error| Failure::failed(format!("cannot wait for signals: {error}"));
        Ok(Self {
            // Nothing was seen of it: it may have changed since it was opened.
            root: Watched {
                path: root,
                seen: None,
            },
            version: roots.versions().last().copied(),
            roots,
            master: master.map(|(path, restart)| (Watched::new(path), restart)),
            hangup: signal(SignalKind::hangup()).map_err(fault)?,
            changed,
        })
    }

    /// Looks at the files, every second and at SIGHUP, for ever.
    pub(crate) async fn follow(mut self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                _ = self.hangup.recv() => self.root.seen = None,
            }
            if self.root.changed() {
                self.adopt().await;
            }
            if let Some((master, restart)) = &mut self.master
                && master.changed()
            {
                tracing::info!("the master key file changed; the HSM is started again");
                restart.now();
                self.changed.notify_one();
            }
        }
    }

    async fn adopt(&mut self) {
        let (roots, path) = (Arc::clone(&self.roots), self.root.path.clone());
        let adopted = tokio::task::spawn_blocking(move || roots.adopt(&path)).await;
        match adopted {
            Ok(Ok(version)) if self.version != Some(version) => {
                self.version = Some(version);
                tracing::info!(
                    version,
                    "the root key has another version, which wraps from now on"
                );
                self.changed.notify_one();
            }
            Ok(Err(error)) => {
                let error = chain(&error);
                tracing::error!(error, "the change of the root key file was not taken up");
            }
            // Nothing new; or a panic, which has been printed by the hook.
            Ok(Ok(_)) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_place_of_another_is_seen_once() {
        let folder = tempfile::tempdir().unwrap();
        let (path, next) = (folder.path().join("root.json"), folder.path().join("next"));
        std::fs::write(&path, "a").unwrap();
        let mut watched = Watched::new(path.clone());
        assert!(!watched.changed());
        std::fs::write(&next, "a").unwrap();
        std::fs::rename(&next, &path).unwrap();
        assert!(watched.changed());
        assert!(!watched.changed());
        std::fs::remove_file(&path).unwrap();
        assert!(!watched.changed());
    }
}
