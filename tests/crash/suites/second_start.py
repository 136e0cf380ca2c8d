"""Starts that must not be: beside a running server, and on a folder of which a part is missing, damaged or too new.

Each says in plain words what is wrong, ends with the code for it, and changes no byte of the folder.
"""

import hashlib
import secrets
import sqlite3
import time

from rig import promises
from rig.server import Server, ServingServer, copy_folder, run as command
from rig.wire import Client

FAILED, WRONG_USE = 3, 2  # exit codes
REST_SECONDS, REST_PAUSE_SECONDS = 10, 1  # the index looks at the log four times a second


def run(trial):
    first = Server(trial.binary, trial.scratch / "first")
    try:
        first.start()
        client = Client(first.credentials)
        key = client.must("CreateKey", Description="of the first")["KeyMetadata"]["KeyId"]
        blob = client.must("Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
        _beside(trial, first)
        trial.that("the first still serves", client.must("Decrypt", CiphertextBlob=blob)["KeyId"] == key)
        client.must("CreateKey", Description="after the second")
        trial.that("exit code after SIGTERM", first.stop() == 0)
        promises.keep_quiet(trial, first)
        for name, (spoil, words, code) in CASES.items():
            _spoiled(trial, first, name, spoil, words, code)
        first.start()
        trial.that("the first starts again", Client(first.credentials).must("ListKeys")["TotalCount"] == 2)
        trial.that("exit code at the end", first.stop() == 0)
    finally:
        first.discard()
    _serve(trial)


def _beside(trial, first):
    """A second server, `dev` or `init`, on the folder of one that runs."""
    second = Server(trial.binary, first.folder)
    second.credentials_file = trial.scratch / "second.json"
    _refused(trial, "a second server", second.refusal, first.data, FAILED, [str(first.data), "in use"])
    trial.that("a second server writes no credentials", not second.credentials_file.exists())
    init = [
        trial.binary, "init", "--data", first.data, "--seal", "key-file", "--key-file", trial.scratch / "second.key",
    ]  # fmt: skip
    words = [str(first.data), "holds a server already"]
    _refused(trial, "init", lambda: command([str(word) for word in init]), first.data, WRONG_USE, words)
    trial.that("init makes no key file", not (trial.scratch / "second.key").exists())


def _spoiled(trial, first, name, spoil, words, code):
    server = Server(trial.binary, trial.scratch / name.replace(" ", "-"))
    copy_folder(first.data, server.data)
    spoil(server.data)
    _refused(trial, name, server.refusal, server.data, code, [str(server.data), *words])
    trial.that(f"{name}: no credentials are written", not server.credentials_file.exists())


def _refused(trial, name, attempt, data, code, words):
    before = _at_rest(data)
    found, text = attempt()
    trial.that(f"{name}: exit code", found == code, f"{found}\n{text}")
    missing = [word for word in words if word not in text]
    trial.that(f"{name}: the message", not missing, f"no {missing} in\n{text}")
    trial.that(f"{name}: no panic", "panicked" not in text and "backtrace" not in text, text)
    after = _contents(data)
    changed = sorted(file for file in before | after if before.get(file) != after.get(file))
    trial.that(f"{name}: nothing is changed", not changed, changed)


def _at_rest(folder):
    """The contents once a server that runs has done with what it was at: records may be on their way into the log."""
    before, deadline = None, time.monotonic() + REST_SECONDS
    while time.monotonic() < deadline:
        before, last = _contents(folder), before
        if before == last:
            break
        time.sleep(REST_PAUSE_SECONDS)
    return before


def _contents(folder):
    """Digests of all files but the one that holds the locks of the database, which is no more than memory."""
    found = {}
    for file in folder.rglob("*"):
        try:
            if file.is_file() and not file.name.endswith("-shm"):
                found[str(file.relative_to(folder))] = hashlib.sha256(file.read_bytes()).hexdigest()
        except FileNotFoundError:
            continue  # a journal of the server that runs: gone since the folder was listed
    return found


def _overwrite(path, data):
    with open(path, "r+b") as file:
        file.write(data)


def _newer_schema(data):
    connection = sqlite3.connect(data / "claviger.db")
    connection.execute("PRAGMA user_version = 1000")
    connection.close()


def _foreign_database(data):
    (data / "claviger.db").unlink()
    connection = sqlite3.connect(data / "claviger.db")
    connection.execute("CREATE TABLE notes (text TEXT)")
    connection.commit()
    connection.close()


def _edited_log(data):
    log = data / "audit" / "00000001.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"action":', b'"Action":', 1))


# What is done to a copy of the folder; what the message has to name beside the folder; the exit code.
CASES = {
    "wrong key file": (
        lambda data: (data / "seal.key").write_text(secrets.token_hex(32)),
        ["root.json", "key file"],
        FAILED,
    ),
    "missing key file": (lambda data: (data / "seal.key").unlink(), ["seal.key"], FAILED),
    "missing database": (lambda data: (data / "claviger.db").unlink(), ["claviger.db", "missing"], FAILED),
    "missing root key": (lambda data: (data / "root.json").unlink(), ["root.json", "missing"], FAILED),
    "damaged root key": (lambda data: (data / "root.json").write_text("{"), ["root.json"], FAILED),
    "damaged database": (
        lambda data: _overwrite(data / "claviger.db", b"not a database, "),
        ["claviger.db", "not a database"],
        FAILED,
    ),
    "empty page in the database": (
        lambda data: _overwrite(data / "claviger.db", bytes(4096)),
        ["claviger.db", "not a database"],
        FAILED,
    ),
    "database of another program": (_foreign_database, ["claviger.db", "another program"], FAILED),
    "newer schema": (_newer_schema, ["claviger.db", "1000", "newer"], FAILED),
    "edited audit log": (_edited_log, ["00000001.jsonl", "line "], FAILED),
}


def _serve(trial):
    """The same where an operator has made the folder with `init`."""
    server = ServingServer(trial.binary, trial.scratch / "serve")
    server.init()
    server.start()
    try:
        second = ServingServer(trial.binary, server.folder)
        text = server.config.read_text().replace("127.0.0.1:", "127.0.0.2:")  # its own address, the same folder
        second.config = trial.scratch / "second.toml"
        second.config.write_text(text)
        _refused(trial, "a second serve", second.refusal, server.data, FAILED, [str(server.data), "in use"])
        client = Client(server.credentials)
        trial.that("the first serve still serves", "KeyMetadata" in client.must("CreateKey"))
        trial.that("exit code of serve after SIGTERM", server.stop() == 0)
    finally:
        server.discard()
    key = server.key_file.read_text()
    for name, wrong, words in (
        ("serve with the wrong key file", secrets.token_hex(32), ["root.json"]),
        ("serve with half a key file", key[:31], [str(server.key_file)]),
    ):
        server.key_file.write_text(wrong)
        _refused(trial, name, server.refusal, server.data, FAILED, words)
    server.key_file.unlink()
    _refused(trial, "serve without its key file", server.refusal, server.data, FAILED, [str(server.key_file)])
    server.key_file.write_text(key)
    (server.data / "root.json").unlink()
    _refused(trial, "serve without the root key", server.refusal, server.data, FAILED, ["root.json", "missing"])
