"""A PKCS#11 token that is pulled and put back, under load and while keys are deleted.

What was acknowledged must be there again with the token, and what was deleted must leave it; software keys must not
notice.
"""

import base64
import secrets
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from rig import promises
from rig.der import RsaPublicKey
from rig.hsm_away import Away
from rig.hsm_storm import HSM, HsmStorm, Signer, judge, kept, software_refused
from rig.journal import Book
from rig.outage import RPC, until
from rig.p256 import P256PublicKey
from rig.token import TokenServer
from rig.wire import Client, fetch_page

SOFTWARE, WRITERS = 2, 6  # writers with software keys, and all writers
# Seconds without the token: calls wait for 5 at the most, so some outages are felt by nobody who is patient.
AWAY = (0.3, 6.5, 1.5, 6.5)
BACK_SECONDS = 5  # from the return of the token until a key in it works
DONE_SECONDS = 75  # from then until what was deleted is gone from it: the jobs look once a minute
DUE_SECONDS = 4  # from the start of the server until a key is due for deletion
TEXT = "aGVsbG8="


def run(trial):
    with ThreadPoolExecutor(2) as pool:
        beside = [pool.submit(each, trial.part()) for each in (_pulled, _deletions)]
        try:
            _storm(trial)
        finally:
            for each in beside:
                trial.add(each.result())


def _pulled(trial):
    """What callers, operators and software keys see of it."""
    with Away(trial, "pulled token", TokenServer) as away:
        for _ in range(2):
            away.server.token.pull()
            try:
                away.endure()
            finally:
                away.server.token.put_back()
            away.works_again()
        _missing_at_the_start(away)
        away.ends()
    return trial


def _missing_at_the_start(away):
    """A server that starts without its token serves software keys, and all keys when the token comes."""
    away.server.stop()
    away.server.token.pull()
    try:
        away.server.start()
        client = Client(away.server.credentials)
        opened = client.must("Decrypt", CiphertextBlob=away.software["blob"])["Plaintext"]
        away.that("software keys work after a start without it", opened == TEXT, opened)
        got = client.call("Decrypt", CiphertextBlob=away.hsm["blob"])
        away.that("keys in it are not there yet", (got.status, got.code) == RPC, got)
        got = client.call("CreateKey", **HSM)
        away.that("none can be made there yet", (got.status, got.code) == RPC, got)
        status, page = fetch_page(away.endpoint, "/readyz")
        away.that("/readyz tells of a start without it", status == 200 and "hsm" in page.lower(), page)
    finally:
        away.server.token.put_back()
    away.client = client
    away.works_again()


def _storm(trial):
    """Writers go on while the token goes and comes."""
    server, book = TokenServer(trial.binary, trial.scratch / "server"), Book(WRITERS)
    server.init()
    chance = trial.random("hsm-token")
    try:
        server.start()
        signers = [
            Signer(server, book),
            Signer(server, book, "EC_P256", "ECDSA_SHA_256", P256PublicKey),
        ]
        _probe(Client(server.credentials), book)
        whole = min(server.token.sizes())
        storm = HsmStorm(server, book, f"{trial.seed}/token", signers, SOFTWARE, specs=("Aliyun_AES_256",))
        with storm:
            slowest = max(_away(trial, server, book, chance, seconds) for seconds in AWAY)
        trial.that("no connection is broken off when the token is pulled", storm.broken() == 0, storm.broken())
        judge(trial, book)
        software = software_refused(book, SOFTWARE)
        trial.none_of("calls with software keys that were refused because of the token", software)
        kept(trial, server, book, chance)
        trial.that("signatures were made and are right", storm.signatures() > 0)
        opened = _everything(trial, server, book, chance, whole)
    finally:
        server.discard()
    promises.keep_quiet(trial, server, outage=True)  # a refused call is told as an error
    trial.facts += [
        f"{len(AWAY)} times pulled under load",
        f"{len(book.acknowledged())} calls acknowledged, {len(book.refused())} refused",
        f"{storm.signatures()} signatures, {len(book.keys())} keys, {opened} ciphertexts opened",
        f"slowest return {slowest:.2f} s",
    ]


