"""Aliases. `node/scenario_aliases.mjs` is its twin."""

import uuid

from scenario_common import (
    ALIAS_TAKEN, INVALID, MISSING, NO_ALIAS, NO_ALIAS_HERE, NO_KEY, PLAINTEXT,
)


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


SECTIONS = [aliases, refused_aliases]
