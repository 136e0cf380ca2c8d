"""The Chinese algorithms: SM4 and SM2 keys, and codes with SM3. OpenSSL is the judge. They live in hardware, which this
face does not show.
"""

import os
import re

import local_sm as local
from local_sm import sm3
from shared import (
    TEXT, b64, code, describe, encrypted, flipped, made, of_spec, opened, raw, sha256, state, stranger,
)
from theme_datakeys import opened as datakey
from theme_faces import made_there, shown_there, there
from theme_import import WRAPPINGS, external, parameters, wrapped

SIGNING = {"signing_algorithm": "SM2DSA_SM3"}
SEALING = {"encryption_algorithm": "SM2_ENCRYPT"}
MESSAGE = "this is message, 签名\n".encode()
SPECS = (
    # key_spec, key_usage, the usage when it is not named
    ("SM4", None, "ENCRYPT_DECRYPT"), ("SM2", None, "SIGN_VERIFY"), ("SM2", "ENCRYPT_DECRYPT", "ENCRYPT_DECRYPT"),
    ("HMAC_SM3", None, "GENERATE_VERIFY_MAC"),
)
UNFIT = (
    ({"key_spec": "sm4"}, "1110"), ({"key_spec": "SM3"}, "1110"),
    ({"key_spec": "SM4", "key_usage": "SIGN_VERIFY"}, "1115"),
    ({"key_spec": "SM4", "key_usage": "GENERATE_VERIFY_MAC"}, "1110"),
    ({"key_spec": "SM2", "key_usage": "GENERATE_VERIFY_MAC"}, "1110"),
)


def public_of(t, key):
    return local.der(t.call("get-publickey", key_id=key)["public_key"])


def specs(t):
    for spec, usage, want in SPECS:
        shown = describe(t, of_spec(t, spec, usage))
        facts = tuple(shown[name] for name in ("key_spec", "key_usage", "key_state", "origin"))
        t.equal(f"{spec}, {usage}: describe-key", facts, (spec, want, "2", "kms"))
    for params, number in UNFIT:
        t.refused(f"create-key, {params}", code(number), "create-key", key_alias=f"sm-{t.tag}", **params)
    for spec in ("SM4", "SM2", "HMAC_SM3"):
        rows = t.call("list-keys", key_spec=spec)["key_details"]
        t.equal(f"list-keys of {spec}", {row["key_spec"] for row in rows}, {spec})


def small_data(t):
    key = of_spec(t, "SM4")
    for name, text in {"unicode": TEXT, "one byte": "x", "4096 bytes": "x" * 4096}.items():
        got = t.call("encrypt-data", key_id=key, plain_text=text)
        back = t.call("decrypt-data", cipher_text=got["cipher_text"])
        t.equal(f"SM4, {name}: back", (got["key_id"], back["key_id"], back["plain_text"]), (key, key, text))
    blob = encrypted(t, key, additional_authenticated_data="tenant 7")
    t.equal("SM4, bound: back", opened(t, blob, additional_authenticated_data="tenant 7"), TEXT)
    wrong = {"cipher_text": blob, "additional_authenticated_data": "tenant 8"}
    t.refused("SM4, bound to another", code("0208"), "decrypt-data", **wrong)
    blob = encrypted(t, key)
    t.that("SM4, never the same twice", blob != encrypted(t, key))
    t.refused("SM4, a flipped bit", code("2201"), "decrypt-data", cipher_text=b64(flipped(raw(blob))))
    moved = t.call("re-encrypt", cipher_text=blob, source_key_id=key, destination_key_id=t.key)
    t.equal("from SM4 to AES", (moved["key_id"], opened(t, moved["cipher_text"])), (t.key, TEXT))
    moved = t.call("re-encrypt", cipher_text=moved["cipher_text"], source_key_id=t.key, destination_key_id=key)
    t.equal("from AES to SM4", (moved["key_id"], opened(t, moved["cipher_text"])), (key, TEXT))
    t.refused("SM2_ENCRYPT with SM4", code("2105"), "encrypt-data", key_id=key, plain_text="x", **SEALING)


