"""Policies of keys. `node/scenario_policies.mjs` is its twin."""

import json
import uuid

from scenario_common import INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, made


def policy_for(t, sid="live"):
    """A policy that leaves everything to the account."""
    statement = {
        "Sid": sid, "Effect": "Allow", "Principal": {"RAM": [f"acs:ram::{t.credentials['account_id']}:*"]},
        "Action": ["kms:*"], "Resource": ["*"],
    }
    return {"Version": "1", "Statement": [statement]}


def read(t, key, **params):
    return json.loads(t.call("GetKeyPolicy", KeyId=key, **params)["Policy"])


def policies(t):
    key = made(t)["KeyId"]
    first = read(t, key)
    t.equal("a new key has a policy", first["Version"], "1")
    allowed = first["Statement"][0]
    t.equal("it leaves the key to the account", (allowed["Effect"], allowed["Action"]), ("Allow", ["kms:*"]))
    policy = policy_for(t, "from SetKeyPolicy")
    t.call("SetKeyPolicy", KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    t.equal("GetKeyPolicy after SetKeyPolicy", read(t, key), policy)
    t.equal("GetKeyPolicy by name", read(t, key, PolicyName="default"), policy)
    policy = policy_for(t, "second")
    t.call("SetKeyPolicy", KeyId=f"{t.arn_prefix}key/{key}", Policy=json.dumps(policy))
    t.equal("SetKeyPolicy without a name, by ARN", read(t, key), policy)
    t.call("Encrypt", KeyId=key, Plaintext="still ours")
    policy = policy_for(t, "from CreateKey")
    born = made(t, Policy=json.dumps(policy))["KeyId"]
    t.equal("the policy of CreateKey", read(t, born), policy)
    t.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    t.refused("SetKeyPolicy too late", LEAVING, "SetKeyPolicy", KeyId=key, Policy=json.dumps(policy))


def refused_policies(t):
    action, before = "SetKeyPolicy", read(t, t.key)
    good = policy_for(t)
    statement = good["Statement"][0]
    long = {**good, "Statement": [{**statement, "Action": ["kms:" + "x" * 32768]}]}
    for name, wrong in {
        "no JSON": "policy", "no object": "[]", "no statement": json.dumps({**good, "Statement": []}),
        "version": json.dumps({**good, "Version": "2"}), "too long": json.dumps(long),
        "effect": json.dumps({**good, "Statement": [{**statement, "Effect": "allow"}]}),
        "no principal": json.dumps({**good, "Statement": [{k: v for k, v in statement.items() if k != "Principal"}]}),
    }.items():
        t.refused(f"policy, {name}", INVALID, action, KeyId=t.key, Policy=wrong)
        t.refused(f"policy of a new key, {name}", INVALID, "CreateKey", Policy=wrong)
    policy = {"Policy": json.dumps(good)}
    t.refused(f"{action} under another name", INVALID, action, KeyId=t.key, PolicyName="mine", **policy)
    t.refused("GetKeyPolicy under another name", INVALID, "GetKeyPolicy", KeyId=t.key, PolicyName="mine")
    t.refused(f"{action} without a policy", MISSING, action, KeyId=t.key)
    t.refused(f"{action} without a key", MISSING, action, **policy)
    t.refused(f"{action}, unknown key", NO_KEY, action, KeyId=str(uuid.uuid4()), **policy)
    t.refused("GetKeyPolicy, unknown key", NO_KEY, "GetKeyPolicy", KeyId=str(uuid.uuid4()))
    t.refused(f"{action} by alias", NO_ALIAS_HERE, action, KeyId=f"alias/live/{t.tag}", **policy)
    t.equal("refusals change nothing", read(t, t.key), before)


SECTIONS = [policies, refused_policies]
