"""Two faces of the same keys: what an official client of the other one made is here, and the other way round."""

from client_core import CoreClient

from shared import b64, describe, encrypted, made, opened, raw, state, title

PLAINTEXT = "aGVsbG8gd29ybGQ="
# Names of the same kinds there and here.
SPECS = {
    "Aliyun_AES_256": ("AES_256", "ENCRYPT_DECRYPT"), "Aliyun_AES_128": ("AES_128", "ENCRYPT_DECRYPT"),
    "RSA_2048": ("RSA_2048", None), "EC_P256": ("EC_P256", "SIGN_VERIFY"), "EC_P256K": ("SECP256K1", "SIGN_VERIFY"),
    "HMAC_SHA_256": ("HMAC_256", "GENERATE_VERIFY_MAC"),
}


def there(t, action, **params):
    """A call of the other face, by its client, with the same access key."""
    if not hasattr(t, "other_face"):
        key = (t.credentials["access_key_id"], t.credentials["access_key_secret"])
        t.other_face = CoreClient(t.credentials, *key, "POST", True)
    return t.other_face.call(action, params)


def made_there(t, **params):
    return there(t, "CreateKey", **params)["KeyMetadata"]["KeyId"]


def shown_there(t, key):
    return there(t, "DescribeKey", KeyId=key)["KeyMetadata"]


def tags_there(t, key):
    rows = there(t, "ListResourceTags", KeyId=key)["Tags"]["Tag"]
    return {row["TagKey"]: row["TagValue"] for row in rows}


def keys_of_there(t):
    key = made_there(t, Description="made there")
    got = describe(t, key)
    want = {
        "key_alias": "", "key_spec": "AES_256", "key_usage": "ENCRYPT_DECRYPT", "key_description": "made there",
        "key_state": "2", "origin": "kms", "default_key_flag": "0", "domain_id": t.credentials["domain_id"],
    }
    t.equal("describe-key", {name: got[name] for name in want}, want)
    t.that("in the list", key in t.call("list-keys")["keys"])
    for spec, (name, usage) in SPECS.items():
        got = describe(t, made_there(t, KeySpec=spec))
        t.equal(f"{spec} is {name}", (got["key_spec"], usage or got["key_usage"]), (name, got["key_usage"]))
        t.that(f"{spec}: usage", usage in (None, got["key_usage"]), got)
    name = title(t)
    t.call("update-key-alias", key_id=key, key_alias=name)
    t.equal("it may be named here", describe(t, key)["key_alias"], name)
    blob = encrypted(t, key, PLAINTEXT)
    t.equal("encrypted here, decrypted there", there(t, "Decrypt", CiphertextBlob=blob)["Plaintext"], PLAINTEXT)
    t.call("schedule-key-deletion", key_id=key, pending_days="7")
    t.equal("leaves there too", shown_there(t, key)["KeyState"], "PendingDeletion")
    there(t, "CancelKeyDeletion", KeyId=key)
    t.equal("taken back there", state(t, key), "2")


