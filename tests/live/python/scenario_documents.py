"""Policies and their versions, as RAM keeps them. `node/scenario_documents.mjs` is its twin."""

from people import document, fresh, policy, role, root, statement, trusting, uid, user
from scenario_common import DATE
from scenario_identities import NO_GROUP, NO_POLICY, NO_ROLE, NO_USER, conflict, pages, refused_as_wrong, shown

NO_VERSION = (404, "EntityNotExist.Policy.Version")
MALFORMED = (400, "MalformedPolicyDocument")
READING = statement(["kms:List*", "kms:Describe*"])


def policies(t):
    me, name, text = root(t), fresh(t, "policy"), document(READING)
    made = me.ram("CreatePolicy", PolicyName=name, Description="ключи", PolicyDocument=text)["Policy"]
    shown(t, "CreatePolicy", made, PolicyName=name, PolicyType="Custom", DefaultVersion="v1", Description="ключи")
    custom = {"PolicyType": "Custom", "PolicyName": name}
    got = me.ram("GetPolicy", **custom)
    shown(t, "GetPolicy", got["Policy"], AttachmentCount=0, Description="ключи", DefaultVersion="v1", **custom)
    default = got["DefaultPolicyVersion"]
    shown(t, "DefaultPolicyVersion", default, PolicyDocument=text, VersionId="v1", IsDefaultVersion=True)
    t.that("CreateDate of a version", DATE.fullmatch(default["CreateDate"]), default)
    twice = conflict("EntityAlreadyExists.Policy")
    me.refused("CreatePolicy twice", twice, "ram", "CreatePolicy", PolicyName=name, PolicyDocument=text)
    for wrong in ("a b", "a_b", "x" * 129):
        params = {"PolicyName": wrong, "PolicyDocument": text}
        t.that(f"CreatePolicy: {wrong}", refused_as_wrong(t, "CreatePolicy", "PolicyName", **params))
    system = {"PolicyName": "AliyunKMSFullAccess", "PolicyDocument": text}
    me.refused("CreatePolicy, a ready-made name", twice, "ram", "CreatePolicy", **system)
    rows = [row for page in pages(t, "ListPolicies", 3) for row in page["Policies"]["Policy"]]
    found = {row["PolicyName"]: row["PolicyType"] for row in rows}
    t.equal("ListPolicies: every policy once", len(found), len(rows))
    t.equal("ListPolicies has ours", found.get(name), "Custom")
    t.equal("ListPolicies has the ready-made", found.get("AliyunKMSFullAccess"), "System")
    rows = me.ram("ListPolicies", PolicyType="System")["Policies"]["Policy"]
    t.equal("ListPolicies by type", {row["PolicyType"] for row in rows}, {"System"})
    me.ram("DeletePolicy", PolicyName=name)
    me.refused("GetPolicy after DeletePolicy", NO_POLICY, "ram", "GetPolicy", **custom)


def documents(t):
    """What is no policy is refused, with a word about where."""
    me, name, good = root(t), policy(t, READING), document(READING)
    for case, wrong in {
        "no JSON": "policy", "no object": "[]", "no statement": document(), "version": good.replace('"1"', '"2"'),
        "effect": document(statement("kms:*", effect="allow")), "action": document(statement("kms")),
        "element": document({**READING, "Sid": 1}), "operator": document({**READING, "Condition": {"Is": {"a": "b"}}}),
        "principal": document({**READING, "Principal": {"RAM": ["*"]}}), "cut": good[:-1],
    }.items():
        params = {"PolicyName": fresh(t, "policy"), "PolicyDocument": wrong}
        error = me.refused(f"CreatePolicy, {case}", MALFORMED, "ram", "CreatePolicy", **params)
        t.that(f"CreatePolicy, {case}: it says why", error and len(error.message) > 30, error)
        params = {"PolicyName": name, "PolicyDocument": wrong}
        me.refused(f"CreatePolicyVersion, {case}", MALFORMED, "ram", "CreatePolicyVersion", **params)
    t.equal("refusals change nothing", len(versions(t, name)), 1)
    me.ram("DeletePolicy", PolicyName=name)


def versions(t, name):
    rows = root(t).ram("ListPolicyVersions", PolicyType="Custom", PolicyName=name)["PolicyVersions"]["PolicyVersion"]
    return {row["VersionId"]: row["IsDefaultVersion"] for row in rows}