def _away(trial, server, book, chance, seconds):
    """One outage. Gives the time until a key in the token worked again."""
    client = Client(server.credentials)
    key = _probe(client, book)
    time.sleep(chance.uniform(0.2, 0.6))
    refused = len(book.refused())
    server.token.pull()
    time.sleep(seconds)
    server.token.put_back()
    begun = time.monotonic()
    works = until(lambda: client.call("Encrypt", KeyId=key, Plaintext=TEXT).status == 200, BACK_SECONDS)
    took = time.monotonic() - begun
    trial.that(f"a key in the token works within {BACK_SECONDS} s of its return", works, f"{took:.1f} s")
    if seconds > 5:
        trial.that("calls are refused when the token stays away", len(book.refused()) > refused)
    else:
        felt = book.refused()[refused:]
        trial.none_of(f"calls that were refused in an outage of {seconds} s", felt)
    time.sleep(0.5)
    return took


def _probe(client, book):
    """A key in the token that no writer uses."""
    key = client.must("CreateKey", Description="note-probe", **HSM)["KeyMetadata"]["KeyId"]
    book.adopt(key, "note-probe")
    return key


def _everything(trial, server, book, chance, whole):
    """All of it, before and after another start. `whole`: the fewest bytes of a key's object."""
    promises.keep_state(trial, server, book, chance, everything=True)
    promises.keep_refusals(trial, server, book)
    trial.that("exit code after SIGTERM", server.stop() == 0)
    server.start()
    promises.keep_state(trial, server, book, chance, everything=True)
    opened = promises.keep_ciphertexts(trial, server, book, chance, everything=True)
    inside = Client(server.credentials).every(
        "ListKeys", "Keys", "Key", Filters='[{"Key":"ProtectionLevel","Values":["HSM"]}]'
    )
    sizes = server.token.sizes()
    objects = sum(size >= whole for size in sizes)
    trial.that(
        "the token has an object for each key, and at most one that a pull cut short",
        len(inside) <= objects <= len(inside) + len(AWAY),
        f"{objects} for {len(inside)}",
    )
    trial.facts.append(f"{len(sizes) - objects} objects torn by SoftHSM")
    server.stop()
    promises.keep_trail(trial, server, book)
    return opened


def _deletions(trial):
    """What is deleted while the token is away leaves it after its return; what comes anew stays."""
    server = TokenServer(trial.binary, trial.scratch / "deletions")
    server.init()
    try:
        server.start()
        doomed = Doomed(trial, server)
        doomed.wait_until_due()
        server.token.pull()
        try:
            doomed.end_without_token()
        finally:
            server.token.put_back()
        doomed.leave()
        doomed.come_anew()
        trial.that("deletions: exit code after SIGTERM", server.stop() == 0)
    finally:
        server.discard()
    promises.keep_quiet(trial, server, outage=True)
    return trial


