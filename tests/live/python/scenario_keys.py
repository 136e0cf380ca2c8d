"""Keys: how they are made, described, listed, switched off and on. `node/scenario_keys.mjs` is its twin."""

import uuid

from scenario_common import (
    DATE, DESCRIPTION, DISABLED, INVALID, MISSING, PLAINTEXT, state,
)


def creating(t):
    made = t.call(
        "CreateKey",
        Description=DESCRIPTION,
        KeySpec="Aliyun_AES_256",
        KeyUsage="ENCRYPT/DECRYPT",
        Origin="Aliyun_KMS",
        ProtectionLevel="SOFTWARE",
        Tags=[{"TagKey": "team/a", "TagValue": "x@y:1"}, {"TagKey": "empty", "TagValue": ""}],
    )["KeyMetadata"]
    metadata_holds(t, "CreateKey", made)
    t.refused("tags that are not JSON", INVALID, "CreateKey", Tags="not json")
    t.refused("reserved tag key", INVALID, "CreateKey", Tags=[{"TagKey": "acs:x", "TagValue": "y"}])
    many = [{"TagKey": f"k{i}", "TagValue": "v"} for i in range(21)]
    t.refused("21 tags", INVALID, "CreateKey", Tags=many)
    t.refused("description of 8193 characters", INVALID, "CreateKey", Description="d" * 8193)
    t.refused("origin that does not exist", INVALID, "CreateKey", Origin="aliyun_kms")


def describing(t):
    for name, ref in (("id", t.key), ("ARN", t.arn)):
        got = t.call("DescribeKey", KeyId=ref)["KeyMetadata"]
        metadata_holds(t, f"DescribeKey by {name}", got)
        t.equal(f"DescribeKey by {name}: same key", got["KeyId"], t.key)
        t.equal(f"DescribeKey by {name}: creation date", got["CreationDate"], t.first["CreationDate"])
        if "DeletionProtection" not in t.api.hidden_fields:
            t.equal(f"DescribeKey by {name}: DeletionProtection", got.get("DeletionProtection"), "Disabled")
    t.refused("DescribeKey without KeyId", MISSING, "DescribeKey")


def metadata_holds(t, name, got):
    want = {
        "Arn": f"{t.arn_prefix}key/{got['KeyId']}",
        "Creator": t.credentials["account_id"],
        "Description": DESCRIPTION,
        "KeyState": "Enabled",
        "KeySpec": "Aliyun_AES_256",
        "KeyUsage": "ENCRYPT/DECRYPT",
        "Origin": "Aliyun_KMS",
        "ProtectionLevel": "SOFTWARE",
        "AutomaticRotation": "Disabled",
    }
    t.equal(f"{name}: metadata", {field: got.get(field) for field in want}, want)
    for field in ("CreationDate", "LastRotationDate"):
        t.that(f"{name}: {field}", DATE.fullmatch(got.get(field) or ""), got.get(field))
    t.equal(f"{name}: PrimaryKeyVersion is a UUID", len(str(uuid.UUID(got["PrimaryKeyVersion"]))), 36)
    for field in ("DeleteDate", "MaterialExpireTime", "NextRotationDate", "RotationInterval"):
        t.equal(f"{name}: {field} is empty", got.get(field) or "", "")


