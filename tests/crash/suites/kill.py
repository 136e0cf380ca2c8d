"""SIGKILL in the middle of a write storm, again and again on one data folder."""

import time

from rig import promises, trail
from rig.journal import Book
from rig.server import Server, ServerError, ServingServer
from rig.storm import Storm
from rig.wire import Client

WRITERS = 6
BIRTHS = 8  # kills at the first start of all
# Small segments, so that the log begins a new one now and then: a moment to die at too.
SETTINGS = "\n[audit]\nsegment_mebibytes = 1\n"


def run(trial):
    _births(trial)
    server, book = ServingServer(trial.binary, trial.scratch / "storm"), Book(WRITERS)
    server.init(SETTINGS)
    chance, rounds = trial.random("kill"), []
    try:
        for number in range(trial.rounds):
            rounds.append(_storm(trial, server, book, chance, number))
        opened = _last(trial, server, book, chance)
    finally:
        server.discard()
    promises.keep_quiet(trial, server)
    met = sum(cut for _, cut in rounds)
    trial.that("most kills met writers at work", met > len(rounds) / 2, met)
    trial.facts += [
        f"{trial.rounds} kills",
        f"{len(book.acknowledged())} calls acknowledged",
        f"{len(book.keys())} keys",
        f"{len(book.grants())} grants",
        f"{opened} ciphertexts",
        f"{len(trail.segments(server.data))} segments",
        f"slowest start {max(seconds for seconds, _ in rounds):.2f} s",
    ]


def _births(trial):
    """A server that dies while it makes its data folder comes up all the same the next time."""
    chance = trial.random("births")
    for number in range(BIRTHS):
        server = Server(trial.binary, trial.scratch / f"birth-{number}")
        try:
            server.spawn()
            time.sleep(chance.uniform(0, 0.12))
            server.kill()
            server.start()
            key = Client(server.credentials).must("CreateKey")["KeyMetadata"]["KeyId"]
            trial.that("a server that died at its birth works", bool(key))
            trial.that("exit code after SIGTERM", server.stop() == 0)
        except ServerError as error:
            trial.that("a server that died at its birth starts", False, error)
        finally:
            server.discard()
        promises.keep_quiet(trial, server)


def _storm(trial, server, book, chance, number):
    """One round: start, look whether everything is kept, write, kill.

    Gives the seconds that the start took, and whether the kill cut calls off.
    """
    if number % 3 == 2:  # a start is also a moment to die at
        server.prepare()
        server.spawn()
        time.sleep(chance.uniform(0, 0.1))
        server.kill()
    seconds = server.start()
    _kept(trial, server, book, chance)
    with Storm(server.credentials, book, f"{trial.seed}/{number}") as storm:
        time.sleep(chance.choice((0.02, 0.1, 0.3, 0.6)) * chance.uniform(0.5, 1.5))
        server.kill()
    promises.keep_index(trial, server)
    trial.none_of("answers that no client could use", book.problems())
    trial.none_of("calls that were refused", book.refused())
    return seconds, storm.broken() > 0


def _kept(trial, server, book, chance):
    promises.keep_trail(trial, server, book)
    promises.keep_state(trial, server, book, chance)
    promises.keep_ciphertexts(trial, server, book, chance)


def _last(trial, server, book, chance):
    server.start()
    promises.keep_trail(trial, server, book)
    promises.keep_state(trial, server, book, chance, everything=True)
    opened = promises.keep_ciphertexts(trial, server, book, chance, everything=True)
    trial.that("exit code after SIGTERM", server.stop() == 0)
    promises.keep_trail(trial, server, book)
    promises.keep_index(trial, server)
    quick, thorough = trail.calls(server.data), trail.records(server.data)
    trial.that("the quick look at the log misses nothing", quick.total() == len(thorough), quick.total())
    return opened
