"""Tags of keys, and keys by their tags."""

from shared import NO_KEY, code, made, stranger, title


def tags_of(t, key):
    got = t.call("list-key-tags", key_id=key)
    t.equal("existTagsNum", got["existTagsNum"], len(got["tags"]))
    return {row["key"]: row["value"] for row in got["tags"]}


def pair(key, value):
    return {"key": key, "value": value}


def batch(t, key, action, *rows):
    t.equal(f"batch {action}", t.call("batch-key-tags", key_id=key, action=action, tags=list(rows)), {})


def life(t):
    key = made(t)
    t.equal("none", tags_of(t, key), {})
    t.equal("add-key-tag", t.call("add-key-tag", key_id=key, tag=pair("stage", "test")), {})
    t.call("add-key-tag", key_id=key, tag=pair("ключ a", "значение b"))
    t.equal("two", tags_of(t, key), {"stage": "test", "ключ a": "значение b"})
    t.call("add-key-tag", key_id=key, tag=pair("stage", "prod"))
    t.equal("overwritten", tags_of(t, key)["stage"], "prod")
    batch(t, key, "create", pair("one", "1"), pair("two", "2"), pair("stage", "dev"))
    want = {"stage": "dev", "ключ a": "значение b", "one": "1", "two": "2"}
    t.equal("after a batch", tags_of(t, key), want)
    batch(t, key, "delete", {"key": "one"}, pair("two", "2"))
    for name in ("stage", "ключ a"):
        t.equal(f"delete-key-tag {name}", t.call("delete-key-tag", key_id=key, key=name), {})
    t.equal("none again", tags_of(t, key), {})
    t.refused("a tag that is not there", code("0416"), "delete-key-tag", key_id=key, key="stage")


def refusals(t):
    key = made(t)
    for name, tag, number in (
        ("37 characters", pair("k" * 37, "v"), "0411"), ("44 characters", pair("k", "v" * 44), "0410"),
        ("no key", pair("", "v"), "0406"), ("a star", pair("a*b", "v"), "0406"), ("an angle", pair("k", "a<b"), "0405"),
    ):
        t.refused(f"add-key-tag, {name}", code(number), "add-key-tag", key_id=key, tag=tag)
    t.call("add-key-tag", key_id=key, tag=pair("k" * 36, "v" * 43))
    t.refused("no such key", NO_KEY, "add-key-tag", key_id=stranger(), tag=pair("k", "v"))
    rows = [pair(f"t{number}", "v") for number in range(20)]
    t.refused("one too many", code("0409"), "batch-key-tags", key_id=key, action="create", tags=rows)
    batch(t, key, "create", *rows[1:])
    t.refused("one more", code("0409"), "add-key-tag", key_id=key, tag=rows[0])
    more = [*rows, pair("u", "v")]
    t.refused("21 in a batch", code("0407"), "batch-key-tags", key_id=key, action="create", tags=more)
    t.refused("an action that is none", code("0404"), "batch-key-tags", key_id=key, action="swap", tags=rows[:1])


def search(t):
    mark = f"m-{t.tag}"
    name = title(t, "found")
    red, blue = made(t, key_alias=name), made(t)
    batch(t, red, "create", pair(mark, "1"), pair("color", "red"))
    batch(t, blue, "create", pair(mark, "2"), pair("color", "blue"))

    def found(*tags, **more):
        wanted = [{"key": key, "values": values} for key, values in tags]
        got = t.call("find-keys", action="filter", tags=wanted, **more)
        t.equal("total_count", type(got["total_count"]), int)
        return [row["resource_id"] for row in got["resources"]], got["total_count"]

    both = [blue, red]
    t.equal("one of two values", found((mark, ["1", "2"])), (both, 2))
    t.equal("both tags", found((mark, ["1", "2"]), ("color", ["red"])), ([red], 1))
    t.equal("no such value", found((mark, ["3"])), ([], 0))
    t.equal("a page", found((mark, ["1", "2"]), limit="1", offset="1"), ([red], 2))
    t.equal("numbers", found((mark, ["1", "2"]), limit=1, offset=0), ([blue], 2))
    by_name = {"matches": [pair("resource_name", name[:-2])]}
    t.equal("by the beginning of its name", found((mark, ["1", "2"]), **by_name), ([red], 1))
    count = t.call("find-keys", action="count", tags=[{"key": mark, "values": ["1", "2"]}])
    t.equal("only counted", (count["total_count"], count.get("resources")), (2, None))
    row = t.call("find-keys", action="filter", tags=[{"key": mark, "values": ["1"]}])["resources"][0]
    t.equal("name", row["resource_name"], name)
    t.equal("tags", {tag["key"]: tag["value"] for tag in row["tags"]}, {mark: "1", "color": "red"})
    t.equal("details", row["resource_detail"], t.call("describe-key", key_id=red)["key_info"])
    values = {row["key"]: sorted(row["values"]) for row in t.call("list-tags")["tags"]}
    t.equal("list-tags", (values[mark], set(values["color"]) >= {"red", "blue"}), (["1", "2"], True))
    for name, params, number in (
        ("an action that is none", {"action": "find"}, "0404"),
        ("an offset beside count", {"action": "count", "offset": "1"}, "0418"),
        ("an offset that is none", {"action": "filter", "offset": "x"}, "0417"),
        ("a limit of 1001", {"action": "filter", "limit": "1001"}, "1601"),
        ("a field that is none", {"action": "filter", "matches": [pair("color", "red")]}, "0403"),
    ):
        t.refused(f"find-keys, {name}", code(number), "find-keys", **params)


SECTIONS = [life, refusals, search]
