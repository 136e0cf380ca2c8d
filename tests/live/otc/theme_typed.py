"""What otcextensions and openstacksdk have methods of their own for."""

import uuid

from openstack import exceptions

from shared import TEXT, describe, stranger, title


def raised(t, name, kind, text, call, *arguments, **more):
    """The client's own exception type, with this in its text."""
    try:
        got = call(*arguments, **more)
    except exceptions.SDKException as error:
        t.that(name, type(error) is kind and text in str(error), f"{type(error).__name__}: {error}")
    else:
        t.that(name, False, f"succeeded with {got!r:.200}")


def keys(t):
    kms, name = t.api.conn.kms, title(t)
    key = kms.create_key(key_alias=name, key_description="Schlüssel 密钥")
    got = kms.get_key(key.id)
    t.equal("get_key", (got.key_alias, got.key_state), (name, "2"))
    t.equal("find_key by name", kms.find_key(name).id, key.id)
    t.equal("find_key by id", kms.find_key(key.id).key_alias, name)
    raised(t, "a name that no key has", exceptions.NotFoundException, "", kms.find_key, title(t))
    raised(t, "a name that is taken", exceptions.DuplicateResource, "already exist", kms.create_key, key_alias=name)
    raised(t, "a wrong name", exceptions.SDKException, "KMS.1101", kms.create_key, key_alias="a b")
    t.equal("keys, page by page", [row.id for row in kms.keys(limit=2)], t.call("list-keys")["keys"])
    kms.disable_key(key)
    t.equal("disabled", [row.id for row in kms.keys(limit=1000, key_state=3) if row.id == key.id], [key.id])
    kms.enable_key(key)
    raised(t, "enabled again", exceptions.SDKException, "KMS.1201", kms.enable_key, key)
    kms.schedule_key_deletion(key, 7)
    t.equal("leaves", describe(t, key.id)["key_state"], "4")
    kms.cancel_key_deletion(key)
    t.equal("stays", describe(t, key.id)["key_state"], "3")
    raised(t, "no such key", exceptions.NotFoundException, "", kms.get_key, stranger())


def data_keys(t):
    kms, context = t.api.conn.kms, {"a": "b", "c": "d"}
    got = kms.create_datakey(t.key, datakey_length=512, encryption_context=context)
    data = bytes.fromhex(got.plain_text)
    t.equal("64 bytes", len(data), 64)
    params = {"key_id": t.key, "cipher_text": got.cipher_text, "datakey_cipher_length": 64}
    turned = t.call("decrypt-datakey", encryption_context={"c": "d", "a": "b"}, **params)
    t.equal("members in another order", bytes.fromhex(turned["data_key"]), data)
    as_text = t.call("decrypt-datakey", encryption_context='{"a": "b", "c": "d"}', **params)
    t.equal("a text with JSON in it", as_text["data_key"], turned["data_key"])
    alone = kms.create_datakey_wo_plain(t.key, datakey_length=512)
    t.that("without plaintext", not alone.plain_text and alone.cipher_text)
    opened = kms.decrypt_datakey(t.key, alone.cipher_text, 64)
    t.equal("opened", len(opened.plain_text), 128)
    for nothing in ({}, None, ""):
        blob = t.call("create-datakey", key_id=t.key, datakey_length=512, encryption_context=nothing)
        opened = kms.decrypt_datakey(t.key, blob["cipher_text"], 64)
        t.equal(f"context {nothing!r} is none", opened.plain_text, blob["plain_text"])
    sent = kms.create_datakey(t.key, datakey_length=512)
    sent.plain_text = data.hex()
    kms.encrypt_datakey(sent)
    t.equal("brought", kms.decrypt_datakey(t.key, sent.cipher_text, 64).plain_text.lower(), data.hex())


def odds(t):
    kms = t.api.conn.kms
    t.equal("generate_random", len(kms.generate_random(512).random_data), 128)
    t.equal("get_instance_number", kms.get_instance_number().instance_num, t.call("user-instances")["instance_num"])
    rows = {row.type: row.quota for row in kms.quotas()}
    t.equal("quotas", rows, {"CMK": 100, "grant_per_CMK": 100})


def people(t):
    """Users, groups and projects by openstacksdk's own methods."""
    identity, region = t.api.conn.identity, t.credentials["region"]
    bob = t.user()
    t.equal("find_user", identity.find_user(bob.name).id, bob.id)
    t.that("users", bob.id in [user.id for user in identity.users()])
    group = identity.create_group(name=f"group-{uuid.uuid4().hex[:8]}", domain_id=t.credentials["domain_id"])
    identity.add_user_to_group(bob.id, group.id)
    t.that("members", bob.id in [user.id for user in identity.group_users(group.id)])
    row = t.api.ask_iam("GET", "/v3/roles?display_name=KMS%20Administrator")["roles"][0]
    role = next(role for role in identity.roles() if role.id == row["id"])
    project = identity.find_project(region)
    t.equal("find_project", project.id, t.credentials["project_id"])
    identity.assign_project_role_to_group(project.id, group.id, role.id)
    blob = t.call_by(bob.api, "encrypt-data", key_id=t.key, plain_text=TEXT)["cipher_text"]
    t.equal("bob's group may", t.call("decrypt-data", cipher_text=blob)["plain_text"], TEXT)
    identity.unassign_project_role_from_group(project.id, group.id, role.id)
    identity.remove_user_from_group(bob.id, group.id)
    identity.delete_group(group.id)
    identity.delete_user(bob.id)
    t.equal("gone", identity.find_user(bob.name, ignore_missing=True), None)


SECTIONS = [keys, data_keys, odds, people]
SHORT = [keys, odds]
