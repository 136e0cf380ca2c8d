"""What keys can be made of, and what not. `node/scenario_specs.mjs` is its twin."""

from scenario_common import (
    INVALID, PLAINTEXT, UNSUPPORTED, WRONG_ORIGIN, data, describe, of_spec, versions,
)

CIPHER, SIGNATURE, MAC = "ENCRYPT/DECRYPT", "SIGN/VERIFY", "GENERATE/VERIFY_MAC"
CIPHERS = ("Aliyun_AES_256", "Aliyun_AES_192", "Aliyun_AES_128")
RSA = ("RSA_2048", "RSA_3072", "RSA_4096")
CURVES = ("EC_P256", "EC_P256K", "EC_P384", "EC_P521")
MACS = ("HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512", "HMAC_SM3")
# Spec, the usage of a key whose creator names none, and usages that do not fit.
SPECS = {
    **{spec: (CIPHER, (SIGNATURE, MAC)) for spec in CIPHERS},
    **{spec: (SIGNATURE, (MAC,)) for spec in RSA},
    **{spec: (SIGNATURE, (CIPHER, MAC)) for spec in CURVES},
    **{spec: (MAC, (CIPHER, SIGNATURE)) for spec in MACS},
}


def every_spec(t):
    for spec, (usage, wrong) in SPECS.items():
        one_spec(t, spec, usage, wrong)


def one_spec(t, spec, usage, wrong, level="SOFTWARE"):
    params = {} if level == "SOFTWARE" else {"ProtectionLevel": level}
    name, key = f"{spec} in {level}", of_spec(t, spec, **params)
    got = describe(t, key["KeyId"])
    want = {
        "KeySpec": spec, "KeyUsage": usage, "KeyState": "Enabled", "Origin": "Aliyun_KMS", "ProtectionLevel": level,
        "AutomaticRotation": "Disabled",
    }
    for action, metadata in {"CreateKey": key, "DescribeKey": got}.items():
        t.equal(f"{name}: {action}", {field: metadata.get(field) for field in want}, want)
    found = versions(t, key["KeyId"])
    t.equal(f"{name}: versions", len(found), 1)
    # Callers of key pairs must name a version, so there is no primary one.
    primary = "" if SIGNATURE == usage else found[0]["KeyVersionId"]
    t.equal(f"{name}: primary version", got.get("PrimaryKeyVersion") or "", primary)
    for other in wrong:
        t.refused(f"{name} for {other}", INVALID, "CreateKey", KeySpec=spec, KeyUsage=other, **params)


def every_cipher(t):
    for spec in CIPHERS:
        one_cipher(t, spec)


def one_cipher(t, spec, **params):
    key, name = of_spec(t, spec, **params)["KeyId"], " ".join([spec, *params.values()])
    blob = t.call("Encrypt", KeyId=key, Plaintext=PLAINTEXT, EncryptionContext={"spec": spec})["CiphertextBlob"]
    opened = t.call("Decrypt", CiphertextBlob=blob, EncryptionContext={"spec": spec})
    t.equal(f"{name}: plaintext", (opened["KeyId"], opened["Plaintext"]), (key, PLAINTEXT))
    t.refused(f"{name}: wrong context", INVALID, "Decrypt", CiphertextBlob=blob)
    # The length of a data key has nothing to do with the key that encrypts it.
    t.equal(f"{name}: data key", len(data(t.call("GenerateDataKey", KeyId=key)["Plaintext"])), 32)


def refused_specs(t):
    refused = [UNSUPPORTED, INVALID]
    for spec in ("Aliyun_SM4", "EC_SM2"):
        t.refused(f"{spec}, no level named", refused, "CreateKey", KeySpec=spec)
        t.refused(f"{spec} in software", refused, "CreateKey", KeySpec=spec, ProtectionLevel="SOFTWARE")
    for spec in ("AES_256", "aliyun_aes_256", "RSA_1024", "EC_P224", "ED25519"):
        t.refused(f"spec {spec}", INVALID, "CreateKey", KeySpec=spec)
    t.refused("usage that does not exist", INVALID, "CreateKey", KeyUsage="ENCRYPT")
    for level in ("software", "hsm", "Hsm", "HSM ", "HARDWARE"):
        t.refused(f"protection {level!r}", INVALID, "CreateKey", ProtectionLevel=level)
    nowhere = (403, "Forbidden.DKMSInstanceNotFound")
    t.refused("an instance that is not here", nowhere, "CreateKey", DKMSInstanceId="kst-hzz62ee817bvyyr5x****")
    for spec in ("RSA_2048", "EC_P256"):
        t.refused(f"{spec} from outside", WRONG_ORIGIN, "CreateKey", KeySpec=spec, Origin="EXTERNAL")


SECTIONS = [every_spec, every_cipher, refused_specs]