def data_keys(t):
    """The digest behind a data key is SM3 under SM4, and SHA-256 under AES."""
    key = of_spec(t, "SM4")
    for bits in ("512", "128", "8"):
        got = t.call("create-datakey", key_id=key, datakey_length=bits)
        data = bytes.fromhex(got["plain_text"])
        t.equal(f"SM4, data key of {bits} bits: length", len(data) * 8, int(bits))
        shows(t, f"SM4, data key of {bits} bits", datakey(t, key, got["cipher_text"], len(data)), data, sm3)
    alone = t.call("create-datakey-without-plaintext", key_id=key, datakey_length="512")
    t.equal("SM4, opened later", datakey(t, key, alone["cipher_text"], 64)["datakey_length"], "64")
    for name, data in {"zeros": bytes(64), "32 bytes": os.urandom(32), "one byte": b"x"}.items():
        for ref, right, wrong in ((key, sm3, sha256), (t.key, sha256, sm3)):
            label = f"{name} under {'SM4' if ref == key else 'AES'}"
            sent = {"key_id": ref, "datakey_plain_length": str(len(data))}
            got = t.call("encrypt-datakey", plain_text=(data + right(data)).hex(), **sent)
            shows(t, f"{label}: back", datakey(t, ref, got["cipher_text"], len(data)), data, right)
            bad = (data + wrong(data)).hex()
            t.refused(f"{label}: the other digest", code("2103"), "encrypt-datakey", plain_text=bad, **sent)
    # SOURCE: GB/T 32905, A.1.
    want = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    sent = {"key_id": key, "datakey_plain_length": "3", "plain_text": b"abc".hex() + want}
    got = datakey(t, key, t.call("encrypt-datakey", **sent)["cipher_text"], 3)["datakey_dgst"]
    t.equal("SM3 of the standard's example", got, want.upper())


def shows(t, name, got, data, hashed):
    want = (data.hex().upper(), str(len(data)), hashed(data).hex().upper())
    t.equal(name, tuple(got.get(field) for field in ("data_key", "datakey_length", "datakey_dgst")), want)


def signatures(t):
    key = of_spec(t, "SM2")
    pem = t.call("get-publickey", key_id=key)["public_key"]
    t.that("SM2: a PEM with \\r\\n", pem.startswith("-----BEGIN PUBLIC KEY-----\r\n"), pem[:60])
    t.openssl.write("sm2.pem", pem)
    t.equal("SM2: the point is on the curve", t.openssl.tries("openssl pkey -pubin -in sm2.pem -pubcheck -noout")[0], 0)
    public, ref = local.der(pem), {"key_id": key, **SIGNING}
    digest = local.digest(public, MESSAGE)
    for name, params in {"by digest": {}, "by DIGEST": {"message_type": "DIGEST"}}.items():
        got = t.call("sign", message=b64(digest), **ref, **params)
        signature = raw(got["signature"])
        t.that(f"SM2, {name}: OpenSSL takes it", local.verify(t.openssl, public, MESSAGE, signature))
        t.that(f"SM2, {name}: for no other message", not local.verify(t.openssl, public, b"x", signature))
        for case, value, message, want in (
            ("right", signature, digest, "true"), ("damaged", flipped(signature), digest, "false"),
            ("another digest", signature, flipped(digest), "false"),
        ):
            got = t.call("verify", message=b64(message), signature=b64(value), **ref, **params)
            t.equal(f"SM2, {name}: {case}", (got["key_id"], got["signature_valid"]), (key, want))
    good = {"message": b64(digest), **ref}
    for name, change, number in (
        ("a whole message", {"message_type": "RAW"}, "0308"), ("31 bytes", {"message": b64(bytes(31))}, "0329"),
        ("33 bytes", {"message": b64(bytes(33))}, "0329"), ("no message", {"message": ""}, "0204"),
        ("ECDSA", {"signing_algorithm": "ECDSA_SHA_256"}, "0332"),
        ("another case", {"signing_algorithm": "sm2dsa_sm3"}, "0308"),
        ("a key of P-256", {"key_id": of_spec(t, "EC_P256")}, "0332"), ("no key", {"key_id": stranger()}, "0207"),
        ("an encrypting key", {"key_id": of_spec(t, "SM2", "ENCRYPT_DECRYPT")}, "0334"),
        ("SM4", {"key_id": of_spec(t, "SM4")}, "1115"),
    ):
        t.refused(f"sign with SM2, {name}", code(number), "sign", **{**good, **change})
    t.refused("rotation of SM2", code("0325"), "enable-key-rotation", key_id=key)
    t.refused("a data key of SM2", code("0325"), "create-datakey", key_id=key, datakey_length="512")


