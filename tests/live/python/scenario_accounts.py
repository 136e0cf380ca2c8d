"""Accounts of one deployment: each by itself, unless both sides agree. `node/scenario_accounts.mjs` is its twin.

Accounts are made with operations of ours, through the door that each client has for operations it does not know.
"""

import json

from people import Person, document, fresh, grant, root, session, statement, trusting, uid, user
from scenario_common import NO_KEY, PLAINTEXT
from scenario_identities import NO_USER, conflict

NO_ACCOUNT = (404, "EntityNotExist.Account")


def new_account(t, name):
    """A new account and the person that is its root."""
    made = root(t).claviger("CreateAccount", AccountName=name)
    key = made["AccessKey"]
    return made["Account"], Person(t, key["AccessKeyId"], key["AccessKeySecret"])


def neighbours(t):
    """A second account, with a user and a key."""
    if not hasattr(t, "neighbours"):
        account, chief = new_account(t, fresh(t, "account"))
        metadata = chief.kms("CreateKey")["KeyMetadata"]
        t.neighbours = (account["AccountId"], chief, metadata)
    return t.neighbours


def accounts(t):
    me, name = root(t), fresh(t, "account")
    account, chief = new_account(t, name)
    number = {"AccountId": account["AccountId"]}
    t.that("AccountId", len(account["AccountId"]) == 16 and account["AccountId"].isdigit(), account)
    t.equal("AccountName", account["AccountName"], name)
    who = chief.sts("GetCallerIdentity")
    want = ("Account", account["AccountId"], f"acs:ram::{account['AccountId']}:root")
    t.equal("who its root is", (who["IdentityType"], who["AccountId"], who["Arn"]), want)
    t.equal("GetAccount", me.claviger("GetAccount", **number)["Account"], account)
    me.claviger("UpdateAccount", AccountName="renamed", **number)
    rows = me.claviger("ListAccounts")["Accounts"]["Account"]
    found = {row["AccountId"]: row["AccountName"] for row in rows}
    t.equal("ListAccounts", found.get(account["AccountId"]), "renamed")
    t.that("ListAccounts has ours", uid(t) in found, found)
    _, alice = user(t)
    for name, person in {"of another account": chief, "without permission": alice}.items():
        for action, params in {
            "CreateAccount": {"AccountName": "mine"}, "ListAccounts": {}, "GetAccount": number, "DeleteAccount": number,
        }.items():
            person.denied(f"{action} by somebody {name}", "claviger", action, **params)
    chief.ram("CreateUser", UserName="alice")
    in_use = conflict("DeleteConflict.Account.Resource")
    me.refused("an account with users", in_use, "claviger", "DeleteAccount", **number)
    chief.ram("DeleteUser", UserName="alice")
    me.claviger("DeleteAccount", **number)
    me.refused("GetAccount after DeleteAccount", NO_ACCOUNT, "claviger", "GetAccount", **number)
    chief.refused("its root", (404, "InvalidAccessKeyId.NotFound"), "sts", "GetCallerIdentity")
    first = conflict("DeleteConflict.Account.First")
    me.refused("our own account", first, "claviger", "DeleteAccount", AccountId=uid(t))


