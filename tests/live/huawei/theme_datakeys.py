"""Data keys. Everything is hex here, and a data key that comes in has its digest behind it."""

import os
import re

from shared import NO_KEY, code, made, of_spec, sha256, stranger

HEX = re.compile(r"([0-9A-F]{2})+")
ZEROS_DIGEST = "F5A5FD42D16A20302798EF6ED309979B43003D2320D9F0E8EA9831A92759FB4B"
# SOURCE: the worked example of the API reference, "Encrypting a DEK".
SAMPLE = (
    "7549d9aea901767bf3c0b3e14b10722eaf6f59053bbd82045d04e075e809a0fe"
    "6ccab48f8e5efe74e4b18ff0512525e527b10331100f357bf42125d8d5ced94f"
)
SAMPLE_DIGEST = "fbc8ac72b0785ca7fe33eb6776ce3990b11e32b299d9c0a9ee0305fb9540f797"


def opened(t, key, blob, length, **more):
    return t.call("decrypt-datakey", key_id=key, cipher_text=blob, datakey_cipher_length=str(length), **more)


def shows(t, name, got, data):
    """The answer of decrypt-datakey for these bytes."""
    want = {
        "data_key": data.hex().upper(), "datakey_length": str(len(data)), "datakey_dgst": sha256(data).hex().upper(),
    }
    t.equal(name, {field: got.get(field) for field in want}, want)


def made_here(t):
    for bits in ("512", "256", "8", "8192", 512):
        got = t.call("create-datakey", key_id=t.key, datakey_length=bits)
        data = bytes.fromhex(got["plain_text"])
        t.equal(f"{bits!r} bits: whose", got["key_id"], t.key)
        t.equal(f"{bits!r} bits: length", len(data) * 8, int(bits))
        hexed = all(HEX.fullmatch(got[name]) for name in ("plain_text", "cipher_text"))
        t.that(f"{bits!r} bits: upper-case hex", hexed, got)
        shows(t, f"{bits!r} bits: opened", opened(t, t.key, got["cipher_text"], len(data)), data)
    lower = got["cipher_text"].lower()
    shows(t, "lower case opens too", opened(t, t.key, lower, 64), data)
    alone = t.call("create-datakey-without-plaintext", key_id=t.key, datakey_length="512")
    t.equal("without plaintext", sorted(alone), ["cipher_text", "key_id"])
    t.equal("opened later", opened(t, t.key, alone["cipher_text"], 64)["datakey_length"], "64")


def by_spec(t):
    for params, length in (({"key_spec": "AES_256"}, 32), ({"key_spec": "AES_128"}, 16), ({}, 32)):
        got = t.call("create-datakey", key_id=t.key, **params)
        t.equal(f"create-datakey, {params}", len(got["plain_text"]), 2 * length)
    got = t.call("create-datakey", key_id=t.key, key_spec="AES_256", datakey_length="128")
    t.equal("the length wins", len(got["plain_text"]), 32)
    t.refused("another spec", code("1902"), "create-datakey", key_id=t.key, key_spec="AES_192")


def brought(t):
    """A data key of the caller's own."""
    for name, data in {
        "zeros": bytes(64), "the sample": bytes.fromhex(SAMPLE), "32 bytes": os.urandom(32), "one byte": b"x",
        "1024 bytes": os.urandom(1024),
    }.items():
        plain = (data + sha256(data)).hex()
        for text in (plain, plain.upper()):
            got = t.call("encrypt-datakey", key_id=t.key, plain_text=text, datakey_plain_length=str(len(data)))
            t.equal(f"{name}: answer", (got["key_id"], got["datakey_length"]), (t.key, str(len(data))))
            shows(t, f"{name}: back", opened(t, t.key, got["cipher_text"], len(data)), data)
    t.equal("digest of the sample", sha256(bytes.fromhex(SAMPLE)).hex(), SAMPLE_DIGEST)
    t.equal("digest of zeros", sha256(bytes(64)).hex().upper(), ZEROS_DIGEST)


def refusals(t):
    data, other = os.urandom(64), made(t)
    plain = (data + sha256(data)).hex()
    sent = {"key_id": t.key, "plain_text": plain, "datakey_plain_length": "64"}
    for name, change, number in (
        ("another digest", {"plain_text": data.hex() + sha256(b"").hex()}, "2103"),
        ("another length", {"datakey_plain_length": "63"}, "2104"),
        ("no digest", {"plain_text": data.hex()}, "2104"),
        ("1025 bytes", {"datakey_plain_length": "1025"}, "2102"),
        ("no hex", {"plain_text": "x" * len(plain)}, "2101"),
    ):
        t.refused(f"encrypt-datakey, {name}", code(number), "encrypt-datakey", **{**sent, **change})
    blob = t.call("encrypt-datakey", **sent)["cipher_text"]
    asked = {"key_id": t.key, "cipher_text": blob, "datakey_cipher_length": "64"}
    flipped = blob[:-1] + ("0" if blob[-1] != "0" else "1")
    for name, change, number in (
        ("another length", {"datakey_cipher_length": "32"}, "2204"),
        ("a damaged ciphertext", {"cipher_text": flipped}, "2201"),
        ("another key", {"key_id": other}, "2201"),
        ("no hex", {"cipher_text": "xyz" * 30}, "2201"),
    ):
        t.refused(f"decrypt-datakey, {name}", code(number), "decrypt-datakey", **{**asked, **change})
    for bits, number in {"0": "1901", "8193": "1901", "8200": "1901", "x": "1901", "12": "1903"}.items():
        t.refused(f"create-datakey, {bits} bits", code(number), "create-datakey", key_id=t.key, datakey_length=bits)
    alone = "create-datakey-without-plaintext"
    for bits in ("0", "8200", "x"):
        t.refused(f"{alone}, {bits} bits", code("2001"), alone, key_id=t.key, datakey_length=bits)
    for spec in ("RSA_2048", "EC_P256"):
        key = of_spec(t, spec)
        t.refused(f"data key of {spec}", code("0325"), "create-datakey", key_id=key, datakey_length="512")
        t.refused(f"{spec} encrypts one", code("0325"), "encrypt-datakey", **{**sent, "key_id": key})
    t.refused("data key of no key", NO_KEY, "create-datakey", key_id=stranger(), datakey_length="512")


def bound_keys(t):
    """Data keys bound to what is no secret."""
    mine, other = t.api.bound("volume=3"), t.api.bound("volume=4")
    got = t.call("create-datakey", key_id=t.key, datakey_length="512", **mine)
    data = bytes.fromhex(got["plain_text"])
    shows(t, "bound and opened", opened(t, t.key, got["cipher_text"], 64, **mine), data)
    params = {"key_id": t.key, "cipher_text": got["cipher_text"], "datakey_cipher_length": "64"}
    t.refused("bound to another", code("0208"), "decrypt-datakey", **params, **other)
    t.refused("bound, and nothing sent", code("2201"), "decrypt-datakey", **params)
    plain = (data + sha256(data)).hex()
    sent = t.call("encrypt-datakey", key_id=t.key, plain_text=plain, datakey_plain_length="64", **mine)
    shows(t, "brought, bound and opened", opened(t, t.key, sent["cipher_text"], 64, **mine), data)


SECTIONS = [made_here, by_spec, brought, refusals]
BOUND = [bound_keys]
SHORT = [made_here]
