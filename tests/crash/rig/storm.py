"""Writers that do everything that leaves a trace at the server, and note what they were told."""

import base64
import random
import threading

from .journal import Cell, Grant, Key, Sealed
from .sdk import SdkClient
from .wire import Broken, Client

# Per thousand calls. Crypto calls travel another road into the audit log than changes do.
MIXED = {
    "create_key": 110, "describe": 50, "rename": 120, "toggle": 120, "create_alias": 80, "move_alias": 80,
    "delete_alias": 50, "encrypt": 140, "data_key": 70, "decrypt": 40,
    "create_grant": 60, "revoke_grant": 30, "encrypt_data": 50,
}  # fmt: skip
CRYPTO = {"encrypt": 400, "encrypt_data": 200, "data_key": 200, "decrypt": 200}
CHANGES = {
    "create_key": 450, "rename": 200, "toggle": 100, "create_alias": 80, "move_alias": 50, "delete_alias": 40,
    "create_grant": 60, "revoke_grant": 20,
}  # fmt: skip
# Grants are on the first keys of a writer alone, and not many: a key holds no more than 100, and a look at the grants
# asks for those of one key after the other.
GRANTED_KEYS = 2
GRANTS = 60
OPERATIONS = ["describe-key", "create-datakey", "encrypt-data", "decrypt-data"]


class Writer(threading.Thread):
    """One client on one connection to each face, until it is told to stop or a connection breaks."""

    def __init__(self, number, credentials, journal, seed, mix):
        super().__init__(name=f"writer-{number}", daemon=True)
        self.journal, self.number = journal, number
        self.random = random.Random(seed)
        self.client, self.sdk = Client(credentials), SdkClient(credentials)
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
        return self._ask(self.client, action, cell, value, params)

    def ask_sdk(self, operation, cell=None, value=None, /, **members):
        """The same through the other face."""
        return self._ask(self.sdk, operation, cell, value, members)

    def _ask(self, client, action, cell, value, params):
        if cell:
            cell.asked(value)
        got = client.call(action, **params)
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
        self.journal.lost_creates += 1  # cut off below, it stays counted: nobody knows
        body = self.ask("CreateKey", Description=text, **self.kind_of_key())
        self.journal.lost_creates -= 1
        if body:
            name = body["KeyMetadata"]["KeyId"]
            self.journal.keys[name] = Key(Cell("Enabled"), Cell(text))

    def kind_of_key(self):
        """What the next key is, in words of CreateKey."""
        return {}

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
        if one.sdk:
            body = self.ask_sdk("decrypt-data", cipher_text=one.blob)
            text = body and body["plain_text"]
        else:
            body = self.ask("Decrypt", CiphertextBlob=one.blob)
            text = body and body["Plaintext"]
        if body and text != one.text:
            self.journal.problems.append(f"Decrypt gave {text!r} instead of {one.text!r}")

    def encrypt_data(self):
        key = self.usable_key()
        text = f'"note" \\ \u00fc{self.random.getrandbits(64):x}' + "\n." * self.random.choice((0, 1, 1500))
        body = key and self.ask_sdk("encrypt-data", key_id=key, plain_text=text)
        if body:
            self.journal.sealed.append(Sealed(key, body["cipher_text"], text, sdk=True))

    def create_grant(self):
        key = self.random.choice(list(self.journal.keys)[:GRANTED_KEYS])
        there = sum(grant.key == key and grant.there.sure for grant in self.journal.grants.values())
        if self.journal.keys[key].state.sure != "Enabled" or there >= GRANTS:
            return
        name = f"w{self.number}-{self.random.getrandbits(48):x}"
        self.journal.lost_grants[key] += 1  # as with keys
        operations = self.random.sample(OPERATIONS, 2)
        body = self.ask_sdk("create-grant", key_id=key, grantee_principal="nobody", name=name, operations=operations)
        self.journal.lost_grants[key] -= 1
        if body:
            self.journal.grants[body["grant_id"]] = Grant(key, name, Cell(True))

    def revoke_grant(self):
        there = [id for id, grant in self.journal.grants.items() if grant.there.sure]
        if there:
            id = self.random.choice(there)
            grant = self.journal.grants[id]
            self.ask_sdk("revoke-grant", grant.there, False, key_id=grant.key, grant_id=id)


class Storm:
    """Several writers at once."""

    def __init__(self, credentials, book, seed, mix=None):
        self.writers = [
            self.writer(number, credentials, journal, f"{seed}/{number}", mix or MIXED)
            for number, journal in enumerate(book.journals)
        ]

    def writer(self, *arguments):
        return Writer(*arguments)

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