def walls(t):
    """Names mean something else in each account, and keys are nobody else's."""
    (number, chief, theirs), (name, alice) = neighbours(t), user(t)
    grant(t, name, statement("*"))
    t.equal("no users of ours", chief.ram("ListUsers")["Users"]["User"], [])
    chief.refused("a user of ours", NO_USER, "ram", "GetUser", UserName=name)
    namesake = chief.ram("CreateUser", UserName=name)["User"]
    t.that("a namesake", namesake["UserId"] != root(t).ram("GetUser", UserName=name)["User"]["UserId"])
    chief.ram("DeleteUser", UserName=name)
    root(t).ram("GetUser", UserName=name)
    rows = chief.kms("ListKeys")["Keys"]["Key"]
    t.equal("no keys of ours", [row["KeyId"] for row in rows], [theirs["KeyId"]])
    alias = f"alias/live/{t.tag}-wall"
    t.call("CreateAlias", KeyId=t.key, AliasName=alias)
    chief.refused("an alias of ours", (404, "Forbidden.AliasNotFound"), "kms", "DescribeKey", KeyId=alias)
    chief.kms("CreateAlias", KeyId=theirs["KeyId"], AliasName=alias)
    t.equal("the same alias, our key", t.call("DescribeKey", KeyId=alias)["KeyMetadata"]["KeyId"], t.key)
    t.call("DeleteAlias", AliasName=alias)
    chief.kms("DeleteAlias", AliasName=alias)
    ours = t.call("Encrypt", KeyId=t.key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    foreign = chief.kms("Encrypt", KeyId=theirs["KeyId"], Plaintext=PLAINTEXT)["CiphertextBlob"]
    for who, person, arn, key, blob in (
        ("their root", chief, t.arn, t.key, ours), ("our user", alice, theirs["Arn"], theirs["KeyId"], foreign),
        ("our root", root(t), theirs["Arn"], theirs["KeyId"], foreign),
    ):
        person.refused(f"a key by its id, {who}", NO_KEY, "kms", "DescribeKey", KeyId=key)
        for action, params in {"DescribeKey": {}, "Encrypt": {"Plaintext": PLAINTEXT}, "DisableKey": {}}.items():
            person.denied(f"{action} by ARN, {who}", "kms", action, KeyId=arn, **params)
        person.refused(f"Decrypt, {who}", NO_KEY, "kms", "Decrypt", CiphertextBlob=blob)


def shared_keys(t):
    """A key of another account is used when its policy and the caller's own policies both allow it."""
    (number, chief, theirs), (name, alice) = neighbours(t), user(t)
    encryption = {"KeyId": theirs["Arn"], "Plaintext": PLAINTEXT}
    own = {"Effect": "Allow", "Principal": {"RAM": [f"acs:ram::{number}:*"]}, "Action": ["kms:*"], "Resource": ["*"]}
    guest = {**own, "Principal": {"RAM": [f"acs:ram::{uid(t)}:user/{name}"]}, "Action": ["kms:Encrypt", "kms:Decrypt"]}
    shared = json.dumps({"Version": "1", "Statement": [own, guest]})
    chief.kms("SetKeyPolicy", KeyId=theirs["KeyId"], Policy=shared)
    alice.denied("only the key's policy allows it", "kms", "Encrypt", **encryption)
    grant(t, name, statement(["kms:Encrypt", "kms:Decrypt", "kms:DisableKey"], theirs["Arn"]))
    blob = alice.kms("Encrypt", **encryption)["CiphertextBlob"]
    t.equal("both allow it", alice.kms("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    alice.denied("only the caller's policies allow it", "kms", "DisableKey", KeyId=theirs["Arn"])
    t.equal("they read it too", chief.kms("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    alone = json.dumps({"Version": "1", "Statement": [own]})
    chief.kms("SetKeyPolicy", KeyId=theirs["KeyId"], Policy=alone)
    alice.denied("after the key's policy was changed", "kms", "Encrypt", **encryption)


def shared_roles(t):
    """Somebody of another account takes a role that trusts that account, if its own policies allow it."""
    (number, chief, theirs), (name, alice), taken = neighbours(t), user(t), fresh(t, "role")
    trust = trusting(f"acs:ram::{uid(t)}:root")
    arn = chief.ram("CreateRole", RoleName=taken, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    text = document(statement("kms:Encrypt", theirs["Arn"]))
    chief.ram("CreatePolicy", PolicyName="shared", PolicyDocument=text)
    chief.ram("AttachPolicyToRole", RoleName=taken, PolicyType="Custom", PolicyName="shared")
    asked = {"RoleArn": arn, "RoleSessionName": "visitor"}
    alice.denied("only the role allows it", "sts", "AssumeRole", **asked)
    grant(t, name, statement("sts:AssumeRole", arn))
    worker = session(t, alice.sts("AssumeRole", **asked)["Credentials"])
    t.equal("whose session it is", worker.sts("GetCallerIdentity")["AccountId"], number)
    worker.kms("Encrypt", KeyId=theirs["KeyId"], Plaintext=PLAINTEXT)
    worker.denied("what the role has not", "kms", "Encrypt", KeyId=t.arn, Plaintext=PLAINTEXT)
    nobody = trusting(f"acs:ram::{number}:root")
    chief.ram("UpdateRole", RoleName=taken, NewAssumeRolePolicyDocument=nobody)
    alice.denied("only the caller's policies allow it", "sts", "AssumeRole", **asked)


ONCE = [accounts, walls, shared_keys, shared_roles]
