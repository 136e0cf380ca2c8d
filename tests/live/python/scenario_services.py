"""Services of the deployment, the keys that they make for accounts, and why a decision is as it is: operations of ours.
`node/scenario_services.mjs` is its twin.
"""

from people import Person, fresh, grant, on_key, root, statement, two_keys, uid, user
from scenario_accounts import neighbours
from scenario_common import PLAINTEXT, WRONG_KIND


def services(t):
    """A service makes one key in each account, at its first use, and may use that key and no other."""
    me, name = root(t), fresh(t, "oss")[:32].rstrip("-")
    me.claviger("CreateService", ServiceName=name, Description="live test")
    key = me.claviger("CreateServiceAccessKey", ServiceName=name)["AccessKey"]
    service = Person(t, key["AccessKeyId"], key["AccessKeySecret"])
    who = service.sts("GetCallerIdentity")
    t.equal("who it is", (who["IdentityType"], who["PrincipalId"]), ("Service", name))
    number, chief, _ = neighbours(t)
    for owner, account in ((me, uid(t)), (chief, number)):
        alias = f"alias/acs/{name}"
        arn = f"acs:kms:{t.credentials['region']}:{account}:{alias}"
        owner.refused("before the first use", (404, "Forbidden.AliasNotFound"), "kms", "DescribeKey", KeyId=alias)
        made = service.kms("GenerateDataKey", KeyId=arn)
        shown = owner.kms("DescribeKey", KeyId=alias)["KeyMetadata"]
        t.equal("whose key it is", (shown["KeyId"], shown["Creator"]), (made["KeyId"], name))
        blob = {"CiphertextBlob": made["CiphertextBlob"]}
        t.equal("the service opens it", service.kms("Decrypt", **blob)["Plaintext"], made["Plaintext"])
        t.equal("the same key again", service.kms("Encrypt", KeyId=arn, Plaintext=PLAINTEXT)["KeyId"], made["KeyId"])
        params = {"KeyId": shown["KeyId"], "PendingWindowInDays": 7}
        owner.refused("no deletion by the account", WRONG_KIND, "kms", "ScheduleKeyDeletion", **params)
    service.denied("a key of the account", "kms", "Encrypt", KeyId=t.arn, Plaintext=PLAINTEXT)
    service.denied("a key of its own", "kms", "CreateKey")
    service.denied("users", "ram", "ListUsers")
    rows = me.claviger("ListServices")["Services"]["Service"]
    t.that("ListServices", name in [row["ServiceName"] for row in rows], rows)
    ref = {"ServiceName": name, "UserAccessKeyId": key["AccessKeyId"]}
    me.claviger("UpdateServiceAccessKey", Status="Inactive", **ref)
    service.refused("a disabled access key", (403, "Forbidden.AccessKey"), "kms", "Decrypt", **blob)
    me.claviger("DeleteServiceAccessKey", **ref)
    me.claviger("DeleteService", ServiceName=name)
    me.refused("a service that is gone", (404, "EntityNotExist.Service"), "claviger", "GetService", ServiceName=name)


def explanations(t):
    """Explain foretells what a call would meet, and names the statements."""
    me, (key, other), (name, alice) = root(t), two_keys(t), user(t)
    ref = grant(t, name, statement("kms:*", on_key(t, key)), statement("kms:Decrypt", effect="Deny"))
    for action, resource, params, allowed, explicit, matched in (
        ("Encrypt", key, {"Plaintext": PLAINTEXT}, True, True, [(0, "Allow", True)]),
        ("Encrypt", other, {"Plaintext": PLAINTEXT}, False, False, []),
        ("DescribeKey", other, {}, False, False, []),
    ):
        asked = {"As": f"user/{name}", "AskedAction": f"kms:{action}", "AskedResource": on_key(t, resource)}
        told = me.claviger("Explain", **asked)
        case = f"{action} on {'one' if resource == key else 'the other'}"
        t.equal(f"{case}: foretold", (told["Allowed"], told["Explicit"]), (allowed, explicit))
        rows = told["MatchedStatements"]["MatchedStatement"]
        t.equal(f"{case}: statements", [(row["Statement"], row["Effect"], row["Decides"]) for row in rows], matched)
        t.that(f"{case}: by name", all(ref["PolicyName"] in row["Policy"] for row in rows), rows)
        if allowed:
            alice.kms(action, KeyId=resource, **params)
        else:
            alice.denied(case, "kms", action, KeyId=resource, **params)
    asked = {"As": f"user/{name}", "AskedAction": "kms:Decrypt", "AskedResource": on_key(t, key)}
    told = me.claviger("Explain", **asked)
    t.equal("a denial by a statement: foretold", (told["Allowed"], told["Explicit"]), (False, True))
    alice.denied("nobody explains without permission", "claviger", "Explain", **asked)


ONCE = [services, explanations]
