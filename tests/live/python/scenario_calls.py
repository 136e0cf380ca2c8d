"""What holds for every call: unknown keys, the account, who may call, XML. `node/scenario_calls.mjs` is its twin."""

import uuid

from scenario_common import DESCRIPTION, NO_KEY, PLAINTEXT, UNICODE, UNSUPPORTED, pair, text


def unknown_keys(t):
    for name, ref in {
        "UUID": str(uuid.uuid4()),
        "newer style": "key-hzz" + uuid.uuid4().hex[:18],
        "ARN": f"{t.arn_prefix}key/{uuid.uuid4()}",
    }.items():
        t.refused(f"DescribeKey, unknown {name}", NO_KEY, "DescribeKey", KeyId=ref)
    ref = str(uuid.uuid4())
    for action in ("EnableKey", "DisableKey", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"):
        t.refused(f"{action}, unknown key", NO_KEY, action, KeyId=ref)
    t.refused("Encrypt, unknown key", NO_KEY, "Encrypt", KeyId=ref, Plaintext=PLAINTEXT)
    t.refused("UpdateKeyDescription, unknown key", NO_KEY, "UpdateKeyDescription", KeyId=ref, Description="x")


def account(t):
    regions = t.call("DescribeRegions")["Regions"]["Region"]
    t.that("DescribeRegions has ours", t.credentials["region"] in [region["RegionId"] for region in regions], regions)
    t.equal("AccountStatus", t.call("DescribeAccountKmsStatus")["AccountStatus"], "Enabled")
    t.refused("OpenKmsService", (400, "Forbidden.Opened"), "OpenKmsService")


def unsupported(t):
    t.refused("ListSecrets", UNSUPPORTED, "ListSecrets")
    t.refused("GetRandomPassword", UNSUPPORTED, "GetRandomPassword", PasswordLength="32")
    t.refused("an action that nobody has", (404, "InvalidAction.NotFound"), "NoSuchAction")


def callers(t):
    key_id, secret = t.credentials["access_key_id"], t.credentials["access_key_secret"]
    wrong = t.make(key_id, secret[:-1] + ("0" if secret[-1] != "0" else "1"))
    code = (400, wrong.wrong_secret_code)
    t.refused_for(wrong, "wrong secret, read", code, "DescribeKey", KeyId=t.key)
    params = {"KeyId": t.key, "Plaintext": PLAINTEXT, "EncryptionContext": UNICODE}
    t.refused_for(wrong, "wrong secret, unicode", code, "Encrypt", **params)
    nobody = t.make("LTAI5tNobodyHasThisKeyId", secret)
    t.refused_for(nobody, "unknown access key", (404, "InvalidAccessKeyId.NotFound"), "DescribeRegions")


def xml(t):
    """Only for a client that can ask for XML."""
    root = t.api.call_xml("Encrypt", {"KeyId": t.key, "Plaintext": PLAINTEXT, "EncryptionContext": UNICODE})
    t.equal("XML: root of an answer", root.tag, "EncryptResponse")
    t.equal("XML: KeyId", root.findtext("KeyId"), t.key)
    opened = t.call("Decrypt", CiphertextBlob=root.findtext("CiphertextBlob"), EncryptionContext=UNICODE)
    t.equal("XML: blob opens", opened["Plaintext"], PLAINTEXT)
    root = t.api.call_xml("DescribeKey", {"KeyId": t.key})
    t.equal("XML: text is escaped", root.findtext("KeyMetadata/Description"), DESCRIPTION)
    root = t.api.call_xml("ListKeys", {"PageSize": 2})
    t.equal("XML: lists", len(root.findall("Keys/Key/KeyId")), 2)
    key, signed = pair(t, "EC_P256"), {"Algorithm": "ECDSA_SHA_256", "Digest": text(bytes(32))}
    root = t.api.call_xml("GetPublicKey", key)
    t.equal("XML: lines of a text", root.findtext("PublicKey"), t.call("GetPublicKey", **key)["PublicKey"])
    value = t.call("AsymmetricSign", **signed, **key)["Value"]
    root = t.api.call_xml("AsymmetricVerify", {**signed, **key, "Value": value})
    t.equal("XML: a boolean", root.findtext("Value"), "true")
    root = t.api.call_xml("DescribeKey", {"KeyId": str(uuid.uuid4())})
    t.equal("XML: root of a refusal", root.tag, "Error")
    t.equal("XML: code of a refusal", root.findtext("Code"), NO_KEY[1])
    got = t.api.call_without_format("DescribeKey", {"KeyId": t.key})
    t.equal("Format=None is answered in JSON", got["KeyMetadata"]["KeyId"], t.key)


SECTIONS = [unknown_keys, account, unsupported, callers]
SHORT = [unknown_keys, account, callers]
