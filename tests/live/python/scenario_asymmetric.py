"""Encryption to key pairs. `node/scenario_asymmetric.mjs` is its twin."""

import os
import uuid

import local_crypto as local
from scenario_common import (
    DISABLED, INVALID, LEAVING, MISSING, NO_KEY, NO_VERSION, ORDINARY, PLAINTEXT, UNSUPPORTED, WRONG_KIND, data,
    flipped, of_spec, pair, text,
)

# The longest plaintext under RSA_2048, in bytes.
LONGEST = {"RSAES_OAEP_SHA_256": 190, "RSAES_OAEP_SHA_1": 214}
ENCRYPTION = "ENCRYPT/DECRYPT"
UTF8 = "this is plaintext, открытый текст\n".encode()


def names(answer):
    return {name: answer[name] for name in ("KeyId", "KeyVersionId")}


def encryption_to_a_pair(t):
    key = pair(t, "RSA_2048", KeyUsage=ENCRYPTION)
    alias = f"alias/live/{t.tag}-rsa"
    t.call("CreateAlias", KeyId=key["KeyId"], AliasName=alias)
    for algorithm, longest in LONGEST.items():
        for name, plaintext in {"text": UTF8, "zero": bytes(1), "longest": os.urandom(longest)}.items():
            sealed = t.call("AsymmetricEncrypt", Algorithm=algorithm, Plaintext=text(plaintext), **key)
            t.equal(f"{algorithm}, {name}: length", len(data(sealed["CiphertextBlob"])), 256)
            opened = open_one(t, key, algorithm, sealed["CiphertextBlob"])
            t.equal(f"{algorithm}, {name}: plaintext", data(opened["Plaintext"]), plaintext)
            t.equal(f"{algorithm}, {name}: names", (names(sealed), names(opened)), (key, key))
        long = text(bytes(longest + 1))
        t.refused(f"{algorithm}, too long", INVALID, "AsymmetricEncrypt", Algorithm=algorithm, Plaintext=long, **key)
    for name, ref in {"alias": alias, "ARN": f"{t.arn_prefix}key/{key['KeyId']}"}.items():
        named = {**key, "KeyId": ref, "Algorithm": "RSAES_OAEP_SHA_256"}
        sealed = t.call("AsymmetricEncrypt", Plaintext=text(UTF8), **named)
        opened = t.call("AsymmetricDecrypt", CiphertextBlob=sealed["CiphertextBlob"], **named)
        t.equal(f"by {name}", (data(opened["Plaintext"]), names(opened)), (UTF8, key))
    t.call("DeleteAlias", AliasName=alias)


def open_one(t, key, algorithm, blob):
    return t.call("AsymmetricDecrypt", Algorithm=algorithm, CiphertextBlob=blob, **key)


def encryption_by_others(t):
    """What anybody encrypts to the public key, the service opens."""
    key = pair(t, "RSA_2048", KeyUsage=ENCRYPTION)
    got = t.call("GetPublicKey", **key)
    t.equal("GetPublicKey: names", names(got), key)
    t.that("GetPublicKey: armour", got["PublicKey"].startswith("-----BEGIN PUBLIC KEY-----\n"), got["PublicKey"])
    t.that("GetPublicKey: last line", got["PublicKey"].endswith("\n-----END PUBLIC KEY-----\n"), got["PublicKey"])
    public = local.public_key(got["PublicKey"])
    for algorithm, longest in LONGEST.items():
        plaintext = os.urandom(longest)
        blob = text(local.encrypt(public, algorithm, plaintext))
        opened = open_one(t, key, algorithm, blob)["Plaintext"]
        t.equal(f"{algorithm}: what others encrypt", data(opened), plaintext)


