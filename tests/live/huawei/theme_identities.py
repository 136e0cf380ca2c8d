"""Identities: tokens, projects, users, groups, roles, policies, access keys."""

import re
import uuid
from datetime import datetime, timedelta

from shared import DENIED, HEX32, TEXT, UNKNOWN, code, made

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
PASSWORD = "Pässw0rd «1»"
SHORTEST = 900


def by_password(name, password, account, /, **scope):
    user = {"name": name, "password": password, "domain": {"name": account}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, **({"scope": scope} if scope else {})}}


def root_login(t):
    return (t.credentials["user_name"], t.credentials["console_password"], t.credentials["domain_name"])


def token_of(t, *login, nocatalog="true", **scope):
    """(the token's text, what it is)"""
    params = by_password(*login, **scope)
    got = t.call("iam:keystone_create_user_token_by_password", nocatalog=nocatalog, **params)
    return got["X-Subject-Token"], got["token"]


def tokens(t):
    region = {"name": t.credentials["region"]}
    text, token = token_of(t, *root_login(t), project=region)
    t.that("header-safe", re.fullmatch(r"[!-~]+", text) and len(text) < 8192, text)
    t.equal("methods", token["methods"], ["password"])
    t.that("instants", INSTANT.fullmatch(token["issued_at"]) and INSTANT.fullmatch(token["expires_at"]), token)
    issued, ends = (datetime.fromisoformat(token[name].replace("Z", "+00:00")) for name in ("issued_at", "expires_at"))
    t.equal("24 h", ends - issued, timedelta(hours=24))
    domain = {"id": t.credentials["domain_id"], "name": t.credentials["domain_name"]}
    want = {"id": t.credentials["project_id"], "name": region["name"], "domain": domain}
    t.equal("project", token["project"], want)
    t.equal("user", (token["user"]["name"], token["user"]["domain"]), (t.credentials["user_name"], domain))
    t.that("user id", HEX32.fullmatch(token["user"]["id"]), token["user"])
    t.equal("no catalog", token["catalog"], [])
    seen = t.call("iam:keystone_validate_token", x_subject_token=text, nocatalog="true")
    t.equal("validated", (seen["X-Subject-Token"], seen["token"]), (text, token))
    _, token = token_of(t, *root_login(t), project={"id": t.credentials["project_id"]}, nocatalog=None)
    t.equal("by the project's id", token["project"], want)
    services = {row["type"]: row["endpoints"][0] for row in token["catalog"]}
    # OpenStack's own clients look for the one called "identity".
    t.that("catalog", {"cts", "identity", "kms"} <= set(services), services)
    kms = services["kms"]
    shown = (kms["url"], kms["interface"], kms["region"])
    t.equal("endpoint", shown, (f"{t.credentials['https_endpoint']}/v1.0", "public", region["name"]))
    for scope in ({"domain": {"id": domain["id"]}}, {"domain": {"name": domain["name"]}}, {}):
        _, token = token_of(t, *root_login(t), **scope)
        t.equal(f"account scope by {scope}", (token.get("domain"), token.get("project")), (domain, None))


def refused_tokens(t):
    action, login = "iam:keystone_create_user_token_by_password", root_login(t)
    project = {"project": {"name": t.credentials["region"]}}
    for name, wrong in {
        "password": (login[0], "wrong", login[2]), "user": ("nobody", login[1], login[2]),
        "account": (login[0], login[1], "no-account"),
    }.items():
        t.refused(f"a wrong {name}", (401, "401"), action, **by_password(*wrong, **project))
    elsewhere = {"project": {"name": "no-such-region"}}
    t.refused("a project that is not there", [(401, "401"), (400, "400")], action, **by_password(*login, **elsewhere))
    t.refused("a token that is none", (404, "404"), "iam:keystone_validate_token", x_subject_token="no-token")


