"""Signatures, with OpenSSL as the judge of each one, and codes."""

import os
import re

import local_crypto as local
from shared import NO_KEY, b64, code, flipped, made, of_spec, raw, sha256, stranger

HASHES = ("256", "384", "512")
RSA = [f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PSS", "PKCS1_V1_5") for bits in HASHES]
ALGORITHMS = {
    "RSA_2048": RSA, "RSA_3072": RSA[:1], "RSA_4096": RSA[3:4],
    "EC_P256": ["ECDSA_SHA_256"], "EC_P384": ["ECDSA_SHA_384"],
}
MESSAGE = b"this is message\n" * 100


def judged(t, name, algorithm, pem, signature, message):
    """OpenSSL says whether the signature is right for the message."""
    bits = algorithm.rsplit("_", 1)[1]
    salted = f"-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:{int(bits) // 8}" if "PSS" in algorithm else ""
    for file, data in {"key.pem": pem, "signature.bin": signature, "message.bin": message, "other.bin": b"x"}.items():
        t.openssl.write(file, data)
    verify = f"openssl dgst -verify key.pem -sha{bits} {salted} -signature signature.bin"
    t.equal(f"{name}: OpenSSL", t.openssl.tries(f"{verify} message.bin"), (0, "Verified OK\n"))
    t.equal(f"{name}: OpenSSL, another message", t.openssl.tries(f"{verify} other.bin")[0], 1)


def signatures(t):
    wanted = ALGORITHMS | ({"SECP256K1": ["ECDSA_SHA_256"]} if t.api.later else {})
    for spec, algorithms in wanted.items():
        key = of_spec(t, spec)
        pem = t.call("get-publickey", key_id=key)["public_key"]
        t.that(f"{spec}: a PEM with \\r\\n", pem.startswith("-----BEGIN PUBLIC KEY-----\r\n"), pem[:60])
        for algorithm in algorithms:
            name = f"{spec}, {algorithm}"
            signed_both_ways(t, name, key, algorithm, pem)


def signed_both_ways(t, name, key, algorithm, pem):
    ref = {"key_id": key, "signing_algorithm": algorithm}
    digest = local.digest(algorithm, MESSAGE)
    for how, params in {
        "by digest": {"message": b64(digest)}, "by DIGEST": {"message": b64(digest), "message_type": "DIGEST"},
        "whole": {"message": b64(MESSAGE), "message_type": "RAW"},
    }.items():
        got = t.call("sign", **ref, **params)
        t.equal(f"{name}, {how}: whose", got["key_id"], key)
        signature = raw(got["signature"])
        judged(t, f"{name}, {how}", algorithm, pem, signature, MESSAGE)
        for case, shown, want in (("right", signature, "true"), ("damaged", flipped(signature), "false")):
            got = t.call("verify", **ref, **params, signature=b64(shown))
            t.equal(f"{name}, {how}: {case}", (got["key_id"], got["signature_valid"]), (key, want))
    got = t.call("verify", **ref, message=b64(flipped(digest)), signature=b64(signature))
    t.equal(f"{name}: another digest", got["signature_valid"], "false")


def refusals(t):
    key = of_spec(t, "RSA_2048")
    digest, algorithm = b64(sha256(b"x")), "RSASSA_PSS_SHA_256"
    params = {"key_id": key, "message": digest, "signing_algorithm": algorithm}
    for name, change, number in (
        ("a digest of another length", {"message": b64(bytes(31))}, "0329"),
        ("an algorithm of curves", {"signing_algorithm": "ECDSA_SHA_256"}, "0332"),
        ("an algorithm that is none", {"signing_algorithm": "RSASSA_PSS_SHA_1"}, "0308"),
        ("a message of 4096 bytes", {"message": b64(bytes(4096)), "message_type": "RAW"}, "0308"),
        ("a message that is not base64", {"message": "!"}, "0308"),
        ("a type that is none", {"message_type": "COOKED"}, "0308"),
        ("a symmetric key", {"key_id": t.key}, "1115"),
        ("a key that encrypts", {"key_id": of_spec(t, "RSA_2048", "ENCRYPT_DECRYPT")}, "0334"),
        ("no message", {"message": ""}, "0204"),
    ):
        t.refused(f"sign, {name}", code(number), "sign", **{**params, **change})
    wrong = {"key_id": of_spec(t, "EC_P256"), "message": b64(bytes(48)), "signing_algorithm": "ECDSA_SHA_384"}
    t.refused("a hash of another curve", code("0332"), "sign", **wrong)
    t.refused("no key", NO_KEY, "sign", **{**params, "key_id": stranger()})
    t.refused("a signature that is not base64", code("0308"), "verify", **params, signature="!")
    t.refused("public key of a symmetric key", code("0331"), "get-publickey", key_id=t.key)
    idle = made(t, key_spec="EC_P256")
    t.call("disable-key", key_id=idle)
    sent = {"key_id": idle, "message": digest, "signing_algorithm": "ECDSA_SHA_256"}
    t.refused("sign, disabled", code("0209"), "sign", **sent)
    t.that("its public key is shown", "PUBLIC KEY" in t.call("get-publickey", key_id=idle)["public_key"])


def codes(t):
    for spec in ("HMAC_256", "HMAC_384", "HMAC_512"):
        key, algorithm = of_spec(t, spec), spec.replace("_", "_SHA_")
        for name, message in {"short": b"x", "long": os.urandom(4096)}.items():
            params = {"key_id": key, "mac_algorithm": algorithm, "message": b64(message)}
            got = t.call("generate-mac", **params)
            digits = int(spec[5:]) // 4
            t.that(f"{spec}, {name}: lower-case hex", re.fullmatch(r"[0-9a-f]{%d}" % digits, got["mac"]), got)
            t.equal(f"{spec}, {name}: algorithm", (got["key_id"], got["mac_algorithm"]), (key, algorithm))
            t.equal(f"{spec}, {name}: right", t.call("verify-mac", mac=got["mac"], **params)["mac_valid"], True)
            wrong = flipped(bytes.fromhex(got["mac"])).hex()
            t.equal(f"{spec}, {name}: wrong", t.call("verify-mac", mac=wrong, **params)["mac_valid"], False)
    for name, change, number in (
        ("another algorithm", {"mac_algorithm": "HMAC_SHA_256"}, "0308"),
        ("4097 bytes", {"message": b64(bytes(4097))}, "0308"),
        ("a key that encrypts", {"key_id": t.key}, "0334"),
        ("a key that signs", {"key_id": of_spec(t, "EC_P256")}, "0335"),
    ):
        t.refused(f"generate-mac, {name}", code(number), "generate-mac", **{**params, **change})
    key = of_spec(t, "HMAC_256")
    t.refused("a data key of it", code("0341"), "create-datakey", key_id=key, datakey_length="512")
    t.refused("rotation of it", code("0341"), "enable-key-rotation", key_id=key)


SECTIONS = [signatures, refusals]
LATER = [codes]