def damaged_ciphertexts(t):
    key, algorithm = pair(t, "RSA_2048", KeyUsage=ENCRYPTION), "RSAES_OAEP_SHA_256"
    blob = t.call("AsymmetricEncrypt", Algorithm=algorithm, Plaintext=PLAINTEXT[:128], **key)["CiphertextBlob"]
    foreign = text(local.encrypt(local.new_pair().public_key(), algorithm, UTF8))
    bad = {
        "flipped": text(flipped(data(blob), 100)), "short": text(data(blob)[:-1]), "long": text(data(blob) + b"\0"),
        "zeros": text(bytes(256)), "ones": text(b"\xff" * 256), "foreign": foreign, "not base64": "!",
    }
    action = "AsymmetricDecrypt"
    for name, wrong in bad.items():
        t.refused(f"ciphertext, {name}", INVALID, action, Algorithm=algorithm, CiphertextBlob=wrong, **key)
    other = {"Algorithm": "RSAES_OAEP_SHA_1", "CiphertextBlob": blob}
    t.refused("ciphertext under the other hash", INVALID, action, **other, **key)


def refused_encryptions(t):
    key, action = pair(t, "RSA_2048", KeyUsage=ENCRYPTION), "AsymmetricEncrypt"
    good = {"Algorithm": "RSAES_OAEP_SHA_256", "Plaintext": text(UTF8)}
    for name in ("RSAES_PKCS1_V1_5", "RSA_PSS_SHA_256", "rsaes_oaep_sha_256", "SM2PKE"):
        t.refused(f"{action} with {name}", INVALID, action, **{**good, "Algorithm": name}, **key)
    for name in (*good, *key):
        rest = {field: value for field, value in {**good, **key}.items() if field != name}
        t.refused(f"{action} without {name}", MISSING, action, **rest)
    t.refused("plaintext that is not base64", INVALID, action, **{**good, "Plaintext": "no base64"}, **key)
    for name, version in {"unknown": str(uuid.uuid4()), "of a symmetric key": t.first["PrimaryKeyVersion"]}.items():
        named = {"KeyId": key["KeyId"], "KeyVersionId": version}
        t.refused(f"version, {name}", NO_VERSION, action, **good, **named)
        t.refused(f"public key of a version, {name}", NO_VERSION, "GetPublicKey", **named)
    unknown = {"KeyId": str(uuid.uuid4()), "KeyVersionId": key["KeyVersionId"]}
    t.refused(f"{action}, unknown key", NO_KEY, action, **good, **unknown)
    t.refused("GetPublicKey, unknown key", NO_KEY, "GetPublicKey", **unknown)


def other_kinds_of_keys(t):
    """Each operation takes the keys it is for, and says so in its own words."""
    cipher = {"KeyId": t.key, "KeyVersionId": t.first["PrimaryKeyVersion"]}
    signer, opener = pair(t, "RSA_2048"), pair(t, "RSA_2048", KeyUsage=ENCRYPTION)
    sealed = {"Algorithm": "RSAES_OAEP_SHA_256", "Plaintext": text(UTF8)}
    opened = {"Algorithm": "RSAES_OAEP_SHA_256", "CiphertextBlob": text(bytes(256))}
    signed = {"Algorithm": "RSA_PSS_SHA_256", "Digest": text(bytes(32))}
    verified = {**signed, "Value": text(bytes(256))}
    for name, key in {"symmetric": cipher, "signing": signer}.items():
        t.refused(f"AsymmetricEncrypt, {name} key", WRONG_KIND, "AsymmetricEncrypt", **sealed, **key)
        t.refused(f"AsymmetricDecrypt, {name} key", WRONG_KIND, "AsymmetricDecrypt", **opened, **key)
    for name, key in {"symmetric": cipher, "encrypting": opener}.items():
        t.refused(f"AsymmetricSign, {name} key", WRONG_KIND, "AsymmetricSign", **signed, **key)
        t.refused(f"AsymmetricVerify, {name} key", WRONG_KIND, "AsymmetricVerify", **verified, **key)
    t.refused("GetPublicKey, symmetric key", WRONG_KIND, "GetPublicKey", **cipher)
    for name, key in {"signing": signer, "encrypting": opener, "MAC": of_spec(t, "HMAC_SHA_256")}.items():
        ref = {"KeyId": key["KeyId"]}
        t.refused(f"Encrypt, {name} key", UNSUPPORTED, "Encrypt", Plaintext=PLAINTEXT, **ref)
        t.refused(f"GenerateDataKey, {name} key", UNSUPPORTED, "GenerateDataKey", **ref)


