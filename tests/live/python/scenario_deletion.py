"""The end of a key: its window, the way back, its protection. `node/scenario_deletion.mjs` is its twin."""

import uuid

from scenario_common import (
    INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, NO_MOVE, PLAINTEXT, UNSUPPORTED, describe, lies_ahead, made,
    now, state, versions,
)


def deletion(t):
    key = made(t)["KeyId"]
    alias = f"alias/live/{t.tag}-leaving"
    t.call("CreateAlias", KeyId=key, AliasName=alias)
    blob = t.call("Encrypt", KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    start = now()
    t.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    t.equal("state after ScheduleKeyDeletion", state(t, key), "PendingDeletion")
    lies_ahead(t, "DeleteDate", describe(t, key)["DeleteDate"], start, days=7)
    refused_while_leaving(t, key, alias, blob)
    served_while_leaving(t, key, alias)
    t.call("CancelKeyDeletion", KeyId=key)
    back = describe(t, key)
    t.equal("state after CancelKeyDeletion", (back["KeyState"], back.get("DeleteDate") or ""), ("Enabled", ""))
    t.equal("old blob opens again", t.call("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    t.refused("CancelKeyDeletion, enabled", NO_MOVE, "CancelKeyDeletion", KeyId=key)
    t.call("DisableKey", KeyId=key)
    t.refused("CancelKeyDeletion, disabled", NO_MOVE, "CancelKeyDeletion", KeyId=key)
    t.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=366)
    lies_ahead(t, "the longest window", describe(t, key)["DeleteDate"], start, days=366)
    t.call("CancelKeyDeletion", KeyId=key)
    t.equal("a key that was disabled comes back enabled", state(t, key), "Enabled")


def refused_while_leaving(t, key, alias, blob):
    base = {"KeyId": key}
    mine = t.call("Encrypt", KeyId=t.key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    for action, wants, params in (
        ("Encrypt", LEAVING, {**base, "Plaintext": PLAINTEXT}),
        ("Encrypt", LEAVING, {"KeyId": alias, "Plaintext": PLAINTEXT}),
        ("Decrypt", LEAVING, {"CiphertextBlob": blob}),
        ("GenerateDataKey", LEAVING, base),
        ("GenerateDataKeyWithoutPlaintext", LEAVING, base),
        ("ReEncrypt", LEAVING, {"CiphertextBlob": blob, "DestinationKeyId": t.key}),
        ("ReEncrypt", LEAVING, {"CiphertextBlob": mine, "DestinationKeyId": key}),
        ("UpdateKeyDescription", LEAVING, {**base, "Description": "x"}),
        ("UpdateRotationPolicy", LEAVING, {**base, "EnableAutomaticRotation": True, "RotationInterval": "7d"}),
        ("TagResource", LEAVING, {**base, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("UntagResource", LEAVING, {**base, "TagKeys": ["a"]}),
        ("UpdateAlias", LEAVING, {**base, "AliasName": alias}),
        ("CreateAlias", NO_MOVE, {**base, "AliasName": alias + "-2"}),
        ("EnableKey", NO_MOVE, base),
        ("DisableKey", NO_MOVE, base),
        ("ScheduleKeyDeletion", NO_MOVE, {**base, "PendingWindowInDays": 7}),
    ):
        t.refused(f"{action} while the key waits for its end", wants, action, **params)


def served_while_leaving(t, key, alias):
    t.equal("DescribeKey by alias", describe(t, alias)["KeyId"], key)
    version = versions(t, key)[0]["KeyVersionId"]
    got = t.call("DescribeKeyVersion", KeyId=key, KeyVersionId=version)["KeyVersion"]
    t.equal("DescribeKeyVersion", got["KeyVersionId"], version)
    t.equal("ListResourceTags", t.call("ListResourceTags", KeyId=key)["Tags"]["Tag"], [])
    page = t.call("ListAliasesByKeyId", KeyId=key)
    t.equal("ListAliasesByKeyId", [row["AliasName"] for row in page["Aliases"]["Alias"]], [alias])
    t.call("DeleteAlias", AliasName=alias)
    t.equal("DeleteAlias", t.call("ListAliasesByKeyId", KeyId=key)["TotalCount"], 0)


def windows(t):
    key, action = made(t)["KeyId"], "ScheduleKeyDeletion"
    for days in (0, 6, 367, "x", "-7"):
        t.refused(f"{action} in {days} days", INVALID, action, KeyId=key, PendingWindowInDays=days)
    t.refused(f"{action} without a key", MISSING, action, PendingWindowInDays=7)
    unknown = {"KeyId": str(uuid.uuid4())}
    t.refused(f"{action}, unknown key", NO_KEY, action, PendingWindowInDays=7, **unknown)
    t.refused("CancelKeyDeletion, unknown key", NO_KEY, "CancelKeyDeletion", **unknown)
    alias = f"alias/live/{t.tag}-window"
    t.call("CreateAlias", KeyId=key, AliasName=alias)
    t.refused(f"{action} by alias", NO_ALIAS_HERE, action, KeyId=alias, PendingWindowInDays=7)
    t.refused("CancelKeyDeletion by alias", NO_ALIAS_HERE, "CancelKeyDeletion", KeyId=alias)
    t.call("DeleteAlias", AliasName=alias)
    t.equal("nothing happened", state(t, key), "Enabled")
    start = now()
    t.call(action, KeyId=f"{t.arn_prefix}key/{key}")
    lies_ahead(t, "the window when none is given", describe(t, key)["DeleteDate"], start, days=30)


def protection(t):
    key = made(t)["KeyId"]
    arn, action = f"{t.arn_prefix}key/{key}", "SetDeletionProtection"
    reason = {"DeletionProtectionDescription": "kept for «аудит» & more"}
    t.call(action, ProtectedResourceArn=arn, EnableDeletionProtection=True, **reason)
    protection_shows(t, "on", key, "Enabled", reason["DeletionProtectionDescription"])
    t.refused("a protected key", UNSUPPORTED, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    t.equal("a protected key stays", state(t, key), "Enabled")
    t.call(action, ProtectedResourceArn=arn, EnableDeletionProtection=False, **reason)
    protection_shows(t, "off", key, "Disabled", "")
    t.call(action, KeyId=key, EnableDeletionProtection=True)
    protection_shows(t, "on by KeyId", key, "Enabled", "")
    t.call(action, KeyId=key, EnableDeletionProtection=False)
    t.refused("no word on or off", MISSING, action, ProtectedResourceArn=arn)
    t.refused("a word that is neither", INVALID, action, ProtectedResourceArn=arn, EnableDeletionProtection="yes")
    t.refused("protection of no key", MISSING, action, EnableDeletionProtection=True)
    unknown = f"{t.arn_prefix}key/{uuid.uuid4()}"
    t.refused("unknown key", NO_KEY, action, ProtectedResourceArn=unknown, EnableDeletionProtection=True)
    t.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    t.refused("protection too late", LEAVING, action, ProtectedResourceArn=arn, EnableDeletionProtection=True)


def protection_shows(t, name, key, wants, reason):
    if "DeletionProtection" not in t.api.hidden_fields:
        got = describe(t, key)
        got = (got.get("DeletionProtection"), got.get("DeletionProtectionDescription") or "")
        t.equal(f"protection {name}", got, (wants, reason))


SECTIONS = [deletion, windows, protection]