def listing(t):
    page = t.call("ListKeys")
    t.equal("ListKeys: default page", (page["PageNumber"], page["PageSize"]), (1, 10))
    every = all_keys(t)
    t.that("ListKeys: both keys are there", {t.key, t.other} <= every.keys())
    t.equal("ListKeys: KeyArn", every.get(t.key), t.arn)
    size = max(1, (len(every) + 2) // 3)
    seen = []
    for number in (1, 2, 3):
        page = t.call("ListKeys", PageNumber=number, PageSize=size)
        t.equal(f"ListKeys: page {number} names itself", (page["PageNumber"], page["PageSize"]), (number, size))
        t.equal(f"ListKeys: page {number} has the total", page["TotalCount"], len(every))
        seen += [key["KeyId"] for key in page["Keys"]["Key"]]
    t.equal("ListKeys: three pages are everything, once", sorted(seen), sorted(every))
    page = t.call("ListKeys", PageNumber=1000, PageSize=100)
    t.equal("ListKeys: a page past the end is empty", page["Keys"]["Key"], [])
    for name, value in (("PageSize", 0), ("PageSize", 101), ("PageNumber", 0)):
        t.refused(f"ListKeys with {name}={value}", INVALID, "ListKeys", **{name: value})


def filtering(t):
    off = t.call("CreateKey")["KeyMetadata"]["KeyId"]
    t.call("DisableKey", KeyId=off)

    def check(name, want_on, want_off, *filters):
        found = all_keys(t, [{"Key": key, "Values": values} for key, values in filters])
        t.equal(f"filter {name}", (t.key in found, off in found), (want_on, want_off))

    check("KeyState Enabled", True, False, ("KeyState", ["Enabled"]))
    check("KeyState Disabled", False, True, ("KeyState", ["Disabled"]))
    check("KeyState, two values", True, True, ("KeyState", ["Enabled", "Disabled"]))
    check("KeyState, two entries", True, True, ("KeyState", ["Enabled"]), ("KeyState", ["Disabled"]))
    check("KeySpec", True, True, ("KeySpec", ["Aliyun_AES_256", "RSA_2048"]))
    check("another KeySpec", False, False, ("KeySpec", ["RSA_2048"]))
    check("KeyUsage", True, True, ("KeyUsage", ["ENCRYPT/DECRYPT"]))
    check("another KeyUsage", False, False, ("KeyUsage", ["SIGN/VERIFY"]))
    check("ProtectionLevel", True, True, ("ProtectionLevel", ["SOFTWARE"]))
    check("another ProtectionLevel", False, False, ("ProtectionLevel", ["HSM"]))
    check("CreatorType User", True, True, ("CreatorType", ["User"]))
    check("CreatorType Service", False, False, ("CreatorType", ["Service"]))
    check("state and usage", False, True, ("KeyState", ["Disabled"]), ("KeyUsage", ["ENCRYPT/DECRYPT"]))
    check("that nothing meets", False, False, ("KeyState", ["Disabled"]), ("KeyUsage", ["SIGN/VERIFY"]))
    t.refused("filters that are not JSON", INVALID, "ListKeys", Filters="not json")


def all_keys(t, filters=None):
    """Every key that matches, as {id: ARN}."""
    found, number = {}, 1
    while True:
        params = {"PageNumber": number, "PageSize": 100}
        if filters is not None:
            params["Filters"] = filters
        page = t.call("ListKeys", **params)
        found.update({key["KeyId"]: key["KeyArn"] for key in page["Keys"]["Key"]})
        if number * 100 >= page["TotalCount"]:
            return found
        number += 1


def states(t):
    blob = t.call("Encrypt", KeyId=t.other, Plaintext=PLAINTEXT)["CiphertextBlob"]
    mine = t.call("Encrypt", KeyId=t.key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    for _ in range(2):  # both moves are idempotent
        t.call("DisableKey", KeyId=t.other)
    t.equal("state after DisableKey", state(t, t.other), "Disabled")
    t.refused("Encrypt, disabled", DISABLED, "Encrypt", KeyId=t.other, Plaintext=PLAINTEXT)
    t.refused("Decrypt, disabled", DISABLED, "Decrypt", CiphertextBlob=blob)
    t.refused("GenerateDataKey, disabled", DISABLED, "GenerateDataKey", KeyId=t.other)
    action = "GenerateDataKeyWithoutPlaintext"
    t.refused(f"{action}, disabled", DISABLED, action, KeyId=t.other)
    t.refused("ReEncrypt to disabled", DISABLED, "ReEncrypt", CiphertextBlob=mine, DestinationKeyId=t.other)
    t.refused("ReEncrypt from disabled", DISABLED, "ReEncrypt", CiphertextBlob=blob, DestinationKeyId=t.key)
    for _ in range(2):
        t.call("EnableKey", KeyId=t.other)
    t.equal("state after EnableKey", state(t, t.other), "Enabled")
    t.equal("Decrypt after EnableKey", t.call("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)


def descriptions(t):
    for name, text in (("new", "second text"), ("8192 characters", "d" * 8192), ("empty", "")):
        t.call("UpdateKeyDescription", KeyId=t.other, Description=text)
        got = t.call("DescribeKey", KeyId=t.other)["KeyMetadata"].get("Description") or ""
        t.equal(f"description, {name}", got, text)
    action = "UpdateKeyDescription"
    t.refused("description, 8193 characters", INVALID, action, KeyId=t.other, Description="d" * 8193)
    t.refused("description missing", MISSING, action, KeyId=t.other)


SECTIONS = [creating, describing, listing, filtering, states, descriptions]
