"""What users may do with keys: exactly what policies say, from the next call on. Twin: `node/scenario_rights.mjs`."""

import json

from people import (
    IDLE_ACCESS_KEY, NO_ACCESS_KEY, detail_holds, document, fresh, grant, on_key, policy, root, statement, two_keys,
    uid, user, with_key,
)
from scenario_common import NO_KEY, PLAINTEXT, made
from scenario_policies import policy_for


def rights_of_a_user(t):
    """One operation on one key, and nothing else."""
    (key, other), (name, alice) = two_keys(t), user(t)
    owner = {"AuthPrincipalType": "SubUser", "AuthPrincipalOwnerId": uid(t)}
    error = alice.denied("a user without policies", "kms", "Encrypt", KeyId=key, Plaintext=PLAINTEXT)
    user_id = root(t).ram("GetUser", UserName=name)["User"]["UserId"]
    detail_holds(
        t, "a user without policies", error, AuthAction="kms:Encrypt", AuthPrincipalDisplayName=user_id,
        NoPermissionType="ImplicitDeny", PolicyType="AccountLevelIdentityBasedPolicy", **owner,
    )
    t.that("DescribeRegions needs no permission", alice.kms("DescribeRegions")["Regions"]["Region"])
    ref = grant(t, name, statement("kms:Encrypt", on_key(t, key)))
    blob = alice.kms("Encrypt", KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    t.equal("what the user encrypts", t.call("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    alice.kms("Encrypt", KeyId=f"{t.arn_prefix}key/{key}", Plaintext=PLAINTEXT)
    alice.denied("the same with another key", "kms", "Encrypt", KeyId=other, Plaintext=PLAINTEXT)
    error = alice.denied("another operation", "kms", "Decrypt", CiphertextBlob=blob)
    detail_holds(t, "another operation", error, AuthAction="kms:Decrypt", NoPermissionType="ImplicitDeny", **owner)
    alice.denied("keys that are not there", "kms", "Encrypt", KeyId=fresh(t, "key"), Plaintext=PLAINTEXT)
    for action, params in {"ListKeys": {}, "CreateKey": {}, "DescribeKey": {"KeyId": key}}.items():
        alice.denied(action, "kms", action, **params)
    alice.denied("users", "ram", "ListUsers")
    root(t).ram("DetachPolicyFromUser", UserName=name, **ref)
    alice.denied("after the policy was detached", "kms", "Encrypt", KeyId=key, Plaintext=PLAINTEXT)


def denying_statements(t):
    (key, other), (name, alice) = two_keys(t), user(t)
    everything, nothing = statement("kms:*"), statement(["kms:Encr*"], [on_key(t, other)], "Deny")
    ref = grant(t, name, everything, nothing)
    blob = alice.kms("Encrypt", KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    error = alice.denied("denied by a statement", "kms", "Encrypt", KeyId=other, Plaintext=PLAINTEXT)
    detail_holds(t, "denied by a statement", error, NoPermissionType="ExplicitDeny", AuthAction="kms:Encrypt")
    t.equal("what is left", alice.kms("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    alice.refused("who may use all keys learns which there are", NO_KEY, "kms", "DescribeKey", KeyId=fresh(t, "key"))
    grant(t, name, statement("kms:Encrypt", effect="Deny"))
    alice.denied("deny beats allow across policies", "kms", "Encrypt", KeyId=key, Plaintext=PLAINTEXT)
    root(t).ram("DetachPolicyFromUser", UserName=name, **ref)


def versions_of_a_policy(t):
    """The default version counts, from the next call on."""
    (key, _), (name, alice) = two_keys(t), user(t)
    ref = grant(t, name, statement("kms:Encrypt"))
    only = {"PolicyName": ref["PolicyName"]}
    encryption = {"KeyId": key, "Plaintext": PLAINTEXT}
    blob = alice.kms("Encrypt", **encryption)["CiphertextBlob"]
    opening = document(statement("kms:Decrypt"))
    version = root(t).ram("CreatePolicyVersion", PolicyDocument=opening, SetAsDefault=True, **only)["PolicyVersion"]
    t.equal("the new version", (version["VersionId"], version["IsDefaultVersion"]), ("v2", True))
    alice.denied("what the old version allowed", "kms", "Encrypt", **encryption)
    t.equal("what the new one allows", alice.kms("Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    root(t).ram("SetDefaultPolicyVersion", VersionId="v1", **only)
    alice.kms("Encrypt", **encryption)
    alice.denied("what the new one allowed", "kms", "Decrypt", CiphertextBlob=blob)
    root(t).ram("CreatePolicyVersion", PolicyDocument=opening, SetAsDefault=False, **only)
    alice.denied("a version that is not the default", "kms", "Decrypt", CiphertextBlob=blob)


def groups_of_a_user(t):
    (key, _), (name, alice) = two_keys(t), user(t)
    group, ref = fresh(t, "group"), {"PolicyType": "Custom", "PolicyName": policy(t, statement("kms:Encrypt"))}
    encryption = {"KeyId": key, "Plaintext": PLAINTEXT}
    root(t).ram("CreateGroup", GroupName=group)
    root(t).ram("AttachPolicyToGroup", GroupName=group, **ref)
    alice.denied("outside of the group", "kms", "Encrypt", **encryption)
    root(t).ram("AddUserToGroup", UserName=name, GroupName=group)
    alice.kms("Encrypt", **encryption)
    root(t).ram("DetachPolicyFromGroup", GroupName=group, **ref)
    alice.denied("after the group lost the policy", "kms", "Encrypt", **encryption)
    root(t).ram("AttachPolicyToGroup", GroupName=group, **ref)
    alice.kms("Encrypt", **encryption)
    root(t).ram("RemoveUserFromGroup", UserName=name, GroupName=group)
    alice.denied("after it left the group", "kms", "Encrypt", **encryption)


def access_keys_of_a_user(t):
    """What is disabled or deleted opens nothing, from the next call on."""
    (key, _), (name, alice) = two_keys(t), user(t)
    grant(t, name, statement("kms:*"))
    encryption = {"KeyId": key, "Plaintext": PLAINTEXT}
    alice.kms("Encrypt", **encryption)
    ref = {"UserName": name, "UserAccessKeyId": alice.access_key["AccessKeyId"]}
    second = with_key(t, name)
    second.kms("Encrypt", **encryption)
    root(t).ram("UpdateAccessKey", Status="Inactive", **ref)
    alice.refused("a disabled access key", IDLE_ACCESS_KEY, "kms", "Encrypt", **encryption)
    alice.refused("at RAM too", (403, "InvalidAccessKeyId.Inactive"), "ram", "ListUsers")
    second.kms("Encrypt", **encryption)
    root(t).ram("UpdateAccessKey", Status="Active", **ref)
    alice.kms("Encrypt", **encryption)
    root(t).ram("DeleteAccessKey", **ref)
    alice.refused("a deleted access key", NO_ACCESS_KEY, "kms", "Encrypt", **encryption)
    alice.refused("at STS too", NO_ACCESS_KEY, "sts", "GetCallerIdentity")
    second.kms("Encrypt", **encryption)
    secret = second.access_key["AccessKeySecret"]
    wrong = t.make(second.access_key["AccessKeyId"], secret[:-1] + ("0" if secret[-1] != "0" else "1"))
    t.refused_for(wrong, "a wrong secret", (400, wrong.wrong_secret_code), "DescribeKey", KeyId=key)


def conditions(t):
    """Where the call comes from, how, and what the key is tagged with."""
    (key, other), (name, alice) = two_keys(t), user(t)
    secure, plain = alice.over(secure=True), alice.over(secure=False)
    encryption = {"KeyId": key, "Plaintext": PLAINTEXT}
    over_tls = {"Bool": {"acs:SecureTransport": ["true"]}}
    ref = grant(t, name, statement("kms:Encrypt", Condition=over_tls))
    secure.kms("Encrypt", **encryption)
    plain.denied("plain HTTP", "kms", "Encrypt", **encryption)
    root(t).ram("DetachPolicyFromUser", UserName=name, **ref)
    for address, held in (("127.0.0.0/8", True), ("192.0.2.0/24", False)):
        ref = grant(t, name, statement("kms:Encrypt", Condition={"IpAddress": {"acs:SourceIp": address}}))
        if held:
            alice.kms("Encrypt", **encryption)
        else:
            alice.denied(f"not from {address}", "kms", "Encrypt", **encryption)
        root(t).ram("DetachPolicyFromUser", UserName=name, **ref)
    tagged = {"StringEquals": {"kms:tag/stage": ["live"]}}
    grant(t, name, statement("kms:Encrypt", Condition=tagged))
    alice.denied("a key without the tag", "kms", "Encrypt", **encryption)
    t.call("TagResource", KeyId=key, Tags=[{"TagKey": "stage", "TagValue": "live"}])
    alice.kms("Encrypt", **encryption)
    alice.denied("another key", "kms", "Encrypt", KeyId=other, Plaintext=PLAINTEXT)
    t.call("UntagResource", KeyId=key, TagKeys=["stage"])
    alice.denied("after the tag is gone", "kms", "Encrypt", **encryption)


def policies_of_keys(t):
    """What the policy of a key allows or forbids to one user, beside what that user's own policies say."""
    (name, alice), (_, bob), key = user(t), user(t), made(t)["KeyId"]
    encryption = {"KeyId": key, "Plaintext": PLAINTEXT}
    principal = {"RAM": [f"acs:ram::{uid(t)}:user/{name}"]}
    own = policy_for(t)["Statement"][0]
    opened = {**own, "Principal": principal, "Action": ["kms:Encrypt", "kms:DescribeKey"]}
    t.call("SetKeyPolicy", KeyId=key, Policy=json.dumps({"Version": "1", "Statement": [own, opened]}))
    alice.kms("Encrypt", **encryption)
    bob.denied("somebody else", "kms", "Encrypt", **encryption)
    alice.denied("what the key's policy does not name", "kms", "GenerateDataKey", KeyId=key)
    grant(t, name, statement("kms:*"))
    alice.kms("GenerateDataKey", KeyId=key)
    closed = {**opened, "Effect": "Deny"}
    t.call("SetKeyPolicy", KeyId=key, Policy=json.dumps({"Version": "1", "Statement": [own, closed]}))
    error = alice.denied("denied by the key's policy", "kms", "Encrypt", **encryption)
    detail_holds(t, "denied by the key's policy", error, NoPermissionType="ExplicitDeny")
    alice.kms("GenerateDataKey", KeyId=key)
    t.call("Encrypt", **encryption)


def ready_made_policies(t):
    (key, _), (name, alice) = two_keys(t), user(t)
    ref = {"PolicyType": "System", "PolicyName": "AliyunKMSCryptoUserAccess"}
    root(t).ram("AttachPolicyToUser", UserName=name, **ref)
    blob = alice.kms("GenerateDataKey", KeyId=key)["CiphertextBlob"]
    alice.kms("Decrypt", CiphertextBlob=blob)
    alice.denied("crypto users make no keys", "kms", "CreateKey")
    root(t).ram("DetachPolicyFromUser", UserName=name, **ref)
    root(t).ram("AttachPolicyToUser", UserName=name, PolicyType="System", PolicyName="AliyunKMSReadOnlyAccess")
    alice.kms("DescribeKey", KeyId=key)
    alice.denied("readers decrypt nothing", "kms", "Decrypt", CiphertextBlob=blob)
    root(t).ram("AttachPolicyToUser", UserName=name, PolicyType="System", PolicyName="AliyunRAMFullAccess")
    alice.ram("ListUsers")
    own = alice.ram("CreateAccessKey")["AccessKey"]
    keys = root(t).ram("ListAccessKeys", UserName=name)["AccessKeys"]["AccessKey"]
    t.that("an access key without a name is one's own", own["AccessKeyId"] in [key["AccessKeyId"] for key in keys])


SECTIONS = [rights_of_a_user]
ONCE = [
    denying_statements, versions_of_a_policy, groups_of_a_user, access_keys_of_a_user, conditions, policies_of_keys,
    ready_made_policies,
]
