"""SM2 ciphertexts, both ways, and material that gmalg wraps."""

import os

import local_sm as local
from gm_pairs import brought, made_by_the_service
from gm_signatures import sequence
from gmalg import SM2
from scenario_common import INVALID, data, flipped, state, text
from scenario_hsm import HSM
from scenario_hsm_import import SM2 as WRAPPING
from scenario_import import BAD_MATERIAL, external

SM2PKE = {"Algorithm": "SM2PKE"}
SIZES = (1, 31, 32, 33, 190, 1000)  # around the 32 bytes that a round of the key derivation gives
OPENER = "ENCRYPT_DECRYPT"


def in_der(bare):
    """GM/T 0009's form of what gmalg makes: the point, the hash, what is encrypted."""
    numbers = sequence(*(int.from_bytes(bare[start : start + 32], "big") for start in (1, 33)))[2:]
    inside = numbers + octets(bare[65:97]) + octets(bare[97:])
    return b"\x30" + length(inside) + inside


def octets(content):
    return b"\4" + length(content) + content


def length(content):
    size = len(content)
    if size < 128:
        return bytes([size])
    whole = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(whole)]) + whole


def from_the_service(t):
    """What the service encrypts, gmalg and OpenSSL open."""
    key = brought(t, OPENER)
    for size in SIZES:
        plaintext = os.urandom(size)
        params = {"Plaintext": text(plaintext), **SM2PKE}
        blob = data(t.call("AsymmetricEncrypt", **params, **key.names)["CiphertextBlob"])
        t.equal(f"{size} bytes: gmalg opens it", key.by_gmalg().decrypt(local.raw(blob)), plaintext)
        t.equal(f"{size} bytes: the strict form", in_der(local.raw(blob)), blob)
        t.openssl.write("sealed", blob)
        t.openssl.run(f"openssl pkeyutl -decrypt -inkey {OPENER}.pem -in sealed -out opened")
        t.equal(f"{size} bytes: OpenSSL opens it", t.openssl.read("opened"), plaintext)
    ref = {"key_id": key.names["KeyId"], "encryption_algorithm": "SM2_ENCRYPT"}
    blob = data(t.face.call("encrypt-data", plain_text="数据", **ref)["cipher_text"])
    t.equal("of the other face: gmalg opens it", key.by_gmalg().decrypt(local.raw(blob)).decode(), "数据")


def for_the_service(t):
    """What gmalg and OpenSSL encrypt, the service opens."""
    own = made_by_the_service(t, "ENCRYPT/DECRYPT")
    for name, key in {"its own pair": own, "brought": brought(t, OPENER)}.items():
        for size in SIZES:
            plaintext = os.urandom(size)
            bare = key.by_gmalg().encrypt(plaintext)
            for how, blob in {
                "gmalg": bare, "gmalg, in DER": in_der(bare),
                "OpenSSL": local.encrypt(t.openssl, key.public, plaintext),
            }.items():
                params = {"CiphertextBlob": text(blob), **SM2PKE}
                got = data(t.call("AsymmetricDecrypt", **params, **key.names)["Plaintext"])
                t.equal(f"{name}, {size} bytes by {how}", got, plaintext)
            for how, blob in {"gmalg": flipped(bare), "gmalg, in DER": flipped(in_der(bare))}.items():
                refused(t, key, f"{name}, {size} bytes by {how}, damaged", blob)
        ref = {"key_id": key.names["KeyId"], "encryption_algorithm": "SM2_ENCRYPT"}
        blob = text(key.by_gmalg().encrypt("数据".encode()))
        got = t.face.call("decrypt-data", cipher_text=blob, **ref)["plain_text"]
        t.equal(f"{name}, by gmalg, opened by the other face", got, "数据")


def refused(t, key, name, blob):
    t.refused(name, INVALID, "AsymmetricDecrypt", CiphertextBlob=text(blob), **SM2PKE, **key.names)


def off_the_curve(t):
    """A point that is not on the curve must not be computed with: it tells of the private key."""
    key = brought(t, OPENER)
    bare = key.by_gmalg().encrypt(b"x" * 32)
    for name, point in {
        "y changed": bare[1:33] + flipped(bare[33:65]), "x and y swapped": bare[33:65] + bare[1:33],
        "zero": bytes(64), "x beyond the field": b"\xff" * 32 + bare[33:65],
    }.items():
        wrong = b"\4" + point + bare[65:]
        for how, blob in {"bare": wrong, "in DER": in_der(wrong)}.items():
            refused(t, key, f"a point off the curve, {name}, {how}", blob)


def wrapping(t):
    """Material that gmalg wraps for hardware."""
    for spec, size in {"Aliyun_SM4": 16, "Aliyun_AES_256": 32}.items():
        key, material = external(t, KeySpec=spec, **HSM), os.urandom(size)
        got = t.call("GetParametersForImport", KeyId=key, **WRAPPING)
        bare = SM2(pk=b"\4" + local.point(data(got["PublicKey"]))).encrypt(material)
        good = {"KeyId": key, "ImportToken": got["ImportToken"]}
        bad = {"EncryptedKeyMaterial": text(flipped(bare)), **good}
        t.refused(f"{spec}, wrapped by gmalg, damaged", BAD_MATERIAL, "ImportKeyMaterial", **bad)
        for how, sealed in {"bare": bare, "in DER": in_der(bare)}.items():
            t.call("ImportKeyMaterial", EncryptedKeyMaterial=text(sealed), **good)
            t.equal(f"{spec}, wrapped by gmalg, {how}", state(t, key), "Enabled")


SECTIONS = [from_the_service, for_the_service, off_the_curve, wrapping]
