"""Material that its owner brings into hardware, wrapped with RSA and with SM2. `node/scenario_hsm_import.mjs` is its
twin.
"""

import os
import time
from datetime import datetime, timezone

import local_crypto
import local_sm as local
from authority import authority
from scenario_common import (
    INVALID, ORDINARY, PLAINTEXT, UNFILLED, UNSUPPORTED, data, describe, encrypt, flipped, lies_ahead, moment, now,
    state, text, versions,
)
from scenario_hsm import HSM
from scenario_import import BAD_MATERIAL, BAD_TOKEN, WRAPPINGS, external

ACTION = "ImportKeyMaterial"
PARAMETERS = "GetParametersForImport"
SM2 = {"WrappingKeySpec": "EC_SM2", "WrappingAlgorithm": "SM2PKE"}
WAYS = {**{name: {"WrappingKeySpec": "RSA_2048", "WrappingAlgorithm": name} for name in WRAPPINGS}, "SM2PKE": SM2}
# Specs with the bytes of their material.
LENGTHS = {
    "Aliyun_SM4": 16, "Aliyun_AES_256": 32, "Aliyun_AES_192": 24, "Aliyun_AES_128": 16, "HMAC_SHA_256": 32,
    "HMAC_SM3": 32,
}
# An RSA pair for each call is dear, so not every spec comes in every way.
EVERY_WAY = ("Aliyun_SM4", "Aliyun_AES_256")


def parameters(t, key, way="SM2PKE"):
    return t.call(PARAMETERS, KeyId=key, **WAYS[way])


def wrapped(got, material, way="SM2PKE"):
    """What ImportKeyMaterial takes."""
    public = data(got["PublicKey"])
    if way == "SM2PKE":
        sealed = local.encrypt(authority().openssl, public, material)
    else:
        sealed = local_crypto.encrypt(local_crypto.public_key_of_der(public), way, material)
    return {"KeyId": got["KeyId"], "EncryptedKeyMaterial": text(sealed), "ImportToken": got["ImportToken"]}


def opened(t, blob):
    return t.call("Decrypt", CiphertextBlob=blob, EncryptionContext=ORDINARY)["Plaintext"]


def every_way(t):
    """The same material again and again: what the first way brought opens what the others bring back."""
    for spec, length in LENGTHS.items():
        key, material, first = external(t, KeySpec=spec, **HSM), os.urandom(length), None
        for way in WAYS if spec in EVERY_WAY else ("RSAES_OAEP_SHA_256", "SM2PKE"):
            name, start = f"{spec} into hardware by {way}", now()
            got = parameters(t, key, way)
            lies_ahead(t, f"{name}: TokenExpireTime", got["TokenExpireTime"], start, hours=24)
            t.call(ACTION, **wrapped(got, material, way))
            shown = describe(t, key)
            facts = tuple(shown[field] for field in ("KeyState", "Origin", "ProtectionLevel", "KeySpec"))
            t.equal(f"{name}: DescribeKey", facts, ("Enabled", "EXTERNAL", "HSM", spec))
            t.equal(f"{name}: one version for life", len(versions(t, key)), 1)
            first = first or used(t, spec, key)
            t.that(f"{name}: the same key as before", works(t, spec, key, first))
            t.call("DeleteKeyMaterial", KeyId=key)
            t.equal(f"{name}: state without material", state(t, key), "PendingImport")


def used(t, spec, key):
    if spec.startswith("HMAC"):
        return t.call("GenerateMac", KeyId=key, Algorithm=spec, Message=PLAINTEXT)["Mac"]
    return encrypt(t, key, PLAINTEXT, ORDINARY)["CiphertextBlob"]


def works(t, spec, key, first):
    if spec.startswith("HMAC"):
        return t.call("VerifyMac", KeyId=key, Algorithm=spec, Message=PLAINTEXT, Mac=first)["Value"] is True
    return opened(t, first) == PLAINTEXT


