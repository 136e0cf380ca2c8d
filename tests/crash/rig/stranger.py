"""Another user of the machine on the socket of the HSM."""

import os

from .hsm_line import HsmLine, socket_of
from .outage import until

STRANGER = 65534  # a user that is not the server's
CLOSE_SECONDS = 3
LOG_SECONDS = 2


def come_as_stranger(trial, server):
    """Another user of the machine: cannot come to the socket; and where somebody has opened the way, is sent away."""
    if not _may_be_others():
        trial.that("a client of another user is refused", False, "to try it, this suite has to run as the real root")
        return
    path = socket_of(server.data)
    trial.that("another user cannot come to the socket", _as_stranger(path) == "no way")
    folders = list(path.parents)[: list(path.parents).index(trial.scratch.parent) + 1]
    modes = {each: each.stat().st_mode & 0o7777 for each in (path, *folders)}
    trial.that("the socket is its owner's alone", modes[path] == 0o600, oct(modes[path]))
    try:
        for folder in folders:
            folder.chmod(0o711)
        path.chmod(0o666)
        found = _as_stranger(path)
    finally:
        for each, mode in modes.items():
            each.chmod(mode)
    trial.that("another user that comes to the socket is sent away without a word", found == "sent away after ", found)

    def told():
        log = server.log_file.read_text(errors="replace")
        return any(str(STRANGER) in line and "WARN" in line for line in log.splitlines())

    trial.that("another user: the log tells it", until(told, LOG_SECONDS), f"no warning that names user {STRANGER}")


def _may_be_others():
    """Whether this user may become the stranger: in a namespace for one user there is no such user."""
    with open("/proc/self/uid_map", encoding="ascii") as lines:
        ranges = [[int(word) for word in line.split()] for line in lines]
    return os.geteuid() == 0 and any(first <= STRANGER < first + count for first, _, count in ranges)


def _as_stranger(path):
    """What another user meets there: `no way`, or the end of the connection after what the HSM has said, in hex."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(STRANGER, STRANGER, STRANGER)
            os.setresuid(STRANGER, STRANGER, STRANGER)
            try:
                came = HsmLine(path).ends_within(CLOSE_SECONDS)
                said = "nothing happens" if came is None else f"sent away after {came.hex()}"
            except PermissionError:
                said = "no way"
            os.write(writing, said.encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()
