//! File descriptors, which connections share with the database and the audit log.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept free of connections: databases, segments, sinks, the HSM and sockets that listen.
const KEPT: usize = 128;

/// Raises the limit of open files as far as this process may, and gives how many connections it may hold then, at most
/// `wanted`. Without a bound, clients could take the descriptors that the log and the database need.
pub(crate) fn bound(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Up to the hard limit is always allowed. Should it fail, the limit read below is the old one.
    let _ = setrlimit(Resource::Nofile, raised);
    let files = getrlimit(Resource::Nofile).current;
    let connections = fitting(wanted, files);
    if connections < wanted {
        tracing::warn!(
            files,
            connections,
            "fewer connections than limits.connections: raise the limit of open files (LimitNOFILE in systemd)"
        );
    }
    connections
}

fn fitting(wanted: usize, files: Option<u64>) -> usize {
    let files = files.and_then(|files| usize::try_from(files).ok());
    let room = files.map_or(wanted, |files| files.saturating_sub(KEPT));
    wanted.min(room.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_the_files_of_the_server() {
        assert_eq!(fitting(4096, Some(16_384)), 4096);
        assert_eq!(fitting(4096, Some(1024)), 896);
        assert_eq!(fitting(4096, Some(100)), 1);
        assert_eq!(fitting(4096, None), 4096);
    }
}
