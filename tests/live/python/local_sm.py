"""The Chinese algorithms on a caller's side: SM2 by the `openssl` command, SM3 by a library. `node/local_sm.mjs` is its
twin.

SOURCE: GM/T 0009: the hash that is signed, the identity of who names none, the form of ciphertexts. GB/T 32918.5: the
curve.
"""

import base64

from cryptography.hazmat.primitives import hashes

IDENTITY = b"1234567812345678"
# A public key in DER up to its point: id-ecPublicKey on the curve 1.2.156.10197.1.301, a point that is not compressed.
HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
# a and b of the curve, and its base point.
CURVE = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)


def der(pem):
    return base64.b64decode("".join(pem.split("-----")[2].split()), validate=True)


def point(public):
    """x and y of a public key in DER."""
    if not public.startswith(HEAD) or len(public) != len(HEAD) + 64:
        raise ValueError(f"no public key of SM2: {public.hex()}")
    return public[-64:]


def sm3(data):
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(data)
    return hasher.finalize()


def digest(public, message, identity=IDENTITY):
    """What is signed for a message: the hash of it behind a hash of who signs."""
    bits = (8 * len(identity)).to_bytes(2, "big")
    return sm3(sm3(bits + identity + CURVE + point(public)) + message)


def verify(openssl, public, message, signature, identity=IDENTITY):
    """Whether OpenSSL takes the signature for right."""
    openssl.write("sm2.der", public)
    openssl.write("sm2.msg", message)
    openssl.write("sm2.sig", signature)
    command = f"openssl dgst -sm3 -keyform DER -verify sm2.der -sigopt distid:{identity.decode()}"
    return openssl.tries(f"{command} -signature sm2.sig sm2.msg") == (0, "Verified OK\n")


def encrypt(openssl, public, plaintext):
    """OpenSSL's ciphertext, a DER SEQUENCE of x, y, hash, ciphertext."""
    openssl.write("sm2.der", public)
    openssl.write("sm2.plain", plaintext)
    openssl.run("openssl pkeyutl -encrypt -pubin -keyform DER -inkey sm2.der -in sm2.plain -out sm2.sealed")
    return openssl.read("sm2.sealed")


def members(sequence):
    """The contents of the members of a DER SEQUENCE."""
    inside, rest = _first(sequence)
    if rest:
        raise ValueError("something behind the sequence")
    found = []
    while inside:
        content, inside = _first(inside)
        found.append(content)
    return found


def _first(data):
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    return data[start : start + length], data[start + length :]


def raw(sealed, swapped=False):
    """A ciphertext without DER: the point, the hash, what is encrypted. Swapped has the last two the other way round,
    as the first edition of the standard.
    """
    x, y, hashed, body = members(sealed)
    x, y = (int.from_bytes(part, "big").to_bytes(32, "big") for part in (x, y))
    return b"\4" + x + y + (body + hashed if swapped else hashed + body)
