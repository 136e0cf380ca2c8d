"""Holds the server to what it acknowledged."""

import time
from concurrent.futures import ThreadPoolExecutor

from . import trail
from .journal import Cell, Grant, Key
from .sdk import SdkClient
from .server import compare_index, verify
from .wire import Client

LANES = 4
SAMPLE = 40  # keys, aliases, ciphertexts that are looked at one by one where not all are


def keep_state(trial, server, book, chance, everything=False):
    """Keys, their states and descriptions, aliases and grants are as they were acknowledged; nothing else is there."""
    client = Client(server.credentials)
    listed = {row["KeyId"] for row in client.every("ListKeys", "Keys", "Key")}
    keys = book.keys()
    trial.none_of("acknowledged keys that are gone", keys.keys() - listed)
    adopted, cut_off = listed - keys.keys(), book.take_lost_creates()
    found = f"{len(adopted)} more, {cut_off} calls were cut off"
    trial.that("no key that nobody asked for", len(adopted) <= cut_off, found)
    for name in adopted:
        seen = client.must("DescribeKey", KeyId=name)["KeyMetadata"]
        trial.that(f"{name} is whole", seen["KeyState"] == "Enabled" and seen["Description"].startswith("note-"), seen)
        book.adopted.keys[name] = Key(Cell(seen["KeyState"]), Cell(seen["Description"]), touched=False)
    _states(trial, client, keys)
    touched = [name for name, key in keys.items() if key.touched or everything]
    rest = [name for name, key in keys.items() if not (key.touched or everything)]
    _descriptions(trial, server, keys, touched + chance.sample(rest, min(SAMPLE, len(rest))))
    _aliases(trial, client, book, chance)
    _grants(trial, server, book)


def _states(trial, client, keys):
    off = client.every("ListKeys", "Keys", "Key", Filters='[{"Key":"KeyState","Values":["Disabled"]}]')
    off = {row["KeyId"] for row in off}
    wrong = []
    for name, key in keys.items():
        state = "Disabled" if name in off else "Enabled"
        if not key.state.allows(state):
            wrong.append(f"{name} is {state}, not {key.state}")
        key.state.found(state)
    trial.none_of("states that are not as acknowledged", wrong)


def _descriptions(trial, server, keys, names):
    def look(part):
        client, wrong = Client(server.credentials), []
        for name in part:
            seen, key = client.must("DescribeKey", KeyId=name)["KeyMetadata"], keys[name]
            if seen["KeyState"] != key.state.sure or not key.description.allows(seen["Description"]):
                wrong.append(f"{name}: {seen} instead of {key.state}, {key.description}")
            key.description.found(seen["Description"])
            key.touched = False
        return wrong

    trial.none_of("keys that are not as acknowledged", in_lanes(look, names))


def _aliases(trial, client, book, chance):
    there = {row["AliasName"]: row["KeyId"] for row in client.every("ListAliases", "Aliases", "Alias")}
    aliases, wrong = book.aliases(), []
    for name, cell in aliases.items():
        if not cell.allows(there.get(name)):
            wrong.append(f"{name} leads to {there.get(name)}, not {cell}")
        cell.found(there.get(name))
    trial.none_of("aliases that do not lead where acknowledged", wrong)
    trial.none_of("aliases that nobody asked for", there.keys() - aliases.keys())
    names = chance.sample(sorted(there), min(SAMPLE, len(there)))
    seen = {name: client.must("DescribeKey", KeyId=name)["KeyMetadata"]["KeyId"] for name in names}
    trial.none_of("aliases that name one key and lead to another", [n for n in names if seen[n] != there[n]])


