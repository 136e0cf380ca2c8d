"""Traces: what was done, as the trace service tells it."""

import json

from shared import TEXT, UUID, code, describe, encrypted, made, millis, sha256


def done(t):
    """A key and the names of the traces of what was done with it, the newest first."""
    if not hasattr(t, "done"):
        key, start = made(t), millis()
        blob = encrypted(t, key)
        t.call("decrypt-data", cipher_text=blob)
        data = bytes(64)
        t.call("encrypt-datakey", key_id=key, plain_text=(data + sha256(data)).hex(), datakey_plain_length="64")
        t.call("describe-key", key_id=key)  # no trace
        t.call("disable-key", key_id=key)
        t.refused("once more", code("1301"), "disable-key", key_id=key)
        names = ["disableKey", "disableKey", "encryptDatakey", "decryptData", "encryptData", "createKey"]
        t.done = (key, names, start)
    return t.done


def found(t, **params):
    return t.call("cts:list_traces", trace_type="system", **{"limit": 50, **params})


def told(traces):
    return [trace["trace_name"] for trace in traces]


def traces(t):
    key, names, start = done(t)
    got = found(t, resource_id=key)
    t.equal("newest first", told(got["traces"]), names)
    t.equal("meta_data", (got["meta_data"]["count"], got["meta_data"].get("marker")), (len(names), None))
    last, first = got["traces"][0], got["traces"][-1]
    want = {
        "trace_name": "createKey", "trace_rating": "normal", "trace_type": "ApiCall", "service_type": "KMS",
        "resource_type": "cmk", "resource_id": key, "resource_name": describe(t, key)["key_alias"],
        "source_ip": "127.0.0.1", "code": "200", "api_version": "v1.0", "tracker_name": "system",
    }
    t.equal("the first call", {name: first.get(name) for name in want}, want)
    t.that("trace_id", UUID.fullmatch(first["trace_id"]), first["trace_id"])
    t.that("time", start - 60_000 <= first["time"] <= first["record_time"] <= millis(), first)
    user = first["user"]
    domain = {"id": t.credentials["domain_id"], "name": t.credentials["domain_name"]}
    t.equal("who", (user["name"], user["domain"]), (t.credentials["user_name"], domain))
    t.equal("with which key", user["access_key_id"], t.credentials["access_key_id"])
    t.equal("the refused call", (last["trace_rating"], last["code"]), ("warning", "400"))
    t.that("texts with JSON", all(isinstance(json.loads(trace["request"]), dict) for trace in got["traces"]))
    shown = json.dumps(got, ensure_ascii=False)
    t.that("no plaintext", TEXT not in shown and sha256(bytes(64)).hex() not in shown.lower())


def questions(t):
    key, names, start = done(t)
    name = describe(t, key)["key_alias"]
    for params, want in (
        ({"trace_name": "encryptData"}, names[4:5]), ({"trace_rating": "warning"}, names[:1]),
        ({"service_type": "KMS", "resource_type": "cmk", "resource_name": name}, names),
        ({"user": t.credentials["user_name"]}, names), ({"user": "nobody"}, []), ({"service_type": "IAM"}, []),
        ({"_from": start - 60_000, "to": millis()}, names), ({"_from": start - 60_000, "to": start - 59_000}, []),
    ):
        t.equal(f"list_traces, {params}", told(found(t, resource_id=key, **params)["traces"]), want)
    pages, marker = [], {}
    for _ in names:
        page = found(t, resource_id=key, limit=1, **marker)
        pages += told(page["traces"])
        marker = {"next": page["meta_data"].get("marker")}
    t.equal("page by page", (pages, marker), (names, {"next": None}))
    whole = found(t, resource_id=key)["traces"]
    one = found(t, trace_id=whole[2]["trace_id"], resource_id="overridden")["traces"]
    t.equal("by its id", one, whole[2:3])
    for params in ({"limit": 201}, {"limit": 0}, {"_from": start}, {"next": "no-marker"}):
        t.refused(f"list_traces, {params}", (400, "CTS.0003"), "cts:list_traces", trace_type="system", **params)


def others(t):
    """Users have traces under their own names, and read none without a right to."""
    bob = t.user()
    t.call_by(bob.api, "iam:keystone_list_auth_domains")
    key = made(t)
    t.call("create-grant", key_id=key, grantee_principal=bob.id, operations=["encrypt-data"])
    t.call_by(bob.api, "encrypt-data", key_id=key, plain_text=TEXT)
    got = found(t, user=bob.name)["traces"]
    shown = [(row["trace_name"], row["user"]["name"], row["user"]["id"]) for row in got]
    t.equal("of bob", shown, [("encryptData", bob.name, bob.id)])
    t.equal("of the key", told(found(t, resource_id=key)["traces"]), ["encryptData", "createGrant", "createKey"])
    t.refused_for(bob.api, "bob reads none", (403, "CTS.0013"), "cts:list_traces", trace_type="system")


def trackers(t):
    rows = t.call("cts:list_trackers")["trackers"]
    t.equal("one tracker", [row["tracker_name"] for row in rows], ["system"])
    wrong = {"tracker_type": "system", "tracker_name": "system"}
    t.refused("it cannot be made", 403, "cts:create_tracker", **wrong)


SECTIONS = [traces, questions, others, trackers]
