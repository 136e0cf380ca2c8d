"""Tags, by both generations of calls. `node/scenario_tags.mjs` is its twin."""

import uuid

from scenario_common import INVALID, MISSING, NO_ALIAS_HERE, NO_KEY, TOO_MANY, made
from scenario_keys import all_keys

BAD_KEY = (400, "InvalidParameter.TagKey")
BAD_VALUE = (400, "InvalidParameter.TagValue")
TWICE = (400, "Duplicate.TagKey")
NO_RESOURCE = (404, "InvalidResourceId.NotFound")


def tags(**pairs):
    """Tags as the older calls take them."""
    return [{"TagKey": key, "TagValue": value} for key, value in pairs.items()]


def tags_of(t, key):
    found = t.call("ListResourceTags", KeyId=key)["Tags"]["Tag"]
    t.equal("ListResourceTags names the key", {row["KeyId"] for row in found} - {key}, set())
    return {row["TagKey"]: row["TagValue"] for row in found}


def tags_of_one_key(t):
    key = made(t, Tags=tags(born="yes"))["KeyId"]
    t.equal("tags of CreateKey", tags_of(t, key), {"born": "yes"})
    t.call("TagResource", KeyId=key, Tags=tags(team="a", empty="", **{"p/q_r-s.t+u=v:w@x": "A/b\\c_d-e.f+g=h:i@j"}))
    want = {"born": "yes", "team": "a", "empty": "", "p/q_r-s.t+u=v:w@x": "A/b\\c_d-e.f+g=h:i@j"}
    t.equal("TagResource adds", tags_of(t, key), want)
    t.call("TagResource", KeyId=key, Tags=tags(team="b"))
    t.equal("TagResource changes", tags_of(t, key), {**want, "team": "b"})
    t.call("UntagResource", KeyId=key, TagKeys=["team", "empty", "nobody"])
    rest = {"born": "yes", "p/q_r-s.t+u=v:w@x": want["p/q_r-s.t+u=v:w@x"]}
    t.equal("UntagResource removes, and overlooks what is not there", tags_of(t, key), rest)
    t.call("TagResource", KeyId=key, Tags=tags(**{f"k{i}": "v" for i in range(18)}))
    t.equal("20 tags", len(tags_of(t, key)), 20)
    t.refused("the 21st tag", TOO_MANY, "TagResource", KeyId=key, Tags=tags(more="v"))
    t.call("TagResource", KeyId=key, Tags=tags(k1="changed"))
    t.equal("20 tags may change", tags_of(t, key)["k1"], "changed")
    t.call("TagResource", KeyId=key, Tags=tags(k2=t.tag))
    for name, filters, want in (
        ("TagKey", [("TagKey", ["k2"]), ("TagValue", [t.tag])], {key}),
        ("TagValue", [("TagValue", [t.tag])], {key}),
        ("a TagValue that nobody has", [("TagValue", [t.tag + "-"])], set()),
    ):
        found = all_keys(t, [{"Key": field, "Values": values} for field, values in filters])
        t.equal(f"ListKeys by {name}", set(found), want)


def refused_tags(t):
    base = {"KeyId": t.key}
    for name, wrong in {
        "reserved": tags(aliyun="v"), "reserved too": tags(**{"acs:x": "v"}), "no key": tags(**{"": "v"}),
        "key too long": tags(**{"k" * 129: "v"}), "value too long": tags(k="v" * 129), "space": tags(**{"a b": "v"}),
        "sign": tags(k="a&b"), "none": [], "21": tags(**{f"k{i}": "v" for i in range(21)}), "text": "not json",
    }.items():
        t.refused(f"TagResource, {name}", INVALID, "TagResource", Tags=wrong, **base)
    t.refused("TagResource without tags", MISSING, "TagResource", **base)
    t.refused("UntagResource without keys", MISSING, "UntagResource", **base)
    t.refused("UntagResource, text", INVALID, "UntagResource", TagKeys="not json", **base)
    unknown = {"KeyId": str(uuid.uuid4())}
    t.refused("TagResource, unknown key", NO_KEY, "TagResource", Tags=tags(a="b"), **unknown)
    t.refused("UntagResource, unknown key", NO_KEY, "UntagResource", TagKeys=["a"], **unknown)
    t.refused("ListResourceTags, unknown key", NO_KEY, "ListResourceTags", **unknown)
    alias = {"KeyId": f"alias/live/{t.tag}"}
    t.refused("TagResource by alias", NO_ALIAS_HERE, "TagResource", Tags=tags(a="b"), **alias)
    t.refused("ListResourceTags by alias", NO_ALIAS_HERE, "ListResourceTags", **alias)
    t.equal("refusals change nothing", tags_of(t, t.key), {})


def rows_of(t, keys, **params):
    """{(id, tag key): value} as ListTagResources gives it on one page."""
    page = t.call("ListTagResources", ResourceId=keys, **kind(t), **params)
    t.equal("ListTagResources: one page", page.get("NextToken") or "", "")
    rows = page["TagResources"]["TagResource"]
    t.equal("ListTagResources: type", {row["ResourceType"] for row in rows} - {"key"}, set())
    return {(row["ResourceId"], row["TagKey"]): row["TagValue"] for row in rows}


