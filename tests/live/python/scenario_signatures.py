"""Signatures, judged by a library that has only the public key. `node/scenario_signatures.mjs` is its twin."""

import local_crypto as local
from scenario_common import DISABLED, INVALID, LEAVING, MISSING, NO_VERSION, data, flipped, pair, text

MESSAGE = "this is message\n".encode()
RSA = ("RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256")
# The vendor signs with SHA-256 alone; the longer hashes are ours.
ALGORITHMS = {
    "RSA_2048": (*RSA, "RSA_PSS_SHA_384", "RSA_PSS_SHA_512", "RSA_PKCS1_SHA_384", "RSA_PKCS1_SHA_512"),
    "RSA_3072": RSA,
    "RSA_4096": RSA,
    "EC_P256": ("ECDSA_SHA_256",),
    "EC_P256K": ("ECDSA_SHA_256",),
    "EC_P384": ("ECDSA_SHA_256", "ECDSA_SHA_384"),
    "EC_P521": ("ECDSA_SHA_256", "ECDSA_SHA_512"),
}


def signing(t):
    for spec, algorithms in {"RSA_2048": RSA, "EC_P256": ("ECDSA_SHA_256",)}.items():
        for algorithm in algorithms:
            sign_and_verify(t, spec, algorithm)


def every_signature(t):
    for spec, algorithms in ALGORITHMS.items():
        for algorithm in algorithms:
            sign_and_verify(t, spec, algorithm)


def sign_and_verify(t, spec, algorithm, **level):
    key, name = pair(t, spec, **level), ", ".join([spec, *level.values(), algorithm])
    digest = local.digest(algorithm, MESSAGE)
    signed = t.call("AsymmetricSign", Algorithm=algorithm, Digest=text(digest), **key)
    t.equal(f"{name}: names", {field: signed[field] for field in key}, key)
    value = data(signed["Value"])
    public = local.public_key(t.call("GetPublicKey", **key)["PublicKey"])
    t.that(f"{name}: others verify it", local.verify(public, algorithm, MESSAGE, value))
    cut = value[:-1]
    for case, wants, parts in (
        ("the signature", True, (digest, value)),
        ("another digest", False, (flipped(digest), value)),
        ("a changed signature", False, (digest, flipped(value))),
        ("a short signature", False, (digest, cut)),
        ("a long signature", False, (digest, value + b"\0")),
        ("no signature at all", False, (digest, b"\0")),
    ):
        params = {"Algorithm": algorithm, "Digest": text(parts[0]), "Value": text(parts[1])}
        got = t.call("AsymmetricVerify", **params, **key)
        t.equal(f"{name}: {case}", got["Value"], wants)
        t.equal(f"{name}: {case}, names", {field: got[field] for field in key}, key)


def refused_signatures(t):
    key, digest = pair(t, "RSA_2048"), text(bytes(32))
    good = {"Algorithm": "RSA_PSS_SHA_256", "Digest": digest}
    verified = {**good, "Value": text(bytes(256))}
    for action, params in {"AsymmetricSign": good, "AsymmetricVerify": verified}.items():
        for name in ("ECDSA_SHA_256", "SM2DSA", "RSAES_OAEP_SHA_256", "RSA_PSS_SHA_1", "rsa_pss_sha_256"):
            t.refused(f"{action} with {name}", INVALID, action, **{**params, "Algorithm": name}, **key)
        for length in (1, 20, 31, 33, 48, 64):
            wrong = {**params, "Digest": text(bytes(length))}
            t.refused(f"{action} of {length} bytes", INVALID, action, **wrong, **key)
        t.refused(f"{action} of no base64", INVALID, action, **{**params, "Digest": "!"}, **key)
        for name in (*params, *key):
            rest = {field: value for field, value in {**params, **key}.items() if field != name}
            t.refused(f"{action} without {name}", MISSING, action, **rest)
        other = {"KeyId": key["KeyId"], "KeyVersionId": pair(t, "EC_P256")["KeyVersionId"]}
        t.refused(f"{action} with a version of another key", NO_VERSION, action, **params, **other)
    t.refused("RSA with a curve", INVALID, "AsymmetricSign", **good, **pair(t, "EC_P256"))


def signers_in_other_states(t):
    key, good = pair(t, "EC_P256"), {"Algorithm": "ECDSA_SHA_256", "Digest": text(bytes(32))}
    ref, value = {"KeyId": key["KeyId"]}, t.call("AsymmetricSign", **good, **key)["Value"]
    for action, wants, params in (
        ("DisableKey", DISABLED, {}),
        ("ScheduleKeyDeletion", LEAVING, {"PendingWindowInDays": 7}),
    ):
        t.call(action, **ref, **params)
        t.refused(f"AsymmetricSign after {action}", wants, "AsymmetricSign", **good, **key)
        t.refused(f"AsymmetricVerify after {action}", wants, "AsymmetricVerify", Value=value, **good, **key)
    t.call("CancelKeyDeletion", **ref)
    t.equal("an old signature is still right", t.call("AsymmetricVerify", Value=value, **good, **key)["Value"], True)


def dry_runs(t):
    """A call that only asks whether it would work always fails, with a code that gives the answer."""
    signer, opener = pair(t, "EC_P256"), pair(t, "RSA_2048", KeyUsage="ENCRYPT/DECRYPT")
    digest = {"Algorithm": "ECDSA_SHA_256", "Digest": text(bytes(32))}
    oaep = {"Algorithm": "RSAES_OAEP_SHA_256"}
    for action, params, change in (
        ("AsymmetricSign", {**digest, **signer}, {"Digest": "!"}),
        ("AsymmetricVerify", {**digest, **signer, "Value": text(bytes(70))}, {"Digest": "!"}),
        ("AsymmetricEncrypt", {**oaep, **opener, "Plaintext": text(b"x")}, {"Plaintext": "!"}),
        ("GetPublicKey", opener, {"KeyVersionId": ""}),
        ("Encrypt", {"KeyId": t.key, "Plaintext": "x"}, {"KeyId": ""}),
        ("GenerateDataKey", {"KeyId": t.key}, {"NumberOfBytes": 0}),
    ):
        t.refused(f"{action}, dry", (400, "DryRunOperationError"), action, DryRun="true", **params)
        wrong = {**params, **change}
        t.refused(f"{action}, dry and wrong", (400, "ValidationError"), action, DryRun="true", **wrong)


SECTIONS = [signing, refused_signatures, signers_in_other_states, dry_runs]
ONCE = [every_signature]
