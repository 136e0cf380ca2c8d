"""Keys: making them, showing them, their states, their end."""

from shared import (
    DESCRIPTION, HEX32, NO_KEY, UUID, code, describe, encrypted, made, millis, of_spec, recent, state, stranger, title,
)

DAY = 86_400_000
SPECS = {
    "AES_256": "ENCRYPT_DECRYPT", "RSA_2048": "SIGN_VERIFY", "RSA_3072": "SIGN_VERIFY", "RSA_4096": "SIGN_VERIFY",
    "EC_P256": "SIGN_VERIFY", "EC_P384": "SIGN_VERIFY",
}
LATER_SPECS = {
    "HMAC_256": "GENERATE_VERIFY_MAC", "HMAC_384": "GENERATE_VERIFY_MAC", "HMAC_512": "GENERATE_VERIFY_MAC",
    "HMAC_SM3": "GENERATE_VERIFY_MAC", "SECP256K1": "SIGN_VERIFY",
}
UNFIT = (
    ({"key_spec": "EC_P256", "key_usage": "ENCRYPT_DECRYPT"}, "1114"),
    ({"key_spec": "AES_256", "key_usage": "SIGN_VERIFY"}, "1115"),
    ({"key_spec": "RSA_2048", "key_usage": "GENERATE_VERIFY_MAC"}, "1110"),
    ({"key_spec": "DES"}, "1110"),
    # A known name of a kind that nothing here can make yet.
    ({"key_spec": "ED25519"}, "1110"),
)


def creation(t):
    alias, start = title(t), millis()
    info = t.call("create-key", key_alias=alias, key_description=DESCRIPTION, sequence="0" * 32)["key_info"]
    t.that("create-key: key_id", UUID.fullmatch(info["key_id"]), info)
    t.equal("create-key: domain_id", info["domain_id"], t.credentials["domain_id"])
    shown = describe(t, info["key_id"])
    recent(t, "creation_date", shown.get("creation_date"), start)
    want = {
        "key_id": info["key_id"], "domain_id": t.credentials["domain_id"], "key_alias": alias,
        "realm": t.credentials["region"], "key_spec": "AES_256", "key_usage": "ENCRYPT_DECRYPT",
        "key_description": DESCRIPTION, "scheduled_deletion_date": "", "key_state": "2", "default_key_flag": "0",
        "key_type": "1", "expiration_time": "", "origin": "kms", "key_rotation_enabled": "false",
        "sys_enterprise_project_id": "0", "keystore_id": "0",
    }
    t.equal("describe-key", {name: shown.get(name) for name in want}, want)
    t.that("every value is a text", all(isinstance(value, str) for value in shown.values()), shown)
    t.that("domain_id", HEX32.fullmatch(shown["domain_id"]), shown["domain_id"])


def names(t):
    alias = title(t)
    key, other = made(t, key_alias=alias), made(t)
    t.refused("a name that is taken", code("1104"), "create-key", key_alias=alias)
    for name, wrong in {"a blank": "a b", "256 characters": "x" * 256, "a service's": "obs/default"}.items():
        t.refused(f"create-key with {name}", code("1101"), "create-key", key_alias=wrong)
    t.refused("create-key without a name", code("0204"), "create-key", key_description="nameless")
    t.refused("a long description", code("1103"), "create-key", key_alias=title(t), key_description="x" * 256)
    t.refused("a long sequence", code("0206"), "create-key", key_alias=title(t), sequence="0" * 37)
    longest = f"{title(t)}/{'x' * 255}"[:255]
    got = t.call("update-key-alias", key_id=key, key_alias=longest)
    t.equal("update-key-alias", got, {"key_info": {"key_id": key, "key_alias": longest}})
    t.equal("the new name", describe(t, key)["key_alias"], longest)
    t.call("update-key-alias", key_id=other, key_alias=alias)  # free again
    t.refused("another key's name", code("1104"), "update-key-alias", key_id=key, key_alias=alias)
    t.refused("a service's name", code("1101"), "update-key-alias", key_id=key, key_alias="evs/default")
    for text in (DESCRIPTION, ""):
        got = t.call("update-key-description", key_id=key, key_description=text)
        t.equal("update-key-description", got, {"key_info": {"key_id": key, "key_description": text}})
        t.equal("the new description", describe(t, key)["key_description"], text)


