"""A disk on which nothing can be written any more: under a running server, and before it starts."""

from rig import promises
from rig.disk import IGNORING_THE_SIGNAL, Disk, allow_writing, forbid_writing
from rig.outage import Outage
from rig.server import Server
from rig.storm import MIXED

DISK = 24  # MiB


def run(trial):
    with Disk(trial, "disk", DISK) as disk:
        server = Server(trial.binary, disk.folder / "server", prefix=IGNORING_THE_SIGNAL)
        try:
            outage = _running(trial, server)
            _starting(trial, disk, server, outage)
        finally:
            server.discard()
        promises.keep_quiet(trial, server, outage=True)


def _running(trial, server):
    server.start()
    outage = Outage(trial, server, "running")
    outage.prepare()
    outage.worsen(MIXED, lambda: forbid_writing(server.process))
    outage.endure()
    allow_writing(server.process)
    outage.recover()
    outage.restart()
    trial.that("exit code after SIGTERM", server.stop() == 0)
    return outage


def _starting(trial, disk, server, outage):
    """Neither a folder that is there nor one that is to be made can be served from; and nothing suffers from it."""
    disk.read_only()
    fresh = Server(trial.binary, disk.folder / "fresh")
    for label, each in (("a folder of a server", server), ("a new folder", fresh)):
        code, text = each.refusal()
        trial.that(f"exit code of a start in {label}, read-only", code == 3, f"{code}\n{text}")
        trial.that(f"{label}: the message names the trouble", "ead-only file system" in text, text)
        trial.that(f"{label}: the message names the path", str(each.data.parent) in text, text)
        trial.that(f"{label}: no panic", "panicked" not in text and "stack backtrace" not in text, text)
    disk.writable()
    server.start()
    outage.exact()
    promises.keep_trail(trial, server, outage.book)
    trial.that("exit code after SIGTERM", server.stop() == 0)