def _grants(trial, server, book):
    client, known, wrong, strange = SdkClient(server.credentials), book.grants(), [], []
    for key, lost in book.take_lost_grants().items():
        there = {row["grant_id"]: row for row in client.must("list-grants", key_id=key, limit="100")["grants"]}
        for id, grant in known.items():
            if grant.key != key:
                continue
            if not grant.there.allows(id in there) or (id in there and there[id]["name"] != grant.name):
                wrong.append(f"{id} of {key} is {there.get(id)}, not {grant}")
            grant.there.found(id in there)
        adopted = there.keys() - known.keys()
        if len(adopted) > lost:
            strange.append(f"{len(adopted)} of {key}, {lost} calls were cut off")
        for id in adopted:
            book.adopted.grants[id] = Grant(key, there[id]["name"], Cell(True))
    trial.none_of("grants that are not as acknowledged", wrong)
    trial.none_of("grants that nobody asked for", strange)


def keep_ciphertexts(trial, server, book, chance, everything=False):
    """What was encrypted opens to the same text, through the face that encrypted it."""
    keys = book.keys()
    if everything:
        client = Client(server.credentials)
        for name, key in keys.items():
            if key.state.sure == "Disabled":
                client.must("EnableKey", KeyId=name)
                key.state.found("Enabled")
    sealed = [each for each in book.sealed() if keys[each.key].state.sure == "Enabled"]
    if not everything:
        sealed = chance.sample(sealed, min(SAMPLE, len(sealed)))

    def unseal(part):
        rpc, sdk, wrong = Client(server.credentials), SdkClient(server.credentials), []
        for each in part:
            if each.sdk:
                got, key, text = sdk.call("decrypt-data", cipher_text=each.blob), "key_id", "plain_text"
            else:
                got, key, text = rpc.call("Decrypt", CiphertextBlob=each.blob), "KeyId", "Plaintext"
            if got.status != 200 or got.body[text] != each.text or got.body[key] != each.key:
                wrong.append(f"{each.blob[:60]}: {got}")
        return wrong

    trial.none_of("ciphertexts that do not open", in_lanes(unseal, sealed))
    return len(sealed)


def in_lanes(work, items):
    """Runs `work` on parts of a list at the same time; it gives a list."""
    parts = [items[lane::LANES] for lane in range(LANES)]
    with ThreadPoolExecutor(LANES) as pool:
        return [each for part in pool.map(work, parts) for each in part]


def keep_trail(trial, server, book, seconds=0.0):
    """The audit log is whole and holds every acknowledged call, each once. Changes may be on their way into a log
    that has only just begun to take records again: `seconds` is the time they are given."""
    code, text = verify(trial.binary, server.data)
    trial.that("audit verify", code == 0, text)
    deadline = time.monotonic() + seconds
    while True:
        found = trail.calls(server.data)
        missing = [id for id in book.acknowledged() if id not in found]
        if not missing or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    trial.none_of("acknowledged calls that are not in the audit log", missing)
    trial.none_of("calls that stand in the audit log twice", [id for id, count in found.items() if count != 1])


def keep_index(trial, server):
    """The index of a stopped server tells what the log tells, as far as it has come."""
    code, text = compare_index(trial.binary, server.data)
    trial.that("the index is that of the log", code == 0, text)


def keep_refusals(trial, server, book):
    """What was refused is not recorded as served."""
    outcome = {record["id"]: record["outcome"] for record in trail.records(server.data)}
    wrong = [each for each in book.refused() if outcome.get(each[0]) == "served"]
    trial.none_of("refused calls that the audit log calls served", wrong)


def keep_quiet(trial, server, outage=False):
    """Nothing in the server's own log that should not happen. An error is due when the disk fails."""
    log = server.log_file.read_text(errors="replace") if server.log_file.exists() else ""
    trial.none_of("panics", [line for line in log.splitlines() if "panicked" in line or "RUST_BACKTRACE" in line])
    if server.credentials:
        trial.that("the server's log holds no secret", server.credentials["access_key_secret"] not in log)
    if not outage:
        trial.none_of("errors in the server's log", [line for line in log.splitlines() if " ERROR " in line])