def temporary_keys(t):
    text, _ = token_of(t, *root_login(t), project={"name": t.credentials["region"]})
    action = "iam:create_temporary_access_key_by_token"

    def asked(**token):
        return {"auth": {"identity": {"methods": ["token"], "token": token}}}

    got = t.call(action, **asked(id=text, duration_seconds=SHORTEST))["credential"]
    t.equal("what there is", sorted(got), ["access", "expires_at", "secret", "securitytoken"])
    t.that("its end", INSTANT.fullmatch(got["expires_at"]), got["expires_at"])
    worker = t.make(got["access"], got["secret"], token=got["securitytoken"])
    t.that("used", t.key in t.call_by(worker, "list-keys")["keys"])
    t.refused_for(t.make(got["access"], got["secret"]), "without its token", UNKNOWN, "list-keys")
    other = t.make(got["access"], got["secret"], token=got["securitytoken"][:-4] + "AAAA")
    t.refused_for(other, "with another token", UNKNOWN, "list-keys")
    for seconds in (SHORTEST - 1, 86401):
        t.refused(f"{seconds} s", 400, action, **asked(id=text, duration_seconds=seconds))


def projects(t):
    region, domain = t.credentials["region"], t.credentials["domain_id"]
    got = t.call("iam:keystone_list_projects", name=region)
    want = {
        "id": t.credentials["project_id"], "name": region, "domain_id": domain, "is_domain": False, "enabled": True,
    }
    t.equal("one project", len(got["projects"]), 1)
    t.equal("the project", {name: got["projects"][0].get(name) for name in want}, want)
    t.equal("links", (got["links"]["next"], got["links"]["previous"]), (None, None))
    t.equal("none of that name", t.call("iam:keystone_list_projects", name="no-such")["projects"], [])
    for action in ("iam:keystone_list_projects", "iam:keystone_list_auth_projects"):
        t.that(action, want["id"] in [row["id"] for row in t.call(action)["projects"]])
    row = t.call("iam:keystone_show_project", project_id=want["id"])["project"]
    t.equal("by id", {name: row.get(name) for name in want}, want)
    domains = t.call("iam:keystone_list_auth_domains")["domains"]
    shown = [(row["id"], row["name"], row["enabled"]) for row in domains]
    t.equal("domains", shown, [(domain, t.credentials["domain_name"], True)])
    version = t.call("iam:keystone_show_version")["version"]
    t.equal("version", (version["id"], version["status"]), ("v3.6", "stable"))
    wrong = {"project": {"name": f"{region}_new", "domain_id": domain, "parent_id": domain}}
    t.refused("projects cannot be made", 403, "iam:keystone_create_project", **wrong)


def users(t):
    name, domain = f"user-{uuid.uuid4().hex[:8]}", t.credentials["domain_id"]
    user = {"name": name, "domain_id": domain, "password": PASSWORD, "enabled": True, "description": "live test"}
    made_user = t.call("iam:create_user", user=user)["user"]
    want = {"name": name, "domain_id": domain, "enabled": True, "description": "live test"}
    t.equal("create_user", {field: made_user.get(field) for field in want}, want)
    key = made_user["id"]
    t.that("id", HEX32.fullmatch(key), key)
    t.refused("taken", (400, "1109"), "iam:create_user", user=user)
    for action in ("iam:show_user", "iam:keystone_show_user"):
        shown = t.call(action, user_id=key)["user"]
        t.equal(action, {field: shown.get(field) for field in want}, want)
    rows = t.call("iam:keystone_list_users", name=name)["users"]
    t.equal("found by name", [row["id"] for row in rows], [key])
    region = {"name": t.credentials["region"]}
    text, token = token_of(t, name, PASSWORD, t.credentials["domain_name"], project=region)
    t.equal("its token", (token["user"]["id"], token["project"]["id"]), (key, t.credentials["project_id"]))
    t.call("iam:update_user", user_id=key, user={"description": "changed", "enabled": False})
    t.refused("a token of a disabled user", (404, "404"), "iam:keystone_validate_token", x_subject_token=text)
    login = by_password(name, PASSWORD, t.credentials["domain_name"], project=region)
    t.refused("a login that is disabled", (401, "401"), "iam:keystone_create_user_token_by_password", **login)
    t.call("iam:keystone_update_user_by_admin", user_id=key, user={"enabled": True, "password": PASSWORD[::-1]})
    t.refused("the old password", (401, "401"), "iam:keystone_create_user_token_by_password", **login)
    token_of(t, name, PASSWORD[::-1], t.credentials["domain_name"], project=region)
    t.equal("keystone_delete_user", t.call("iam:keystone_delete_user", user_id=key), {})
    t.refused("it is gone", 404, "iam:keystone_show_user", user_id=key)


