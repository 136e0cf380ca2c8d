"""A small disk in memory, and ways to make it refuse."""

import os
import resource
import subprocess

from .server import copy_folder

_MEGABYTE = 1 << 20


class Disk:
    """A tmpfs of its own size, for a `with`. What a failed suite has left on it is copied to `keep`."""

    def __init__(self, trial, name, mebibytes):
        self.trial = trial
        self.folder, self.keep = trial.scratch / name, trial.scratch / f"{name}-kept"
        self.ballast = self.folder / "ballast"
        self.mebibytes = mebibytes

    def __enter__(self):
        self.folder.mkdir()
        options = f"size={self.mebibytes}m,mode=0700"
        _mount("mount", "-t", "tmpfs", "-o", options, "claviger-crash", str(self.folder))
        return self

    def __exit__(self, kind, *_):
        self.free()
        if kind is not None or self.trial.failures:
            copy_folder(self.folder, self.keep)
        _mount("umount", "--lazy", str(self.folder))

    def read_only(self):
        # `bind`: of the mount alone. The other way repeats options that no user but the real root may set.
        _mount("mount", "-o", "remount,bind,ro", str(self.folder))

    def writable(self):
        _mount("mount", "-o", "remount,bind,rw", str(self.folder))

    def leave_free(self, mebibytes):
        """Fills the disk but for so much."""
        size = max(self._free() - int(mebibytes * _MEGABYTE), 0)
        with open(self.ballast, "ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), max(size, 1))

    def fill(self):
        """Takes whatever is left."""
        with open(self.ballast, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def _free(self):
        space = os.statvfs(self.folder)
        return space.f_bavail * space.f_frsize


def _mount(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


# Linux refuses to make a disk read-only while a file on it is open for writing, and a server has some open. A limit
# of 0 on the size of files does the same to the server: no write goes through, neither into an open file nor into a
# new one. The signal that comes with it has to be ignored by whoever starts the process.
IGNORING_THE_SIGNAL = ("sh", "-c", 'trap "" XFSZ; exec "$@"', "sh")


def forbid_writing(process):
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, most))


def allow_writing(process):
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
