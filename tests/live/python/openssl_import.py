"""OpenSSL wraps what the service imports, computes the same codes, and opens the data keys that leave.

SOURCE: user guide, "Import key material": the commands are the guide's. OpenSSL 3 wants `pkeyutl` where the guide has
`rsautl`, which is still run where the build has it.
"""

import os
import time

from scenario_common import INVALID, ORDINARY, PLAINTEXT, UNFILLED, data, describe, encrypt, moment, state, text
from scenario_import import BAD_MATERIAL, BAD_TOKEN, external, parameters

TO_KEY = "-inkey PublicKey.bin -keyform DER -pubin -out EncryptedKeyMaterial.bin"
OAEP = "openssl pkeyutl -encrypt -in KeyMaterial.bin -pkeyopt rsa_padding_mode:oaep"
WRAPPINGS = {
    "RSAES_PKCS1_V1_5": f"openssl pkeyutl -encrypt -in KeyMaterial.bin -pkeyopt rsa_padding_mode:pkcs1 {TO_KEY}",
    "RSAES_OAEP_SHA_1": f"{OAEP} {TO_KEY}",
    "RSAES_OAEP_SHA_256": f"{OAEP} -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 {TO_KEY}",
}
# As the guide has them; OAEP means OAEP with SHA-1 there, and it has no way to SHA-256.
OLD_WRAPPINGS = {
    "RSAES_PKCS1_V1_5": f"openssl rsautl -encrypt -in KeyMaterial.bin -pkcs {TO_KEY}",
    "RSAES_OAEP_SHA_1": f"openssl rsautl -encrypt -in KeyMaterial.bin -oaep {TO_KEY}",
}
# Every spec that takes material from outside, with its bytes.
LENGTHS = {
    "Aliyun_AES_256": 32, "Aliyun_AES_192": 24, "Aliyun_AES_128": 16, "HMAC_SHA_224": 28, "HMAC_SHA_256": 32,
    "HMAC_SHA_384": 48, "HMAC_SHA_512": 64, "HMAC_SM3": 32,
}
MACS = {"HMAC_SHA_224": "sha224", "HMAC_SHA_256": "sha256", "HMAC_SHA_384": "sha384", "HMAC_SHA_512": "sha512"}


def wrapped(t, got, command):
    """The guide's way from `KeyMaterial.bin` to the parameters of ImportKeyMaterial."""
    t.openssl.write("PublicKey_base64.txt", got["PublicKey"])
    t.openssl.run(
        "openssl enc -d -base64 -A -in PublicKey_base64.txt -out PublicKey.bin\n"
        f"{command}\n"
        "openssl enc -e -base64 -A -in EncryptedKeyMaterial.bin -out EncryptedKeyMaterial_base64.txt\n"
    )
    sealed = t.openssl.read_text("EncryptedKeyMaterial_base64.txt")
    return {"KeyId": got["KeyId"], "EncryptedKeyMaterial": sealed, "ImportToken": got["ImportToken"]}


def bring(t, key, algorithm="RSAES_OAEP_SHA_256", **more):
    params = wrapped(t, parameters(t, key, algorithm), WRAPPINGS[algorithm])
    t.call("ImportKeyMaterial", **params, **more)


def opens(t, blob):
    return t.call("Decrypt", CiphertextBlob=blob, EncryptionContext=ORDINARY)["Plaintext"]


