"""Versions of keys. `node/scenario_versions.mjs` is its twin."""

import uuid

from scenario_common import INVALID, MISSING, NO_KEY, NO_VERSION, WRONG_KIND, describe, of_spec, versions


def one_version(t):
    alias = f"alias/live/{t.tag}-versions"
    t.call("CreateAlias", KeyId=t.key, AliasName=alias)
    want = {
        "KeyId": t.key, "KeyVersionId": t.first["PrimaryKeyVersion"], "CreationDate": t.first["LastRotationDate"],
    }
    for name, ref in {"id": t.key, "ARN": t.arn, "alias": alias}.items():
        page = t.call("ListKeyVersions", KeyId=ref)
        t.equal(f"ListKeyVersions by {name}", page["KeyVersions"]["KeyVersion"], [want])
        t.equal(f"ListKeyVersions by {name}, page", paging(page), (1, 10, 1))
        got = t.call("DescribeKeyVersion", KeyId=ref, KeyVersionId=want["KeyVersionId"])["KeyVersion"]
        t.equal(f"DescribeKeyVersion by {name}", got, want)
    t.call("DeleteAlias", AliasName=alias)
    page = t.call("ListKeyVersions", KeyId=t.key, PageNumber=2, PageSize=1)
    t.equal("ListKeyVersions past the end", (page["KeyVersions"]["KeyVersion"], paging(page)), ([], (2, 1, 1)))


def paging(page):
    return page["PageNumber"], page["PageSize"], page["TotalCount"]


def versions_of_a_pair(t):
    key = of_spec(t, "EC_P256")
    found = versions(t, key["KeyId"])
    t.equal("a key pair begins with one version", len(found), 1)
    t.equal("its date", found[0]["CreationDate"], key["CreationDate"])
    t.equal("a key pair has no primary version", key.get("PrimaryKeyVersion") or "", "")
    # SOURCE: CreateKeyVersion: at least seven days between two versions.
    t.refused("another version at once", WRONG_KIND, "CreateKeyVersion", KeyId=key["KeyId"])
    t.equal("still one version", versions(t, key["KeyId"]), found)
    t.equal("the rotation date stays", describe(t, key["KeyId"])["LastRotationDate"], key["LastRotationDate"])


def refused_versions(t):
    unknown = str(uuid.uuid4())
    t.refused("CreateKeyVersion, symmetric", WRONG_KIND, "CreateKeyVersion", KeyId=t.key)
    t.refused("CreateKeyVersion, unknown key", NO_KEY, "CreateKeyVersion", KeyId=unknown)
    t.refused("CreateKeyVersion without a key", MISSING, "CreateKeyVersion")
    action, foreign = "DescribeKeyVersion", versions(t, t.other)[0]["KeyVersionId"]
    for name, version in {"unknown": unknown, "of another key": foreign, "no UUID": "first"}.items():
        t.refused(f"{action}, {name}", NO_VERSION, action, KeyId=t.key, KeyVersionId=version)
    t.refused(f"{action}, unknown key", NO_KEY, action, KeyId=unknown, KeyVersionId=foreign)
    t.refused(f"{action} without a version", MISSING, action, KeyId=t.key)
    t.refused("ListKeyVersions, unknown key", NO_KEY, "ListKeyVersions", KeyId=unknown)
    for name, value in (("PageSize", 0), ("PageSize", 101), ("PageNumber", 0)):
        t.refused(f"ListKeyVersions with {name}={value}", INVALID, "ListKeyVersions", KeyId=t.key, **{name: value})


SECTIONS = [one_version, versions_of_a_pair, refused_versions]
