"""Aliases, which later editions have beside the display name."""

import re

from shared import NO_KEY, TEXT, code, describe, made, opened, stranger

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def life(t):
    key, other, name = made(t), made(t), f"live-{t.tag}"
    got = t.call("create-alias", key_id=key, alias=name)
    urn = f"kms:{t.credentials['region']}:{t.credentials['domain_id']}:alias:{name}"
    want = {"domain_id": t.credentials["domain_id"], "key_id": key, "alias": name, "alias_urn": urn}
    t.equal("create-alias", {field: got.get(field) for field in want}, want)
    t.that("its times", DATE.fullmatch(got["create_time"]) and DATE.fullmatch(got["update_time"]), got)
    t.refused("taken", code("1104"), "create-alias", key_id=other, alias=name)
    t.refused("of no key", NO_KEY, "create-alias", key_id=stranger(), alias=f"{name}-2")
    for ref in (f"alias/{name}", urn):
        t.equal(f"describe-key {ref}", describe(t, ref)["key_id"], key)
        blob = t.call("encrypt-data", key_id=ref, plain_text=TEXT)
        t.equal(f"encrypt-data {ref}", (blob["key_id"], opened(t, blob["cipher_text"])), (key, TEXT))
    got = t.call("associate-alias", alias=name, target_key_id=other)
    t.equal("associate-alias", (got["key_id"], got["alias"]), (other, name))
    t.equal("another key", describe(t, f"alias/{name}")["key_id"], other)
    t.equal("old data", opened(t, blob["cipher_text"]), TEXT)
    t.equal("delete-alias", t.call("delete-alias", key_id=other, aliases=[name]), {})
    t.refused("after it", NO_KEY, "describe-key", key_id=f"alias/{name}")


def lists(t):
    key = made(t)
    # They are listed as given, in the order of what follows the prefix.
    names = [f"alias/list-{t.tag}-0", f"list-{t.tag}-1", f"list-{t.tag}-2"]
    for name in names:
        t.call("create-alias", key_id=key, alias=name)
    got = t.call("list-aliases", key_id=key)
    t.equal("list-aliases", [row["alias"] for row in got["aliases"]], names)
    t.equal("the last page", got["page_info"]["current_count"], 3)
    seen, marker = [], {}
    for _ in names:
        page = t.call("list-aliases", key_id=key, limit="1", **marker)
        seen += [row["alias"] for row in page["aliases"]]
        marker = {"marker": page["page_info"]["next_marker"]}
    t.equal("page by page", seen, names)
    everything = t.call("list-aliases", limit="100")["aliases"]
    t.that("of all keys", set(names) <= {row["alias"] for row in everything}, everything)
    t.call("delete-alias", key_id=key, aliases=names)
    t.equal("none left", t.call("list-aliases", key_id=key)["aliases"], [])


LATER = [life, lists]
