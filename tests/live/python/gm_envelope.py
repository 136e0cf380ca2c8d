"""Ciphertexts under SM4, opened and made by others who know the key; codes with SM3.

SOURCE: docs/stored-formats.md, "Ciphertexts"; RFC 8998, 3.2: SM4 in Galois/Counter Mode.
"""

import os

import local_sm as local
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmalg import SM3, SM4
from scenario_common import INVALID, ORDINARY, PLAINTEXT, UNICODE, data, describe, encrypt, flipped, text
from scenario_hsm import HSM
from scenario_hsm_import import parameters, wrapped
from scenario_import import external

FORMAT, HEADER, NONCE, TAG = 3, 37, 12, 16
CONTEXTS = {"none": None, "ordinary": ORDINARY, "unicode": UNICODE}


def known(t, spec="Aliyun_SM4", size=16):
    """A key in hardware whose material is known here: its id and the material."""
    if spec not in t.known:
        key, material = external(t, KeySpec=spec, **HSM), os.urandom(size)
        t.call("ImportKeyMaterial", **wrapped(parameters(t, key), material))
        t.known[spec] = (key, material)
    return t.known[spec]


def canonical(context):
    """What stands for the context in the additional data."""
    pairs = sorted((key.encode(), value.encode()) for key, value in (context or {}).items())
    framed = b"".join(len(part).to_bytes(4, "big") + part for pair in pairs for part in pair)
    return len(pairs).to_bytes(4, "big") + framed


