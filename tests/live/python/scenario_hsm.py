"""Keys in hardware: what is made there, and how it works together with what is made in software.
`node/scenario_hsm.mjs` is its twin.
"""

import uuid

from authority import authority
from scenario_common import (
    DISABLED, INVALID, LEAVING, ORDINARY, PLAINTEXT, UNICODE, UNSUPPORTED, WRONG_KIND, WRONG_ORIGIN, data, describe,
    encrypt, flipped, made, of_spec, pair, text, versions,
)
from scenario_keys import all_keys
from scenario_macs import LENGTHS, code_and_check
from scenario_rotation import DAY, plan_shows
from scenario_signatures import ALGORITHMS, sign_and_verify
from scenario_specs import CIPHER, CIPHERS, CURVES, MAC, MACS, RSA, SIGNATURE, one_cipher, one_spec

HSM = {"ProtectionLevel": "HSM"}
SM4 = "Aliyun_SM4"
# Spec, the usage of a key whose creator names none, and usages that do not fit.
SPECS = {
    **{spec: (CIPHER, (SIGNATURE, MAC)) for spec in (*CIPHERS, SM4)},
    **{spec: (SIGNATURE, (MAC,)) for spec in (*RSA, "EC_SM2")},
    **{spec: (SIGNATURE, (CIPHER, MAC)) for spec in CURVES},
    **{spec: (MAC, (CIPHER, SIGNATURE)) for spec in MACS},
}


def between_levels(t):
    """What every scheme must carry: data goes from a key in software to one in hardware, and back."""
    move_and_back(t, "Aliyun_AES_256")


def chinese_cipher(t):
    move_and_back(t, SM4)


def move_and_back(t, spec):
    key = of_spec(t, spec, **HSM)
    names = {field: value for field, value in key.items() if field == "KeyId"}
    here = (key["KeyId"], key["PrimaryKeyVersion"])
    sealed = encrypt(t, key["KeyId"], PLAINTEXT, UNICODE)
    t.equal(f"{spec} in hardware: Encrypt names key and version", (sealed["KeyId"], sealed["KeyVersionId"]), here)
    opened = t.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=UNICODE)
    got = (opened["KeyId"], opened["KeyVersionId"], opened["Plaintext"])
    t.equal(f"{spec} in hardware: Decrypt", got, (*here, PLAINTEXT))
    blob = encrypt(t, t.key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
    for name, source, target in (
        ("from software", ORDINARY, key["KeyId"]), ("to another context", UNICODE, key["KeyId"]),
        ("back to software", UNICODE, t.key),
    ):
        params = {"CiphertextBlob": blob, "SourceEncryptionContext": source, "DestinationKeyId": target}
        moved = t.call("ReEncrypt", DestinationEncryptionContext=UNICODE, **params)
        blob = moved["CiphertextBlob"]
        opened = t.call("Decrypt", CiphertextBlob=blob, EncryptionContext=UNICODE)
        got = (moved["KeyId"], opened["KeyId"], opened["Plaintext"])
        t.equal(f"{spec}, ReEncrypt {name}", got, (target, target, PLAINTEXT))
    t.refused(f"{spec}: the first context is gone", INVALID, "Decrypt", CiphertextBlob=blob, EncryptionContext=ORDINARY)
    for params, size in (({}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1024}, 1024)):
        fresh = t.call("GenerateDataKey", EncryptionContext=ORDINARY, **names, **params)
        t.equal(f"{spec}: data key of {size} bytes", len(data(fresh["Plaintext"])), size)
        source = {"CiphertextBlob": fresh["CiphertextBlob"], "SourceEncryptionContext": ORDINARY}
        moved = t.call("ReEncrypt", DestinationKeyId=t.key, **source)["CiphertextBlob"]
        for name, opening in {
            "opens": {"CiphertextBlob": fresh["CiphertextBlob"], "EncryptionContext": ORDINARY},
            "opens in software": {"CiphertextBlob": moved},
        }.items():
            got = t.call("Decrypt", **opening)["Plaintext"]
            t.equal(f"{spec}: data key of {size} bytes {name}", got, fresh["Plaintext"])
    alone = t.call("GenerateDataKeyWithoutPlaintext", NumberOfBytes=24, **names)
    t.that(f"{spec}: no plaintext of a data key", "Plaintext" not in alone)
    opened = t.call("Decrypt", CiphertextBlob=alone["CiphertextBlob"])["Plaintext"]
    t.equal(f"{spec}: sealed data key opens later", len(data(opened)), 24)


def every_spec(t):
    for spec, (usage, wrong) in SPECS.items():
        one_spec(t, spec, usage, wrong, "HSM")
    t.equal("hardware, no spec named", made(t, **HSM)["KeySpec"], "Aliyun_AES_256")


def every_cipher(t):
    for spec in (*CIPHERS, SM4):
        one_cipher(t, spec, **HSM)


