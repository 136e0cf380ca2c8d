"""Grants: a right on one key for one user or one account, and for nobody else."""

from shared import (
    DENIED, HEX32, HEX64, NO_KEY, TEXT, code, encrypted, made, millis, opened, recent, stranger,
)

DATAKEY = {"datakey_length": "512"}


def granted(t, key, party, *operations, by=None, **more):
    """The id of a new grant on the key for a user."""
    params = {"key_id": key, "grantee_principal": party.id, "operations": list(operations), **more}
    return t.call_by(by or t.api, "create-grant", **params)["grant_id"]


def life(t):
    key, bob, carol = made(t), t.user(), t.user()
    ref, text = {"key_id": key}, {"key_id": key, "plain_text": TEXT}
    for action, params in (("encrypt-data", text), ("describe-key", ref), ("create-datakey", {**ref, **DATAKEY})):
        t.refused_for(bob.api, f"{action} without a grant", DENIED, action, **params)
    t.refused_for(bob.api, "list-keys without a policy", code("0307"), "list-keys")
    start = millis()
    grant = granted(t, key, bob, "encrypt-data", "create-datakey", name="for-bob", grantee_principal_type="user")
    t.that("grant_id", HEX64.fullmatch(grant), grant)
    blob = t.call_by(bob.api, "encrypt-data", **text)["cipher_text"]
    t.equal("what bob encrypted", opened(t, blob), TEXT)
    t.call_by(bob.api, "create-datakey", **ref, **DATAKEY)
    for action, params in (("decrypt-data", {"cipher_text": blob}), ("describe-key", ref), ("disable-key", ref)):
        t.refused_for(bob.api, f"{action}, not granted", DENIED, action, **params)
    t.refused_for(carol.api, "carol has no grant", DENIED, "encrypt-data", **text)
    more = granted(t, key, bob, "decrypt-data", "describe-key", "encrypt-datakey")
    opened_by_bob = t.call_by(bob.api, "decrypt-data", cipher_text=blob)
    t.equal("two grants add up", (opened_by_bob["plain_text"], opened_by_bob["key_id"]), (TEXT, key))
    t.equal("describe-key", t.call_by(bob.api, "describe-key", **ref), t.call("describe-key", **ref))
    listed(t, key, bob, grant, more, start)
    t.equal("revoke-grant", t.call("revoke-grant", grant_id=more, **ref), {})
    t.refused_for(bob.api, "right after it", DENIED, "decrypt-data", cipher_text=blob)
    t.call_by(bob.api, "encrypt-data", **text)
    t.call("disable-key", **ref)
    t.refused_for(bob.api, "a disabled key", code("0209"), "encrypt-data", **text)
    another = {"grantee_principal": bob.id, "operations": ["describe-key"]}
    t.refused("a grant on it", code("0209"), "create-grant", **ref, **another)
    t.call("revoke-grant", grant_id=grant, **ref)
    t.equal("none left", t.call("list-grants", **ref)["grants"], [])


def listed(t, key, bob, first, second, start):
    got = t.call("list-grants", key_id=key)
    t.equal("list-grants", [row["grant_id"] for row in got["grants"]], [first, second])
    t.equal("all of them", (got["total"], got["truncated"], got["next_marker"]), (2, "false", ""))
    row = got["grants"][0]
    want = {
        "key_id": key, "grant_id": first, "grantee_principal": bob.id, "grantee_principal_type": "user",
        "name": "for-bob",
    }
    t.equal("a grant", {name: row.get(name) for name in want}, want)
    t.equal("its operations", sorted(row["operations"]), ["create-datakey", "encrypt-data"])
    t.that("its issuer", HEX32.fullmatch(row["issuing_principal"]) and row["issuing_principal"] != bob.id, row)
    recent(t, "its date", row["creation_date"], start)
    page = t.call("list-grants", key_id=key, limit="1")
    t.equal("a page", [len(page["grants"]), page["truncated"], page["total"]], [1, "true", 2])
    rest = t.call("list-grants", key_id=key, limit="1", marker=page["next_marker"])
    t.equal("the next", [row["grant_id"] for row in rest["grants"]], [second])


def retirement(t):
    key, bob, carol = made(t), t.user(), t.user()
    ref = {"key_id": key}
    grant = granted(t, key, bob, "encrypt-data", retiring_principal=carol.id)
    t.refused_for(bob.api, "the grantee may not retire it", DENIED, "retire-grant", grant_id=grant, **ref)
    t.refused_for(bob.api, "nor revoke it", DENIED, "revoke-grant", grant_id=grant, **ref)
    rows = t.call_by(carol.api, "list-retirable-grants")["grants"]
    shown = [(row["grant_id"], row["retiring_principal"]) for row in rows]
    t.equal("list-retirable-grants", shown, [(grant, carol.id)])
    t.equal("of bob", t.call_by(bob.api, "list-retirable-grants")["grants"], [])
    t.equal("retire-grant", t.call_by(carol.api, "retire-grant", grant_id=grant, **ref), {})
    t.refused_for(bob.api, "after it", DENIED, "encrypt-data", plain_text="x", **ref)
    grant = granted(t, key, bob, "encrypt-data", "retire-grant")
    t.call_by(bob.api, "retire-grant", grant_id=grant, **ref)
    grant = granted(t, key, bob, "encrypt-data")
    t.call("retire-grant", grant_id=grant, **ref)  # who made it
    t.equal("none left", t.call("list-grants", **ref)["total"], 0)


