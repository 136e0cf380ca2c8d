"""Encryption under symmetric keys, and data keys. `node/scenario_encryption.mjs` is its twin."""

import base64
import os
import uuid

from scenario_common import INVALID, MISSING, NO_ALIAS, NO_KEY, ORDINARY, PLAINTEXT, UNICODE, encrypt


def encrypting(t):
    alias = f"alias/live/{t.tag}-enc"
    t.call("CreateAlias", KeyId=t.key, AliasName=alias)
    references = {"id": t.key, "alias": alias, "key ARN": t.arn, "alias ARN": t.arn_prefix + alias}
    contexts = {"none": None, "empty": {}, "ordinary": ORDINARY, "unicode": UNICODE}
    for how, ref in references.items():
        round_trip(t, f"by {how}", PLAINTEXT, ref, ORDINARY)
    for kind, context in contexts.items():
        round_trip(t, f"context {kind}", PLAINTEXT, t.key, context)
    round_trip(t, "text that is not base64", "just text, не base64 ✓", t.key, ORDINARY)
    round_trip(t, "long context", PLAINTEXT, t.key, {"k": "v" * 8000})
    blobs = [encrypt(t, t.key, PLAINTEXT, None)["CiphertextBlob"] for _ in range(2)]
    t.that("equal plaintexts have different blobs", blobs[0] != blobs[1])
    blob = encrypt(t, t.key, PLAINTEXT, {"a": "1", "b": "2"})["CiphertextBlob"]
    swapped = t.call("Decrypt", CiphertextBlob=blob, EncryptionContext={"b": "2", "a": "1"})
    t.equal("order of the context does not matter", swapped["Plaintext"], PLAINTEXT)
    t.call("DeleteAlias", AliasName=alias)
    t.refused("Encrypt by a deleted alias", NO_ALIAS, "Encrypt", KeyId=alias, Plaintext=PLAINTEXT)
    t.refused("Encrypt without Plaintext", MISSING, "Encrypt", KeyId=t.key)
    t.refused("Encrypt without KeyId", MISSING, "Encrypt", Plaintext=PLAINTEXT)
    t.refused("Decrypt without blob", MISSING, "Decrypt")


def round_trip(t, name, plaintext, key, context):
    sealed = encrypt(t, key, plaintext, context)
    params = {} if context is None else {"EncryptionContext": context}
    opened = t.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"], **params)
    t.equal(f"{name}: plaintext", opened["Plaintext"], plaintext)
    ids = (t.key, t.first["PrimaryKeyVersion"])
    t.equal(f"{name}: Encrypt names key and version", (sealed["KeyId"], sealed["KeyVersionId"]), ids)
    t.equal(f"{name}: Decrypt names key and version", (opened["KeyId"], opened["KeyVersionId"]), ids)