def refused_ids(t):
    for name, key in {"a name": title(t), "a short text": "abc", "36 other characters": "x" * 36}.items():
        t.refused(f"key_id that is {name}", code("0205"), "describe-key", key_id=key)
    t.refused("no key_id", code("0204"), "describe-key", key_id="")
    for action in ("describe-key", "enable-key", "disable-key", "cancel-key-deletion", "get-key-rotation-status"):
        t.refused(f"{action} of no key", NO_KEY, action, key_id=stranger())
    t.refused("deletion of no key", NO_KEY, "schedule-key-deletion", key_id=stranger(), pending_days="7")


def states(t):
    key = made(t)
    ref = {"key_id": key}
    t.refused("enable, enabled", code("1201"), "enable-key", **ref)
    t.refused("cancel, enabled", code("1501"), "cancel-key-deletion", **ref)
    t.equal("disable-key", t.call("disable-key", **ref), {"key_info": {"key_id": key, "key_state": "3"}})
    blob = encrypted(t, t.key)
    t.refused("disable, disabled", code("1301"), "disable-key", **ref)
    t.refused("cancel, disabled", code("1501"), "cancel-key-deletion", **ref)
    used = (
        ("encrypt-data", {"plain_text": "x"}), ("create-datakey", {"datakey_length": "512"}),
        ("create-datakey-without-plaintext", {"datakey_length": "512"}),
        ("create-grant", {"grantee_principal": "0" * 32, "operations": ["describe-key"]}),
        ("enable-key-rotation", {}),
    )
    for action, params in used:
        t.refused(f"{action}, disabled", code("0209"), action, **ref, **params)
    t.refused("a foreign blob, disabled", [code("2201"), code("0209")], "decrypt-data", cipher_text=blob, **ref)
    t.call("update-key-description", key_description="still", **ref)
    start = millis()
    got = t.call("schedule-key-deletion", pending_days="7", **ref)
    t.equal("schedule-key-deletion", got, {"key_id": key, "key_state": "4"})
    due = describe(t, key)["scheduled_deletion_date"]
    recent(t, "scheduled_deletion_date", str(int(due or 0) - 7 * DAY), start)
    for action, params, number in (
        ("enable-key", {}, "0210"), ("disable-key", {}, "0210"),
        ("schedule-key-deletion", {"pending_days": "8"}, "1402"),
        ("update-key-alias", {"key_alias": title(t)}, "0210"),
        ("update-key-description", {"key_description": "x"}, "0210"),
        *((action, params, "0210") for action, params in used),
    ):
        t.refused(f"{action}, pending deletion", code(number), action, **ref, **params)
    alias = describe(t, key)["key_alias"]
    t.refused("the name of a key that leaves", code("1104"), "create-key", key_alias=alias)
    t.equal("cancel-key-deletion", t.call("cancel-key-deletion", **ref), {"key_id": key, "key_state": "3"})
    t.equal("enable-key", t.call("enable-key", **ref), {"key_info": {"key_id": key, "key_state": "2"}})
    t.equal("no date any more", describe(t, key)["scheduled_deletion_date"], "")


def windows(t):
    key = made(t)
    for days in ("6", "1097", "seven", "-7", "7.5"):
        t.refused(f"{days} days", code("1401"), "schedule-key-deletion", key_id=key, pending_days=days)
    t.refused("no days", code("0204"), "schedule-key-deletion", key_id=key)
    t.equal("nothing happened", state(t, key), "2")
    start = millis()
    t.call("schedule-key-deletion", key_id=key, pending_days=1096)  # some clients send a number
    due = int(describe(t, key)["scheduled_deletion_date"])
    recent(t, "1096 days", str(due - 1096 * DAY), start)