def guide(t):
    key = external(t, Description="External key")
    t.openssl.run("openssl rand -out KeyMaterial.bin 32")
    blob = None
    commands = [("pkeyutl", *row) for row in WRAPPINGS.items()]
    if t.openssl.has("rsautl"):
        commands += [("rsautl", *row) for row in OLD_WRAPPINGS.items()]
    for tool, algorithm, command in commands:
        name = f"{algorithm} by {tool}"
        t.call("ImportKeyMaterial", **wrapped(t, parameters(t, key, algorithm), command))
        t.equal(f"{name}: state", state(t, key), "Enabled")
        blob = blob or encrypt(t, key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
        t.equal(f"{name}: the first blob opens", opens(t, blob), PLAINTEXT)
        t.call("DeleteKeyMaterial", KeyId=key)
        t.equal(f"{name}: state without material", state(t, key), "PendingImport")
        t.refused(f"{name}: nothing opens", UNFILLED, "Decrypt", CiphertextBlob=blob, EncryptionContext=ORDINARY)


def refused_imports(t):
    action, key = "ImportKeyMaterial", external(t)
    t.openssl.run("openssl rand -out KeyMaterial.bin 32")
    first = t.openssl.read("KeyMaterial.bin")
    got = parameters(t, key)
    for algorithm in ("RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1"):
        wrong = wrapped(t, got, WRAPPINGS[algorithm])
        t.refused(f"{algorithm} where OAEP with SHA-256 was named", BAD_MATERIAL, action, **wrong)
    mixed = OAEP + f" -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha1 {TO_KEY}"
    t.refused("MGF1 with another hash", BAD_MATERIAL, action, **wrapped(t, got, mixed))
    good = wrapped(t, got, WRAPPINGS["RSAES_OAEP_SHA_256"])
    foreign = parameters(t, external(t))
    t.refused("token of another key", BAD_TOKEN, action, **{**good, "ImportToken": foreign["ImportToken"]})
    other = parameters(t, key)
    t.refused("token of another public key", BAD_MATERIAL, action, **{**good, "ImportToken": other["ImportToken"]})
    t.refused("expiry in the past", INVALID, action, **good, KeyMaterialExpireUnix=1546272000)
    t.equal("nothing was taken", state(t, key), "PendingImport")
    t.call(action, **good)
    t.openssl.run("openssl rand -out KeyMaterial.bin 32")
    t.refused("other material", BAD_MATERIAL, action, **wrapped(t, other, WRAPPINGS["RSAES_OAEP_SHA_256"]))
    t.call("DeleteKeyMaterial", KeyId=key)
    t.refused("other material after deletion", BAD_MATERIAL, action, **wrapped(t, got, WRAPPINGS["RSAES_OAEP_SHA_256"]))
    t.openssl.write("KeyMaterial.bin", first)
    bring(t, key, "RSAES_PKCS1_V1_5")
    t.equal("the same material under another wrapping", state(t, key), "Enabled")


def lengths(t):
    for spec, length in LENGTHS.items():
        key = external(t, KeySpec=spec)
        for wrong in (length - 1, length + 1):
            t.openssl.run(f"openssl rand -out KeyMaterial.bin {wrong}")
            params = wrapped(t, parameters(t, key), WRAPPINGS["RSAES_OAEP_SHA_256"])
            t.refused(f"{spec} of {wrong} bytes", BAD_MATERIAL, "ImportKeyMaterial", **params)
        t.openssl.run(f"openssl rand -out KeyMaterial.bin {length}")
        bring(t, key)
        t.equal(f"{spec} of {length} bytes", state(t, key), "Enabled")
        if spec in MACS:
            codes(t, spec, key)
        elif spec != "HMAC_SM3":
            blob = encrypt(t, key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
            t.equal(f"{spec}: imported material works", opens(t, blob), PLAINTEXT)


def codes(t, spec, key):
    """OpenSSL has the same key, so it computes the same code."""
    material = t.openssl.read("KeyMaterial.bin").hex()
    for name, message in {"text": b"this is message\n", "long": os.urandom(4096)}.items():
        t.openssl.write("message-file.bin", message)
        t.openssl.run(
            f"openssl dgst -{MACS[spec]} -mac HMAC -macopt hexkey:{material} -binary -out code.bin message-file.bin"
        )
        code, params = t.openssl.read("code.bin"), {"KeyId": key, "Algorithm": spec, "Message": text(message)}
        t.equal(f"{spec}, {name}: the code", data(t.call("GenerateMac", **params)["Mac"]), code)
        t.equal(f"{spec}, {name}: taken", t.call("VerifyMac", Mac=text(code), **params)["Value"], True)


def sm3_codes(t):
    key = external(t, KeySpec="HMAC_SM3")
    t.openssl.run("openssl rand -out KeyMaterial.bin 32")
    bring(t, key)
    material = t.openssl.read("KeyMaterial.bin").hex()
    t.openssl.run("printf abc > message-file.bin")
    code, out = t.openssl.tries(
        f"openssl dgst -sm3 -mac HMAC -macopt hexkey:{material} -binary -out code.bin message-file.bin"
    )
    if code == 0:
        got = t.call("GenerateMac", KeyId=key, Algorithm="HMAC_SM3", Message=text(b"abc"))["Mac"]
        t.equal("HMAC_SM3: the code", data(got), t.openssl.read("code.bin"))
    else:
        t.that("HMAC_SM3: this OpenSSL is built without SM3", "sm3" in out, out)


def expiry(t):
    """Material that expires is gone at its second, whether or not the server found time to remove it."""
    key = external(t)
    t.openssl.run("openssl rand -out KeyMaterial.bin 32")
    got = parameters(t, key)
    params = wrapped(t, got, WRAPPINGS["RSAES_OAEP_SHA_256"])
    expires = int(time.time()) + 3
    t.call("ImportKeyMaterial", **params, KeyMaterialExpireUnix=expires)
    t.equal("MaterialExpireTime", moment(describe(t, key)["MaterialExpireTime"]).timestamp(), expires)
    blob = encrypt(t, key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
    while time.time() < expires:
        time.sleep(0.05)
    t.refused("material after its end", UNFILLED, "Decrypt", CiphertextBlob=blob, EncryptionContext=ORDINARY)
    gone = describe(t, key)
    shown = tuple(gone.get(field) or "" for field in ("KeyState", "MaterialExpireTime"))
    t.equal("a key whose material expired", shown, ("PendingImport", ""))
    t.call("ImportKeyMaterial", **params, KeyMaterialExpireUnix=0)
    t.equal("the same material again", (state(t, key), opens(t, blob)), ("Enabled", PLAINTEXT))


def exports(t):
    t.openssl.run(
        "openssl genrsa -out rsa_private_key.pem 2048 2>/dev/null\n"
        "openssl rsa -in rsa_private_key.pem -pubout -outform DER -out rsa_publickey.der 2>/dev/null\n"
        "openssl base64 -A -in rsa_publickey.der -out rsa_publickey.txt\n"
    )
    for algorithm, digest in {"RSAES_OAEP_SHA_256": "sha256", "RSAES_OAEP_SHA_1": "sha1"}.items():
        to = {"PublicKeyBlob": t.openssl.read_text("rsa_publickey.txt")}
        to |= {"WrappingKeySpec": "RSA_2048", "WrappingAlgorithm": algorithm}
        made = t.call("GenerateAndExportDataKey", KeyId=t.key, EncryptionContext=ORDINARY, **to)
        blob = made["CiphertextBlob"]
        again = t.call("ExportDataKey", CiphertextBlob=blob, EncryptionContext=ORDINARY, **to)
        for name, answer in {"made and exported": made, "exported again": again}.items():
            t.openssl.run(
                f"echo {answer['ExportedDataKey']} | openssl base64 -d -A -out exported.bin\n"
                "openssl pkeyutl -decrypt -in exported.bin -inkey rsa_private_key.pem -pkeyopt rsa_padding_mode:oaep"
                f" -pkeyopt rsa_oaep_md:{digest} -pkeyopt rsa_mgf1_md:{digest} -out data-key.bin\n"
            )
            key = t.openssl.read("data-key.bin")
            t.equal(f"{algorithm}, {name}: the raw key", (len(key), text(key)), (32, opens(t, blob)))


SECTIONS = [guide, refused_imports, lengths, sm3_codes, expiry, exports]
