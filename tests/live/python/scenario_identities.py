"""Users, groups and roles, as RAM keeps them. `node/scenario_identities.mjs` is its twin."""

import re

from people import Person, fresh, policy, root, statement, trusting, uid, user
from scenario_common import DATE, DESCRIPTION

NO_USER = (404, "EntityNotExist.User")
NO_GROUP = (404, "EntityNotExist.Group")
NO_ROLE = (404, "EntityNotExist.Role")
NO_POLICY = (404, "EntityNotExist.Policy")
NUMBER = re.compile(r"\d{16,18}")
TEXTS = {"DisplayName": "Алиса «A» & co", "Comments": DESCRIPTION.replace("\n", " ")}
CONTACT = {"MobilePhone": "86-18688888888", "Email": "alice@example.com"}


def conflict(code):
    return (409, code)


def shown(t, name, got, **wants):
    for field, want in wants.items():
        t.equal(f"{name}: {field}", got.get(field), want)


def users(t):
    me, name, texts = root(t), fresh(t, "user"), {**TEXTS, **CONTACT}
    made = me.ram("CreateUser", UserName=name, **texts)["User"]
    shown(t, "CreateUser", made, UserName=name, **texts)
    t.that("CreateUser: UserId", NUMBER.fullmatch(made["UserId"]), made["UserId"])
    t.that("CreateUser: CreateDate", DATE.fullmatch(made["CreateDate"]), made["CreateDate"])
    got = me.ram("GetUser", UserName=name)["User"]
    shown(t, "GetUser", got, UserId=made["UserId"], CreateDate=made["CreateDate"], UserName=name, **texts)
    t.that("GetUser: UpdateDate", DATE.fullmatch(got["UpdateDate"]), got["UpdateDate"])
    other = fresh(t, "user")
    changed = me.ram("UpdateUser", UserName=name, NewUserName=other, NewComments="renamed")["User"]
    shown(t, "UpdateUser", changed, UserId=made["UserId"], UserName=other, Comments="renamed", **CONTACT)
    t.equal("GetUser by the new name", me.ram("GetUser", UserName=other)["User"]["DisplayName"], TEXTS["DisplayName"])
    me.refused("GetUser by the old name", NO_USER, "ram", "GetUser", UserName=name)
    taken = conflict("EntityAlreadyExists.User")
    me.refused("CreateUser twice", taken, "ram", "CreateUser", UserName=other)
    me.ram("CreateUser", UserName=name)
    me.refused("UpdateUser to a taken name", taken, "ram", "UpdateUser", UserName=name, NewUserName=other)
    for gone in (name, other):
        me.ram("DeleteUser", UserName=gone)
        me.refused("GetUser after DeleteUser", NO_USER, "ram", "GetUser", UserName=gone)
    for action, params in {
        "DeleteUser": {}, "UpdateUser": {"NewComments": "x"}, "CreateAccessKey": {}, "ListAccessKeys": {},
        "ListGroupsForUser": {}, "ListPoliciesForUser": {},
    }.items():
        me.refused(f"{action} of nobody", NO_USER, "ram", action, UserName=name, **params)
    for wrong in ("a b", "ключ", "x" * 65, "a/b"):
        t.that(f"CreateUser: {wrong}", refused_as_wrong(t, "CreateUser", "UserName", UserName=wrong))
    me.refused("CreateUser without a name", (400, "MissingParameter"), "ram", "CreateUser")


def refused_as_wrong(t, action, field, **params):
    """RAM says what is wrong with a name behind its code: length, characters."""
    error = root(t).refused(f"{action}, wrong {field}", [(400, code) for code in wrong(field)], "ram", action, **params)
    return error is not None and error.code.startswith(f"InvalidParameter.{field}")


def wrong(field):
    return [f"InvalidParameter.{field}{why}" for why in ("", ".InvalidChars", ".Length")]


