"""Material that its owner brings: symmetric keys and key pairs, wrapped as the guide does it and by a library.

SOURCE: Data Encryption Workshop user guide, "Importing Key Materials": the commands are the guide's.
"""

import os
import time

import local_crypto as local
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

from shared import (
    TEXT, b64, code, describe, encrypted, flipped, made, opened, raw, sha256, state,
)
from theme_signatures import judged

WRAPPINGS = ("RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5")
PADDINGS = {
    "RSAES_OAEP_SHA_256": "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256",
    "RSAES_OAEP_SHA_1": "-pkeyopt rsa_padding_mode:oaep",
    "RSAES_PKCS1_V1_5": "-pkeyopt rsa_padding_mode:pkcs1",
}
CURVES = {"EC_P256": ec.SECP256R1, "EC_P384": ec.SECP384R1, "SECP256K1": ec.SECP256K1}


def external(t, **params):
    return made(t, origin="external", **params)


def parameters(t, key, algorithm=WRAPPINGS[0]):
    return t.call("get-parameters-for-import", key_id=key, wrapping_algorithm=algorithm)


def wrapped(got, material, algorithm=WRAPPINGS[0]):
    """What import-key-material takes."""
    public = local.public_key_of_der(raw(got["public_key"]))
    sealed = b64(local.encrypt(public, algorithm, material))
    return {"key_id": got["key_id"], "import_token": got["import_token"], "encrypted_key_material": sealed}


def with_pair(got, temporary, der, algorithm=WRAPPINGS[0]):
    """The same for a private key under a temporary one."""
    sealed = b64(aes_key_wrap_with_padding(temporary, der))
    return {**wrapped(got, temporary, algorithm), "encrypted_privatekey": sealed}


def der_of(private):
    form = serialization.PrivateFormat.PKCS8
    return private.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())


def bring(t, key, material, algorithm=WRAPPINGS[0], **more):
    answer = t.call("import-key-material", **wrapped(parameters(t, key, algorithm), material, algorithm), **more)
    t.equal("import-key-material", answer, {})


def symmetric(t):
    key, material = external(t), os.urandom(32)
    shown = describe(t, key)
    waiting = (shown["key_state"], shown["origin"], shown["expiration_time"])
    t.equal("waits for material", waiting, ("5", "external", ""))
    t.refused("without material", code("0209"), "encrypt-data", key_id=key, plain_text="x")
    for action, number in (("enable-key", "1201"), ("disable-key", "1301"), ("cancel-key-deletion", "1501")):
        t.refused(f"{action} without material", code(number), action, key_id=key)
    got, start = parameters(t, key), int(time.time())
    end = got["expiration_time"]
    t.that("24 h", type(end) is int and start + 86399 <= end <= int(time.time()) + 86400, end)
    t.equal("whose parameters", got["key_id"], key)
    public = local.public_key_of_der(raw(got["public_key"]))
    t.equal("the wrapping key", (public.key_size, public.public_numbers().e), (2048, 65537))
    blob = None
    for algorithm in WRAPPINGS:
        bring(t, key, material, algorithm)
        t.equal(f"{algorithm}: state", state(t, key), "2")
        blob = blob or encrypted(t, key)
        t.equal(f"{algorithm}: the first blob opens", opened(t, blob), TEXT)
        answer = t.call("delete-imported-key-material", key_id=key)
        t.equal(f"{algorithm}: delete-imported-key-material", (answer, state(t, key)), ({}, "5"))
        t.refused(f"{algorithm}: nothing opens", code("0209"), "decrypt-data", cipher_text=blob)
    t.refused("nothing to delete", code("2701"), "delete-imported-key-material", key_id=key)


def expiry(t):
    """Seconds in the request, milliseconds in the answer; at its second the material is gone."""
    key, material = external(t), os.urandom(32)
    far = int(time.time()) + 3600
    got = parameters(t, key)
    good = wrapped(got, material)
    t.refused("a moment in the past", code("2602"), "import-key-material", **good, expiration_time=far - 7200)
    t.call("import-key-material", **good, expiration_time=far)
    t.equal("expiration_time", describe(t, key)["expiration_time"], f"{far}000")
    t.refused("it has its material", code("0310"), "import-key-material", **good)
    asked = {"key_id": key, "wrapping_algorithm": WRAPPINGS[0]}
    t.refused("parameters for it", code("0310"), "get-parameters-for-import", **asked)
    t.call("delete-imported-key-material", key_id=key)
    soon = int(time.time()) + 2
    t.call("import-key-material", **good, expiration_time=soon)
    while time.time() < soon:
        time.sleep(0.05)
    t.refused("after its end", code("0209"), "encrypt-data", key_id=key, plain_text="x")
    t.equal("state after its end", state(t, key), "5")


