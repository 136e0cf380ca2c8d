//! The server under test: a child process on a core of its own.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::error::Error;
use crate::load::Target;
use crate::machine::{self, Cores};
use crate::stats::number;

/// How long a server may take to get ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a server that is not needed any more may take to end.
const END: Duration = Duration::from_secs(10);

/// How often its readiness is looked at.
const GLANCE: Duration = Duration::from_micros(200);

/// In the folder of a server: how to talk to it, and what it printed.
const CREDENTIALS: &str = "bench-credentials.json";
const LOG: &str = "bench-server.log";

/// What to start: a program that understands the options of `claviger dev`.
pub(crate) struct Launch {
    /// The program.
    pub(crate) program: PathBuf,
    /// Its subcommand.
    pub(crate) verb: &'static str,
    /// Its folder; survives restarts.
    pub(crate) data: PathBuf,
    /// Where it shall write what the stages of its calls took, when it stops. Slows it.
    pub(crate) stage_times: Option<PathBuf>,
    /// Settings in TOML. The folder, which `dev` has made and left, is served by `serve` with them.
    pub(crate) settings: Option<String>,
}

/// A running server. Dropping it stops it, and kills it if it does not stop soon.
pub(crate) struct Server {
    child: Child,
    /// From the start of the process until it answered its first request.
    pub(crate) start_time: Duration,
    /// How to talk to it, as it says itself.
    credentials: Value,
}

impl Launch {
    /// Starts it on the server's core and waits until it answers.
    pub(crate) fn start(&self, cores: Cores) -> Result<Server, Error> {
        fs::create_dir_all(&self.data).map_err(Error::file("create", &self.data))?;
        if let Some(settings) = &self.settings {
            return self.serve(settings, cores);
        }
        let credentials = self.data.join(CREDENTIALS);
        if credentials.exists() {
            fs::remove_file(&credentials).map_err(Error::file("remove", &credentials))?;
        }
        let mut command = Command::new(&self.program);
        command
            .arg(self.verb)
            .arg("--data")
            .arg(&self.data)
            .arg("--credentials")
            .arg(&credentials);
        command
            .arg("--http")
            .arg(free_address()?.to_string())
            .arg("--https")
            .arg(free_address()?.to_string());
        if let Some(path) = &self.stage_times {
            command.arg("--stage-times").arg(path);
        }
        let (mut server, start) = self.spawn(command, cores)?;
        match server.wait_until_ready(&credentials, start) {
            Ok(()) => Ok(server),
            Err(reason) => Err(self.not_ready(reason)),
        }
    }

    /// Starts it by `serve` and waits until it answers.
    fn serve(&self, settings: &str, cores: Cores) -> Result<Server, Error> {
        let path = self.data.join(CREDENTIALS);
        let credentials = fs::read(&path).map_err(Error::file("read", &path))?;
        let mut credentials: Value = serde_json::from_slice(&credentials).unwrap_or_default();
        let (http, https) = (free_address()?, free_address()?);
        if let Some(fields) = credentials.as_object_mut() {
            fields.insert("http_endpoint".into(), format!("http://{http}").into());
            fields.insert("https_endpoint".into(), format!("https://{https}").into());
        }
        let data = self.data.display();
        let text = format!(
            "[server]\ndata = \"{data}\"\nhttp = \"{http}\"\nhttps = \"{https}\"\n\
             [seal]\nkind = \"key-file\"\nkey_file = \"{data}/seal.key\"\n{settings}\n"
        );
        let path = self.data.join("bench.toml");
        fs::write(&path, text).map_err(Error::file("write", &path))?;
        let mut command = Command::new(&self.program);
        command.arg("serve").arg("--config").arg(&path);
        let (mut server, start) = self.spawn(command, cores)?;
        server.credentials = credentials;
        let plain = server.plain()?;
        while plain.probe("/readyz").is_err() {
            let ended = server.child.try_wait().ok().flatten();
            if ended.is_some() || start.elapsed() > PATIENCE {
                let reason = ended.map_or("it does not answer".to_owned(), |status| {
                    format!("it ended with {status}")
                });
                return Err(self.not_ready(reason));
            }
            std::thread::sleep(GLANCE);
        }
        server.start_time = start.elapsed();
        Ok(server)
    }

    /// Starts a command on the server's core; what it prints goes to a file.
    fn spawn(&self, mut command: Command, cores: Cores) -> Result<(Server, Instant), Error> {
        let log_path = self.data.join(LOG);
        let log = File::create(&log_path).map_err(Error::file("create", &log_path))?;
        let errors = log.try_clone().map_err(Error::file("open", &log_path))?;
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        // A child inherits the cores of the thread that starts it.
        machine::pin(cores.server)?;
        let start = Instant::now();
        let child = command.spawn();
        machine::pin(cores.load)?;
        let server = Server {
            child: child.map_err(Error::file("start", &self.program))?,
            start_time: Duration::ZERO,
            credentials: Value::Null,
        };
        Ok((server, start))
    }

    fn not_ready(&self, reason: String) -> Error {
        Error::NotReady {
            program: self.program.display().to_string(),
            reason,
            log: tail(&fs::read_to_string(self.data.join(LOG)).unwrap_or_default()),
        }
    }
}

