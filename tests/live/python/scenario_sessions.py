"""Roles and those who take them. `node/scenario_sessions.mjs` is its twin."""

from people import (
    NO_ACCESS_KEY, Person, detail_holds, document, grant, on_key, role, root, session, statement, trusting,
    two_keys, uid, user,
)
from scenario_common import PLAINTEXT, lies_ahead, now

MALFORMED = (400, "InvalidSecurityToken.Malformed")
MISMATCH = (400, "InvalidSecurityToken.MismatchWithAccessKey")
MINUTES_15 = 900


def whole_account(t):
    return trusting(f"acs:ram::{uid(t)}:root")


def assumed(person, taken, **more):
    """What AssumeRole answers."""
    return person.sts("AssumeRole", RoleArn=taken["Arn"], RoleSessionName="live.session@1", **more)


def may_assume(t, name, taken):
    grant(t, name, statement("sts:AssumeRole", taken["Arn"]))


def sessions(t):
    """From AssumeRole to a call with exactly the role's rights."""
    (key, other), (name, alice) = two_keys(t), user(t)
    taken = role(t, whole_account(t), statement(["kms:Encrypt", "kms:Decrypt"], on_key(t, key)))
    t.equal("ARN of the role", taken["Arn"], f"acs:ram::{uid(t)}:role/{taken['RoleName']}")
    asked = {"RoleArn": taken["Arn"], "RoleSessionName": "live.session@1"}
    alice.denied("AssumeRole without permission", "sts", "AssumeRole", **asked)
    may_assume(t, name, taken)
    start = now()
    answer = assumed(alice, taken)
    credentials, who = answer["Credentials"], answer["AssumedRoleUser"]
    arn, principal = f"{taken['Arn']}/live.session@1", f"{taken['RoleId']}:live.session@1"
    t.equal("AssumedRoleUser", (who["Arn"], who["AssumedRoleId"]), (arn, principal))
    t.that("id of the access key", credentials["AccessKeyId"].startswith("STS."), credentials["AccessKeyId"])
    lies_ahead(t, "Expiration", credentials["Expiration"], start, hours=1)
    worker = session(t, credentials)
    me = worker.sts("GetCallerIdentity")
    for field, want in {
        "IdentityType": "AssumedRoleUser", "AccountId": uid(t), "RoleId": taken["RoleId"], "PrincipalId": principal,
        "Arn": arn,
    }.items():
        t.equal(f"GetCallerIdentity of a session: {field}", me.get(field), want)
    blob = worker.kms("Encrypt", KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    t.equal("Decrypt by a session", worker.kms("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    alice.denied("the user has no rights of the role", "kms", "Decrypt", CiphertextBlob=blob)
    worker.denied("another key", "kms", "Encrypt", KeyId=other, Plaintext=PLAINTEXT)
    error = worker.denied("another operation", "kms", "GenerateDataKey", KeyId=key)
    detail_holds(
        t, "another operation by a session", error, AuthAction="kms:GenerateDataKey", NoPermissionType="ImplicitDeny",
        AuthPrincipalType="AssumedRoleUser", AuthPrincipalOwnerId=uid(t),
        AuthPrincipalDisplayName=f"{taken['RoleName']}:live.session@1", PolicyType="AccountLevelIdentityBasedPolicy",
    )
    worker.denied("users", "ram", "ListUsers")
    wrong_tokens(t, worker, session(t, assumed(alice, taken)["Credentials"]), alice)


def wrong_tokens(t, worker, other, alice):
    """A token opens nothing without the access key it came with."""
    asked = {"KeyId": two_keys(t)[0], "Plaintext": PLAINTEXT}
    key_id, secret = worker.access_key.values()

    def refused(name, wants, person):
        person.refused(f"{name}, at KMS", wants, "kms", "Encrypt", **asked)
        person.refused(f"{name}, at STS", wants, "sts", "GetCallerIdentity")

    refused("no token", NO_ACCESS_KEY, Person(t, key_id, secret))
    for name, token in {"a word": "token", "a long text": "A" * 800, "cut": worker.token[:-8]}.items():
        refused(f"a wrong token, {name}", MALFORMED, Person(t, key_id, secret, token))
    middle = len(worker.token) // 2
    changed = worker.token[:middle] + ("A" if worker.token[middle] != "A" else "B") + worker.token[middle + 1:]
    refused("a changed token", MALFORMED, Person(t, key_id, secret, changed))
    refused("the token of another session", MISMATCH, Person(t, key_id, secret, other.token))
    refused("a token with a user's access key", MISMATCH, Person(t, *alice.access_key.values(), worker.token))
    stolen = Person(t, key_id, other.access_key["AccessKeySecret"], worker.token)
    wrong = stolen.apis["kms"].wrong_secret_code
    stolen.refused("the secret of another session", (400, wrong), "kms", "Encrypt", **asked)
    worker.kms("Encrypt", **asked)


def narrowed_sessions(t):
    """A session policy takes away, and gives nothing."""
    (key, other), (name, alice) = two_keys(t), user(t)
    taken = role(t, whole_account(t), statement(["kms:Encrypt", "kms:Decrypt"]))
    may_assume(t, name, taken)
    encryption = {"KeyId": key, "Plaintext": PLAINTEXT}
    inner = document(statement(["kms:Encrypt", "kms:GenerateDataKey"], on_key(t, key)))
    worker = session(t, assumed(alice, taken, Policy=inner)["Credentials"])
    blob = worker.kms("Encrypt", **encryption)["CiphertextBlob"]
    error = worker.denied("what the session policy leaves out", "kms", "Decrypt", CiphertextBlob=blob)
    detail_holds(t, "what the session policy leaves out", error, PolicyType="SessionPolicy")
    worker.denied("another key", "kms", "Encrypt", KeyId=other, Plaintext=PLAINTEXT)
    worker.denied("what the role has not", "kms", "GenerateDataKey", KeyId=key)
    inner = document(statement("kms:*"), statement("kms:Decrypt", effect="Deny"))
    worker = session(t, assumed(alice, taken, Policy=inner, DurationSeconds=MINUTES_15)["Credentials"])
    worker.kms("Encrypt", **encryption)
    error = worker.denied("what the session policy denies", "kms", "Decrypt", CiphertextBlob=blob)
    detail_holds(t, "what the session policy denies", error, NoPermissionType="ExplicitDeny")
    wide = session(t, assumed(alice, taken)["Credentials"])
    t.equal("without a session policy", wide.kms("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)


def rights_of_a_role(t):
    """What is taken from a role is taken from its sessions, with the next call."""
    (key, _), (name, alice) = two_keys(t), user(t)
    taken = role(t, whole_account(t))
    may_assume(t, name, taken)
    ref = {"RoleName": taken["RoleName"], "PolicyType": "System", "PolicyName": "AliyunKMSCryptoUserAccess"}
    encryption, asked = {"KeyId": key, "Plaintext": PLAINTEXT}, {"RoleArn": taken["Arn"], "RoleSessionName": "again"}
    worker = session(t, assumed(alice, taken)["Credentials"])
    worker.denied("a role without policies", "kms", "Encrypt", **encryption)
    root(t).ram("AttachPolicyToRole", **ref)
    worker.kms("Encrypt", **encryption)
    root(t).ram("DetachPolicyFromRole", **ref)
    worker.denied("after the policy was detached", "kms", "Encrypt", **encryption)
    root(t).ram("AttachPolicyToRole", **ref)
    stranger = trusting(f"acs:ram::{uid(t)}:user/nobody-{t.tag}")
    root(t).ram("UpdateRole", RoleName=taken["RoleName"], NewAssumeRolePolicyDocument=stranger)
    error = alice.denied("a role that trusts others", "sts", "AssumeRole", **asked)
    detail_holds(t, "a role that trusts others", error, AuthAction="sts:AssumeRole")
    worker.kms("Encrypt", **encryption)
    named = trusting(f"acs:ram::{uid(t)}:user/{name}")
    root(t).ram("UpdateRole", RoleName=taken["RoleName"], NewAssumeRolePolicyDocument=named)
    alice.sts("AssumeRole", **asked)
    root(t).ram("DetachPolicyFromRole", **ref)
    root(t).ram("DeleteRole", RoleName=taken["RoleName"])
    worker.refused("after the role is gone", NO_ACCESS_KEY, "kms", "Encrypt", **encryption)
    alice.refused("nor can it be taken", (404, "EntityNotExist.Role"), "sts", "AssumeRole", **asked)


def refused_sessions(t):
    name, alice = user(t)
    taken = role(t, whole_account(t))
    may_assume(t, name, taken)
    good, action = {"RoleArn": taken["Arn"], "RoleSessionName": "session"}, "AssumeRole"
    for field, wrong in (
        ("DurationSeconds", MINUTES_15 - 1), ("DurationSeconds", 3601), ("DurationSeconds", 0),
        ("RoleSessionName", "a"), ("RoleSessionName", "a b"), ("RoleSessionName", "x" * 65),
        ("RoleArn", taken["RoleName"]), ("RoleArn", f"acs:ram::{uid(t)}:user/{name}"),
    ):
        code = (400, f"InvalidParameter.{field}")
        alice.refused(f"{action}, {field}={wrong}", code, "sts", action, **{**good, field: wrong})
    for wrong in ("policy", "[]", document(statement("kms:*", effect="allow"))):
        code = (400, "InvalidParameter.PolicyGrammar")
        alice.refused(f"{action}, Policy={wrong[:10]}", code, "sts", action, Policy=wrong, **good)
    long = document(statement(["kms:" + "x" * 2048]))
    alice.refused(f"{action}, a long policy", (400, "InvalidParameter.PolicySize"), "sts", action, Policy=long, **good)
    unknown = {**good, "RoleArn": taken["Arn"] + "-"}
    alice.denied(f"{action}, another role", "sts", action, **unknown)
    root(t).denied(f"{action} by the root", "sts", action, **good)
    ready_made = {"PolicyType": "System", "PolicyName": "AliyunSTSAssumeRoleAccess"}
    root(t).ram("AttachPolicyToUser", UserName=name, **ready_made)
    alice.refused(f"{action}, no role", (404, "EntityNotExist.Role"), "sts", action, **unknown)
    root(t).ram("UpdateRole", RoleName=taken["RoleName"], NewMaxSessionDuration=7200)
    start = now()
    credentials = assumed(alice, taken, DurationSeconds=7200)["Credentials"]
    lies_ahead(t, "Expiration of a longer session", credentials["Expiration"], start, hours=2)


def caller_identities(t):
    me = root(t).sts("GetCallerIdentity")
    want = {"IdentityType": "Account", "AccountId": uid(t), "PrincipalId": uid(t), "Arn": f"acs:ram::{uid(t)}:root"}
    t.equal("GetCallerIdentity of the root", {field: me.get(field) for field in want}, want)
    name, alice = user(t)
    me, user_id = alice.sts("GetCallerIdentity"), root(t).ram("GetUser", UserName=name)["User"]["UserId"]
    want = {
        "IdentityType": "RAMUser", "AccountId": uid(t), "UserId": user_id, "PrincipalId": user_id,
        "Arn": f"acs:ram::{uid(t)}:user/{name}",
    }
    t.equal("GetCallerIdentity of a user", {field: me.get(field) for field in want}, want)


SECTIONS = [caller_identities, sessions]
ONCE = [narrowed_sessions, rights_of_a_role, refused_sessions]
