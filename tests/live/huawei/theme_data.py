"""Small data under a key, and random numbers."""

import re

import local_crypto as local
from shared import (
    NO_KEY, TEXT, b64, code, encrypted, flipped, made, of_spec, opened, raw, stranger,
)

OAEP = "RSAES_OAEP_SHA_256"
MODULI = {"RSA_2048": 190, "RSA_3072": 318, "RSA_4096": 446}  # longest plaintexts


def round_trips(t):
    for name, plaintext in {
        "unicode": TEXT, "one byte": "x", "4096 bytes": "x" * 4096, "4096 bytes of UTF-8": "é" * 2048,
        "base64": b64(bytes(range(256))), "blanks at the ends": "  x \n",
    }.items():
        got = t.call("encrypt-data", key_id=t.key, plain_text=plaintext)
        t.equal(f"{name}: key_id", got["key_id"], t.key)
        back = t.call("decrypt-data", cipher_text=got["cipher_text"])
        t.equal(f"{name}: back", (back["key_id"], back["plain_text"]), (t.key, plaintext))
        t.equal(f"{name}: back as base64", raw(back["plain_text_base64"]), plaintext.encode())
    blob = encrypted(t, t.key, encryption_algorithm="SYMMETRIC_DEFAULT")
    t.equal("with the key's id", opened(t, blob, key_id=t.key, encryption_algorithm="SYMMETRIC_DEFAULT"), TEXT)
    t.that("never the same twice", blob != encrypted(t, t.key))


def refusals(t):
    blob, other = encrypted(t, t.key), made(t)
    for name, wrong in {
        "a flipped bit": b64(flipped(raw(blob))), "nothing in it": "AAAA",
        "half of it": blob[: len(blob) // 8 * 4],
    }.items():
        t.refused(f"decrypt-data, {name}", code("2201"), "decrypt-data", cipher_text=wrong)
    t.refused("no key has made it", code("0207"), "decrypt-data", cipher_text=b64(flipped(raw(blob), 3)))
    t.refused("another key's blob", code("2201"), "decrypt-data", cipher_text=blob, key_id=other)
    t.refused("no ciphertext", code("0204"), "decrypt-data", key_id=t.key)
    t.refused("no plaintext", code("0204"), "encrypt-data", key_id=t.key)
    t.refused("4097 bytes", code("0308"), "encrypt-data", key_id=t.key, plain_text="x" * 4097)
    t.refused("4098 bytes of UTF-8", code("0308"), "encrypt-data", key_id=t.key, plain_text="é" * 2049)
    t.refused("no such key", NO_KEY, "encrypt-data", key_id=stranger(), plain_text="x")
    t.call("disable-key", key_id=other)
    t.refused("a disabled key", code("0209"), "encrypt-data", key_id=other, plain_text="x")


def kinds(t):
    """Keys of the wrong kind, and algorithms of the wrong kind of key."""
    for name, params, number in (
        ("symmetric algorithm", {"key_id": of_spec(t, "RSA_2048", "ENCRYPT_DECRYPT")}, "2106"),
        ("asymmetric algorithm", {"key_id": t.key, "encryption_algorithm": OAEP}, "2105"),
        ("a signing key", {"key_id": of_spec(t, "RSA_2048"), "encryption_algorithm": OAEP}, "0335"),
        ("a signing key, no algorithm", {"key_id": of_spec(t, "RSA_2048")}, "0335"),
        ("a curve", {"key_id": of_spec(t, "EC_P256")}, "1114"),
    ):
        t.refused(f"encrypt-data, {name}", code(number), "encrypt-data", plain_text="x", **params)


def asymmetric(t):
    """Outsiders encrypt with the public key; the service opens, and the other way round it opens its own."""
    for spec, longest in MODULI.items():
        ref = {"key_id": of_spec(t, spec, "ENCRYPT_DECRYPT"), "encryption_algorithm": OAEP}
        public = local.public_key(t.call("get-publickey", key_id=ref["key_id"])["public_key"])
        for name, plaintext in {"short": TEXT, "longest": "x" * longest}.items():
            outside = b64(local.encrypt(public, OAEP, plaintext.encode()))
            t.equal(f"{spec}, {name}: from outside", opened(t, outside, **ref), plaintext)
            got = t.call("encrypt-data", plain_text=plaintext, **ref)["cipher_text"]
            t.equal(f"{spec}, {name}: a bare block", len(raw(got)), public.key_size // 8)
            t.equal(f"{spec}, {name}: back", opened(t, got, **ref), plaintext)
        t.refused(f"{spec}, too long", code("2108"), "encrypt-data", plain_text="x" * (longest + 1), **ref)
        broken = b64(flipped(raw(got)))
        t.refused(f"{spec}, broken", code("2201"), "decrypt-data", cipher_text=broken, **ref)
    binary = bytes(range(128, 160))
    outside = b64(local.encrypt(public, OAEP, binary))
    back = t.call("decrypt-data", cipher_text=outside, **ref)["plain_text_base64"]
    t.equal("bytes that are no text", raw(back), binary)


def bound_data(t):
    """Data that is authenticated and not secret, in the form that the client has."""
    blob = encrypted(t, t.key, **t.api.bound("tenant=7 ключ"))
    t.equal("the same again", opened(t, blob, **t.api.bound("tenant=7 ключ")), TEXT)
    other = t.api.bound("tenant=8 ключ")
    t.refused("another", code("0208"), "decrypt-data", cipher_text=blob, **other)
    t.refused("none", code("2201"), "decrypt-data", cipher_text=blob)
    t.refused("one too many", code("0208"), "decrypt-data", cipher_text=encrypted(t, t.key), **other)


def re_encrypted(t):
    old, new = t.key, made(t)
    blob = encrypted(t, old, additional_authenticated_data="old")
    got = t.call(
        "re-encrypt", cipher_text=blob, source_key_id=old, source_additional_authenticated_data="old",
        destination_key_id=new, destination_additional_authenticated_data="new",
    )
    t.equal("which keys", (got["source_key_id"], got["key_id"]), (old, new))
    back = t.call("decrypt-data", cipher_text=got["cipher_text"], additional_authenticated_data="new")
    t.equal("under the new key", (back["key_id"], back["plain_text"]), (new, TEXT))


def random_numbers(t):
    for bits in ("512", "8", "8192", 512):
        text = t.call("gen-random", random_data_length=bits)["random_data"]
        t.that(f"{bits!r} bits", re.fullmatch(r"[0-9A-F]{%d}" % (int(bits) // 4), text), text)
    numbers = {t.call("gen-random", random_data_length="512")["random_data"] for _ in range(3)}
    t.equal("never the same", len(numbers), 3)
    for bits, number in {"0": "1801", "8193": "1801", "8200": "1801", "x": "1801", "12": "1802"}.items():
        t.refused(f"{bits} bits", code(number), "gen-random", random_data_length=bits)


SECTIONS = [round_trips, refusals, kinds, asymmetric, random_numbers]
BOUND = [bound_data]  # for clients with a field for it
LATER = [re_encrypted]
SHORT = [round_trips]