def every_signature(t):
    for spec, algorithms in ALGORITHMS.items():
        for algorithm in algorithms:
            sign_and_verify(t, spec, algorithm, **HSM)


def every_code(t):
    for algorithm in LENGTHS:
        code_and_check(t, algorithm, **HSM)


def encryption_to_a_pair(t):
    for spec in RSA:
        key = pair(t, spec, KeyUsage=CIPHER, **HSM)
        for algorithm in ("RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"):
            sealed = t.call("AsymmetricEncrypt", Algorithm=algorithm, Plaintext=text(b"to hardware"), **key)
            blob = {"Algorithm": algorithm, "CiphertextBlob": sealed["CiphertextBlob"]}
            opened = t.call("AsymmetricDecrypt", **blob, **key)
            t.equal(f"{spec} in hardware, {algorithm}", data(opened["Plaintext"]), b"to hardware")
            blob["CiphertextBlob"] = text(flipped(data(blob["CiphertextBlob"])))
            t.refused(f"{spec} in hardware, {algorithm}, damaged", INVALID, "AsymmetricDecrypt", **blob, **key)


def levels_in_lists(t):
    soft, hard, chinese = t.key, of_spec(t, "Aliyun_AES_256", **HSM)["KeyId"], of_spec(t, SM4, **HSM)["KeyId"]
    for name, want, *filters in (
        ("HSM", (False, True, True), ("ProtectionLevel", ["HSM"])),
        ("SOFTWARE", (True, False, False), ("ProtectionLevel", ["SOFTWARE"])),
        ("both levels", (True, True, True), ("ProtectionLevel", ["SOFTWARE", "HSM"])),
        ("HSM and AES", (False, True, False), ("ProtectionLevel", ["HSM"]), ("KeySpec", ["Aliyun_AES_256"])),
        ("SM4", (False, False, True), ("KeySpec", [SM4])),
        ("SM4 in software", (False, False, False), ("ProtectionLevel", ["SOFTWARE"]), ("KeySpec", [SM4])),
        ("a level in another case", (False, False, False), ("ProtectionLevel", ["hsm"])),
    ):
        found = all_keys(t, [{"Key": key, "Values": values} for key, values in filters])
        t.equal(f"ListKeys, {name}", tuple(key in found for key in (soft, hard, chinese)), want)
    for level in ("SOFTWARE", "HSM"):
        found = all_keys(t, [{"Key": "ProtectionLevel", "Values": [level]}])
        shown = {describe(t, key)["ProtectionLevel"] for key in (soft, hard, chinese) if key in found}
        t.equal(f"DescribeKey of what ListKeys gives for {level}", shown, {level})


def tampering(t):
    for spec in ("Aliyun_AES_256", SM4):
        key, other = of_spec(t, spec, **HSM), made(t, KeySpec=spec, **HSM)
        blob = data(encrypt(t, key["KeyId"], PLAINTEXT, ORDINARY)["CiphertextBlob"])
        again = data(encrypt(t, key["KeyId"], PLAINTEXT, ORDINARY)["CiphertextBlob"])
        t.that(f"{spec}: equal plaintexts have different blobs", blob[37:] != again[37:])
        wrong = {f"a bit flipped in the {name}": flipped(blob, position) for name, position in {
            "format": 36, "nonce": 40, "ciphertext": len(blob) - 40, "tag": len(blob) - 1,
        }.items()}
        wrong["cut by a byte"] = blob[:-1]
        wrong["longer by a byte"] = blob + b"\0"
        wrong["under the version of another key"] = other["PrimaryKeyVersion"].encode() + blob[36:]
        wrong["under the version of a key in software"] = t.first["PrimaryKeyVersion"].encode() + blob[36:]
        for name, bad in wrong.items():
            params = {"CiphertextBlob": text(bad), "EncryptionContext": ORDINARY}
            t.refused(f"{spec} in hardware, {name}", INVALID, "Decrypt", **params)


def states(t):
    key = made(t, KeySpec=SM4, **HSM)["KeyId"]
    blob = {"CiphertextBlob": encrypt(t, key, PLAINTEXT, None)["CiphertextBlob"]}
    for action, wants, params in (
        ("DisableKey", DISABLED, {}),
        ("ScheduleKeyDeletion", LEAVING, {"PendingWindowInDays": 7}),
    ):
        t.call(action, KeyId=key, **params)
        t.refused(f"in hardware, Encrypt after {action}", wants, "Encrypt", KeyId=key, Plaintext=PLAINTEXT)
        t.refused(f"in hardware, Decrypt after {action}", wants, "Decrypt", **blob)
        t.refused(f"in hardware, ReEncrypt after {action}", wants, "ReEncrypt", DestinationKeyId=t.key, **blob)
    t.call("CancelKeyDeletion", KeyId=key)
    t.equal("in hardware, an old blob opens again", t.call("Decrypt", **blob)["Plaintext"], PLAINTEXT)