def pages_of_users(t):
    me = root(t)
    mine = sorted(fresh(t, "page") for _ in range(7))
    for name in reversed(mine):
        me.ram("CreateUser", UserName=name)
    for size in (1, 3, 1000):
        names, full = [], []
        for page in pages(t, "ListUsers", size):
            rows = page["Users"]["User"]
            full.append(len(rows) == size if page["IsTruncated"] else 0 < len(rows) <= size)
            names += [row["UserName"] for row in rows]
        t.that(f"ListUsers by {size}: full pages", all(full), full)
        t.equal(f"ListUsers by {size}: every user once", len(set(names)), len(names))
        t.equal(f"ListUsers by {size}: ours", sorted(set(names) & set(mine)), mine)
    t.that("ListUsers without a size", len(me.ram("ListUsers")["Users"]["User"]) >= len(mine))
    for size in (0, 1001, -1):
        me.refused(f"ListUsers by {size}", (400, "InvalidParameter.MaxItems"), "ram", "ListUsers", MaxItems=size)
    me.refused("ListUsers from nowhere", (400, "InvalidParameter.Marker"), "ram", "ListUsers", Marker="!")
    for name in mine:
        me.ram("DeleteUser", UserName=name)


def pages(t, action, size):
    marker = {}
    for _ in range(1000):
        page = root(t).ram(action, MaxItems=size, **marker)
        yield page
        if not page["IsTruncated"]:
            t.equal(f"{action} by {size}: no marker at the end", page.get("Marker") or "", "")
            return
        marker = {"Marker": page["Marker"]}


def access_keys(t):
    me, name = root(t), fresh(t, "user")
    me.ram("CreateUser", UserName=name)
    made = [me.ram("CreateAccessKey", UserName=name)["AccessKey"] for _ in range(2)]
    for key in made:
        t.that("AccessKeyId", key["AccessKeyId"].startswith("LTAI"), key["AccessKeyId"])
        t.equal("AccessKeySecret", len(key["AccessKeySecret"]), 30)
        t.equal("Status", key["Status"], "Active")
        t.that("CreateDate", DATE.fullmatch(key["CreateDate"]), key["CreateDate"])
    too_many = conflict("LimitExceeded.User.AccessKey")
    me.refused("the third access key", too_many, "ram", "CreateAccessKey", UserName=name)
    rows = me.ram("ListAccessKeys", UserName=name)["AccessKeys"]["AccessKey"]
    want = {key["AccessKeyId"]: "Active" for key in made}
    t.equal("ListAccessKeys", {row["AccessKeyId"]: row["Status"] for row in rows}, want)
    t.equal("no secret is told twice", [row for row in rows if row.get("AccessKeySecret")], [])
    first = {"UserName": name, "UserAccessKeyId": made[0]["AccessKeyId"]}
    me.ram("UpdateAccessKey", Status="Inactive", **first)
    rows = me.ram("ListAccessKeys", UserName=name)["AccessKeys"]["AccessKey"]
    want[made[0]["AccessKeyId"]] = "Inactive"
    t.equal("ListAccessKeys after UpdateAccessKey", {row["AccessKeyId"]: row["Status"] for row in rows}, want)
    used = me.ram("GetAccessKeyLastUsed", **first)["AccessKeyLastUsed"]
    t.equal("an access key that was never used", used.get("LastUsedDate") or "", "")
    in_use = conflict("DeleteConflict.User.AccessKey")
    me.refused("a user with access keys", in_use, "ram", "DeleteUser", UserName=name)
    no_key = (404, "EntityNotExist.User.AccessKey")
    foreign = {"UserName": name, "UserAccessKeyId": t.credentials["access_key_id"]}
    for action, params in {"UpdateAccessKey": {"Status": "Inactive"}, "DeleteAccessKey": {}}.items():
        me.refused(f"{action} of somebody else", no_key, "ram", action, **foreign, **params)
    no_status = (400, "InvalidParameter.Status")
    me.refused("a status that none is", no_status, "ram", "UpdateAccessKey", Status="On", **first)
    for key in made:
        me.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=key["AccessKeyId"])
    me.refused("DeleteAccessKey twice", no_key, "ram", "DeleteAccessKey", **first)
    me.ram("DeleteUser", UserName=name)


