"""The scenario that every Python client runs. `node/scenario.mjs` is its twin: same sections, same checks.

A client is anything with `call(action, params) -> dict` that raises `trial.CallError` for a refusal. Structured
parameters are given as dictionaries and lists; each adapter puts them into the form its library takes.
"""

import base64
import os
import re
import uuid

INVALID = (400, "InvalidParameter")
MISSING = (400, "MissingParameter")
NO_ALIAS_HERE = (400, "Unsupported.Alias")
ALIAS_TAKEN = (400, "AliasAlreadyExists")
UNSUPPORTED = (400, "UnsupportedOperation")
NO_KEY = (404, "Forbidden.KeyNotFound")
NO_ALIAS = (404, "Forbidden.AliasNotFound")
DISABLED = (409, "Rejected.Disabled")

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DESCRIPTION = "live test: 密钥 «ключ» 'q\" &=+%\n~*"
PLAINTEXT = base64.b64encode(bytes(range(256))).decode()
ORDINARY = {"purpose": "live test", "tenant": "a=1&b=2"}
UNICODE = {"k 1": "v+/=*~", "ключ": '值 "q"\\', "😀": ""}


def setup(t):
    """Two keys that all sections share, and a name that no other run uses."""
    t.tag = uuid.uuid4().hex[:12]
    t.first = t.call("CreateKey", Description=DESCRIPTION)["KeyMetadata"]
    t.key = t.first["KeyId"]
    t.arn = t.first["Arn"]
    t.other = t.call("CreateKey")["KeyMetadata"]["KeyId"]
    t.arn_prefix = f"acs:kms:{t.credentials['region']}:{t.credentials['account_id']}:"


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


def state(t, key):
    return t.call("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"]


def descriptions(t):
    for name, text in (("new", "second text"), ("8192 characters", "d" * 8192), ("empty", "")):
        t.call("UpdateKeyDescription", KeyId=t.other, Description=text)
        got = t.call("DescribeKey", KeyId=t.other)["KeyMetadata"].get("Description") or ""
        t.equal(f"description, {name}", got, text)
    action = "UpdateKeyDescription"
    t.refused("description, 8193 characters", INVALID, action, KeyId=t.other, Description="d" * 8193)
    t.refused("description missing", MISSING, action, KeyId=t.other)


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


def encrypt(t, key, plaintext, context):
    params = {} if context is None else {"EncryptionContext": context}
    return t.call("Encrypt", KeyId=key, Plaintext=plaintext, **params)


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


def aliases(t):
    name = f"alias/live/{t.tag}_a-1"
    t.call("CreateAlias", KeyId=t.key, AliasName=name)
    want = {"AliasName": name, "AliasArn": t.arn_prefix + name, "KeyId": t.key}
    t.that("ListAliases has it", want in all_aliases(t, "ListAliases"))
    by_key = t.call("ListAliasesByKeyId", KeyId=t.key, PageSize=100)
    t.equal("ListAliasesByKeyId has it alone", (by_key["TotalCount"], by_key["Aliases"]["Alias"]), (1, [want]))
    none = t.call("ListAliasesByKeyId", KeyId=t.other)
    t.equal("ListAliasesByKeyId, no alias", (none["TotalCount"], none["Aliases"]["Alias"]), (0, []))
    t.equal("DescribeKey by alias", t.call("DescribeKey", KeyId=name)["KeyMetadata"]["KeyId"], t.key)
    t.refused("the same alias again", ALIAS_TAKEN, "CreateAlias", KeyId=t.other, AliasName=name)
    blob = t.call("Encrypt", KeyId=name, Plaintext=PLAINTEXT)["CiphertextBlob"]
    for action in ("EnableKey", "DisableKey"):
        t.refused(f"{action} by alias", NO_ALIAS_HERE, action, KeyId=name)
    t.refused("UpdateKeyDescription by alias", NO_ALIAS_HERE, "UpdateKeyDescription", KeyId=name, Description="x")
    t.call("UpdateAlias", KeyId=t.other, AliasName=name)
    t.equal("UpdateAlias moves it", t.call("Encrypt", KeyId=name, Plaintext=PLAINTEXT)["KeyId"], t.other)
    t.equal("old blobs stay with their key", t.call("Decrypt", CiphertextBlob=blob)["KeyId"], t.key)
    t.equal("data key by alias", t.call("GenerateDataKey", KeyId=name)["KeyId"], t.other)
    t.call("DeleteAlias", AliasName=name)
    t.that("DeleteAlias removes it", name not in [a["AliasName"] for a in all_aliases(t, "ListAliases")])