def rotation(t):
    plan = {"EnableAutomaticRotation": True, "RotationInterval": "7d"}
    for spec in ("Aliyun_AES_256", SM4):
        key = made(t, KeySpec=spec, **HSM, **plan)
        plan_shows(t, f"{spec} in hardware, CreateKey", key, "Enabled", 7 * DAY)
        t.call("UpdateRotationPolicy", KeyId=key["KeyId"], EnableAutomaticRotation=True, RotationInterval="30d")
        plan_shows(t, f"{spec} in hardware, 30 days", describe(t, key["KeyId"]), "Enabled", 30 * DAY)
        t.call("UpdateRotationPolicy", KeyId=key["KeyId"], EnableAutomaticRotation=False)
        plan_shows(t, f"{spec} in hardware, off", describe(t, key["KeyId"]), "Disabled")
        t.refused(f"CreateKeyVersion of {spec}", WRONG_KIND, "CreateKeyVersion", KeyId=key["KeyId"])
    wrong = [UNSUPPORTED, WRONG_KIND]
    t.refused("rotation of SM2 from the start", wrong, "CreateKey", KeySpec="EC_SM2", **HSM, **plan)
    for spec in ("EC_SM2", "RSA_2048"):
        key = of_spec(t, spec, **HSM)["KeyId"]
        t.refused(f"rotation of {spec} in hardware", WRONG_KIND, "UpdateRotationPolicy", KeyId=key, **plan)
        # SOURCE: CreateKeyVersion: at least seven days between two versions.
        t.refused(f"another version of {spec} at once", WRONG_KIND, "CreateKeyVersion", KeyId=key)
        t.equal(f"{spec} in hardware: still one version", len(versions(t, key)), 1)


def signing_requests(t):
    openssl = authority().openssl
    for spec, level in (("EC_P256", {}), ("EC_P384", HSM), ("RSA_2048", HSM)):
        name, key = " ".join([spec, *level.values()]), pair(t, spec, **level)
        answer = t.call("CreateCsr", Subject="CN=hard.example,O=Live", SubjectAlternativeNames=["hard.example"], **key)
        t.equal(f"{name}: whose signing request", {field: answer[field] for field in key}, key)
        openssl.write("hard.csr", answer["Csr"])
        shown = openssl.run("openssl req -in hard.csr -verify -noout -text -nameopt RFC2253 2>&1")
        t.that(f"{name}: OpenSSL verifies the signing request", "verify OK" in shown, shown)
        t.that(f"{name}: subject of the request", "Subject: CN=hard.example,O=Live\n" in shown, shown)
        t.that(f"{name}: name in the request", "DNS:hard.example" in shown, shown)
        public = openssl.run("openssl req -in hard.csr -noout -pubkey")
        t.equal(f"{name}: key of the request", public, t.call("GetPublicKey", **key)["PublicKey"])


def refused_uses(t):
    """Each operation takes the keys that it is for, and each key the algorithms that it is for."""
    for spec in ("RSA_2048", "EC_P256", "EC_SM2"):
        params = {"KeySpec": spec, "Origin": "EXTERNAL", **HSM}
        t.refused(f"{spec} in hardware, from outside", WRONG_ORIGIN, "CreateKey", **params)
    cipher = of_spec(t, SM4, **HSM)
    named = {"KeyId": cipher["KeyId"], "KeyVersionId": cipher["PrimaryKeyVersion"]}
    signed = {"Algorithm": "SM2DSA", "Digest": text(bytes(32))}
    t.refused("AsymmetricSign by SM4", WRONG_KIND, "AsymmetricSign", **signed, **named)
    sealed = {"Algorithm": "SM2PKE", "Plaintext": text(b"x")}
    t.refused("AsymmetricEncrypt to SM4", WRONG_KIND, "AsymmetricEncrypt", **sealed, **named)
    t.refused("GetPublicKey of SM4", WRONG_KIND, "GetPublicKey", **named)
    coded = {"Algorithm": "HMAC_SM3", "Message": text(b"m")}
    t.refused("GenerateMac by SM4", WRONG_KIND, "GenerateMac", KeyId=cipher["KeyId"], **coded)
    t.refused("SM2DSA by P-256", INVALID, "AsymmetricSign", **signed, **pair(t, "EC_P256", **HSM))
    t.refused("SM2PKE to RSA", INVALID, "AsymmetricEncrypt", **sealed, **pair(t, "RSA_2048", KeyUsage=CIPHER, **HSM))
    nowhere = (403, "Forbidden.DKMSInstanceNotFound")
    t.refused("an instance", nowhere, "CreateKey", DKMSInstanceId=f"kst-{uuid.uuid4().hex[:10]}", **HSM)


SECTIONS = [between_levels]
ONCE = [
    every_spec, every_cipher, chinese_cipher, every_signature, every_code, encryption_to_a_pair, levels_in_lists,
    tampering, states, rotation, signing_requests, refused_uses,
]
