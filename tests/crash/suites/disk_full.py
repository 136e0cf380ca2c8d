"""The disk fills up under the server: first by crypto calls, which only the audit log grows by, then by changes."""

import time

from rig import promises
from rig.disk import Disk
from rig.outage import Outage
from rig.server import Server
from rig.storm import CHANGES, CRYPTO

DISK = 24  # MiB
ROOM = 1  # MiB that the writers have


def run(trial):
    for label, mix, log in (("crypto", CRYPTO, "debug"), ("changes", CHANGES, "info")):
        with Disk(trial, label, DISK) as disk:
            # The server's own log lies there too, as logs do.
            server = Server(trial.binary, disk.folder / "server", log)
            try:
                _fill(trial, disk, server, label, mix)
            finally:
                server.discard()
            promises.keep_quiet(trial, server, outage=True)


def _fill(trial, disk, server, label, mix):
    server.start()
    outage = Outage(trial, server, label)
    outage.prepare()
    outage.worsen(mix, lambda: disk.leave_free(ROOM))
    disk.fill()
    # In a pause the audit log gives back the room that it keeps behind its lines: that goes too.
    time.sleep(1)
    disk.fill()
    outage.endure()
    disk.free()
    outage.recover()
    outage.restart()
    disk.fill()
    _stop_and_start(trial, disk, server)
    server.start()
    outage.exact()
    promises.keep_trail(trial, server, outage.book)
    trial.that("exit code after SIGTERM", server.stop() == 0)


def _stop_and_start(trial, disk, server):
    """On a full disk. The database cannot be tidied then, which a stop may well complain about; but it stops."""
    trial.that("exit code of a stop", server.stop() in (0, 3))
    disk.fill()  # a stop gives the room of the write-ahead log back
    code, text = server.refusal()
    trial.that("exit code of a start", code == 3, f"{code}\n{text}")
    trial.that("the message names the trouble", "No space left on device" in text, text)
    trial.that("no panic", "panicked" not in text, text)
    disk.free()
