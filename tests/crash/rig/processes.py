"""Processes that the server has started, held by more than their numbers: a number may soon be another process's."""

import os
import select
import signal
import time
from pathlib import Path


class Gone(Exception):
    """There is no such process."""


class Held:
    """A process that can be watched and sent signals, and nothing else can in its place."""

    def __init__(self, pid):
        self.pid = pid
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError as error:
            raise Gone(f"process {pid} has ended") from error

    def close(self):
        os.close(self._handle)

    def send(self, number):
        try:
            signal.pidfd_send_signal(self._handle, number)
        except ProcessLookupError as error:
            raise Gone(f"process {self.pid} has ended") from error

    def kill(self):
        self.send(signal.SIGKILL)

    def ends_within(self, seconds):
        return bool(select.select([self._handle], [], [], seconds)[0])

    def status(self, name):
        """A line of what the system tells about it, such as `NoNewPrivs`."""
        for line in self._file("status").decode().splitlines():
            title, _, value = line.partition(":")
            if title == name:
                return value.strip()
        return None

    def core_limit(self):
        """Largest core file in bytes, as text."""
        for line in self._file("limits").decode().splitlines():
            if line.startswith("Max core file size"):
                return line.split()[5]
        return None

    def sockets(self):
        """Numbers of the sockets that it has open."""
        found = set()
        for handle in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                target = os.readlink(handle)
            except OSError:
                continue  # closed meanwhile
            if target.startswith("socket:["):
                found.add(int(target[8:-1]))
        return found

    def _file(self, name):
        return Path(f"/proc/{self.pid}/{name}").read_bytes()


def children_of(pid):
    """Numbers of the processes that any thread of this one has started and that have not ended."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += [int(word) for word in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue  # the thread has ended
    return found


def _is_hsm(pid):
    try:
        return b"hsm" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def hsm_of(server, seconds=10.0, other_than=None):
    """The HSM process of a server, once there is one."""
    deadline = time.monotonic() + seconds
    while True:
        for pid in children_of(server.process.pid):
            if _is_hsm(pid) and (other_than is None or pid != other_than.pid):
                held = Held(pid)
                # Held before this look, so the number cannot have become another process's.
                if pid in children_of(server.process.pid):
                    return held
                held.close()
        if time.monotonic() > deadline:
            raise Gone(f"the server has had no HSM process for {seconds} s\n{server.tail()}")
        time.sleep(0.002)


def network_sockets():
    """Numbers of all sockets of the Internet protocols, and of those that talk to other machines in other ways."""
    found = set()
    for name, column in (("tcp", 9), ("tcp6", 9), ("udp", 9), ("udp6", 9), ("raw", 9), ("raw6", 9), ("packet", 8)):
        try:
            lines = Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        except FileNotFoundError:
            continue
        found.update(int(line.split()[column]) for line in lines)
    return found
