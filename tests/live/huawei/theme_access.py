"""Who is let in, and to which project; versions; key stores, of which there are none; keys of services."""

from shared import NO_KEY, TEXT, UNKNOWN, code, describe, encrypted, opened, title


def credentials(t):
    """Wrong keys are the gateway's affair."""
    key_id, secret = t.credentials["access_key_id"], t.credentials["access_key_secret"]
    for name, api in {
        "a wrong secret": t.make(key_id, secret[:-1] + ("x" if secret[-1] != "x" else "y")),
        "an unknown key": t.make("LTAIxxxxxxxxxxxxxxxxxxxx", secret),
        "a token that is none": t.make(key_id, secret, token="no-token"),
    }.items():
        t.refused_for(api, name, UNKNOWN, "list-keys")


def projects(t):
    """The project of the path must be the caller's."""
    elsewhere = t.make(
        t.credentials["access_key_id"], t.credentials["access_key_secret"],
        credentials={**t.credentials, "project_id": "0" * 32},
    )
    for action, params in (("list-keys", {}), ("describe-key", {"key_id": t.key}), ("user-quotas", {})):
        t.refused_for(elsewhere, f"{action} of another project", code("0321"), action, **params)


def versions(t):
    one = t.call("show-version", version_id="v1.0")["version"]
    t.equal("show-version", (one["id"], one["status"]), ("v1.0", "CURRENT"))
    t.that("its link", one["links"][0]["href"].startswith(t.api.endpoint), one)
    keys, identities = t.call("show-versions")["versions"]
    t.equal("show-versions", keys, one)
    t.equal("where identities are", identities["links"], [{"rel": "self", "href": f"{t.api.endpoint}/v3/"}])


def regions(t):
    t.equal("list-regions", t.call("list-regions")["regions"], [t.credentials["region"]])


def keystores(t):
    got = t.call("list-keystores")
    t.equal("list-keystores", (got["total"], got["keystores"]), (0, []))
    params = {"keystore_alias": title(t), "hsm_cluster_id": "0" * 36, "hsm_ca_cert": "x"}
    t.refused("create-keystore", code("0340"), "create-keystore", **params)
    t.refused("a key store that is not there", code("8003"), "enable-keystore", keystore_id=t.key)
    t.refused("a key in it", code("0340"), "create-key", key_alias=title(t), keystore_id=t.key)


def keys_of_services(t):
    """Made at the first use by name, shown to everyone, changed by nobody."""
    number = t.call("user-instances")["instance_num"]
    blob = encrypted(t, "evs/default")
    t.equal("back", opened(t, blob), TEXT)
    shown = describe(t, "evs/default")
    t.equal("its name", (shown["key_alias"], shown["default_key_flag"]), ("evs/default", "1"))
    t.equal("kind and state", (shown["key_spec"], shown["key_state"], shown["origin"]), ("AES_256", "2", "kms"))
    t.that("in the list", shown["key_id"] in t.call("list-keys")["keys"])
    t.equal("not counted", t.call("user-instances")["instance_num"], number)
    ref = {"key_id": shown["key_id"]}
    for action, params in (
        ("disable-key", {}), ("schedule-key-deletion", {"pending_days": "7"}), ("enable-key-rotation", {}),
        ("update-key-alias", {"key_alias": title(t)}), ("update-key-description", {"key_description": "x"}),
        ("create-grant", {"grantee_principal": "0" * 32, "operations": ["describe-key"]}),
        ("add-key-tag", {"tag": {"key": "k", "value": "v"}}),
    ):
        t.refused(f"{action} of a service's key", code("0211"), action, **ref, **params)
    unknown = {"key_id": "no-such/default", "plain_text": "x"}
    t.refused("a service that is none", [NO_KEY, code("0205")], "encrypt-data", **unknown)


SECTIONS = [credentials, projects]
ONCE = [versions, regions, keystores, keys_of_services]
