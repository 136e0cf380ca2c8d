"""Tokens in the hands of keystoneauth."""

from keystoneauth1 import exceptions as keystone
from openstack.exceptions import SDKException

from client_otc import connected
from shared import UNKNOWN, code


def scoped(t, scope=None, **identity):
    auth = {"identity": identity, **({"scope": scope} if scope else {})}
    url = f"{t.api.endpoint}/v3/auth/tokens"
    return t.api.conn.session.post(url, json={"auth": auth}, authenticated=False, raise_exc=False)


def logins(t):
    """A wrong password is keystoneauth's own Unauthorized."""
    name = t.credentials["user_name"]
    for case, login in {"password": (name, "wrong"), "user": ("nobody", "wrong")}.items():
        try:
            connected(t.credentials, *login, t.api.endpoint)
            t.that(f"a wrong {case}", False, "let in")
        except SDKException as error:
            cause = error.__cause__ or error.__context__
            t.that(f"a wrong {case}", isinstance(cause, keystone.Unauthorized), f"{error!r} for {cause!r}")


def by_access_key(t):
    """A token for an access key, and a token for a token."""
    key, secret = t.credentials["access_key_id"], t.credentials["access_key_secret"]
    shown = {"access": {"key": key}, "secret": {"key": secret}}
    scope = {"project": {"name": t.credentials["region"]}}
    got = scoped(t, scope, methods=["hw_ak_sk"], hw_ak_sk=shown)
    t.equal("by access key", got.status_code, 201)
    token, body = got.headers["X-Subject-Token"], got.json()["token"]
    t.equal("its project", body["project"]["id"], t.credentials["project_id"])
    t.equal("its user", body["user"]["name"], t.credentials["user_name"])
    again = scoped(t, scope, methods=["token"], token={"id": token})
    t.equal("by token", (again.status_code, again.json()["token"]["project"]), (201, body["project"]))
    wrong = {**shown, "secret": {"key": secret[::-1]}}
    got = scoped(t, scope, methods=["hw_ak_sk"], hw_ak_sk=wrong)
    t.equal("a wrong secret", (got.status_code, got.json()["error"]["code"]), (401, 401))


def with_token(t, token, project=None):
    """list-keys with just that token."""
    url = f"{t.api.endpoint}/v1.0/{project or t.credentials['project_id']}/kms/list-keys"
    got = t.api.conn.session.post(url, json={}, headers={"X-Auth-Token": token}, authenticated=False, raise_exc=False)
    body = got.json()
    return got.status_code, body.get("error", body).get("error_code")


def use(t):
    session = t.api.conn.session
    token = session.get_token()
    t.equal("a token of the project", with_token(t, token), (200, None))
    t.equal("another project", with_token(t, token, "0" * 32), code("0321"))
    t.equal("a token that is none", with_token(t, "x" * 64), UNKNOWN)
    t.equal("a token with a bit more", with_token(t, token + "A"), UNKNOWN)
    login = {
        "name": t.credentials["user_name"], "password": t.credentials["console_password"],
        "domain": {"name": t.credentials["domain_name"]},
    }
    got = scoped(t, {"domain": {"name": login["domain"]["name"]}}, methods=["password"], password={"user": login})
    t.equal("a token of the account", with_token(t, got.headers["X-Subject-Token"]), code("0321"))


def revocation(t):
    login = (t.credentials["user_name"], t.credentials["console_password"])
    session = connected(t.credentials, *login, t.api.endpoint).session
    token = session.get_token()
    url, subject = f"{t.api.endpoint}/v3/auth/tokens", {"X-Subject-Token": token}
    ours = t.api.conn.session
    for verb, status in (("GET", 200), ("HEAD", 200), ("DELETE", 204)):
        t.equal(verb, ours.request(url, verb, headers=subject, raise_exc=False).status_code, status)
    t.equal("revoked", with_token(t, token), UNKNOWN)
    t.equal("validated", ours.get(url, headers=subject, raise_exc=False).status_code, 404)
    # On 401 keystoneauth asks for a new one by itself.
    project = f"{t.api.endpoint}/v1.0/{t.credentials['project_id']}/kms/list-keys"
    t.equal("and logs in again", session.post(project, json={}).status_code, 200)
    t.that("with another token", session.get_token() != token)


SECTIONS = [logins, by_access_key, use, revocation]