def passed_on(t):
    """A grantee that may grant gives what it holds itself, and no more; what it gave outlives its own grant."""
    key, bob, carol = made(t), t.user(), t.user()
    text = {"key_id": key, "plain_text": "x"}
    grant = granted(t, key, bob, "create-grant", "encrypt-data")
    beyond = {"key_id": key, "grantee_principal": carol.id, "operations": ["decrypt-data"]}
    t.refused_for(bob.api, "more than its own", DENIED, "create-grant", **beyond)
    granted(t, key, carol, "encrypt-data", by=bob.api)
    t.call_by(carol.api, "encrypt-data", **text)
    t.call("revoke-grant", key_id=key, grant_id=grant)
    t.refused_for(bob.api, "after it was revoked", DENIED, "encrypt-data", **text)
    t.call_by(carol.api, "encrypt-data", **text)


def refusals(t):
    key, other, bob = made(t), made(t), t.user()
    good = {"key_id": key, "grantee_principal": bob.id, "operations": ["encrypt-data"]}
    for name, change, number in (
        ("only create-grant", {"operations": ["create-grant"]}, "2401"),
        ("an operation that is none", {"operations": ["fly"]}, "0308"),
        ("an operation that cannot be granted", {"operations": ["schedule-key-deletion"]}, "0308"),
        ("a grantee with a blank", {"grantee_principal": "a b"}, "2402"),
        ("a type that is none", {"grantee_principal_type": "team"}, "0308"),
        ("no grantee", {"grantee_principal": ""}, "0204"),
    ):
        t.refused(f"create-grant, {name}", code(number), "create-grant", **{**good, **change})
    t.refused("no such key", NO_KEY, "create-grant", **{**good, "key_id": stranger()})
    grant = t.call("create-grant", **good)["grant_id"]
    for action in ("revoke-grant", "retire-grant"):
        t.refused(f"{action}, no such grant", code("2501"), action, key_id=key, grant_id="0" * 64)
        t.refused(f"{action}, of another key", code("2502"), action, key_id=other, grant_id=grant)


def neighbours(t):
    """Another account: its users call with their own project, and see a key only as long as it is granted to them."""
    account = neighbour(t)
    key, ref = made(t), {"grantee_principal": account.credentials["domain_id"], "grantee_principal_type": "domain"}
    blob, text = encrypted(t, key), {"key_id": key, "plain_text": TEXT}
    for action, params in (("describe-key", {"key_id": key}), ("encrypt-data", text)):
        t.refused_for(account.api, f"{action}, a foreign key", NO_KEY, action, **params)
    t.refused_for(account.api, "a foreign blob", [NO_KEY, code("2201")], "decrypt-data", cipher_text=blob)
    operations = ["encrypt-data", "decrypt-data", "describe-key"]
    grant = t.call("create-grant", key_id=key, operations=operations, **ref)["grant_id"]
    row = t.call("list-grants", key_id=key)["grants"][0]
    t.equal("its grantee", {name: row[name] for name in ref}, ref)
    theirs = t.call_by(account.api, "encrypt-data", **text)["cipher_text"]
    t.equal("they encrypt, we decrypt", opened(t, theirs), TEXT)
    got = t.call_by(account.api, "decrypt-data", cipher_text=blob)
    t.equal("we encrypt, they decrypt", (got["key_id"], got["plain_text"]), (key, TEXT))
    shown = t.call_by(account.api, "describe-key", key_id=key)["key_info"]
    t.equal("whose it is", (shown["key_id"], shown["domain_id"]), (key, t.credentials["domain_id"]))
    t.refused_for(account.api, "what was not granted", [NO_KEY, DENIED], "disable-key", key_id=key)
    t.that("not in their list", key not in t.call_by(account.api, "list-keys")["keys"])
    t.call("revoke-grant", key_id=key, grant_id=grant)
    t.refused_for(account.api, "after it was revoked", NO_KEY, "encrypt-data", **text)


def neighbour(t):
    """The root of a second account, made with the server's own command. Its ids are asked for as any client does."""
    if hasattr(t, "neighbour"):
        return t.neighbour
    file = t.folder / f"second-{t.tag}.json"
    t.claviger("account", "create", f"second-{t.tag}", "--save", str(file))
    t.neighbour = t.api.root_of(file)
    return t.neighbour


SECTIONS = [life, retirement, passed_on, refusals]
NEIGHBOURS = [neighbours]
SHORT = [life]