class Doomed:
    """Keys in the token: one whose material is given up, one that is deleted, and one that stays."""

    def __init__(self, trial, server):
        self.trial, self.server, self.token = trial, server, server.token
        self.client = Client(server.credentials)
        self.stays = self.client.must("CreateKey", **HSM)["KeyMetadata"]["KeyId"]
        self.blob_of_staying = self._encrypt(self.stays)
        before = self.token.objects()
        made = self.client.must("CreateKey", KeySpec="EC_P256", KeyUsage="SIGN/VERIFY", **HSM)
        self.deleted = made["KeyMetadata"]["KeyId"]
        self.object_of_deleted = self.token.objects() - before
        self.material = secrets.token_bytes(32)
        self.given_up = self.client.must("CreateKey", Origin="EXTERNAL", **HSM)["KeyMetadata"]["KeyId"]
        self.again = self._prepare_import()  # for later: the pair that unwraps is in the token
        before = self.token.objects()
        self.client.must("ImportKeyMaterial", **self.again)
        self.object_of_given_up = self.token.objects() - before
        self.blob_of_given_up = self._encrypt(self.given_up)
        self.objects = self.token.objects()
        each = [len(self.object_of_deleted), len(self.object_of_given_up)]
        self.that("each key is one object of the token", each == [1, 1], each)

    def that(self, name, held, detail=""):
        return self.trial.that(f"deletions: {name}", held, detail)

    def _encrypt(self, key):
        return self.client.must("Encrypt", KeyId=key, Plaintext=TEXT)["CiphertextBlob"]

    def _prepare_import(self):
        way = {"WrappingKeySpec": "RSA_2048", "WrappingAlgorithm": "RSAES_OAEP_SHA_1"}
        given = self.client.must("GetParametersForImport", KeyId=self.given_up, **way)
        wrapped = RsaPublicKey(base64.b64decode(given["PublicKey"])).encrypt(self.material, "sha1")
        return {
            "KeyId": self.given_up,
            "EncryptedKeyMaterial": base64.b64encode(wrapped).decode(),
            "ImportToken": given["ImportToken"],
        }

    def wait_until_due(self):
        """Nobody waits for a week: what the database says of it is changed while the server is stopped."""
        self.client.must("ScheduleKeyDeletion", KeyId=self.deleted, PendingWindowInDays="7")
        self.server.stop()
        self.due = time.time() + DUE_SECONDS
        database = sqlite3.connect(self.server.data / "claviger.db", isolation_level=None)
        changed = database.execute(
            "UPDATE keys SET due = ?1 WHERE id = ?2 AND due IS NOT NULL",
            (int(self.due * 1_000_000), uuid.UUID(self.deleted).bytes),
        ).rowcount
        database.close()
        self.that("a key waits for its deletion", changed == 1, changed)
        self.server.start()
        self.client = Client(self.server.credentials)

    def end_without_token(self):
        """Both keys end while the token is away."""
        client = self.client
        got = client.call("DeleteKeyMaterial", KeyId=self.given_up)
        self.that("material is given up though the token is away", got.status == 200, got)
        state = client.must("DescribeKey", KeyId=self.given_up)["KeyMetadata"]["KeyState"]
        self.that("its key waits for material", state == "PendingImport", state)
        got = client.call("ImportKeyMaterial", **self.again)
        self.that("material is not brought while the token is away", (got.status, got.code) == RPC, got)
        time.sleep(max(0, self.due - time.time()))
        listed = {row["KeyId"] for row in client.every("ListKeys", "Keys", "Key")}
        expected = {self.stays, self.given_up}
        self.that("a key past its date is gone though the token is away", listed == expected, listed)
        self.that("the token has all objects as long as it is away", self.token.objects() == self.objects)

    def leave(self):
        """The token is back."""
        begun = time.monotonic()
        left = self.objects - self.object_of_deleted - self.object_of_given_up
        gone = until(lambda: self.token.objects() <= left, DONE_SECONDS)
        took = time.monotonic() - begun
        self.that("what was deleted leaves the token", gone, f"after {took:.0f} s {self.token.objects() - left}")
        self.that("what was not deleted stays in it", self.token.objects() == left, left - self.token.objects())
        self.trial.facts.append(f"deletions: done {took:.0f} s after the return")
        got = self.client.call("Decrypt", CiphertextBlob=self.blob_of_staying)
        self.that("the key that stays works", got.status == 200 and got.body["Plaintext"] == TEXT, got)
        got = self.client.call("DescribeKey", KeyId=self.deleted)
        self.that("the deleted key is unknown", (got.status, got.code) == (404, "Forbidden.KeyNotFound"), got)

    def come_anew(self):
        """The same material again opens what it had encrypted; given up with the token there, it leaves at once."""
        client, before = self.client, self.token.objects()
        client.must("ImportKeyMaterial", **self.again)
        opened = client.must("Decrypt", CiphertextBlob=self.blob_of_given_up)["Plaintext"]
        self.that("material that came anew opens the old ciphertext", opened == TEXT, opened)
        self.that("it is one object", len(self.token.objects() - before) == 1, len(self.token.objects()))
        client.must("DeleteKeyMaterial", KeyId=self.given_up)
        self.that("material leaves the token that is there at once", self.token.objects() == before)
