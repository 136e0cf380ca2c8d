"""Proves that a restart keeps everything. Prints one JSON object with the counts.

Usage: persist.py write|read CREDENTIALS_FILE STATE_FOLDER
"""

import json
import pathlib
import sys

from client_core import CoreClient
from people import DENIED, Person, grant, role, root, session, statement, trusting, uid, user
from scenario_common import data, describe, made, text, versions
from scenario_import import external, parameters, wrapped
from scenario_policies import policy_for
from scenario_tags import tags, tags_of
from trial import Trial

CONTEXT = {"for": "restart"}
PLAINTEXT = "a2VlcCBtZQ=="
SIGNED = {"Algorithm": "RSA_PSS_SHA_256", "Digest": text(bytes(32))}
SIGNED_BY_SM2 = {"Algorithm": "SM2DSA", "Digest": text(bytes(32))}
HSM = {"ProtectionLevel": "HSM"}
CODED = {"Algorithm": "HMAC_SHA_256", "Message": text(b"keep me")}
TAGS = {"kept": "over-restart"}


def write(t):
    kept = made(t, Description="kept", EnableAutomaticRotation=True, RotationInterval="30d")["KeyId"]
    off = made(t)["KeyId"]
    t.call("DisableKey", KeyId=off)
    t.call("CreateAlias", KeyId=kept, AliasName="alias/kept-over-restart")
    blob = t.call("Encrypt", KeyId=kept, Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)["CiphertextBlob"]
    leaving = made(t, Tags=tags(**TAGS), Policy=json.dumps(policy_for(t)))["KeyId"]
    t.call("ScheduleKeyDeletion", KeyId=leaving, PendingWindowInDays=7)
    facts = {"blob": blob, "leaving": leaving, **pairs(t), **hardware(t), **imports(t), **people(t, kept)}
    facts["keys"] = {key: describe(t, key) for key in (kept, off, leaving, facts["key"]["KeyId"], facts["mac"])}
    facts["total"] = total(t)
    t.state.write_text(json.dumps(facts))


def pairs(t):
    """A signature and a code, made before the restart."""
    key = made(t, KeySpec="RSA_2048")["KeyId"]
    key = {"KeyId": key, "KeyVersionId": versions(t, key)[0]["KeyVersionId"]}
    value = t.call("AsymmetricSign", **SIGNED, **key)["Value"]
    mac = made(t, KeySpec="HMAC_SHA_256")["KeyId"]
    return {"key": key, "value": value, "mac": mac, "code": t.call("GenerateMac", KeyId=mac, **CODED)["Mac"]}


def hardware(t):
    """Two keys in hardware, a blob and a signature."""
    key = made(t, KeySpec="EC_SM2", **HSM)["KeyId"]
    key = {"KeyId": key, "KeyVersionId": versions(t, key)[0]["KeyVersionId"]}
    value = t.call("AsymmetricSign", **SIGNED_BY_SM2, **key)["Value"]
    cipher = made(t, KeySpec="Aliyun_SM4", **HSM)["KeyId"]
    blob = t.call("Encrypt", KeyId=cipher, Plaintext=PLAINTEXT)["CiphertextBlob"]
    return {"key in hardware": key, "value in hardware": value, "blob in hardware": blob}


def people(t, key):
    """A user who may encrypt, and a session of it that may decrypt."""
    name, alice = user(t)
    taken = role(t, trusting(f"acs:ram::{uid(t)}:user/{name}"), statement("kms:Decrypt"))
    grant(t, name, statement("kms:Encrypt"), statement("sts:AssumeRole", taken["Arn"]))
    credentials = alice.sts("AssumeRole", RoleArn=taken["Arn"], RoleSessionName="over-restart")["Credentials"]
    blob = alice.kms("Encrypt", KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    shown = root(t).ram("GetUser", UserName=name)["User"]
    return {"user": shown, "user's key": alice.access_key, "session": credentials, "blob of user": blob}


def imports(t):
    """A key whose material is gone, and what brings it back."""
    key = external(t)
    again = wrapped(parameters(t, key), bytes(range(32)))
    t.call("ImportKeyMaterial", **again)
    blob = t.call("Encrypt", KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    t.call("DeleteKeyMaterial", KeyId=key)
    return {"again": again, "blob of import": blob}


def read(t):
    facts = json.loads(t.state.read_text())
    kept = next(iter(facts["keys"]))
    for key, want in facts["keys"].items():
        t.equal("key metadata", describe(t, key), want)
    t.equal("number of keys", total(t), facts["total"])
    t.equal("alias", describe(t, "alias/kept-over-restart")["KeyId"], kept)
    opened = t.call("Decrypt", CiphertextBlob=facts["blob"], EncryptionContext=CONTEXT)
    t.equal("old blob opens", opened["Plaintext"], PLAINTEXT)
    t.call("DeleteAlias", AliasName="alias/kept-over-restart")
    t.equal("tags", tags_of(t, facts["leaving"]), TAGS)
    policy = t.call("GetKeyPolicy", KeyId=facts["leaving"])["Policy"]
    t.equal("policy", json.loads(policy), policy_for(t))
    got = t.call("AsymmetricVerify", Value=facts["value"], **SIGNED, **facts["key"])["Value"]
    t.equal("old signature is right", got, True)
    params = {"Value": facts["value in hardware"], **SIGNED_BY_SM2, **facts["key in hardware"]}
    t.equal("old signature in hardware is right", t.call("AsymmetricVerify", **params)["Value"], True)
    opened = t.call("Decrypt", CiphertextBlob=facts["blob in hardware"])
    t.equal("old blob in hardware opens", opened["Plaintext"], PLAINTEXT)
    got = t.call("GenerateMac", KeyId=facts["mac"], **CODED)["Mac"]
    t.equal("the same code as before", data(got), data(facts["code"]))
    people_hold(t, facts, kept)
    t.call("ImportKeyMaterial", **facts["again"])  # the token outlives the process
    opened = t.call("Decrypt", CiphertextBlob=facts["blob of import"])
    t.equal("imported again, old blob opens", opened["Plaintext"], PLAINTEXT)


def people_hold(t, facts, key):
    t.equal("user", root(t).ram("GetUser", UserName=facts["user"]["UserName"])["User"], facts["user"])
    alice, worker = Person(t, *facts["user's key"].values()), session(t, facts["session"])
    blob = {"CiphertextBlob": facts["blob of user"]}
    alice.kms("Encrypt", KeyId=key, Plaintext=PLAINTEXT)
    alice.refused("still not the user's right", DENIED, "kms", "Decrypt", **blob)
    t.equal("an old session decrypts", worker.kms("Decrypt", **blob)["Plaintext"], PLAINTEXT)
    worker.refused("still not the session's right", DENIED, "kms", "Encrypt", KeyId=key, Plaintext=PLAINTEXT)


def total(t):
    return t.call("ListKeys")["TotalCount"]


def main(step, path, folder):
    with open(path, encoding="utf-8") as file:
        credentials = json.load(file)

    def make(key_id, secret, **more):
        return CoreClient(credentials, key_id, secret, "POST", True, **more)

    trial = Trial(make, credentials)
    trial.tag = "restart"
    trial.state = pathlib.Path(folder) / "facts.json"
    trial.run([{"write": write, "read": read}[step]])
    print(json.dumps({"passed": trial.passed, "failures": trial.failures}))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("write", "read"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