impl Server {
    fn wait_until_ready(&mut self, credentials: &Path, start: Instant) -> Result<(), String> {
        while start.elapsed() < PATIENCE {
            // The file counts once it is whole: its writer may be in the middle of it.
            let written = fs::read(credentials)
                .ok()
                .and_then(|text| serde_json::from_slice::<Value>(&text).ok());
            if let Some(value) = written {
                self.credentials = value;
                let plain = self.plain().map_err(|error| error.to_string())?;
                plain.probe("/readyz").map_err(|error| error.to_string())?;
                self.start_time = start.elapsed();
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended with {status}"));
            }
            std::thread::sleep(GLANCE);
        }
        Err(format!("no credentials file within {} s", PATIENCE.as_secs()))
    }

    /// One entry of the credentials file.
    pub(crate) fn credential(&self, name: &str) -> Result<&str, Error> {
        let value = self.credentials.get(name).and_then(Value::as_str);
        value.ok_or_else(|| Error::Protocol(format!("wrote no `{name}` into its credentials file")))
    }

    /// Its plain HTTP door.
    pub(crate) fn plain(&self) -> Result<Target, Error> {
        Target::plain(self.credential("http_endpoint")?)
    }

    /// Its HTTPS door.
    pub(crate) fn secure(&self) -> Result<Target, Error> {
        Target::secure(
            self.credential("https_endpoint")?,
            Path::new(self.credential("ca_file")?),
        )
    }

    /// Processor time it and the processes that it started have used so far, their own and the kernel's on their behalf,
    /// in seconds.
    pub(crate) fn cpu_seconds(&self) -> Result<f64, Error> {
        let path = format!("/proc/{}/stat", self.child.id());
        let text = fs::read_to_string(&path).map_err(Error::file("read", Path::new(&path)))?;
        let own = Stat::read(&text).ok_or_else(|| Error::Unfit(format!("cannot understand `{path}`")))?;
        let children = stats().filter(|stat| stat.parent == self.child.id());
        let ticks = own.ticks + children.map(|stat| stat.ticks).sum::<u64>();
        Ok(number(ticks) / number(rustix::param::clock_ticks_per_second()))
    }

    /// Memory it occupies now, in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64, Error> {
        let path = format!("/proc/{}/status", self.child.id());
        let text = fs::read_to_string(&path).map_err(Error::file("read", Path::new(&path)))?;
        let kib = resident_kib(&text).ok_or_else(|| Error::Unfit(format!("cannot understand `{path}`")))?;
        Ok(number(kib) / 1024.0)
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), Error> {
        self.end(PATIENCE)
    }

    fn end(&mut self, patience: Duration) -> Result<(), Error> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| Error::Unfit("the server has no process id".to_owned()))?;
        kill_process(pid, Signal::TERM).map_err(Error::system("stop the server"))?;
        let start = Instant::now();
        while start.elapsed() < patience {
            if self
                .child
                .try_wait()
                .map_err(Error::system("wait for the server"))?
                .is_some()
            {
                return Ok(());
            }
            std::thread::sleep(GLANCE);
        }
        Err(Error::Protocol("did not stop when asked to".to_owned()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have stopped already; then there is nothing to do and nothing to say.
        // A program that counts what it does (profile-guided optimisation) writes the counts when it ends by itself.
        let runs = matches!(self.child.try_wait(), Ok(None));
        if runs && self.end(END).is_err() && self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

/// A loopback address that nobody listens on at the moment.
fn free_address() -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Error::system("find a free port"))?;
    listener.local_addr().map_err(Error::system("find a free port"))
}

/// What the kernel tells about a process.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// The process that started it.
    parent: u32,
    /// User and system time, in clock ticks.
    ticks: u64,
}

impl Stat {
    /// SOURCE: `proc_pid_stat(5)`: fields 4, 14 and 15; the name, field 2, may hold spaces.
    fn read(stat: &str) -> Option<Self> {
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_whitespace().skip(1);
        let parent = fields.next()?.parse().ok()?;
        let mut fields = fields.skip(9);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some(Self {
            parent,
            ticks: user + system,
        })
    }
}

/// All processes. One that ends meanwhile is left out.
fn stats() -> impl Iterator<Item = Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            entry
                .file_name()
                .as_encoded_bytes()
                .iter()
                .all(u8::is_ascii_digit)
        })
        .filter_map(|entry| Stat::read(&fs::read_to_string(entry.path().join("stat")).ok()?))
}

/// SOURCE: `proc_pid_status(5)`: `VmRSS`.
fn resident_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .get(lines.len().saturating_sub(20)..)
        .unwrap_or_default()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_user_plus_system() {
        let stat = "42 (a (b) c) S 7 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 3 0 99 1000 10";
        assert_eq!(
            Stat::read(stat),
            Some(Stat {
                parent: 7,
                ticks: 300
            })
        );
        assert_eq!(Stat::read("nonsense"), None);
    }

    #[test]
    fn processes_are_found_by_who_started_them() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let found = stats().any(|stat| stat.parent == std::process::id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found);
    }

    #[test]
    fn resident_memory_is_read() {
        assert_eq!(resident_kib("VmPeak:\t  9 kB\nVmRSS:\t    2048 kB\n"), Some(2048));
        assert_eq!(resident_kib(""), None);
    }

    #[test]
    fn the_tail_keeps_the_end() {
        let text = (0..30)
            .map(|line| line.to_string())
            .collect::<Vec<_>>()
            .join("\n");
        let kept = tail(&text);
        assert_eq!(
            (kept.lines().next(), kept.lines().last()),
            (Some("10"), Some("29"))
        );
    }
}