def access_keys(t):
    bob = t.user()
    own = t.call("iam:list_permanent_access_keys", user_id=bob.id)["credentials"]
    t.equal("one key", [(row["user_id"], row["status"]) for row in own], [(bob.id, "active")])
    second = {"user_id": bob.id, "description": "second"}  # descriptions are not kept
    got = t.call("iam:create_permanent_access_key", credential=second)["credential"]
    t.equal("the second", (got["status"], got["description"], got["user_id"]), ("active", "", bob.id))
    t.refused("a third", (400, "400"), "iam:create_permanent_access_key", credential=second)
    worker = t.make(got["access"], got["secret"])
    t.refused_for(worker, "known, and may nothing", code("0307"), "list-keys")
    ref = {"access_key": got["access"]}
    t.call("iam:update_permanent_access_key", credential={"status": "inactive"}, **ref)
    t.equal("inactive", t.call("iam:show_permanent_access_key", **ref)["credential"]["status"], "inactive")
    t.refused_for(worker, "an inactive key", UNKNOWN, "list-keys")
    t.call("iam:delete_permanent_access_key", **ref)
    t.refused("deleted", 404, "iam:show_permanent_access_key", **ref)


def groups(t):
    bob, domain = t.user(), t.credentials["domain_id"]
    name = f"group-{uuid.uuid4().hex[:8]}"
    wanted = {"name": name, "domain_id": domain, "description": "live"}
    group = t.call("iam:keystone_create_group", group=wanted)["group"]
    t.equal("keystone_create_group", {field: group[field] for field in wanted}, wanted)
    ref, both = {"group_id": group["id"]}, {"group_id": group["id"], "user_id": bob.id}
    t.refused("not a member", 404, "iam:keystone_check_user_in_group", **both)
    t.call("iam:keystone_add_user_to_group", **both)
    t.call("iam:keystone_check_user_in_group", **both)
    members = t.call("iam:keystone_list_users_for_group_by_admin", **ref)["users"]
    t.equal("members", [row["id"] for row in members], [bob.id])
    rows = t.call("iam:keystone_list_groups_for_user", user_id=bob.id)["groups"]
    t.equal("groups of bob", [row["id"] for row in rows], [group["id"]])
    t.call("iam:keystone_remove_user_from_group", **both)
    t.equal("no members", t.call("iam:keystone_list_users_for_group_by_admin", **ref)["users"], [])
    t.call("iam:keystone_update_group", group={"description": "changed"}, **ref)
    t.equal("changed", t.call("iam:keystone_show_group", **ref)["group"]["description"], "changed")
    t.call("iam:keystone_delete_group", **ref)
    t.refused("gone", 404, "iam:keystone_show_group", **ref)


def new_group(t, *members):
    wanted = {"name": f"group-{uuid.uuid4().hex[:8]}", "domain_id": t.credentials["domain_id"]}
    group = t.call("iam:keystone_create_group", group=wanted)["group"]["id"]
    for member in members:
        t.call("iam:keystone_add_user_to_group", group_id=group, user_id=member.id)
    return group


def system_roles(t):
    """The role of old: whoever's group has it may do everything with keys."""
    bob = t.user()
    group = new_group(t, bob)
    roles = t.call("iam:keystone_list_permissions", display_name="KMS Administrator")["roles"]
    row = next(row for row in roles if row["display_name"] == "KMS Administrator")
    t.equal("its type", row["type"], "XA")
    ref = {"project_id": t.credentials["project_id"], "group_id": group, "role_id": row["id"]}
    t.refused_for(bob.api, "before", code("0307"), "list-keys")
    t.call("iam:keystone_associate_group_with_project_permission", **ref)
    t.call("iam:keystone_check_project_permission_for_group", **ref)
    found = t.call("iam:keystone_list_project_permissions_for_group", project_id=ref["project_id"], group_id=group)
    t.equal("assigned", [role["id"] for role in found["roles"]], [row["id"]])
    t.that("after", t.key in t.call_by(bob.api, "list-keys")["keys"])
    blob = t.call_by(bob.api, "encrypt-data", key_id=t.key, plain_text=TEXT)["cipher_text"]
    t.equal("used", t.call_by(bob.api, "decrypt-data", cipher_text=blob)["plain_text"], TEXT)
    t.call("iam:keystone_remove_project_permission_from_group", **ref)
    t.refused_for(bob.api, "taken away", code("0307"), "list-keys")