def groups(t):
    me, (name, _), group = root(t), user(t), fresh(t, "group")
    made = me.ram("CreateGroup", GroupName=group, Comments="кто-то")["Group"]
    shown(t, "CreateGroup", made, GroupName=group, Comments="кто-то")
    me.refused("CreateGroup twice", conflict("EntityAlreadyExists.Group"), "ram", "CreateGroup", GroupName=group)
    both = {"UserName": name, "GroupName": group}
    me.ram("AddUserToGroup", **both)
    me.refused("AddUserToGroup twice", conflict("EntityAlreadyExists.User.Group"), "ram", "AddUserToGroup", **both)
    rows = me.ram("ListUsersForGroup", GroupName=group)["Users"]["User"]
    t.equal("ListUsersForGroup", [row["UserName"] for row in rows], [name])
    t.that("JoinDate", DATE.fullmatch(rows[0]["JoinDate"]), rows)
    renamed = fresh(t, "group")
    changed = me.ram("UpdateGroup", GroupName=group, NewGroupName=renamed, NewComments="new")["Group"]
    shown(t, "UpdateGroup", changed, GroupName=renamed, Comments="new")
    rows = me.ram("ListGroupsForUser", UserName=name)["Groups"]["Group"]
    t.equal("ListGroupsForUser", [(row["GroupName"], row["Comments"]) for row in rows], [(renamed, "new")])
    in_use = conflict("DeleteConflict.Group.User")
    me.refused("a group with users", in_use, "ram", "DeleteGroup", GroupName=renamed)
    names = [row["GroupName"] for page in pages(t, "ListGroups", 2) for row in page["Groups"]["Group"]]
    t.that("ListGroups", renamed in names and len(set(names)) == len(names), names)
    me.ram("RemoveUserFromGroup", UserName=name, GroupName=renamed)
    me.refused(
        "RemoveUserFromGroup twice", (404, "EntityNotExist.User.Group"), "ram", "RemoveUserFromGroup", UserName=name,
        GroupName=renamed,
    )
    me.ram("DeleteGroup", GroupName=renamed)
    me.refused("GetGroup after DeleteGroup", NO_GROUP, "ram", "GetGroup", GroupName=renamed)
    me.refused("AddUserToGroup, no group", NO_GROUP, "ram", "AddUserToGroup", UserName=name, GroupName=renamed)
    group = fresh(t, "group")
    me.ram("CreateGroup", GroupName=group)
    me.refused("AddUserToGroup, no user", NO_USER, "ram", "AddUserToGroup", UserName=group, GroupName=group)
    me.ram("DeleteGroup", GroupName=group)