def refusals(t):
    key, action, material = external(t), "import-key-material", os.urandom(32)
    got, other = parameters(t, key), parameters(t, key)
    good, foreign = wrapped(got, material), parameters(t, external(t))
    token = got["import_token"]
    damaged = b64(flipped(raw(token), len(raw(token)) // 2))
    bit = b64(flipped(raw(good["encrypted_key_material"])))
    for name, params, number in (
        ("31 bytes", wrapped(got, material[:31]), "2604"),
        ("33 bytes", wrapped(got, material + b"x"), "2604"),
        ("another padding", wrapped(got, material, WRAPPINGS[2]), "0311"),
        ("another hash", wrapped(got, material, WRAPPINGS[1]), "0311"),
        ("a flipped bit", {**good, "encrypted_key_material": bit}, "0311"),
        ("another public key", {**good, "import_token": other["import_token"]}, "0311"),
        ("a damaged token", {**good, "import_token": damaged}, "2605"),
        ("the token of another key", {**good, "import_token": foreign["import_token"]}, "2603"),
        ("no token", {**good, "import_token": ""}, "0204"),
        ("no material", {**good, "encrypted_key_material": ""}, "0204"),
        ("a key of ours", {**good, "key_id": t.key}, "0309"),
    ):
        t.refused(f"{action}, {name}", code(number), action, **params)
    t.equal("none of them was taken", state(t, key), "5")
    t.call(action, **good)
    t.call("delete-imported-key-material", key_id=key)
    t.refused("other material than the first", code("2606"), action, **wrapped(other, os.urandom(32)))
    t.call(action, **wrapped(other, material))
    for name in ("get-parameters-for-import", "delete-imported-key-material"):
        more = {"wrapping_algorithm": WRAPPINGS[0]} if "get" in name else {}
        t.refused(f"{name} for a key of ours", code("0309"), name, key_id=t.key, **more)
    t.refused("rotation of imported material", code("0312"), "enable-key-rotation", key_id=key)
    wrong = {"key_id": external(t), "wrapping_algorithm": "RSAES_OAEP_SHA_512"}
    t.refused("an algorithm that is none", code("0308"), "get-parameters-for-import", **wrong)


def pairs(t):
    """Key pairs of the caller's own: the service signs, the caller's public key says that it is right."""
    wanted = ["RSA_2048", "RSA_3072", "EC_P256", "EC_P384"] + (["SECP256K1"] if t.api.later else [])
    for number, spec in enumerate(wanted):
        key = external(t, key_spec=spec)
        t.refused(f"{spec}: no public key yet", code("0209"), "get-publickey", key_id=key)
        private = new_pair(spec)
        algorithm = WRAPPINGS[number % 3]
        got = parameters(t, key, algorithm)
        t.call("import-key-material", **with_pair(got, os.urandom(32), der_of(private), algorithm))
        t.equal(f"{spec}: state", state(t, key), "2")
        pem = t.call("get-publickey", key_id=key)["public_key"]
        own = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        t.equal(f"{spec}: public key", pem.replace("\r\n", "\n"), own.decode())
        signing = "RSASSA_PSS_SHA_256" if "RSA" in spec else f"ECDSA_SHA_{'384' if '384' in spec else '256'}"
        got = t.call("sign", key_id=key, signing_algorithm=signing, message=b64(b"message"), message_type="RAW")
        judged(t, f"{spec}, imported", signing, own, raw(got["signature"]), b"message")
        t.refused(f"{spec}: its material stays", code("2702"), "delete-imported-key-material", key_id=key)


def new_pair(spec):
    if spec in CURVES:
        return ec.generate_private_key(CURVES[spec]())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(spec[4:]))


def refused_pairs(t):
    key, action = external(t, key_spec="EC_P256"), "import-key-material"
    got, temporary = parameters(t, key), os.urandom(32)
    right = der_of(new_pair("EC_P256"))
    good = with_pair(got, temporary, right)
    alone = {name: value for name, value in good.items() if name != "encrypted_privatekey"}
    damaged = b64(flipped(raw(good["encrypted_privatekey"])))
    for name, params, number in (
        ("no private key", alone, "2608"),
        ("another curve", with_pair(got, temporary, der_of(new_pair("EC_P384"))), "2609"),
        ("another family", with_pair(got, temporary, der_of(new_pair("RSA_2048"))), "2609"),
        ("no key at all", with_pair(got, temporary, os.urandom(138)), "2609"),
        ("a damaged key", {**good, "encrypted_privatekey": damaged}, "2609"),
        ("a temporary key of 24 bytes", with_pair(got, os.urandom(24), right), "2610"),
    ):
        t.refused(f"{action} of a pair, {name}", code(number), action, **params)
    t.equal("none of them was taken", state(t, key), "5")


def guide(t):
    """The commands of the guide, symmetric and RSA_4096."""
    shell = t.openssl
    for algorithm in WRAPPINGS:
        key = external(t, key_spec="AES_256")
        shell.run("openssl rand -out PlaintextKeyMaterial.bin 32")
        t.call("import-key-material", **by_guide(t, key, algorithm))
        t.equal(f"{algorithm} by OpenSSL", opened(t, encrypted(t, key)), TEXT)
    shell.run("openssl rand -out 0xPlaintextKeyMaterial.bin -hex 32; head -c 99 /dev/zero > probe.bin")
    wrap = "openssl enc -id-aes256-wrap-pad -K $(cat 0xPlaintextKeyMaterial.bin) -iv A65959A6"
    if shell.tries(f"{wrap} -in probe.bin -out probe.out")[0] != 0:
        t.that("an OpenSSL without the wrap of the guide, as the guide warns", True)
        return
    key = external(t, key_spec="RSA_4096")
    shell.run(
        "openssl genrsa -out rsa_private_key.pem 4096 2>/dev/null\n"
        "openssl pkcs8 -topk8 -inform PEM -outform DER -in rsa_private_key.pem -out rsa_private_key.der -nocrypt\n"
        f"{wrap} -in rsa_private_key.der -out out_rsa_private_key.der\n"
    )
    # The guide has `xxd -r -ps` for this.
    shell.write("PlaintextKeyMaterial.bin", bytes.fromhex(shell.read_text("0xPlaintextKeyMaterial.bin")))
    sealed = b64(shell.read("out_rsa_private_key.der"))
    t.call("import-key-material", **by_guide(t, key, WRAPPINGS[0]), encrypted_privatekey=sealed)
    algorithm = "RSASSA_PKCS1_V1_5_SHA_256"
    got = t.call("sign", key_id=key, signing_algorithm=algorithm, message=b64(sha256(b"message")))
    own = shell.run("openssl rsa -in rsa_private_key.pem -pubout 2>/dev/null").encode()
    judged(t, "RSA_4096 by the guide", algorithm, own, raw(got["signature"]), b"message")


def by_guide(t, key, algorithm):
    """From `PlaintextKeyMaterial.bin` to what import-key-material takes."""
    got = parameters(t, key, algorithm)
    t.openssl.write("PublicKey.b64", got["public_key"])
    t.openssl.run(
        "openssl enc -d -base64 -A -in PublicKey.b64 -out PublicKey.bin\n"
        "openssl pkeyutl -in PlaintextKeyMaterial.bin -inkey PublicKey.bin -out EncryptedKeyMaterial.bin -keyform der"
        f" -pubin -encrypt {PADDINGS[algorithm]}\n"
        "openssl enc -base64 -A -in EncryptedKeyMaterial.bin -out EncryptedKeyMaterial.b64\n"
    )
    sealed = t.openssl.read_text("EncryptedKeyMaterial.b64")
    return {"key_id": key, "import_token": got["import_token"], "encrypted_key_material": sealed}


SECTIONS = [symmetric, expiry, refusals, pairs, refused_pairs, guide]