def refused_aliases(t):
    gone = f"alias/live/{t.tag}_gone"
    t.refused("DeleteAlias, unknown", NO_ALIAS, "DeleteAlias", AliasName=gone)
    t.refused("UpdateAlias, unknown", NO_ALIAS, "UpdateAlias", KeyId=t.key, AliasName=gone)
    t.refused("DescribeKey, unknown alias", NO_ALIAS, "DescribeKey", KeyId=gone)
    t.refused("GenerateDataKey, unknown alias", NO_ALIAS, "GenerateDataKey", KeyId=gone)
    t.refused("CreateAlias, unknown key", NO_KEY, "CreateAlias", KeyId=str(uuid.uuid4()), AliasName=gone)
    bad = ["alias/acs/x", "alias/acs", "no-prefix", "alias/", "alias/two words", "alias/ключ", "alias/" + "a" * 256]
    for name in bad:
        t.refused(f"CreateAlias {name[:20]}", INVALID, "CreateAlias", KeyId=t.key, AliasName=name)
    t.refused("CreateAlias without a name", MISSING, "CreateAlias", KeyId=t.key)
    for value in (0, 101):
        t.refused(f"ListAliases with PageSize={value}", INVALID, "ListAliases", PageSize=value)


def all_aliases(t, action):
    found, number = [], 1
    while True:
        page = t.call(action, PageNumber=number, PageSize=100)
        found += page["Aliases"]["Alias"]
        if number * 100 >= page["TotalCount"]:
            return found
        number += 1


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
    t.refused("ScheduleKeyDeletion", UNSUPPORTED, "ScheduleKeyDeletion", KeyId=t.other, PendingWindowInDays=7)
    digest = base64.b64encode(bytes(32)).decode()
    t.refused(
        "AsymmetricSign", UNSUPPORTED, "AsymmetricSign",
        KeyId=t.key, KeyVersionId=t.first["PrimaryKeyVersion"], Algorithm="RSA_PSS_SHA_256", Digest=digest,
    )
    t.refused("ListSecrets", UNSUPPORTED, "ListSecrets")
    t.equal("the key is still enabled", state(t, t.other), "Enabled")
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
    root = t.api.call_xml("DescribeKey", {"KeyId": str(uuid.uuid4())})
    t.equal("XML: root of a refusal", root.tag, "Error")
    t.equal("XML: code of a refusal", root.findtext("Code"), NO_KEY[1])
    got = t.api.call_without_format("DescribeKey", {"KeyId": t.key})
    t.equal("Format=None is answered in JSON", got["KeyMetadata"]["KeyId"], t.key)


def in_short(t):
    """The pass over plain HTTP: the same server behind another listener."""
    metadata_holds(t, "CreateKey", t.first)
    round_trip(t, "unicode context", PLAINTEXT, t.key, UNICODE)
    round_trip(t, "6144 bytes", base64.b64encode(b"\xff" * 6144).decode(), t.arn, ORDINARY)
    blob = encrypt(t, t.key, PLAINTEXT, ORDINARY)["CiphertextBlob"]
    t.refused("wrong context", INVALID, "Decrypt", CiphertextBlob=blob, EncryptionContext=UNICODE)


FULL = [
    setup, creating, describing, listing, filtering, states, descriptions, encrypting, wrong_contexts, tampering,
    limits, data_keys, reencrypting, aliases, refused_aliases, unknown_keys, account, unsupported, callers,
]
SHORT = [setup, in_short, unknown_keys, account, callers]