def encryption(t):
    key = of_spec(t, "SM2", "ENCRYPT_DECRYPT")
    ref, public = {"key_id": key, **SEALING}, public_of(t, key)
    for name, plaintext in {"short": TEXT, "one byte": "x", "longest": "x" * 4096}.items():
        got = raw(t.call("encrypt-data", plain_text=plaintext, **ref)["cipher_text"])
        t.equal(f"SM2, {name}: the form of the ciphertext", len(local.raw(got)), 97 + len(plaintext.encode()))
        outside = local.encrypt(t.openssl, public, plaintext.encode())
        for how, blob in {"ours": got, "OpenSSL's": outside, "without DER": local.raw(outside)}.items():
            t.equal(f"SM2, {name}, {how}: opens", opened(t, b64(blob), **ref), plaintext)
    binary = bytes(range(128, 160))
    blob = b64(local.encrypt(t.openssl, public, binary))
    got = t.call("decrypt-data", cipher_text=blob, **ref)["plain_text_base64"]
    t.equal("SM2, bytes that are no text", raw(got), binary)
    for name, wrong in {"a flipped bit": flipped(outside), "a cut": outside[:-1], "half": outside[:60]}.items():
        t.refused(f"SM2, {name}", code("2201"), "decrypt-data", cipher_text=b64(wrong), **ref)
    t.refused("SM2, too long", code("0308"), "encrypt-data", plain_text="x" * 4097, **ref)
    for name, params, number in (
        ("no algorithm", {"encryption_algorithm": ""}, "2106"),
        ("RSA's algorithm", {"encryption_algorithm": "RSAES_OAEP_SHA_256"}, "2106"),
        ("a signing key", {"key_id": of_spec(t, "SM2")}, "0335"),
        ("a key of RSA", {"key_id": of_spec(t, "RSA_2048", "ENCRYPT_DECRYPT")}, "2106"),
    ):
        t.refused(f"SM2_ENCRYPT, {name}", code(number), "encrypt-data", plain_text="x", **{**ref, **params})


def sm2_wrapped(t, got, material):
    sealed = b64(local.encrypt(t.openssl, raw(got["public_key"]), material))
    return {"key_id": got["key_id"], "import_token": got["import_token"], "encrypted_key_material": sealed}


def imports(t):
    key, material = external(t, key_spec="SM4"), os.urandom(16)
    t.equal("SM4 waits for material", state(t, key), "5")
    blob = None
    for algorithm in (*WRAPPINGS, "SM2_ENCRYPT"):
        got = parameters(t, key, algorithm)
        sealed = sm2_wrapped(t, got, material) if algorithm == "SM2_ENCRYPT" else wrapped(got, material, algorithm)
        t.equal(f"SM4 by {algorithm}", t.call("import-key-material", **sealed), {})
        blob = blob or encrypted(t, key)
        t.equal(f"SM4 by {algorithm}: the first blob opens", (state(t, key), opened(t, blob)), ("2", TEXT))
        t.call("delete-imported-key-material", key_id=key)
        t.refused(f"SM4 by {algorithm}: then nothing opens", code("0209"), "decrypt-data", cipher_text=blob)
    for wrong in (15, 17, 32):
        got = parameters(t, key)
        t.refused(f"SM4 of {wrong} bytes", code("2604"), "import-key-material", **wrapped(got, os.urandom(wrong)))
    t.refused("SM4, other material", code("2606"), "import-key-material", **wrapped(parameters(t, key), os.urandom(16)))
    good = wrapped(parameters(t, key), material)
    other = {**good, "import_token": parameters(t, key, "SM2_ENCRYPT")["import_token"]}
    t.refused("RSA where SM2 was named", code("0311"), "import-key-material", **other)
    asked = {"key_id": external(t), "wrapping_algorithm": "SM2_ENCRYPT"}
    t.refused("SM2_ENCRYPT for a key in software", code("0308"), "get-parameters-for-import", **asked)
    t.refused("rotation of imported SM4", code("0312"), "enable-key-rotation", key_id=key)