def keys_of_here(t):
    key = made(t, key_description="made here")
    got = shown_there(t, key)
    want = {
        "KeyId": key, "KeySpec": "Aliyun_AES_256", "KeyUsage": "ENCRYPT/DECRYPT", "KeyState": "Enabled",
        "Origin": "Aliyun_KMS", "Description": "made here",
    }
    t.equal("DescribeKey", {name: got[name] for name in want}, want)
    there(t, "DisableKey", KeyId=key)
    t.equal("disabled there", state(t, key), "3")
    t.call("enable-key", key_id=key)
    t.equal("enabled here", shown_there(t, key)["KeyState"], "Enabled")
    blob = there(t, "Encrypt", KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    t.equal("encrypted there, decrypted here", opened(t, blob, key_id=key), PLAINTEXT)
    there(t, "ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    got = describe(t, key)
    t.that("leaves here too", got["key_state"] == "4" and got["scheduled_deletion_date"], got)
    t.call("cancel-key-deletion", key_id=key)
    t.equal("taken back here", shown_there(t, key)["KeyState"], "Disabled")


def ciphertexts(t):
    """One format: blobs and data keys cross, and what is bound to them too."""
    blob = encrypted(t, t.key, PLAINTEXT, additional_authenticated_data="tenant 7")
    context = {"additional_authenticated_data": "tenant 7"}
    got = there(t, "Decrypt", CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
    t.equal("bound here, decrypted there", got, PLAINTEXT)
    blob = there(t, "Encrypt", KeyId=t.key, Plaintext=PLAINTEXT, EncryptionContext=context)["CiphertextBlob"]
    t.equal("bound there, decrypted here", opened(t, blob, additional_authenticated_data="tenant 7"), PLAINTEXT)
    made_key = there(t, "GenerateDataKey", KeyId=t.key, NumberOfBytes=32)
    hexed = raw(made_key["CiphertextBlob"]).hex()
    text = made_key["Plaintext"].encode()  # a data key is its base64 there
    got = t.call("decrypt-datakey", key_id=t.key, cipher_text=hexed, datakey_cipher_length=str(len(text)))
    t.equal("data key of there", bytes.fromhex(got["data_key"]), text)


def marks(t):
    """Tags and aliases."""
    key, name = made(t), f"live/{t.tag}"
    there(t, "TagResource", KeyId=key, Tags=[{"TagKey": "there", "TagValue": "1"}])
    t.call("add-key-tag", key_id=key, tag={"key": "here", "value": "2"})
    both = {"there": "1", "here": "2"}
    got = {row["key"]: row["value"] for row in t.call("list-key-tags", key_id=key)["tags"]}
    t.equal("tags", (got, tags_there(t, key)), (both, both))
    t.call("delete-key-tag", key_id=key, key="there")
    t.equal("taken away here", tags_there(t, key), {"here": "2"})
    there(t, "CreateAlias", KeyId=key, AliasName=f"alias/{name}-there")
    t.equal("an alias of there", describe(t, f"alias/{name}-there")["key_id"], key)
    t.call("create-alias", key_id=key, alias=f"{name}-here")
    t.equal("an alias of here", shown_there(t, f"alias/{name}-here")["KeyId"], key)


def pairs(t):
    """A signature of one face is right for the other."""
    key = made_there(t, KeySpec="EC_P256")
    version = there(t, "ListKeyVersions", KeyId=key)["KeyVersions"]["KeyVersion"][0]["KeyVersionId"]
    digest = b64(bytes(range(32)))
    ours = {"key_id": key, "message": digest, "signing_algorithm": "ECDSA_SHA_256"}
    theirs = {"KeyId": key, "KeyVersionId": version, "Algorithm": "ECDSA_SHA_256", "Digest": digest}
    signature = t.call("sign", **ours)["signature"]
    t.equal("signed here", there(t, "AsymmetricVerify", Value=signature, **theirs)["Value"], True)
    signature = there(t, "AsymmetricSign", **theirs)["Value"]
    t.equal("signed there", t.call("verify", signature=signature, **ours)["signature_valid"], "true")
    pem = there(t, "GetPublicKey", KeyId=key, KeyVersionId=version)["PublicKey"]
    own = t.call("get-publickey", key_id=key)["public_key"]
    t.equal("the same public key", own.split(), pem.split())


def people(t):
    """A user of here is one of there, with the same access keys."""
    bob = t.user()
    key = (bob.api.key[0], bob.api.key[1])
    face = CoreClient(t.credentials, *key, "POST", True, product="sts")
    got = face.call("GetCallerIdentity", {})
    t.that("the user there", got["Arn"].endswith(f":user/{bob.name}"), got)
    t.equal("the account there", got["AccountId"], t.credentials["account_id"])


ONCE = [keys_of_there, keys_of_here, ciphertexts, marks, pairs, people]
