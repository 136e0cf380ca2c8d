//! Starts the HSM process, starts it again whenever it ends or hangs, and stops it.

use std::ffi::OsString;
use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::sync::Notify;
use tokio::sync::oneshot::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use crate::output::Failure;

/// This program as it was when it started: also after an upgrade put another one in its place.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// How long the HSM may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who says nothing for so long, though it is there, hangs. Calls that wait for it are sent again to the next one, and
/// wait for some seconds more.
const HUNG: Duration = Duration::from_secs(10);

/// How often to look for that.
const LOOK: Duration = Duration::from_millis(500);

/// For how long the process has said nothing though it is there; nothing where it answers or is only starting.
pub(super) type Silence = Box<dyn Fn() -> Option<Duration> + Send + Sync>;

/// Looks after the HSM process from a thread of its own.
///
/// The kernel ends the process when the thread ends that started it, so that has to be one that lives as long as the
/// server: threads of the runtime come and go.
#[derive(Debug)]
pub(crate) struct Supervisor {
    stop: Sender<()>,
    restart: Arc<Notify>,
    thread: JoinHandle<()>,
}

/// Lets the process begin anew.
#[derive(Debug, Clone)]
pub(crate) struct Restart(Arc<Notify>);

impl Restart {
    /// Ends the process and starts it again. Calls that it has not answered are sent to the next one.
    pub(crate) fn now(&self) {
        self.0.notify_one();
    }
}

impl Supervisor {
    /// Starts the process with these arguments. `silence` tells whether it hangs.
    pub(super) fn start(arguments: Vec<OsString>, silence: Silence) -> Result<Self, Failure> {
        let fault = |error: io::Error| Failure::failed(format!("cannot look after the HSM process: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(fault)?;
        let (stop, stopped) = channel();
        let restart = Arc::new(Notify::new());
        let wish = Arc::clone(&restart);
        let program = Program {
            path: THIS_PROGRAM.into(),
            arguments,
        };
        let thread = std::thread::Builder::new()
            .name("hsm-supervisor".to_owned())
            .spawn(move || runtime.block_on(look_after(&program, &silence, &wish, stopped)))
            .map_err(fault)?;
        Ok(Self {
            stop,
            restart,
            thread,
        })
    }

    /// What lets the process begin anew.
    pub(crate) fn restart(&self) -> Restart {
        Restart(Arc::clone(&self.restart))
    }

    /// Stops the process: SIGTERM, and SIGKILL if it has not ended after a while.
    pub(crate) async fn stop(self) {
        // It is gone only if the thread is.
        let _ = self.stop.send(());
        let thread = self.thread;
        // A panic has been printed by the hook.
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
}

async fn look_after(program: &Program, silence: &Silence, restart: &Notify, mut stopped: Receiver<()>) {
    let mut backoff = Backoff::default();
    loop {
        let begun = Instant::now();
        match program.start() {
            Err(error) => tracing::error!(%error, "the HSM process could not be started"),
            Ok(mut process) => {
                // Waiting would close it, and that would end the process.
                let _held = process.stdin.take();
                tracing::info!(pid = process.id(), "the HSM process was started");
                tokio::select! {
                    ended = process.wait() => say_why(ended),
                    () = hangs(silence) => kill(process).await,
                    () = restart.notified() => {
                        end(process).await;
                        continue;
                    }
                    _ = &mut stopped => return end(process).await,
                }
            }
        }
        let wait = backoff.after(begun.elapsed());
        tokio::select! {
            () = sleep(wait) => {}
            _ = &mut stopped => return,
        }
    }
}

/// Ready when the process has said nothing for too long. One that was just started is not blamed for the one before it.
async fn hangs(silence: &Silence) {
    sleep(HUNG).await;
    while silence().is_none_or(|silent| silent < HUNG) {
        sleep(LOOK).await;
    }
}

/// What is started.
struct Program {
    path: OsString,
    arguments: Vec<OsString>,
}

impl Program {
    fn start(&self) -> io::Result<Child> {
        Command::new(&self.path)
            .arg0("claviger")
            .args(&self.arguments)
            // Held open and never written to: its end tells the process that the server is gone.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Ctrl-C at a terminal is for the server, which stops the process when the last answer is out.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }
}

fn say_why(ended: io::Result<std::process::ExitStatus>) {
    match ended {
        Ok(status) => tracing::warn!(%status, "the HSM process ended and is started again"),
        Err(error) => tracing::error!(%error, "the HSM process is out of sight and is started again"),
    }
}

/// Asking one to end that does not answer would be in vain.
async fn kill(mut process: Child) {
    tracing::warn!(
        pid = process.id(),
        "the HSM process does not answer, is killed, and is started again"
    );
    // It may have ended at last.
    let _ = process.kill().await;
}

async fn end(mut process: Child) {
    // Until it was waited for, the number is its own.
    let pid = process
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = kill_process(pid, Signal::TERM)
    {
        tracing::warn!(%error, "the HSM process could not be told to end");
    }
    let ended = timeout(PATIENCE, process.wait()).await;
    if ended.is_err() {
        tracing::warn!("the HSM process did not end and is killed");
        // It may have ended at last.
        let _ = process.kill().await;
    }
}

#[cfg(test)]
mod tests;
