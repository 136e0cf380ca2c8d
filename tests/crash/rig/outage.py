"""A time in which the disk takes nothing: what the server says in it, and what it is like after it."""

import time

from . import promises
from .journal import Book
from .sdk import SdkClient
from .storm import MIXED, Storm
from .wire import Client, fetch

WRITERS = 4
KEYS = 3  # for each writer, made while all is well
ENOUGH_REFUSALS = 100
BREAKING_SECONDS = 60
# How each face says that it cannot answer now.
RPC, SDK = (503, "ServiceUnavailableTemporary"), (503, "KMS.0104")
NOTICE_SECONDS = 10  # until /readyz tells, and until the service goes on after the end of the outage
STEADY_SECONDS = 3  # /readyz stays at 503: longer than the beat at which the server tries to write again


class Outage:
    def __init__(self, trial, server, label):
        self.trial, self.server, self.label = trial, server, label
        self.book = Book(WRITERS)
        self.chance = trial.random(label)
        self.storms = 0

    def that(self, name, held, detail=""):
        return self.trial.that(f"{self.label}: {name}", held, detail)

    def storm(self, mix):
        self.storms += 1
        return Storm(self.server.credentials, self.book, f"{self.trial.seed}/{self.label}/{self.storms}", mix)

    def prepare(self):
        """A few keys for each writer, so that crypto calls have something to work with."""
        with Storm(self.server.credentials, self.book, self.label, {"create_key": 1}) as storm:
            until(lambda: all(len(journal.keys) >= KEYS for journal in self.book.journals), NOTICE_SECONDS)
        self.that("keys can be made before", len(self.book.keys()) >= WRITERS * KEYS and not storm.broken())

    def worsen(self, mix, begin):
        """Writes until everything is refused; `begin` makes the disk refuse."""
        with self.storm(mix) as storm:
            begin()
            full = until(lambda: len(self.book.refused()) >= ENOUGH_REFUSALS, BREAKING_SECONDS)
            self.that("calls are refused", full, f"{len(self.book.refused())} refusals in {BREAKING_SECONDS} s")
            told = until(lambda: self.page("/readyz") == 503, NOTICE_SECONDS)
            self.that("/readyz is 503 while calls fail", told)
        self.judge(storm)

    def judge(self, storm):
        self.trial.none_of(f"{self.label}: calls without a usable answer", self.book.problems())
        self.that("no connection is broken off", storm.broken() == 0, storm.broken())
        # Operations of the other face have names such as `create-grant`.
        wrong = [each for each in self.book.refused() if each[1:3] != (SDK if "-" in each[3] else RPC)]
        self.trial.none_of(f"{self.label}: refusals in other words than the face has for an outage", wrong)

    def endure(self):
        """While nothing can be written, every call is refused, the reading ones too, and the process lives."""
        self.that("/readyz stays 503", self._steady())
        self.that("/healthz is 200", self.page("/healthz") == 200)
        client = Client(self.server.credentials)
        for action, params in self._one_of_each():
            got = client.call(action, **params)
            seen = (got.status, got.code)
            self.that(f"{action} is refused", seen == RPC, seen)
        key, sdk = next(iter(self.book.keys())), SdkClient(self.server.credentials)
        for name, members in (
            ("encrypt-data", {"plain_text": "hello"}),
            ("create-grant", {"grantee_principal": "nobody", "operations": ["describe-key"], "name": "must-not-be"}),
            ("list-grants", {}),
        ):
            got = sdk.call(name, key_id=key, **members)
            self.that(f"{name} is refused", (got.status, got.code) == SDK, (got.status, got.code))
        self.that("/healthz is 200 then", self.page("/healthz") == 200)

    def _steady(self):
        """The last bytes of a page are taken by a short record when a long one does not fit any more, and for that
        moment the server is ready; so it is asked until it has been unready for a while."""
        since, client = time.monotonic(), Client(self.server.credentials)

        def unready():
            nonlocal since
            client.call("ListKeys")
            if self.page("/readyz") != 503:
                since = time.monotonic()
            return time.monotonic() - since > STEADY_SECONDS

        return until(unready, 4 * NOTICE_SECONDS)

    def _one_of_each(self):
        key = next(iter(self.book.keys()))
        blob = next((each.blob for each in self.book.sealed()), "AAAA")
        return [
            ("Encrypt", {"KeyId": key, "Plaintext": "aGVsbG8="}),
            ("GenerateDataKey", {"KeyId": key}),
            ("Decrypt", {"CiphertextBlob": blob}),
            ("DescribeKey", {"KeyId": key}),
            ("ListKeys", {}),
            ("ListAliases", {}),
            ("CreateKey", {"Description": "must not be"}),
            ("CreateAlias", {"AliasName": "alias/must-not-be", "KeyId": key}),
            ("UpdateKeyDescription", {"KeyId": key, "Description": "must not be"}),
            ("DisableKey", {"KeyId": key}),
        ]

    def recover(self):
        """After the end of the outage the service goes on by itself, and exactly what was acknowledged is there."""
        begun = time.monotonic()
        self.that("/readyz is 200 again", until(lambda: self.page("/readyz") == 200, NOTICE_SECONDS))
        self.trial.facts.append(f"{self.label}: back after {time.monotonic() - begun:.1f} s")
        refused = len(self.book.refused())
        with self.storm(MIXED) as storm:
            time.sleep(0.5)
        self.that("calls are served again", len(self.book.refused()) == refused, self.book.refused()[refused:][:3])
        self.judge(storm)
        self.exact()
        promises.keep_trail(self.trial, self.server, self.book, seconds=NOTICE_SECONDS)

    def exact(self):
        cut_off = [journal for journal in self.book.journals if journal.lost_creates or journal.lost_grants.total()]
        self.that("no call was cut off", not cut_off)
        promises.keep_state(self.trial, self.server, self.book, self.chance, everything=True)
        promises.keep_ciphertexts(self.trial, self.server, self.book, self.chance, everything=True)
        promises.keep_refusals(self.trial, self.server, self.book)

    def restart(self):
        """The outage leaves nothing behind that a restart brings to light."""
        self.that("exit code after SIGTERM", self.server.stop() == 0)
        self.server.start()
        self.exact()
        promises.keep_trail(self.trial, self.server, self.book)

    def page(self, path):
        return fetch(self.server.credentials["http_endpoint"], path)


def until(held, seconds):
    """Asks again and again; whether it held in time."""
    deadline = time.monotonic() + seconds
    while not held():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