def roles(t):
    me, name = root(t), fresh(t, "role")
    trust = trusting(f"acs:ram::{uid(t)}:root")
    made = me.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust, Description=TEXTS["Comments"])["Role"]
    shown(
        t, "CreateRole", made, RoleName=name, Arn=f"acs:ram::{uid(t)}:role/{name}", Description=TEXTS["Comments"],
        AssumeRolePolicyDocument=trust, MaxSessionDuration=3600,
    )
    t.that("RoleId", NUMBER.fullmatch(made["RoleId"]), made["RoleId"])
    twice = conflict("EntityAlreadyExists.Role")
    me.refused("CreateRole twice", twice, "ram", "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)
    other = trusting(f"acs:ram::{uid(t)}:user/alice")
    changes = {"NewAssumeRolePolicyDocument": other, "NewMaxSessionDuration": 43200, "NewDescription": "new"}
    me.ram("UpdateRole", RoleName=name, **changes)
    got = me.ram("GetRole", RoleName=name)["Role"]
    shown(
        t, "GetRole", got, AssumeRolePolicyDocument=other, MaxSessionDuration=43200, Description="new",
        RoleId=made["RoleId"], CreateDate=made["CreateDate"],
    )
    rows = [row for page in pages(t, "ListRoles", 100) for row in page["Roles"]["Role"] if row["RoleName"] == name]
    t.equal("ListRoles", [(row["RoleId"], row["Arn"]) for row in rows], [(made["RoleId"], made["Arn"])])
    for field, value in (("MaxSessionDuration", 3599), ("MaxSessionDuration", 43201)):
        params = {"RoleName": name + "-", "AssumeRolePolicyDocument": trust, field: value}
        me.refused(f"CreateRole, {field}={value}", (400, f"InvalidParameter.{field}"), "ram", "CreateRole", **params)
    malformed = (400, "MalformedPolicyDocument")
    for wrong_one in ("trust", "{}", trust.replace("sts:AssumeRole", "kms:Encrypt"), trust.replace("Allow", "Maybe")):
        params = {"RoleName": name + "-", "AssumeRolePolicyDocument": wrong_one}
        me.refused(f"CreateRole, {wrong_one[:30]}", malformed, "ram", "CreateRole", **params)
        params = {"RoleName": name, "NewAssumeRolePolicyDocument": wrong_one}
        me.refused(f"UpdateRole, {wrong_one[:30]}", malformed, "ram", "UpdateRole", **params)
    ref = {"PolicyType": "Custom", "PolicyName": policy(t, statement("kms:Encrypt"))}
    me.ram("AttachPolicyToRole", RoleName=name, **ref)
    in_use = conflict("DeleteConflict.Role.Policy")
    me.refused("a role with policies", in_use, "ram", "DeleteRole", RoleName=name)
    me.ram("DetachPolicyFromRole", RoleName=name, **ref)
    me.ram("DeleteRole", RoleName=name)
    me.refused("GetRole after DeleteRole", NO_ROLE, "ram", "GetRole", RoleName=name)
    again = me.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    t.that("another role of the same name has another id", again["RoleId"] != made["RoleId"])


def users_who_leave(t):
    """A user goes when nothing holds it, and its name is free for somebody else."""
    me, (name, alice), group = root(t), user(t), fresh(t, "group")
    first = me.ram("GetUser", UserName=name)["User"]["UserId"]
    ref = {"PolicyType": "System", "PolicyName": "AliyunRAMFullAccess"}
    me.ram("AttachPolicyToUser", UserName=name, **ref)
    me.ram("CreateGroup", GroupName=group)
    me.ram("AddUserToGroup", UserName=name, GroupName=group)
    key = {"UserName": name, "UserAccessKeyId": alice.access_key["AccessKeyId"]}
    alice.ram("GetUser", UserName=name)
    for code, action, params in (
        ("AccessKey", "DeleteAccessKey", key), ("Group", "RemoveUserFromGroup", {"UserName": name, "GroupName": group}),
        ("Policy", "DetachPolicyFromUser", {"UserName": name, **ref}),
    ):
        in_use = conflict(f"DeleteConflict.User.{code}")
        me.refused(f"DeleteUser before {action}", in_use, "ram", "DeleteUser", UserName=name)
        me.ram(action, **params)
    me.ram("DeleteUser", UserName=name)
    alice.refused("a user who left", (404, "InvalidAccessKeyId.NotFound"), "sts", "GetCallerIdentity")
    second = me.ram("CreateUser", UserName=name)["User"]["UserId"]
    t.that("another user of the same name has another id", first != second)
    key = me.ram("CreateAccessKey", UserName=name)["AccessKey"]
    newcomer = Person(t, key["AccessKeyId"], key["AccessKeySecret"])
    newcomer.denied("and none of its rights", "ram", "GetUser", UserName=name)


ONCE = [users, pages_of_users, access_keys, groups, roles, users_who_leave]