def lists(t):
    keys = [made(t) for _ in range(3)]
    t.call("disable-key", key_id=keys[1])
    everything = t.call("list-keys")
    t.equal("ids and details", everything["keys"], [row["key_id"] for row in everything["key_details"]])
    t.equal("the newest first", everything["keys"][:3], keys[::-1])
    t.equal("total", everything["total"], len(everything["keys"]))
    t.equal("the last page", (everything["truncated"], everything["next_marker"]), ("false", ""))
    details = {row["key_id"]: row for row in everything["key_details"]}
    t.equal("details are those of describe-key", details[keys[0]], describe(t, keys[0]))
    for limit in ("2", 2):
        t.equal(f"pages of {limit!r}", paged(t, limit), everything["keys"])
    first = t.call("list-keys", limit="1")
    t.equal("the first page", (first["keys"], first["truncated"], first["next_marker"]), (keys[2:], "true", "1"))
    disabled = t.call("list-keys", key_state="3")
    t.equal("disabled ones", {row["key_state"] for row in disabled["key_details"]}, {"3"})
    t.that("the disabled one", keys[1] in disabled["keys"], disabled["keys"])
    pairs = [of_spec(t, "EC_P256")]
    found = t.call("list-keys", key_spec="EC_P256")
    t.that("of one spec", pairs[0] in found["keys"] and found["total"] < everything["total"] + 1, found)
    t.equal("only of that spec", {row["key_spec"] for row in found["key_details"]}, {"EC_P256"})
    every = t.call("list-keys", key_spec="ALL", enterprise_project_id="all", limit="", marker="", key_state="")
    t.equal("ALL, and empty texts", every["keys"], t.call("list-keys")["keys"])
    none = t.call("list-keys", enterprise_project_id=stranger())
    t.equal("another enterprise project", (none["keys"], none["total"]), ([], 0))
    for params, number in (
        ({"limit": "1001"}, "1601"), ({"limit": "x"}, "1601"), ({"marker": "x"}, "1602"), ({"marker": "-1"}, "1602"),
    ):
        t.refused(f"list-keys, {params}", code(number), "list-keys", **params)


def paged(t, limit):
    """All ids, page by page."""
    ids, marker = [], ""
    for _ in range(100):
        page = t.call("list-keys", limit=limit, marker=marker)
        ids += page["keys"]
        marker = page["next_marker"]
        if not marker:
            return ids
    return ids


def counts(t):
    number = t.call("user-instances")["instance_num"]
    t.that("instance_num is a number", type(number) is int, number)
    made(t)
    t.equal("one more", t.call("user-instances")["instance_num"], number + 1)
    rows = {row["type"]: row for row in t.call("user-quotas")["quotas"]["resources"]}
    t.equal("what is counted", sorted(rows), ["CMK", "grant_per_CMK"])
    t.equal("keys", (rows["CMK"]["used"], rows["CMK"]["quota"]), (number + 1, 100))
    t.equal("grants of one key", rows["grant_per_CMK"]["quota"], 100)
    t.that("most grants of one key", type(rows["grant_per_CMK"]["used"]) is int, rows)


def specs(t):
    wanted = SPECS | (LATER_SPECS if t.api.later else {})
    for spec, usage in wanted.items():
        shown = describe(t, of_spec(t, spec))
        t.equal(f"{spec}: spec and usage", (shown["key_spec"], shown["key_usage"]), (spec, usage))
    key = of_spec(t, "RSA_2048", "ENCRYPT_DECRYPT")
    t.equal("the other usage", describe(t, key)["key_usage"], "ENCRYPT_DECRYPT")
    for params, number in UNFIT:
        t.refused(f"create-key, {params}", code(number), "create-key", key_alias=title(t), **params)


SECTIONS = [creation, names, refused_ids, states, windows, lists, counts, specs]
SHORT = [creation, states]
