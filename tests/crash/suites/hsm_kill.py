"""SIGKILL for the HSM process, for the server, and for both, under load; an HSM that hangs, and one that cannot start.

What is asked of keys of level HSM must work before, between and after; software keys must not notice.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from rig import promises
from rig.hsm_away import hangs, locked_out
from rig.hsm_storm import HSM, HsmStorm, Signer, judge, kept, software_refused
from rig.journal import Book
from rig.processes import Gone, hsm_of
from rig.server import ServingServer
from rig.wire import Client

SOFTWARE, WRITERS = 2, 6  # writers with software keys, and all writers
HSM_KILLS = 4  # of the HSM alone. The server waits longer each time before it starts the next one.
ROUNDS = 3  # kills of the server, and as many of both
BACK_SECONDS = 5  # from the death of an HSM until a key of level HSM works again
ORPHAN_SECONDS = 3  # from the death of a server until its HSM has ended, too


def run(trial):
    # The long waits of these two cost no time beside the kills.
    with ThreadPoolExecutor(2) as pool:
        away = [pool.submit(each, trial.part()) for each in (hangs, locked_out)]
        try:
            _kills(trial)
        finally:
            for each in away:
                trial.add(each.result())


def _kills(trial):
    server, book = ServingServer(trial.binary, trial.scratch / "server"), Book(WRITERS)
    server.init()
    chance, storms, slowest = trial.random("hsm-kill"), [], []
    try:
        server.start()
        master = (server.data / "hsm" / "master-key.json").read_bytes()
        signer = Signer(server, book)

        def storm():
            storms.append(HsmStorm(server, book, f"{trial.seed}/{len(storms)}", [signer], SOFTWARE))
            return storms[-1]

        slowest.append(_hsm_dies(trial, server, book, chance, storm()))
        for number in range(2 * ROUNDS):
            _server_dies(trial, server, book, chance, storm(), with_hsm=number % 2 == 1)
        _everything(trial, server, book, chance)
        trial.that(
            "the master key file is the one of the beginning",
            (server.data / "hsm" / "master-key.json").read_bytes() == master,
        )
    finally:
        server.discard()
    promises.keep_quiet(trial, server, outage=bool(book.refused()))  # a refused call is told as an error
    trial.that("signatures were made and are right", sum(each.signatures() for each in storms) > 0)
    trial.facts += [
        f"{HSM_KILLS + 1} kills of the HSM, {ROUNDS} of the server, {ROUNDS} of both",
        f"{len(book.acknowledged())} calls acknowledged, {len(book.refused())} refused",
        f"{sum(each.signatures() for each in storms)} signatures",
        f"slowest return {max(slowest):.2f} s",
    ]


def _hsm_dies(trial, server, book, chance, storm):
    """Several times while writers write. Gives the longest time until keys of level HSM worked again."""
    client, slowest = Client(server.credentials), 0.0
    key = client.must("CreateKey", Description="note-probe", **HSM)["KeyMetadata"]["KeyId"]
    book.adopt(key, "note-probe")
    with storm:
        for number in range(HSM_KILLS):
            time.sleep(chance.uniform(0.1, 0.4))
            hsm = hsm_of(server)
            hsm.kill()
            begun = time.monotonic()
            trial.that("a killed HSM process ends", hsm.ends_within(2))
            if number == 1:  # its beginning is a moment to die at, too
                hsm_of(server, other_than=hsm).kill()
            slowest = max(slowest, _seconds_until_it_works(trial, client, key, begun))
    trial.that("the server lives on when its HSM is killed", server.process.poll() is None)
    trial.that("no connection is broken off when the HSM is killed", storm.broken() == 0, storm.broken())
    judge(trial, book)
    software = software_refused(book, SOFTWARE)
    trial.none_of("calls with software keys that were refused because the HSM was killed", software)
    kept(trial, server, book, chance)
    return slowest


def _seconds_until_it_works(trial, client, key, begun):
    deadline = begun + BACK_SECONDS
    while True:
        got = client.call("Encrypt", KeyId=key, Plaintext="aGVsbG8=")
        seconds = time.monotonic() - begun
        if got.status == 200 or time.monotonic() > deadline:
            trial.that(
                f"a key of level HSM works within {BACK_SECONDS} s of the kill",
                got.status == 200 and seconds <= BACK_SECONDS,
                f"{got} after {seconds:.1f} s",
            )
            return seconds


def _server_dies(trial, server, book, chance, storm, with_hsm):
    what = "the server and its HSM are" if with_hsm else "the server is"
    with storm:
        time.sleep(chance.uniform(0.2, 0.5))
        hsm = hsm_of(server)
        if with_hsm and chance.random() < 0.5:
            hsm.kill()
            server.kill()
        else:
            server.kill()
            if with_hsm:
                _kill_if_there(hsm)
    gone = hsm.ends_within(ORPHAN_SECONDS)
    trial.that(f"no HSM process is left {ORPHAN_SECONDS} s after {what} killed", gone)
    if not gone:
        hsm.kill()
    trial.that(f"the kill met writers at work when {what} killed", storm.broken() > 0)
    judge(trial, book)
    server.start()
    kept(trial, server, book, chance)


def _kill_if_there(hsm):
    try:
        hsm.kill()
    except Gone:
        pass  # the kernel was faster


def _everything(trial, server, book, chance):
    promises.keep_state(trial, server, book, chance, everything=True)
    opened = promises.keep_ciphertexts(trial, server, book, chance, everything=True)
    promises.keep_refusals(trial, server, book)
    hsm = hsm_of(server)
    trial.that("exit code after SIGTERM", server.stop() == 0)
    trial.that("the HSM process ends with a server that is stopped", hsm.ends_within(1))
    promises.keep_trail(trial, server, book)
    trial.facts.append(f"{len(book.keys())} keys, {opened} ciphertexts opened")
