"""Material that its owner brings. `node/scenario_import.mjs` is its twin."""

import os
import time
import uuid
from datetime import datetime, timezone

import local_crypto as local
from scenario_common import (
    DISABLED, INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, NO_MOVE, ORDINARY, PLAINTEXT, UNFILLED, UNSUPPORTED,
    WRONG_ORIGIN, data, describe, encrypt, flipped, lies_ahead, made, moment, now, state, text, versions,
)

WRAPPINGS = ("RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
BAD_TOKEN = (400, "InvalidImportToken")
BAD_MATERIAL = (400, "InvalidKeyMaterial")


def external(t, **params):
    return made(t, Origin="EXTERNAL", **params)["KeyId"]


def parameters(t, key, algorithm="RSAES_OAEP_SHA_256"):
    return t.call("GetParametersForImport", KeyId=key, WrappingKeySpec="RSA_2048", WrappingAlgorithm=algorithm)


def wrapped(got, material, algorithm="RSAES_OAEP_SHA_256"):
    """What ImportKeyMaterial takes: material under the public key of an answer, and its token."""
    public = local.public_key_of_der(data(got["PublicKey"]))
    sealed = text(local.encrypt(public, algorithm, material))
    return {"KeyId": got["KeyId"], "EncryptedKeyMaterial": sealed, "ImportToken": got["ImportToken"]}


def bring(t, key, material, algorithm="RSAES_OAEP_SHA_256", **more):
    t.call("ImportKeyMaterial", **wrapped(parameters(t, key, algorithm), material, algorithm), **more)


def guide(t):
    """The flow of the user guide's Java and Go samples."""
    key = external(t, Description="External key")
    material = os.urandom(32)
    start = now()
    got = parameters(t, key)
    t.equal("GetParametersForImport: key", got["KeyId"], key)
    lies_ahead(t, "GetParametersForImport: TokenExpireTime", got["TokenExpireTime"], start, hours=24)
    public = local.public_key_of_der(data(got["PublicKey"]))
    t.equal("GetParametersForImport: public key", (public.key_size, public.public_numbers().e), (2048, 65537))
    expires = int(time.time()) + 10 * 365 * 24 * 60 * 60
    t.call("ImportKeyMaterial", **wrapped(got, material), KeyMaterialExpireUnix=expires)
    filled = describe(t, key)
    t.equal("state after ImportKeyMaterial", (filled["KeyState"], filled["Origin"]), ("Enabled", "EXTERNAL"))
    t.equal("MaterialExpireTime", moment(filled["MaterialExpireTime"]), datetime.fromtimestamp(expires, timezone.utc))
    sealed = encrypt(t, key, PLAINTEXT, ORDINARY)
    t.equal("imported material encrypts", sealed["KeyVersionId"], filled["PrimaryKeyVersion"])
    t.equal("imported material decrypts", opened(t, sealed["CiphertextBlob"]), PLAINTEXT)
    t.call("DeleteKeyMaterial", KeyId=key)
    empty = describe(t, key)
    wants = ("PendingImport", "", "")
    fields = ("KeyState", "MaterialExpireTime", "PrimaryKeyVersion")
    t.equal("after DeleteKeyMaterial", tuple(empty.get(field) or "" for field in fields), wants)
    params = {"CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": ORDINARY}
    t.refused("without material nothing opens", UNFILLED, "Decrypt", **params)
    for algorithm in WRAPPINGS:
        bring(t, key, material, algorithm, KeyMaterialExpireUnix=0)
        t.equal(f"{algorithm}: old blob opens again", opened(t, sealed["CiphertextBlob"]), PLAINTEXT)
        t.equal(f"{algorithm}: no expiry", describe(t, key).get("MaterialExpireTime") or "", "")
        t.equal(f"{algorithm}: one version for life", len(versions(t, key)), 1)
        t.call("DeleteKeyMaterial", KeyId=key)


def opened(t, blob):
    return t.call("Decrypt", CiphertextBlob=blob, EncryptionContext=ORDINARY)["Plaintext"]


def without_material(t):
    key = external(t)
    t.equal("an external key waits for its material", state(t, key), "PendingImport")
    base, plan = {"KeyId": key}, {"EnableAutomaticRotation": True, "RotationInterval": "7d"}
    for action, wants, params in (
        ("Encrypt", UNFILLED, {"Plaintext": PLAINTEXT}),
        ("GenerateDataKey", UNFILLED, {}),
        ("EnableKey", NO_MOVE, {}),
        ("DisableKey", NO_MOVE, {}),
        ("CancelKeyDeletion", NO_MOVE, {}),
        ("UpdateRotationPolicy", UNFILLED, plan),
        ("CreateKeyVersion", UNFILLED, {}),
    ):
        t.refused(f"{action} without material", wants, action, **base, **params)
    t.call("UpdateKeyDescription", Description="still empty", **base)
    t.call("DeleteKeyMaterial", **base)
    t.call("ScheduleKeyDeletion", PendingWindowInDays=7, **base)
    t.refused("import before the end", NO_MOVE, "ImportKeyMaterial", **wrapped(parameters(t, key), bytes(32)))
    t.call("DeleteKeyMaterial", **base)
    t.equal("DeleteKeyMaterial leaves the state", state(t, key), "PendingDeletion")
    t.call("CancelKeyDeletion", **base)
    t.equal("taken back without material", state(t, key), "PendingImport")


def material_and_states(t):
    """One key through all its states with material, and another with the same material."""
    key, twin, material = external(t), external(t), os.urandom(32)
    for ref in (key, twin):
        bring(t, ref, material)
    blob = data(encrypt(t, key, PLAINTEXT, ORDINARY)["CiphertextBlob"])
    foreign = describe(t, twin)["PrimaryKeyVersion"].encode() + blob[36:]
    action = "Decrypt"
    other = {"CiphertextBlob": text(foreign), "EncryptionContext": ORDINARY}
    t.refused("the same material is another key", INVALID, action, **other)
    t.call("DisableKey", KeyId=key)
    bring(t, key, material, KeyMaterialExpireUnix=int(time.time()) + 3600)
    t.equal("import leaves a disabled key so", state(t, key), "Disabled")
    t.refused("disabled after import", DISABLED, action, CiphertextBlob=text(blob), EncryptionContext=ORDINARY)
    t.call("DeleteKeyMaterial", KeyId=key)
    t.equal("a disabled key without material", state(t, key), "PendingImport")
    bring(t, key, material)
    t.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    t.refused("leaving", LEAVING, action, CiphertextBlob=text(blob), EncryptionContext=ORDINARY)
    t.call("CancelKeyDeletion", KeyId=key)
    t.equal("taken back with material", (state(t, key), opened(t, text(blob))), ("Enabled", PLAINTEXT))


def refused_material(t):
    key, action, material = external(t), "ImportKeyMaterial", os.urandom(32)
    got, other = parameters(t, key), parameters(t, key)
    t.that("each answer has its own public key", got["PublicKey"] != other["PublicKey"])
    t.that("each answer has its own token", got["ImportToken"] != other["ImportToken"])
    good = wrapped(got, material)
    wrong = {
        "nothing": wrapped(got, b""),
        "16 bytes": wrapped(got, material[:16]),
        "31 bytes": wrapped(got, material[:31]),
        "33 bytes": wrapped(got, material + b"\0"),
        "the other public key": {**good, "ImportToken": other["ImportToken"]},
        "another algorithm": wrapped(got, material, "RSAES_PKCS1_V1_5"),
        "the other hash": wrapped(got, material, "RSAES_OAEP_SHA_1"),
        "a flipped bit": {**good, "EncryptedKeyMaterial": text(flipped(data(good["EncryptedKeyMaterial"])))},
        "not wrapped": {**good, "EncryptedKeyMaterial": text(material)},
    }
    for name, params in wrong.items():
        t.refused(f"material, {name}", BAD_MATERIAL, action, **params)
    damaged = text(flipped(data(got["ImportToken"]), len(got["ImportToken"]) // 2))
    stranger = parameters(t, external(t))
    for name, token in {"damaged": damaged, "of another key": stranger["ImportToken"], "not base64": "token"}.items():
        t.refused(f"token, {name}", BAD_TOKEN, action, **{**good, "ImportToken": token})
    t.refused("material that is not base64", INVALID, action, **{**good, "EncryptedKeyMaterial": "!"})
    for name, seconds in {"just over": int(time.time()) - 1, "long ago": 1546272000}.items():
        t.refused(f"expiry that is {name}", INVALID, action, **good, KeyMaterialExpireUnix=seconds)
    for name in good:
        rest = {field: value for field, value in good.items() if field != name}
        t.refused(f"{action} without {name}", MISSING, action, **rest)
    t.equal("none of them was taken", state(t, key), "PendingImport")
    for attempt in ("first", "second"):  # a token may be used more than once
        t.call(action, **good)
        t.equal(f"state after the {attempt} import", state(t, key), "Enabled")
    t.refused("other material than the first", BAD_MATERIAL, action, **wrapped(got, os.urandom(32)))
    t.call("DeleteKeyMaterial", KeyId=key)
    t.refused("the rule outlives the material", BAD_MATERIAL, action, **wrapped(other, os.urandom(32)))
    t.equal("other material is not taken", state(t, key), "PendingImport")


def refused_parameters(t):
    key, action = external(t), "GetParametersForImport"
    good = {"KeyId": key, "WrappingKeySpec": "RSA_2048", "WrappingAlgorithm": "RSAES_OAEP_SHA_256"}
    for name in good:
        rest = {field: value for field, value in good.items() if field != name}
        t.refused(f"{action} without {name}", MISSING, action, **rest)
    for name, wrong in (
        ("WrappingAlgorithm", "RSAES_OAEP_SHA_512"), ("WrappingAlgorithm", "SM2PKE"), ("WrappingKeySpec", "RSA_4096"),
        ("WrappingKeySpec", "AES_256"),
    ):
        t.refused(f"{action} with {name}={wrong}", INVALID, action, **{**good, name: wrong})
    sm2 = {"WrappingKeySpec": "EC_SM2", "WrappingAlgorithm": "SM2PKE"}
    t.refused(f"{action} with SM2", [INVALID, UNSUPPORTED], action, **{**good, **sm2})
    t.refused(f"{action}, unknown key", NO_KEY, action, **{**good, "KeyId": str(uuid.uuid4())})
    t.refused(f"{action} by alias", NO_ALIAS_HERE, action, **{**good, "KeyId": f"alias/live/{t.tag}"})
    t.refused(f"{action}, material of the service", WRONG_ORIGIN, action, **{**good, "KeyId": t.key})
    mine = {**wrapped(parameters(t, key), bytes(32)), "KeyId": t.key}
    t.refused("ImportKeyMaterial, material of the service", WRONG_ORIGIN, "ImportKeyMaterial", **mine)
    t.refused("DeleteKeyMaterial, material of the service", WRONG_ORIGIN, "DeleteKeyMaterial", KeyId=t.key)


SECTIONS = [guide, without_material, material_and_states, refused_material, refused_parameters]