def opened(material, blob, context):
    """By SM4-GCM of a library; the wrong tag is an exception."""
    nonce, sealed, tag = blob[HEADER : HEADER + NONCE], blob[HEADER + NONCE : -TAG], blob[-TAG:]
    decryptor = Cipher(algorithms.SM4(material), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(blob[:HEADER] + canonical(context))
    return decryptor.update(sealed) + decryptor.finalize()


def sealed(material, header, plaintext, context):
    nonce = os.urandom(NONCE)
    encryptor = Cipher(algorithms.SM4(material), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(header + canonical(context))
    body = encryptor.update(plaintext) + encryptor.finalize()
    return header + nonce + body + encryptor.tag


def by_gmalg(material, blob):
    """The counter mode inside of GCM, block by block; the first block after the tag's own has the number 2."""
    nonce, body, cipher = blob[HEADER : HEADER + NONCE], blob[HEADER + NONCE : -TAG], SM4(material)
    stream = b"".join(cipher.encrypt(nonce + (2 + n).to_bytes(4, "big")) for n in range(len(body) // 16 + 1))
    return bytes(one ^ other for one, other in zip(body, stream))


def by_openssl(t, material, blob):
    t.openssl.write("body", blob[HEADER + NONCE : -TAG])
    start = blob[HEADER : HEADER + NONCE] + (2).to_bytes(4, "big")
    t.openssl.run(f"openssl enc -d -sm4-ctr -K {material.hex()} -iv {start.hex()} -in body -out plain")
    return t.openssl.read("plain")


def judged(t, name, material, blob, plaintext, context):
    t.equal(f"{name}: the format", blob[HEADER - 1], FORMAT)
    t.equal(f"{name}: the length", len(blob), HEADER + NONCE + len(plaintext) + TAG)
    t.equal(f"{name}: SM4-GCM of a library", opened(material, blob, context), plaintext)
    t.equal(f"{name}: SM4 of gmalg", by_gmalg(material, blob), plaintext)
    t.equal(f"{name}: SM4 of OpenSSL", by_openssl(t, material, blob), plaintext)


def from_the_service(t):
    t.known = {}
    key, material = known(t)
    version = describe(t, key)["PrimaryKeyVersion"].encode()
    for kind, context in CONTEXTS.items():
        for plaintext in (PLAINTEXT, "x", "数据" * 100):
            name = f"context {kind}, {len(plaintext)} characters"
            blob = data(encrypt(t, key, plaintext, context)["CiphertextBlob"])
            t.equal(f"{name}: the version in front", blob[: HEADER - 1], version)
            judged(t, name, material, blob, plaintext.encode(), context)
    fresh = t.call("GenerateDataKey", KeyId=key, EncryptionContext=ORDINARY)
    judged(t, "a data key", material, data(fresh["CiphertextBlob"]), fresh["Plaintext"].encode(), ORDINARY)
    moved = t.call("ReEncrypt", DestinationKeyId=key, CiphertextBlob=encrypt(t, t.key, "moved", None)["CiphertextBlob"])
    judged(t, "moved from software", material, data(moved["CiphertextBlob"]), b"moved", None)


def from_the_other_face(t):
    key, material = known(t)
    bound = {"additional_authenticated_data": "tenant 7"}
    blob = data(t.face.call("encrypt-data", key_id=key, plain_text="数据", **bound)["cipher_text"])
    judged(t, "of the other face", material, blob, "数据".encode(), bound)
    fresh = t.face.call("create-datakey", key_id=key, datakey_length="512")
    blob, plain = (bytes.fromhex(fresh[name]) for name in ("cipher_text", "plain_text"))
    judged(t, "a data key of the other face", material, blob, plain, None)


def for_the_service(t):
    """What somebody else encrypts with the same key, the service opens."""
    key, material = known(t)
    header = describe(t, key)["PrimaryKeyVersion"].encode() + bytes([FORMAT])
    for kind, context in CONTEXTS.items():
        more = {"EncryptionContext": context} if context else {}
        blob = sealed(material, header, "made elsewhere, 别处".encode(), context)
        got = t.call("Decrypt", CiphertextBlob=text(blob), **more)
        t.equal(f"made elsewhere, context {kind}", (got["KeyId"], got["Plaintext"]), (key, "made elsewhere, 别处"))
        for name, wrong in {
            "damaged": flipped(blob), "with another nonce": flipped(blob, HEADER),
            "in another format": blob[: HEADER - 1] + b"\2" + blob[HEADER:],
            "for another format": blob[: HEADER - 1] + b"\1" + blob[HEADER:],
            "without a context in the tag": sealed(material, header, b"x", {"no": "such context"}),
            "under another key": sealed(os.urandom(16), header, b"x", context),
        }.items():
            t.refused(f"made elsewhere, {kind}, {name}", INVALID, "Decrypt", CiphertextBlob=text(wrong), **more)
    blob = sealed(material, header, b"of another maker", None)
    got = t.face.call("decrypt-data", cipher_text=text(blob))["plain_text"]
    t.equal("made elsewhere, opened by the other face", got, "of another maker")


def nonces(t):
    key, _ = known(t)
    blobs = [data(encrypt(t, key, "x", None)["CiphertextBlob"]) for _ in range(64)]
    t.equal("no nonce comes twice", len({blob[HEADER : HEADER + NONCE] for blob in blobs}), 64)


def codes(t):
    key, material = known(t, "HMAC_SM3", 32)
    for name, message in {"text": "消息".encode(), "one block": bytes(64), "long": os.urandom(4096)}.items():
        t.openssl.write("message", message)
        t.openssl.run(f"openssl dgst -sm3 -mac HMAC -macopt hexkey:{material.hex()} -binary -out code message")
        params = {"KeyId": key, "Algorithm": "HMAC_SM3", "Message": text(message)}
        got = data(t.call("GenerateMac", **params)["Mac"])
        t.equal(f"HMAC_SM3, {name}: OpenSSL's code", got, t.openssl.read("code"))
        t.equal(f"HMAC_SM3, {name}: gmalg's code", got, hmac(material, message))
        taken = t.call("VerifyMac", Mac=text(hmac(material, message)), **params)["Value"]
        t.equal(f"HMAC_SM3, {name}: gmalg's code is taken", taken, True)


def hmac(key, message):
    """SOURCE: RFC 2104, with the hash of gmalg and its blocks of 64 bytes."""
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    return sm3(outer + sm3(inner + message))


def sm3(message):
    hasher = SM3()
    hasher.update(message)
    return hasher.value()


def hashes(t):
    """SM3 of three makers, as all else here rests on it."""
    for size in (0, 1, 55, 56, 63, 64, 65, 1000):
        message = os.urandom(size)
        t.openssl.write("message", message)
        t.openssl.run("openssl dgst -sm3 -binary -out digest message")
        t.equal(f"SM3 of {size} bytes", (sm3(message), local.sm3(message)), (t.openssl.read("digest"),) * 2)


SECTIONS = [from_the_service, from_the_other_face, for_the_service, nonces, codes, hashes]