def rotation(t):
    key = made(t, key_spec="SM4")
    old = encrypted(t, key)
    t.call("rotate-on-demand", key_id=key)
    new = encrypted(t, key)
    t.that("SM4, rotated: another version encrypts", raw(old)[:36] != raw(new)[:36])
    t.equal("SM4, rotated: old and new data", (opened(t, old), opened(t, new)), (TEXT, TEXT))
    t.call("enable-key-rotation", key_id=key)
    got = t.call("get-key-rotation-status", key_id=key)
    t.equal("SM4, rotation", (got["key_rotation_enabled"], got["number_of_rotations"]), (True, 1))


def codes(t):
    key = of_spec(t, "HMAC_SM3")
    params = {"key_id": key, "mac_algorithm": "HMAC_SM3", "message": b64(MESSAGE)}
    code_ = t.call("generate-mac", **params)["mac"]
    t.that("HMAC_SM3: lower-case hex", re.fullmatch("[0-9a-f]{64}", code_), code_)
    t.equal("HMAC_SM3: right", t.call("verify-mac", mac=code_, **params)["mac_valid"], True)
    wrong = flipped(bytes.fromhex(code_)).hex()
    t.equal("HMAC_SM3: wrong", t.call("verify-mac", mac=wrong, **params)["mac_valid"], False)
    asked = {"KeyId": key, "Algorithm": "HMAC_SM3", "Message": b64(MESSAGE)}
    t.equal("HMAC_SM3: the same on the other face", raw(there(t, "GenerateMac", **asked)["Mac"]).hex(), code_)


def faces(t):
    """SM4 and SM2 keys of one face on the other, and that they are in hardware."""
    for spec, name in {"SM4": "Aliyun_SM4", "SM2": "EC_SM2"}.items():
        got = shown_there(t, of_spec(t, spec))
        t.equal(f"{spec} of here, there", (got["KeySpec"], got["ProtectionLevel"]), (name, "HSM"))
        key = made_there(t, KeySpec=name, ProtectionLevel="HSM")
        t.equal(f"{name} of there, here", describe(t, key)["key_spec"], spec)
    hard = made_there(t, ProtectionLevel="HSM")
    text = "aGVsbG8="
    for spec, key in {"SM4": of_spec(t, "SM4"), "AES in hardware": hard}.items():
        blob = encrypted(t, key, text)
        t.equal(f"{spec}: encrypted here, opened there", there(t, "Decrypt", CiphertextBlob=blob)["Plaintext"], text)
        blob = there(t, "Encrypt", KeyId=key, Plaintext=text)["CiphertextBlob"]
        t.equal(f"{spec}: encrypted there, opened here", opened(t, blob), text)
    key = of_spec(t, "SM2")
    version = there(t, "ListKeyVersions", KeyId=key)["KeyVersions"]["KeyVersion"][0]["KeyVersionId"]
    digest = b64(local.digest(public_of(t, key), MESSAGE))
    theirs = {"KeyId": key, "KeyVersionId": version, "Algorithm": "SM2DSA", "Digest": digest}
    ours = {"key_id": key, "message": digest, **SIGNING}
    signature = t.call("sign", **ours)["signature"]
    t.equal("SM2: signed here", there(t, "AsymmetricVerify", Value=signature, **theirs)["Value"], True)
    signature = there(t, "AsymmetricSign", **theirs)["Value"]
    t.equal("SM2: signed there", t.call("verify", signature=signature, **ours)["signature_valid"], "true")


ONCE = [specs, small_data, data_keys, signatures, encryption, imports, rotation, codes, faces]