def pairs_in_other_states(t):
    key = pair(t, "RSA_2048", KeyUsage=ENCRYPTION)
    ref, good = {"KeyId": key["KeyId"]}, {"Algorithm": "RSAES_OAEP_SHA_256"}
    blob = t.call("AsymmetricEncrypt", Plaintext=text(UTF8), **good, **key)["CiphertextBlob"]
    for action, wants, params in (
        ("DisableKey", DISABLED, {}),
        ("ScheduleKeyDeletion", LEAVING, {"PendingWindowInDays": 7}),
    ):
        t.call(action, **ref, **params)
        t.refused(f"AsymmetricEncrypt after {action}", wants, "AsymmetricEncrypt", Plaintext=text(UTF8), **good, **key)
        t.refused(f"AsymmetricDecrypt after {action}", wants, "AsymmetricDecrypt", CiphertextBlob=blob, **good, **key)
        t.refused(f"GetPublicKey after {action}", wants, "GetPublicKey", **key)
        t.refused(f"CreateKeyVersion after {action}", wants, "CreateKeyVersion", **ref)
        source = {"SourceKeyId": key["KeyId"], "SourceKeyVersionId": key["KeyVersionId"]}
        source |= {"SourceEncryptionAlgorithm": good["Algorithm"], "CiphertextBlob": blob}
        t.refused(f"ReEncrypt after {action}", wants, "ReEncrypt", DestinationKeyId=t.key, **source)
    t.call("CancelKeyDeletion", **ref)
    t.equal("opens again", data(open_one(t, key, good["Algorithm"], blob)["Plaintext"]), UTF8)


def reencrypting_from_a_pair(t):
    key, algorithm = pair(t, "RSA_2048", KeyUsage=ENCRYPTION), "RSAES_OAEP_SHA_256"
    source = {"SourceKeyId": key["KeyId"], "SourceKeyVersionId": key["KeyVersionId"]}
    source["SourceEncryptionAlgorithm"] = algorithm
    # The symmetric operations carry base64 text, so the same Plaintext comes out on both roads.
    for name, plaintext in {"text": UTF8, "key": os.urandom(32)}.items():
        blob = t.call("AsymmetricEncrypt", Algorithm=algorithm, Plaintext=text(plaintext), **key)["CiphertextBlob"]
        params = {"CiphertextBlob": blob, "DestinationKeyId": t.key, "DestinationEncryptionContext": ORDINARY}
        moved = t.call("ReEncrypt", **source, **params)
        want = {"KeyId": t.key, "KeyVersionId": t.first["PrimaryKeyVersion"]}
        t.equal(f"ReEncrypt of a {name}: key", names(moved), want)
        opened = t.call("Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext=ORDINARY)
        t.equal(f"ReEncrypt of a {name}: Plaintext", opened["Plaintext"], text(plaintext))
    good = {"CiphertextBlob": blob, "DestinationKeyId": t.key, **source}
    signer = pair(t, "RSA_2048")
    signer = {"SourceKeyId": signer["KeyId"], "SourceKeyVersionId": signer["KeyVersionId"]}
    for name in ("SourceKeyId", "SourceKeyVersionId", "SourceEncryptionAlgorithm"):
        rest = {field: value for field, value in good.items() if field != name}
        t.refused(f"ReEncrypt without {name}", MISSING, "ReEncrypt", **rest)
    for name, change, wants in (
        ("damaged", {"CiphertextBlob": text(flipped(data(blob)))}, INVALID),
        ("other hash", {"SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, INVALID),
        ("no such algorithm", {"SourceEncryptionAlgorithm": "RSA_PSS_SHA_256"}, INVALID),
        ("unknown version", {"SourceKeyVersionId": str(uuid.uuid4())}, NO_VERSION),
        ("unknown key", {"SourceKeyId": str(uuid.uuid4())}, NO_KEY),
        ("to a key pair", {"DestinationKeyId": key["KeyId"]}, UNSUPPORTED),
        ("from a signing key", signer, UNSUPPORTED),
    ):
        t.refused(f"ReEncrypt from a pair, {name}", wants, "ReEncrypt", **{**good, **change})


SECTIONS = [
    encryption_to_a_pair, encryption_by_others, damaged_ciphertexts, refused_encryptions, other_kinds_of_keys,
    pairs_in_other_states, reencrypting_from_a_pair,
]
