"""Proves that a restart keeps everything. Prints one JSON object with the counts.

Usage: persist.py write|read CREDENTIALS_FILE STATE_FOLDER
"""

import json
import pathlib
import sys

from client_core import CoreClient
from trial import Trial

CONTEXT = {"for": "restart"}
PLAINTEXT = "a2VlcCBtZQ=="


def write(t):
    kept = t.call("CreateKey", Description="kept")["KeyMetadata"]["KeyId"]
    off = t.call("CreateKey")["KeyMetadata"]["KeyId"]
    t.call("DisableKey", KeyId=off)
    t.call("CreateAlias", KeyId=kept, AliasName="alias/kept-over-restart")
    blob = t.call("Encrypt", KeyId=kept, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)["CiphertextBlob"]
    facts = {"blob": blob, "keys": {key: describe(t, key) for key in (kept, off)}, "total": total(t)}
    t.state.write_text(json.dumps(facts))


def read(t):
    facts = json.loads(t.state.read_text())
    kept, _ = facts["keys"]
    for key, want in facts["keys"].items():
        t.equal("key metadata", describe(t, key), want)
    t.equal("number of keys", total(t), facts["total"])
    t.equal("alias", describe(t, "alias/kept-over-restart")["KeyId"], kept)
    opened = t.call("Decrypt", CiphertextBlob=facts["blob"], EncryptionContext=CONTEXT)
    t.equal("old blob opens", opened["Plaintext"], PLAINTEXT)
    t.call("DeleteAlias", AliasName="alias/kept-over-restart")


def describe(t, key):
    return t.call("DescribeKey", KeyId=key)["KeyMetadata"]


def total(t):
    return t.call("ListKeys")["TotalCount"]


def main(step, path, folder):
    with open(path, encoding="utf-8") as file:
        credentials = json.load(file)
    trial = Trial(lambda key_id, secret: CoreClient(credentials, key_id, secret, "POST", True), credentials)
    trial.state = pathlib.Path(folder) / "facts.json"
    trial.run([{"write": write, "read": read}[step]])
    print(json.dumps({"passed": trial.passed, "failures": trial.failures}))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("write", "read"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