def versions_of_documents(t):
    me, name = root(t), policy(t, READING)
    ref = {"PolicyName": name}
    texts = {f"v{i}": document(statement(f"kms:List{i}*")) for i in range(2, 6)}
    for version, text in texts.items():
        made = me.ram("CreatePolicyVersion", PolicyDocument=text, **ref)["PolicyVersion"]
        shown(t, "CreatePolicyVersion", made, VersionId=version, IsDefaultVersion=False, PolicyDocument=text)
    full = conflict("LimitExceeded.Policy.Version")
    me.refused("the sixth version", full, "ram", "CreatePolicyVersion", PolicyDocument=texts["v2"], **ref)
    t.equal("versions", versions(t, name), {"v1": True, **dict.fromkeys(texts, False)})
    got = me.ram("GetPolicyVersion", PolicyType="Custom", VersionId="v3", **ref)["PolicyVersion"]
    shown(t, "GetPolicyVersion", got, PolicyDocument=texts["v3"], VersionId="v3", IsDefaultVersion=False)
    in_use = conflict("DeleteConflict.Policy.Version.Default")
    me.refused("the default version", in_use, "ram", "DeletePolicyVersion", VersionId="v1", **ref)
    me.ram("SetDefaultPolicyVersion", VersionId="v4", **ref)
    t.equal("DefaultVersion", me.ram("GetPolicy", PolicyType="Custom", **ref)["Policy"]["DefaultVersion"], "v4")
    me.ram("DeletePolicyVersion", VersionId="v1", **ref)
    made = me.ram("CreatePolicyVersion", PolicyDocument=texts["v2"], SetAsDefault=True, **ref)["PolicyVersion"]
    t.equal("a number is never used twice", made["VersionId"], "v6")
    oldest = {"RotateStrategy": "DeleteOldestNonDefaultVersionWhenLimitExceeded", **ref}
    me.ram("CreatePolicyVersion", PolicyDocument=texts["v2"], **oldest)
    want = {"v3": False, "v4": False, "v5": False, "v6": True, "v7": False}
    t.equal("versions after the oldest made room", versions(t, name), want)
    for action in ("SetDefaultPolicyVersion", "DeletePolicyVersion"):
        for version in ("v1", "v99"):
            me.refused(f"{action}, {version}", NO_VERSION, "ram", action, VersionId=version, **ref)
    further = conflict("DeleteConflict.Policy.Version")
    me.refused("a policy with versions", further, "ram", "DeletePolicy", **ref)
    me.ram("DeletePolicy", CascadingDelete=True, **ref)
    me.refused("a policy that is gone", NO_POLICY, "ram", "ListPolicyVersions", PolicyType="Custom", **ref)


def attachments(t):
    """The same policy on a user, a group and a role."""
    me, (name, _), group = root(t), user(t), fresh(t, "group")
    taken = role(t, trusting(f"acs:ram::{uid(t)}:root"))["RoleName"]
    me.ram("CreateGroup", GroupName=group)
    ref = {"PolicyType": "Custom", "PolicyName": policy(t, READING)}
    holders = {"User": (name, NO_USER), "Group": (group, NO_GROUP), "Role": (taken, NO_ROLE)}
    for kind, (who, nobody) in holders.items():
        attach, field = f"AttachPolicyTo{kind}", f"{kind}Name"
        me.ram(attach, **{field: who}, **ref)
        twice = conflict(f"EntityAlreadyExists.{kind}.Policy")
        me.refused(f"{attach} twice", twice, "ram", attach, **{field: who}, **ref)
        me.refused(f"{attach}, nobody", nobody, "ram", attach, **{field: who + "-"}, **ref)
        unknown = {**ref, "PolicyName": "NoSuchPolicy"}
        me.refused(f"{attach}, no policy", NO_POLICY, "ram", attach, **{field: who}, **unknown)
        rows = me.ram(f"ListPoliciesFor{kind}", **{field: who})["Policies"]["Policy"]
        got = [(row["PolicyName"], row["PolicyType"], row["DefaultVersion"]) for row in rows]
        t.equal(f"ListPoliciesFor{kind}", got, [(ref["PolicyName"], "Custom", "v1")])
        t.that(f"ListPoliciesFor{kind}: AttachDate", DATE.fullmatch(rows[0]["AttachDate"]), rows)
    found = me.ram("ListEntitiesForPolicy", **ref)
    for kind, (who, _) in holders.items():
        t.equal(f"ListEntitiesForPolicy: {kind}", [row[f"{kind}Name"] for row in found[f"{kind}s"][kind]], [who])
    t.equal("AttachmentCount", me.ram("GetPolicy", **ref)["Policy"]["AttachmentCount"], 3)
    for kind, (who, _) in holders.items():
        detach, field = f"DetachPolicyFrom{kind}", f"{kind}Name"
        in_use = [conflict(f"DeleteConflict.Policy.{each}") for each in holders]
        me.refused(f"DeletePolicy before {detach}", in_use, "ram", "DeletePolicy", PolicyName=ref["PolicyName"])
        me.ram(detach, **{field: who}, **ref)
        gone = (404, f"EntityNotExist.{kind}.Policy")
        me.refused(f"{detach} twice", gone, "ram", detach, **{field: who}, **ref)
    me.ram("DeletePolicy", PolicyName=ref["PolicyName"])


ONCE = [policies, documents, versions_of_documents, attachments]