def custom_policies(t):
    """Rights on one key, and a denial that wins."""
    bob, mine, other = t.user(), made(t), made(t)
    group = new_group(t, bob)

    def attach(name, *statements):
        policy = {"version": "1.1", "statement": list(statements)}
        role = {"display_name": name, "type": "XA", "description": "live test", "policy": policy}
        got = t.call("iam:create_cloud_service_custom_policy", role=role)["role"]
        shown = (got["display_name"], got["type"], got["catalog"], got["domain_id"])
        t.equal(f"policy {name}", shown, (name, "XA", "CUSTOMED", t.credentials["domain_id"]))
        ref = {"domain_id": t.credentials["domain_id"], "group_id": group, "role_id": got["id"]}
        t.call("iam:update_domain_group_inherit_role", **ref)
        return got

    def may(name, action, **params):
        t.that(name, t.call_by(bob.api, action, **params))

    allowed = attach(
        f"use one key {t.tag}",
        {"effect": "Allow", "action": ["kms:cmk:crypto", "kms:cmk:get"], "resource": [f"kms:*:*:KeyId:{mine}"]},
        {"effect": "Allow", "action": ["kms:cmk:list"]},
    )
    may("the key", "encrypt-data", key_id=mine, plain_text="x")
    may("the list", "list-keys")
    t.refused_for(bob.api, "another key", DENIED, "encrypt-data", key_id=other, plain_text="x")
    t.refused_for(bob.api, "another call", DENIED, "disable-key", key_id=mine)
    attach(f"but not look {t.tag}", {"effect": "Deny", "action": ["kms:cmk:get"]})
    t.refused_for(bob.api, "denied", DENIED, "describe-key", key_id=mine)
    may("the rest stays", "encrypt-data", key_id=mine, plain_text="x")
    shown = t.call("iam:show_custom_policy", role_id=allowed["id"])["role"]
    t.equal("shown", (shown["display_name"], shown["policy"]["Version"]), (allowed["display_name"], "1.1"))
    rows = t.call("iam:list_custom_policies")["roles"]
    t.that("listed", allowed["id"] in [row["id"] for row in rows], rows)
    wider = {"version": "1.1", "statement": [{"effect": "Allow", "action": ["kms:*:*"]}]}
    change = {"display_name": allowed["display_name"], "type": "XA", "description": "wider", "policy": wider}
    t.call("iam:update_cloud_service_custom_policy", role_id=allowed["id"], role=change)
    may("after the change", "disable-key", key_id=other)
    ref = {"domain_id": t.credentials["domain_id"], "group_id": group, "role_id": allowed["id"]}
    t.call("iam:delete_domain_group_inherited_role", **ref)
    t.call("iam:delete_custom_policy", role_id=allowed["id"])
    t.refused("deleted", 404, "iam:show_custom_policy", role_id=allowed["id"])
    t.refused_for(bob.api, "and no right any more", DENIED, "encrypt-data", key_id=mine, plain_text="x")


def no_rights(t):
    """Who may nothing may not make users either."""
    bob = t.user()
    t.refused_for(bob.api, "keystone_list_users", (403, "403"), "iam:keystone_list_users")
    user = {"name": "mallory", "domain_id": t.credentials["domain_id"]}
    t.refused_for(bob.api, "create_user", 403, "iam:create_user", user=user)
    got = t.call_by(bob.api, "iam:keystone_list_projects", name=t.credentials["region"])["projects"]
    t.equal("but its project", [row["id"] for row in got], [t.credentials["project_id"]])


SECTIONS = [
    tokens, refused_tokens, temporary_keys, projects, users, access_keys, groups, system_roles, custom_policies,
    no_rights,
]
