"""Identities for the scenarios: who has an access key, and what policies say. `node/people.mjs` is its twin."""

import json
import uuid

from scenario_common import made

DENIED = (403, "Forbidden.NoPermission")  # key management
NOT_ALLOWED = (403, "NoPermission")  # all others
NO_ACCESS_KEY = (404, "InvalidAccessKeyId.NotFound")
IDLE_ACCESS_KEY = (403, "Forbidden.AccessKey")


class Person:
    """Somebody with an access key: a client for each product."""

    def __init__(self, t, access_key_id, secret, token=None, **more):
        self.t = t
        self.access_key = {"AccessKeyId": access_key_id, "AccessKeySecret": secret}
        self.token = token
        self.apis = {
            product: t.make(access_key_id, secret, token=token, product=product, **more)
            for product in ("kms", "ram", "sts", "trail", "old_trail", "claviger")
        }

    def kms(self, action, **params):
        return self.t.call_by(self.apis["kms"], action, **params)

    def ram(self, action, **params):
        return self.t.call_by(self.apis["ram"], action, **params)

    def sts(self, action, **params):
        return self.t.call_by(self.apis["sts"], action, **params)

    def trail(self, action, **params):
        return self.t.call_by(self.apis["trail"], action, **params)

    def old_trail(self, action, **params):
        return self.t.call_by(self.apis["old_trail"], action, **params)

    def claviger(self, action, **params):
        return self.t.call_by(self.apis["claviger"], action, **params)

    def refused(self, name, wants, product, action, **params):
        return self.t.refused_for(self.apis[product], name, wants, action, **params)

    def denied(self, name, product, action, **params):
        """The call is refused for want of a permission."""
        return self.refused(name, DENIED if product == "kms" else NOT_ALLOWED, product, action, **params)

    def over(self, secure):
        """The same person over another transport."""
        return Person(self.t, *self.access_key.values(), self.token, secure=secure)


def root(t):
    """The root of the account that the credentials file is for."""
    if not hasattr(t, "root"):
        t.root = Person(t, t.credentials["access_key_id"], t.credentials["access_key_secret"])
    return t.root


def fresh(t, kind):
    """A name that nobody has."""
    return f"{kind}-{t.tag}-{uuid.uuid4().hex[:8]}"


def uid(t):
    return t.credentials["account_id"]


def user(t):
    """A new user with an access key: (its name, the person)."""
    name = fresh(t, "user")
    root(t).ram("CreateUser", UserName=name)
    return name, with_key(t, name)


def with_key(t, name):
    """A user with a new access key."""
    key = root(t).ram("CreateAccessKey", UserName=name)["AccessKey"]
    return Person(t, key["AccessKeyId"], key["AccessKeySecret"])


def session(t, credentials):
    """Who holds what AssumeRole gave."""
    key = (credentials["AccessKeyId"], credentials["AccessKeySecret"])
    return Person(t, *key, credentials["SecurityToken"])


def statement(actions, resources="*", effect="Allow", **more):
    return {"Effect": effect, "Action": actions, "Resource": resources, **more}


def document(*statements):
    """A policy as text."""
    return json.dumps({"Version": "1", "Statement": list(statements)})


def trusting(*principals):
    """A trust policy."""
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": list(principals)}}
    return json.dumps({"Version": "1", "Statement": [allowed]})


def policy(t, *statements):
    """The name of a new policy."""
    name = fresh(t, "policy")
    root(t).ram("CreatePolicy", PolicyName=name, PolicyDocument=document(*statements))
    return name


def grant(t, name, *statements):
    """A new policy on a user: its name as parameters."""
    ref = {"PolicyType": "Custom", "PolicyName": policy(t, *statements)}
    root(t).ram("AttachPolicyToUser", UserName=name, **ref)
    return ref


def role(t, trust, *statements):
    """A new role, with a policy if there are statements: what CreateRole shows of it."""
    shown = root(t).ram("CreateRole", RoleName=fresh(t, "role"), AssumeRolePolicyDocument=trust)["Role"]
    if statements:
        name = policy(t, *statements)
        root(t).ram("AttachPolicyToRole", RoleName=shown["RoleName"], PolicyType="Custom", PolicyName=name)
    return shown


def on_key(t, key):
    """A key as policies name it."""
    return f"{t.arn_prefix}key/{key}"


def two_keys(t):
    """Keys of which policies may tell one from the other."""
    if not hasattr(t, "two"):
        t.two = (made(t)["KeyId"], made(t)["KeyId"])
    return t.two


def detail_holds(t, name, error, **wants):
    """What a client shows of a decision, where it shows any of it."""
    if error is None or not t.api.shows_details:
        return
    for field, want in wants.items():
        t.equal(f"{name}: {field}", (error.detail or {}).get(field), want)
