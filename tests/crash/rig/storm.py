"""Writers that do everything that leaves a trace at the server, and note what they were told."""

import base64
import random
import threading

from .journal import Cell, Key, Sealed
from .wire import Broken, Client

# Per thousand calls. Crypto calls travel another road into the audit log than changes do.
MIXED = {
    "create_key": 120, "describe": 60, "rename": 140, "toggle": 140, "create_alias": 90, "move_alias": 90,
    "delete_alias": 60, "encrypt": 180, "data_key": 80, "decrypt": 40,
}  # fmt: skip
CRYPTO = {"encrypt": 600, "data_key": 200, "decrypt": 200}
CHANGES = {"create_key": 500, "rename": 200, "toggle": 100, "create_alias": 100, "move_alias": 50, "delete_alias": 50}


class Writer(threading.Thread):
    """One client on one connection, until it is told to stop or the connection breaks."""

    def __init__(self, number, credentials, journal, seed, mix):
        super().__init__(name=f"writer-{number}", daemon=True)
        self.journal, self.number = journal, number
        self.random = random.Random(seed)
        self.client = Client(credentials)
        self.kinds, self.weights = list(mix), list(mix.values())
        self.done = threading.Event()
        self.broken, self.half = False, b""  # whether the connection ended under a call, and in which answer

    def run(self):
        try:
            while not self.done.is_set():
                (kind,) = self.random.choices(self.kinds, self.weights)
                if not self.journal.keys:
                    kind = "create_key"
                getattr(self, kind)()
        except Broken as error:
            self.broken, self.half = True, error.got
        except Exception as error:  # an answer that no client could use, or none at all: a finding, not an accident
            self.journal.problems.append(f"{type(error).__name__}: {error}")

    def ask(self, action, cell=None, value=None, **params):
        """The body of a 200, else None. Notes the request id either way, and what becomes of the cell."""
        if cell:
            cell.asked(value)
        got = self.client.call(action, **params)
        if got.status != 200:
            if cell:
                cell.refused()
            self.journal.refused.append((got.request, got.status, got.code, action))
            self.done.wait(0.002)
            return None
        if cell:
            cell.acknowledged()
        self.journal.acknowledged.append(got.request)
        return got.body

    def a_key(self):
        return self.random.choice(list(self.journal.keys))

    def words(self):
        return f"note-{self.number}-{self.random.getrandbits(48):x}" + "." * self.random.choice((0, 0, 40, 4000))

    def create_key(self):
        text = self.words()
        self.journal.lost_creates += 1
        body = self.ask("CreateKey", Description=text)  # cut off here, it stays counted: nobody knows
        self.journal.lost_creates -= 1
        if body:
            name = body["KeyMetadata"]["KeyId"]
            self.journal.keys[name] = Key(Cell("Enabled"), Cell(text))

    def describe(self):
        name = self.a_key()
        body = self.ask("DescribeKey", KeyId=name)
        if body and not self.journal.keys[name].state.allows(body["KeyMetadata"]["KeyState"]):
            self.journal.problems.append(f"DescribeKey {name}: {body['KeyMetadata']}")

    def rename(self):
        name, text = self.a_key(), self.words()
        key = self.journal.keys[name]
        key.touched = True
        self.ask("UpdateKeyDescription", key.description, text, KeyId=name, Description=text)

    def toggle(self):
        name = self.a_key()
        key = self.journal.keys[name]
        key.touched = True
        action, state = ("DisableKey", "Disabled") if key.state.sure == "Enabled" else ("EnableKey", "Enabled")
        self.ask(action, key.state, state, KeyId=name)

    def create_alias(self):
        name, key = f"alias/w{self.number}-{self.random.getrandbits(40):x}", self.a_key()
        cell = self.journal.aliases[name] = Cell(None)
        self.ask("CreateAlias", cell, key, AliasName=name, KeyId=key)

    def move_alias(self):
        name, key = self.an_alias(), self.a_key()
        if name:
            self.ask("UpdateAlias", self.journal.aliases[name], key, AliasName=name, KeyId=key)

    def delete_alias(self):
        name = self.an_alias()
        if name:
            self.ask("DeleteAlias", self.journal.aliases[name], None, AliasName=name)

    def an_alias(self):
        there = [name for name, cell in self.journal.aliases.items() if cell.sure is not None]
        return self.random.choice(there) if there else None

    def usable_key(self):
        """A key that is enabled: what a disabled one answers is not the matter here."""
        for _ in range(20):
            name = self.a_key()
            if self.journal.keys[name].state.sure == "Enabled":
                return name
        return None

    def encrypt(self):
        key = self.usable_key()
        text = base64.b64encode(self.random.randbytes(self.random.choice((1, 16, 32, 500)))).decode()
        body = key and self.ask("Encrypt", KeyId=key, Plaintext=text)
        if body:
            self.journal.sealed.append(Sealed(key, body["CiphertextBlob"], text))

    def data_key(self):
        key = self.usable_key()
        body = key and self.ask("GenerateDataKey", KeyId=key)
        if body:
            self.journal.sealed.append(Sealed(key, body["CiphertextBlob"], body["Plaintext"]))

    def decrypt(self):
        if not self.journal.sealed:
            return
        one = self.random.choice(self.journal.sealed)
        if self.journal.keys[one.key].state.sure != "Enabled":
            return
        body = self.ask("Decrypt", CiphertextBlob=one.blob)
        if body and body["Plaintext"] != one.text:
            self.journal.problems.append(f"Decrypt gave {body['Plaintext']!r} instead of {one.text!r}")


class Storm:
    """Several writers at once."""

    def __init__(self, credentials, book, seed, mix=None):
        self.writers = [
            Writer(number, credentials, journal, f"{seed}/{number}", mix or MIXED)
            for number, journal in enumerate(book.journals)
        ]

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Lets every writer finish the call it is at."""
        for writer in self.writers:
            writer.done.set()
        for writer in self.writers:
            writer.join()

    def broken(self):
        return sum(writer.broken for writer in self.writers)

    def halves(self):
        """Answers of which only a part came."""
        return [writer.half for writer in self.writers if writer.half]