def expiry(t):
    key, material = external(t, KeySpec="Aliyun_SM4", **HSM), os.urandom(16)
    good = wrapped(parameters(t, key), material)
    expires = int(time.time()) + 3600
    t.call(ACTION, **good, KeyMaterialExpireUnix=expires)
    want = datetime.fromtimestamp(expires, timezone.utc)
    t.equal("into hardware: MaterialExpireTime", moment(describe(t, key)["MaterialExpireTime"]), want)
    blob = encrypt(t, key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
    t.call("DeleteKeyMaterial", KeyId=key)
    params = {"CiphertextBlob": blob, "EncryptionContext": ORDINARY}
    t.refused("in hardware, without material nothing opens", UNFILLED, "Decrypt", **params)
    t.refused("in hardware, without material nothing is encrypted", UNFILLED, "Encrypt", KeyId=key, Plaintext="x")
    t.call(ACTION, **good, KeyMaterialExpireUnix=0)
    t.equal("into hardware: no expiry", describe(t, key).get("MaterialExpireTime") or "", "")
    t.equal("into hardware: an old blob opens again", opened(t, blob), PLAINTEXT)


def same_material_twice(t):
    """One material in software and in hardware: two keys all the same."""
    material, keys = os.urandom(32), [external(t), external(t, **HSM)]
    for key in keys:
        t.call(ACTION, **wrapped(parameters(t, key, "RSAES_OAEP_SHA_256"), material, "RSAES_OAEP_SHA_256"))
    blobs = [data(encrypt(t, key, PLAINTEXT, ORDINARY)["CiphertextBlob"]) for key in keys]
    primary = [describe(t, key)["PrimaryKeyVersion"].encode() for key in keys]
    for name, foreign in {
        "hardware": primary[1] + blobs[0][36:], "software": primary[0] + blobs[1][36:],
    }.items():
        params = {"CiphertextBlob": text(foreign), "EncryptionContext": ORDINARY}
        t.refused(f"the other level's blob in {name}", INVALID, "Decrypt", **params)


def refused_parameters(t):
    soft, hard = external(t), external(t, KeySpec="Aliyun_SM4", **HSM)
    wrong = [INVALID, UNSUPPORTED]
    t.refused(f"{PARAMETERS} with SM2 for a key in software", wrong, PARAMETERS, KeyId=soft, **SM2)
    for name, change in {
        "SM2 and OAEP": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256"}, "RSA and SM2PKE": {"WrappingKeySpec": "RSA_2048"},
        "ec_sm2": {"WrappingKeySpec": "ec_sm2"}, "SM2": {"WrappingKeySpec": "SM2"},
        "sm2pke": {"WrappingAlgorithm": "sm2pke"}, "SM2DSA": {"WrappingAlgorithm": "SM2DSA"},
    }.items():
        t.refused(f"{PARAMETERS} with {name}", INVALID, PARAMETERS, KeyId=hard, **{**SM2, **change})


def refused_material(t):
    key, material = external(t, KeySpec="Aliyun_SM4", **HSM), os.urandom(16)
    got, other = parameters(t, key), parameters(t, key)
    t.that("SM2: each answer has its own public key", got["PublicKey"] != other["PublicKey"])
    t.that("the form of the public key", len(local.point(data(got["PublicKey"]))) == 64)
    good = wrapped(got, material)
    sealed = data(good["EncryptedKeyMaterial"])
    by_rsa, oaep = parameters(t, key, "RSAES_OAEP_SHA_256"), "RSAES_OAEP_SHA_256"
    for name, params in {
        "15 bytes": wrapped(got, material[:15]), "17 bytes": wrapped(got, material + b"x"),
        "32 bytes": wrapped(got, os.urandom(32)), "not wrapped": {**good, "EncryptedKeyMaterial": text(material)},
        "a flipped bit": {**good, "EncryptedKeyMaterial": text(flipped(sealed))},
        "a cut": {**good, "EncryptedKeyMaterial": text(sealed[:-1])},
        "the other public key": {**good, "ImportToken": other["ImportToken"]},
        "RSA where SM2 was named": {**good, "ImportToken": by_rsa["ImportToken"]},
        "SM2 where RSA was named": {**wrapped(by_rsa, material, oaep), "ImportToken": got["ImportToken"]},
    }.items():
        t.refused(f"into hardware, {name}", BAD_MATERIAL, ACTION, **params)
    soft, stranger = external(t), external(t, KeySpec="Aliyun_SM4", **HSM)
    for name, token in {
        "of another key": parameters(t, stranger)["ImportToken"],
        "of a key in software": parameters(t, soft, oaep)["ImportToken"],
        "damaged": text(flipped(data(got["ImportToken"]), 30)),
    }.items():
        t.refused(f"into hardware, token {name}", BAD_TOKEN, ACTION, **{**good, "ImportToken": token})
    t.equal("into hardware: none of them was taken", state(t, key), "PendingImport")
    bare = {**good, "EncryptedKeyMaterial": text(local.raw(sealed))}
    for name, params in {"as OpenSSL writes it": good, "without DER": bare}.items():
        t.call(ACTION, **params)
        t.equal(f"into hardware, {name}: state", state(t, key), "Enabled")
    t.refused("into hardware, other material", BAD_MATERIAL, ACTION, **wrapped(got, os.urandom(16)))
    t.call("DeleteKeyMaterial", KeyId=key)
    t.refused("the rule outlives the material", BAD_MATERIAL, ACTION, **wrapped(other, os.urandom(16)))
    t.call(ACTION, **good)
    t.equal("into hardware, the same material", state(t, key), "Enabled")


ONCE = [every_way, expiry, same_material_twice, refused_parameters, refused_material]