def wrong_contexts(t):
    sealed = encrypt(t, t.key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
    bare = encrypt(t, t.key, PLAINTEXT, None)["CiphertextBlob"]
    action = "Decrypt"
    t.refused("context missing", INVALID, action, CiphertextBlob=sealed)
    t.refused("context not wanted", INVALID, action, CiphertextBlob=bare, EncryptionContext=ORDINARY)
    for name, context in {
        "value changed": {**ORDINARY, "purpose": "other"},
        "pair added": {**ORDINARY, "more": ""},
        "pair removed": {"purpose": ORDINARY["purpose"]},
        "pairs joined": {"purpose": "live test&tenant=a=1&b=2"},
    }.items():
        t.refused(f"context, {name}", INVALID, action, CiphertextBlob=sealed, EncryptionContext=context)
    for name, context in {"number": {"n": 1}, "object": {"o": {"k": "v"}}, "too long": {"k": "v" * 9000}}.items():
        params = {"KeyId": t.key, "Plaintext": PLAINTEXT, "EncryptionContext": context}
        t.refused(f"context with a value of kind {name}", INVALID, "Encrypt", **params)


def tampering(t):
    blob = base64.b64decode(encrypt(t, t.key, PLAINTEXT, ORDINARY)["CiphertextBlob"])
    foreign = base64.b64decode(encrypt(t, t.other, PLAINTEXT, ORDINARY)["CiphertextBlob"])

    def check(name, text, wants=INVALID):
        t.refused(f"blob, {name}", wants, "Decrypt", CiphertextBlob=text, EncryptionContext=ORDINARY)

    def text(data):
        return base64.b64encode(data).decode()

    places = {"format or nonce": 36, "nonce": 44, "ciphertext": len(blob) - 40, "tag": len(blob) - 1}
    for name, position in places.items():
        changed = bytearray(blob)
        changed[position] ^= 1
        check(f"bit flipped in the {name}", text(changed))
    check("cut by a byte", text(blob[:-1]))
    check("cut to nothing but a version", text(blob[:36]))
    check("longer by a byte", text(blob + b"\0"))
    check("under the version of another key", text(foreign[:36] + blob[36:]))
    check("not base64", "!not base64!")
    # A version that nobody has may be told apart from a damaged blob, as the vendor does.
    check("of an unknown version", text(str(uuid.uuid4()).encode() + blob[36:]), [INVALID, NO_KEY])


def limits(t):
    # 0xff encodes to '/', which triples in a query: this is also the longest request target.
    for name, data in {"random": os.urandom(6144), "escaped": b"\xff" * 6144}.items():
        round_trip(t, f"6144 bytes, {name}", base64.b64encode(data).decode(), t.key, ORDINARY)
    long = base64.b64encode(os.urandom(6145)).decode()
    t.refused("6145 bytes", INVALID, "Encrypt", KeyId=t.key, Plaintext=long)


def data_keys(t):
    cases = {
        "default": ({}, 32),
        "AES_256": ({"KeySpec": "AES_256"}, 32),
        "AES_128": ({"KeySpec": "AES_128"}, 16),
        "1 byte": ({"NumberOfBytes": 1}, 1),
        "1024 bytes": ({"NumberOfBytes": 1024}, 1024),
        "both": ({"KeySpec": "AES_128", "NumberOfBytes": 64}, 64),
        "with context": ({"EncryptionContext": UNICODE}, 32),
    }
    for name, (params, size) in cases.items():
        context = {k: v for k, v in params.items() if k == "EncryptionContext"}
        made = t.call("GenerateDataKey", KeyId=t.arn, **params)
        t.equal(f"data key, {name}: length", len(base64.b64decode(made["Plaintext"], validate=True)), size)
        t.equal(f"data key, {name}: key", (made["KeyId"], made["KeyVersionId"]), (t.key, t.first["PrimaryKeyVersion"]))
        opened = t.call("Decrypt", CiphertextBlob=made["CiphertextBlob"], **context)
        t.equal(f"data key, {name}: blob opens to the same text", opened["Plaintext"], made["Plaintext"])
        made = t.call("GenerateDataKeyWithoutPlaintext", KeyId=t.arn, **params)
        t.that(f"data key, {name}: no plaintext", "Plaintext" not in made)
        opened = t.call("Decrypt", CiphertextBlob=made["CiphertextBlob"], **context)
        t.equal(f"sealed data key, {name}: length", len(base64.b64decode(opened["Plaintext"], validate=True)), size)
    fresh = {t.call("GenerateDataKey", KeyId=t.key)["Plaintext"] for _ in range(3)}
    t.equal("data keys are fresh", len(fresh), 3)
    sealed = t.call("GenerateDataKey", KeyId=t.key, EncryptionContext=ORDINARY)["CiphertextBlob"]
    t.refused("data key under a wrong context", INVALID, "Decrypt", CiphertextBlob=sealed)
    for action in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
        for name, value in (("NumberOfBytes", 0), ("NumberOfBytes", 1025), ("KeySpec", "AES_512")):
            t.refused(f"{action} with {name}={value}", INVALID, action, KeyId=t.key, **{name: value})
        t.refused(f"{action} without KeyId", MISSING, action)


def reencrypting(t):
    blob = encrypt(t, t.key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
    base = {"CiphertextBlob": blob, "DestinationKeyId": t.other}
    moved = t.call("ReEncrypt", SourceEncryptionContext=ORDINARY, DestinationEncryptionContext=UNICODE, **base)
    t.equal("ReEncrypt names the new key", moved["KeyId"], t.other)
    opened = t.call("Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext=UNICODE)
    t.equal("ReEncrypt keeps the plaintext", (opened["KeyId"], opened["Plaintext"]), (t.other, PLAINTEXT))
    t.equal("ReEncrypt names the version", moved["KeyVersionId"], opened["KeyVersionId"])
    old = {"CiphertextBlob": moved["CiphertextBlob"], "EncryptionContext": ORDINARY}
    t.refused("the old context is gone", INVALID, "Decrypt", **old)
    bare = t.call("ReEncrypt", SourceEncryptionContext=ORDINARY, **base)["CiphertextBlob"]
    t.equal("ReEncrypt without a new context", t.call("Decrypt", CiphertextBlob=bare)["Plaintext"], PLAINTEXT)
    t.refused("ReEncrypt with a wrong context", INVALID, "ReEncrypt", SourceEncryptionContext=UNICODE, **base)
    params = {"CiphertextBlob": blob, "SourceEncryptionContext": ORDINARY}
    t.refused("ReEncrypt to an unknown key", NO_KEY, "ReEncrypt", DestinationKeyId=str(uuid.uuid4()), **params)
    t.refused("ReEncrypt to nowhere", MISSING, "ReEncrypt", **params)


SECTIONS = [encrypting, wrong_contexts, tampering, limits, data_keys, reencrypting]
