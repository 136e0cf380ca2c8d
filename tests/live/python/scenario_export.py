"""Data keys for somebody else's key pair. `node/scenario_export.mjs` is its twin."""

import os
import uuid

import local_crypto as local
from scenario_common import DISABLED, INVALID, MISSING, NO_KEY, ORDINARY, UNICODE, data, encrypt, flipped, pair, text

ALGORITHMS = ("RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1")


def recipient(private, algorithm="RSAES_OAEP_SHA_256"):
    blob = text(local.der_of(private))
    return {"PublicKeyBlob": blob, "WrappingKeySpec": "RSA_2048", "WrappingAlgorithm": algorithm}


def exporting(t):
    private = local.new_pair()
    version = t.first["PrimaryKeyVersion"]
    sizes = {"default": ({}, 32), "AES_128": ({"KeySpec": "AES_128"}, 16), "bytes": ({"NumberOfBytes": 100}, 100)}
    for algorithm in ALGORITHMS:
        for name, (params, size) in sizes.items():
            name, to = f"{algorithm}, {name}", recipient(private, algorithm)
            context = {"EncryptionContext": ORDINARY}
            made = t.call("GenerateAndExportDataKey", KeyId=t.arn, **to, **params, **context)
            t.equal(f"{name}: key", (made["KeyId"], made["KeyVersionId"]), (t.key, version))
            t.that(f"{name}: no plaintext", "Plaintext" not in made)
            raw = local.decrypt(private, algorithm, data(made["ExportedDataKey"]))
            t.equal(f"{name}: length", len(raw), size)
            opened = t.call("Decrypt", CiphertextBlob=made["CiphertextBlob"], **context)["Plaintext"]
            t.equal(f"{name}: both are the same data key", data(opened), raw)
            again = t.call("ExportDataKey", CiphertextBlob=made["CiphertextBlob"], **to, **context)
            t.equal(f"{name}: exported again, key", (again["KeyId"], again["KeyVersionId"]), (t.key, version))
            got = local.decrypt(private, algorithm, data(again["ExportedDataKey"]))
            t.equal(f"{name}: exported again", got, raw)
    for action in ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
        blob = t.call(action, KeyId=t.key, EncryptionContext=UNICODE)["CiphertextBlob"]
        out = t.call("ExportDataKey", CiphertextBlob=blob, EncryptionContext=UNICODE, **recipient(private))
        opened = t.call("Decrypt", CiphertextBlob=blob, EncryptionContext=UNICODE)["Plaintext"]
        raw = local.decrypt(private, "RSAES_OAEP_SHA_256", data(out["ExportedDataKey"]))
        t.equal(f"export of what {action} made", raw, data(opened))


def exporting_what_came_by_a_pair(t):
    """A data key that its maker sent to a key pair, kept under a symmetric key, and sent on."""
    pair_of_service, private, raw = pair(t, "RSA_2048", KeyUsage="ENCRYPT/DECRYPT"), local.new_pair(), os.urandom(32)
    public = local.public_key(t.call("GetPublicKey", **pair_of_service)["PublicKey"])
    sealed = text(local.encrypt(public, "RSAES_OAEP_SHA_256", raw))
    source = {f"Source{name}": value for name, value in pair_of_service.items()}
    source |= {"SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "CiphertextBlob": sealed}
    blob = t.call("ReEncrypt", DestinationKeyId=t.key, **source)["CiphertextBlob"]
    out = t.call("ExportDataKey", CiphertextBlob=blob, **recipient(private))
    got = local.decrypt(private, "RSAES_OAEP_SHA_256", data(out["ExportedDataKey"]))
    t.equal("the key that its maker sent", got, raw)


def refused_exports(t):
    private = local.new_pair()
    sealed = t.call("GenerateDataKey", KeyId=t.key, EncryptionContext=ORDINARY)["CiphertextBlob"]
    blob = {"CiphertextBlob": sealed, "EncryptionContext": ORDINARY}
    to = recipient(private)
    longer = text(local.der_of(local.new_pair(3072)))
    for action, base in {"GenerateAndExportDataKey": {"KeyId": t.key}, "ExportDataKey": blob}.items():
        for name, change in {
            "a public key of another length": {"PublicKeyBlob": longer},
            "a damaged public key": {"PublicKeyBlob": text(local.der_of(private)[:-1])},
            "no public key at all": {"PublicKeyBlob": text(b"public key")},
            "a public key that is not base64": {"PublicKeyBlob": "-----BEGIN PUBLIC KEY-----"},
            "an algorithm for imports": {"WrappingAlgorithm": "RSAES_PKCS1_V1_5"},
            "an algorithm that does not exist": {"WrappingAlgorithm": "RSAES_OAEP_SHA_512"},
            "an algorithm of other keys": {"WrappingAlgorithm": "SM2PKE"},
            "a spec that does not wrap": {"WrappingKeySpec": "RSA_3072"},
        }.items():
            t.refused(f"{action} with {name}", INVALID, action, **{**base, **to, **change})
        for name in (next(iter(base)), *to):
            rest = {field: value for field, value in {**base, **to}.items() if field != name}
            t.refused(f"{action} without {name}", MISSING, action, **rest)
    action = "GenerateAndExportDataKey"
    t.refused("a data key that is too long to wrap", INVALID, action, KeyId=t.key, NumberOfBytes=191, **to)
    t.refused(f"{action}, unknown key", NO_KEY, action, KeyId=str(uuid.uuid4()), **to)
    action = "ExportDataKey"
    t.refused(f"{action} under a wrong context", INVALID, action, **{**blob, "EncryptionContext": UNICODE}, **to)
    damaged = text(flipped(data(sealed)))
    t.refused(f"{action} of a damaged blob", INVALID, action, **{**blob, "CiphertextBlob": damaged}, **to)
    words = encrypt(t, t.key, "no data key", ORDINARY)["CiphertextBlob"]
    long = encrypt(t, t.key, text(os.urandom(191)), ORDINARY)["CiphertextBlob"]
    for name, wrong in {"no data key": words, "too long": long}.items():
        t.refused(f"{action} of what is {name}", INVALID, action, **{**blob, "CiphertextBlob": wrong}, **to)
    exports_of_disabled_keys(t, to)


def exports_of_disabled_keys(t, to):
    blob = t.call("GenerateDataKey", KeyId=t.other)["CiphertextBlob"]
    t.call("DisableKey", KeyId=t.other)
    t.refused("GenerateAndExportDataKey, disabled", DISABLED, "GenerateAndExportDataKey", KeyId=t.other, **to)
    t.refused("ExportDataKey, disabled", DISABLED, "ExportDataKey", CiphertextBlob=blob, **to)
    t.call("EnableKey", KeyId=t.other)


SECTIONS = [exporting, exporting_what_came_by_a_pair, refused_exports]