def kind(t):
    return {"RegionId": t.credentials["region"], "ResourceType": "key"}


def tags_of_many_keys(t):
    keys = [t.key, t.other]
    both = [{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "live"}]
    t.call("TagResources", ResourceId=keys, Tag=both, **kind(t))
    want = {(key, tag["Key"]): tag["Value"] for key in keys for tag in both}
    t.equal("TagResources adds to all", rows_of(t, keys), want)
    t.equal("the older call shows them", tags_of(t, t.other), {"team": "a", "stage": "live"})
    t.call("TagResources", ResourceId=[t.other], Tag=[{"Key": "team", "Value": "b"}], **kind(t))
    want[t.other, "team"] = "b"
    t.equal("TagResources changes one", rows_of(t, keys), want)
    found = rows_of(t, keys, Tag=[{"Key": "team"}])
    t.equal("by tag key", {key for key, _ in found}, set(keys))
    found = rows_of(t, keys, Tag=[{"Key": "team", "Value": "b"}])
    t.equal("by tag key and value", {key for key, _ in found}, {t.other})
    page = t.call("ListTagResources", Tag=[{"Key": "team", "Value": "b"}], **kind(t))["TagResources"]["TagResource"]
    t.that("by tag alone", t.other in {row["ResourceId"] for row in page})
    t.call("UntagResources", ResourceId=keys, TagKey=["team", "nobody"], **kind(t))
    t.equal("UntagResources", set(rows_of(t, keys)), {(key, "stage") for key in keys})
    t.call("UntagResources", ResourceId=keys, All=True, **kind(t))
    t.equal("UntagResources, all", rows_of(t, keys), {})


def refused_tags_of_many(t):
    keys, good, action = [t.key], [{"Key": "a", "Value": "b"}], "TagResources"
    for name, wants, wrong in (
        ("reserved", BAD_KEY, [{"Key": "acs:x", "Value": "v"}]),
        ("key too long", BAD_KEY, [{"Key": "k" * 129, "Value": "v"}]),
        ("value with a sign", BAD_VALUE, [{"Key": "k", "Value": "a&b"}]),
        ("twice", TWICE, [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]),
        ("21", INVALID, [{"Key": f"k{i}", "Value": "v"} for i in range(21)]),
    ):
        t.refused(f"{action}, {name}", wants, action, ResourceId=keys, Tag=wrong, **kind(t))
    t.refused(f"{action} without tags", MISSING, action, ResourceId=keys, **kind(t))
    t.refused(f"{action} without keys", MISSING, action, Tag=good, **kind(t))
    t.refused(f"{action} without a type", MISSING, action, ResourceId=keys, Tag=good)
    t.refused(f"{action}, type", INVALID, action, ResourceId=keys, Tag=good, **{**kind(t), "ResourceType": "keys"})
    many = [str(uuid.uuid4()) for _ in range(51)]
    t.refused(f"{action}, 51 keys", INVALID, action, ResourceId=many, Tag=good, **kind(t))
    partly = [t.key, str(uuid.uuid4())]
    t.refused(f"{action}, one unknown key", NO_RESOURCE, action, ResourceId=partly, Tag=good, **kind(t))
    t.refused("UntagResources, unknown key", NO_RESOURCE, "UntagResources", ResourceId=partly, TagKey=["a"], **kind(t))
    t.refused("ListTagResources, unknown key", NO_RESOURCE, "ListTagResources", ResourceId=partly, **kind(t))
    t.refused("ListTagResources, page", INVALID, "ListTagResources", NextToken="page 2", **kind(t))
    t.equal("all or nothing", tags_of(t, t.key), {})


def pages_of_tags(t):
    """Eleven keys with twenty tags each are more than the 200 rows of a page."""
    keys = list(all_keys(t, [{"Key": "KeyState", "Values": ["Enabled"]}]))[:11]
    many = [{"Key": f"page-{i}", "Value": t.tag} for i in range(20)]
    t.call("UntagResources", ResourceId=keys, All=True, **kind(t))
    t.call("TagResources", ResourceId=keys, Tag=many, **kind(t))
    seen, token, sizes = [], {}, []
    while len(sizes) < 3:
        page = t.call("ListTagResources", ResourceId=keys, **token, **kind(t))
        rows = page["TagResources"]["TagResource"]
        sizes.append(len(rows))
        seen += [(row["ResourceId"], row["TagKey"]) for row in rows]
        token = {"NextToken": page.get("NextToken")}
        if not token["NextToken"]:
            break
    t.equal("ListTagResources: pages", sizes, [200, 20])
    want = sorted((key, tag["Key"]) for key in keys for tag in many)
    t.equal("ListTagResources: every row once", sorted(seen), want)
    t.call("UntagResources", ResourceId=keys, All=True, **kind(t))


SECTIONS = [tags_of_one_key, refused_tags, tags_of_many_keys, refused_tags_of_many]
ONCE = [pages_of_tags]
