"""Rotations of the root key and of the HSM's master key, with SIGKILL while the server wraps everything anew, and the end of
the versions that wrapped before.

Whatever was acknowledged must open at any time: in between, after the old versions are gone, and after a restart.
"""

import re
import time

from rig import promises
from rig.hsm_storm import HsmStorm, Signer, judge, kept
from rig.journal import Book
from rig.server import ServingServer, run as run_command

SOFTWARE, WRITERS = 4, 6  # writers with software keys, and all writers
FILL_SECONDS = 3  # of a storm that makes things to be wrapped
ROUNDS = 4  # kills; each comes a little after a start that finds things to wrap anew
LEASE_SECONDS = 5  # after a kill nobody wraps anew for so long
DONE_SECONDS = 60  # until everything is wrapped anew and the old versions can go
REFUSED = 3


def run(trial):
    server, book = ServingServer(trial.binary, trial.scratch / "server"), Book(WRITERS)
    server.init()
    chance, storms = trial.random("root-rotate"), []
    try:
        server.start()
        signer = Signer(server, book)

        def storm():
            storms.append(HsmStorm(server, book, f"{trial.seed}/{len(storms)}", [signer], SOFTWARE))
            return storms[-1]

        with storm():
            time.sleep(FILL_SECONDS)
        judge(trial, book)
        _followed(trial, server, book, chance, storm())
        half = [_killed(trial, server, book, chance, storm(), hsm=number % 2 == 1) for number in range(ROUNDS)]
        _retired(trial, server)
        _everything(trial, server, book, chance)
    finally:
        server.discard()
    promises.keep_quiet(trial, server, outage=bool(book.refused()))
    trial.facts += [
        f"{ROUNDS} kills, {sum(1 for left in half if left)} of them with values left to wrap",
        f"{len(book.acknowledged())} calls acknowledged, {len(book.refused())} refused",
    ]


def root(server, *words):
    """What `claviger root` says."""
    return run_command([server.binary, "root", *words, "--config", str(server.config)])


def rotate(trial, server, *words):
    code, text = root(server, "rotate", *words)
    trial.that("root rotate", code == 0, text)


def _followed(trial, server, book, chance, storm):
    """A server that runs takes up both keys, and nobody who calls notices."""
    with storm:
        for words in ([], ["--hsm"]):
            rotate(trial, server, *words)
        time.sleep(1)
    judge(trial, book)
    trial.none_of("calls that were refused because of a rotation", book.refused())
    kept(trial, server, book, chance)


def _killed(trial, server, book, chance, storm, hsm):
    """Stops, rotates, starts, and is killed while it wraps anew. Gives how many values were left."""
    trial.that("exit code after SIGTERM", server.stop() == 0)
    rotate(trial, server)
    if hsm:
        rotate(trial, server, "--hsm")
    server.start()
    with storm:
        time.sleep(chance.uniform(0.0, 0.15))
        server.kill()
    left = waiting(server)
    judge(trial, book)
    server.start()
    kept(trial, server, book, chance)
    return left


def waiting(server):
    """How many values older versions still wrap, as the command tells that would end one of them."""
    _, text = root(server, "retire", "2", "--at-once")
    found = re.search(r"(\d+) values? (?:is|are) still wrapped", text)
    return int(found.group(1)) if found else 0


def _retired(trial, server):
    """A server looks a second time before it says that all is done: at the next start, or after a minute."""
    deadline = time.monotonic() + DONE_SECONDS
    for words in ([], ["--hsm"]):
        refused, _ = root(server, "retire", "2", *words)
        trial.that("a version of today stays while its tokens may be good", refused == REFUSED)
        while True:
            code, text = root(server, "retire", "2", "--at-once", *words)
            if code == 0 or time.monotonic() > deadline:
                break
            known = "still wrapped" in text or "has not looked" in text
            trial.need("a version that is needed still is refused for that", code == REFUSED and known, text)
            server.stop()
            server.start()
            time.sleep(LEASE_SECONDS + 1)
        trial.need("version 2 can go", code == 0, text)
        code, text = root(server, "show", "--json", *words)
        trial.that("version 2 is gone", code == 0 and not re.search(r"^ +2,?$", text, re.MULTILINE), text)


def _everything(trial, server, book, chance):
    for number in range(2):
        promises.keep_state(trial, server, book, chance, everything=number == 0)
        opened = promises.keep_ciphertexts(trial, server, book, chance, everything=True)
        if number == 0:
            trial.that("exit code after SIGTERM", server.stop() == 0)
            server.start()
    promises.keep_refusals(trial, server, book)
    trial.that("exit code after SIGTERM", server.stop() == 0)
    promises.keep_trail(trial, server, book)
    trial.facts.append(f"{len(book.keys())} keys, {opened} ciphertexts opened")
