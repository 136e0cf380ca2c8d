//! The machine: which cores are used, and what it is.

use std::fs;
use std::path::Path;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::error::Error;

/// The cores of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cores {
    /// For the server under test.
    pub(crate) server: usize,
    /// For the load generator.
    pub(crate) load: usize,
}

impl Cores {
    /// The first two cores that this process may use; one core twice where there is only one.
    pub(crate) fn choose() -> Result<Self, Error> {
        let allowed = sched_getaffinity(None).map_err(Error::system("read the allowed cores"))?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        let server = cores.next().unwrap_or_default();
        Ok(Self {
            server,
            load: cores.next().unwrap_or(server),
        })
    }

    /// Whether server and generator have to share one core; ratios mean little then.
    pub(crate) fn shared(self) -> bool {
        self.server == self.load
    }
}

/// Binds the calling thread, and every process it starts from now on, to one core.
pub(crate) fn pin(core: usize) -> Result<(), Error> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).map_err(Error::system(format!("bind to core {core}")))
}

/// Does some work on the server's core. The server should have nothing to do meanwhile.
pub(crate) fn on_server_core<T>(cores: Cores, work: impl FnOnce() -> T) -> Result<T, Error> {
    pin(cores.server)?;
    let outcome = work();
    pin(cores.load)?;
    Ok(outcome)
}

/// What the numbers are measured on, one fact a line. To be asked before anything is measured: the load is that of
/// others then.
pub(crate) fn facts(data: &Path) -> Vec<String> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':'))
            .map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    let cpu = read("/proc/cpuinfo");
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    vec![
        format!("processor  {} x {}", cores, field(&cpu, "model name")),
        format!("memory     {}", field(&read("/proc/meminfo"), "MemTotal")),
        format!("kernel     {}", read("/proc/sys/kernel/osrelease").trim()),
        format!("data on    {}", mount(&read("/proc/mounts"), data)),
        format!(
            "load       {} before the start",
            read("/proc/loadavg").split(' ').next().unwrap_or_default()
        ),
    ]
}

/// File system and device of the mount that holds `path`.
fn mount(mounts: &str, path: &Path) -> String {
    let mut best = (0, String::new());
    for line in mounts.lines() {
        let mut words = line.split(' ');
        if let (Some(device), Some(point), Some(kind)) = (words.next(), words.next(), words.next())
            && path.starts_with(point)
            && point.len() >= best.0
        {
            best = (point.len(), format!("{kind} on {device}"));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_wins() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n";
        assert_eq!(mount(mounts, Path::new("/data/x")), "ext4 on /dev/a");
        assert_eq!(mount(mounts, Path::new("/tmp/x")), "tmpfs on tmpfs");
        assert_eq!(mount(mounts, Path::new("/tmpfile")), "ext4 on /dev/a");
    }

    #[test]
    fn chosen_cores_are_allowed_ones() {
        let cores = Cores::choose().unwrap();
        let allowed = sched_getaffinity(None).unwrap();
        assert!(allowed.is_set(cores.server) && allowed.is_set(cores.load));
        assert_eq!(cores.shared(), allowed.count() == 1);
    }
}
