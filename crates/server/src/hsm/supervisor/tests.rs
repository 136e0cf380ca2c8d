use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A process that writes its number down and then does nothing, and a supervisor that looks after it.
struct Stage {
    folder: tempfile::TempDir,
    stop: Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

impl Stage {
    /// `silence` is told how many processes there have been.
    fn new(silence: impl Fn(usize) -> Option<Duration> + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = started(folder.path());
        let program = Program {
            path: "/bin/sh".into(),
            arguments: [
                "-c".into(),
                "echo $$ >> \"$0\"; exec sleep 600".into(),
                file.clone().into(),
            ]
            .into(),
        };
        let silence: Silence = Box::new(move || silence(numbers(&file).len()));
        let (stop, stopped) = channel();
        let done = tokio::spawn(async move { look_after(&program, &silence, &Notify::new(), stopped).await });
        Self { folder, stop, done }
    }

    /// The numbers of the processes once there have been so many. The clock of the test runs meanwhile.
    async fn started(&self, count: usize) -> Vec<String> {
        loop {
            let numbers = numbers(&started(self.folder.path()));
            if numbers.len() >= count {
                return numbers;
            }
            sleep(LOOK).await;
        }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.done.await.unwrap();
    }
}

fn started(folder: &Path) -> PathBuf {
    folder.join("started")
}

fn numbers(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn is_there(number: &str) -> bool {
    Path::new("/proc").join(number).exists()
}

#[tokio::test(start_paused = true)]
async fn a_process_that_hangs_is_killed_and_another_one_started() {
    let stage = Stage::new(|count| (count == 1).then_some(HUNG));
    let numbers = stage.started(2).await;
    assert!(!is_there(&numbers[0]));
    assert!(is_there(&numbers[1]));
    stage.stop().await;
    assert!(!is_there(&numbers[1]));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_answers_late_is_left_alone() {
    let stage = Stage::new(|_| Some(HUNG.saturating_sub(LOOK)));
    stage.started(1).await;
    sleep(HUNG * 20).await;
    let numbers = stage.started(1).await;
    assert_eq!(numbers.len(), 1);
    assert!(is_there(&numbers[0]));
    stage.stop().await;
}

/// What the server knows may still be about the one before.
#[tokio::test(start_paused = true)]
async fn a_process_that_was_just_started_is_given_time() {
    let begun = Instant::now();
    let silence: Silence = Box::new(|| Some(HUNG * 5));
    hangs(&silence).await;
    assert!(begun.elapsed() >= HUNG);
}
