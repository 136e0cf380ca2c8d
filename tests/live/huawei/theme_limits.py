"""How many there may be. Dear, so one client does it once, in accounts of their own."""

from shared import code, made, title
from theme_grants import neighbour


def keys(t):
    """100 keys of a project."""
    account = neighbour(t)

    def create():
        return t.call_by(account.api, "create-key", key_alias=title(t))

    have = t.call_by(account.api, "user-instances")["instance_num"]
    for _ in range(100 - have):
        create()
    used = t.call_by(account.api, "user-quotas")["quotas"]["resources"]
    t.equal("all used", next(row for row in used if row["type"] == "CMK"), {"type": "CMK", "used": 100, "quota": 100})
    t.refused_for(account.api, "one more", code("1105"), "create-key", key_alias=title(t))
    ids = t.call_by(account.api, "list-keys", limit="100")["keys"]
    t.equal("all listed", len(set(ids)), 100)


def grants(t):
    """100 grants on a key."""
    key = made(t)
    params = {"key_id": key, "grantee_principal": "0" * 32, "operations": ["describe-key"]}
    for _ in range(100):
        t.call("create-grant", **params)
    t.refused("one more", code("2404"), "create-grant", **params)
    used = t.call("user-quotas")["quotas"]["resources"]
    want = {"type": "grant_per_CMK", "used": 100, "quota": 100}
    t.equal("grants used", next(row for row in used if row["type"] == "grant_per_CMK"), want)


def aliases(t):
    """50 aliases of a key."""
    key = made(t)
    for number in range(50):
        t.call("create-alias", key_id=key, alias=f"limit-{t.tag}-{number}")
    t.refused("one more", code("0308"), "create-alias", key_id=key, alias=f"limit-{t.tag}-50")


ONCE = [keys, grants, aliases]
