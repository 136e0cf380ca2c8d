"""SM2 keys, judged by OpenSSL. `node/scenario_sm2.mjs` is its twin."""

import os

import local_sm as local
from authority import authority
from scenario_common import (
    DISABLED, INVALID, LEAVING, MISSING, ORDINARY, PLAINTEXT, UNSUPPORTED, WRONG_KIND, data, flipped, made, of_spec,
    pair, text, versions,
)
from scenario_hsm import HSM

SIGNER = HSM
OPENER = {"KeyUsage": "ENCRYPT/DECRYPT", **HSM}
MESSAGE = "this is message, 签名\n".encode()
LONGEST = 6047  # bytes. SOURCE: AsymmetricEncrypt.
SM2PKE = {"Algorithm": "SM2PKE"}
SM2DSA = {"Algorithm": "SM2DSA"}


def public_of(t, key):
    return local.der(t.call("GetPublicKey", **key)["PublicKey"])


def public_keys(t):
    openssl = authority().openssl
    for name, params in {"a signer": SIGNER, "an opener": OPENER}.items():
        pem = t.call("GetPublicKey", **pair(t, "EC_SM2", **params))["PublicKey"]
        t.that(f"SM2, {name}: the form of its public key", len(local.point(local.der(pem))) == 64)
        openssl.write("sm2.pem", pem)
        shown = openssl.run("openssl pkey -pubin -in sm2.pem -noout -text_pub")
        t.that(f"SM2, {name}: OpenSSL knows the curve", "ASN1 OID: SM2\n" in shown, shown)
        code = openssl.tries("openssl pkey -pubin -in sm2.pem -pubcheck -noout")[0]
        t.equal(f"SM2, {name}: the point is on it", code, 0)
        t.equal(f"SM2, {name}: OpenSSL writes the same text", openssl.run("openssl pkey -pubin -in sm2.pem"), pem)


def signatures(t):
    key, openssl = pair(t, "EC_SM2", **SIGNER), authority().openssl
    public = public_of(t, key)
    for name, message in {"text": MESSAGE, "nothing": b"", "4 KiB": os.urandom(4096)}.items():
        digest = local.digest(public, message)
        signed = t.call("AsymmetricSign", Digest=text(digest), **SM2DSA, **key)
        t.equal(f"SM2DSA of {name}: names", {field: signed[field] for field in key}, key)
        value = data(signed["Value"])
        t.that(f"SM2DSA of {name}: OpenSSL takes it", local.verify(openssl, public, message, value))
        t.that(f"SM2DSA of {name}: for no other message", not local.verify(openssl, public, message + b"x", value))
    first, second = local.members(value)
    concatenated = b"".join(part[-32:].rjust(32, b"\0") for part in (first, second))
    for case, wants, parts in (
        ("the signature", True, (digest, value)),
        ("another digest", False, (flipped(digest), value)),
        ("a changed r", False, (digest, flipped(value, 10))),
        ("a changed s", False, (digest, flipped(value))),
        ("a short signature", False, (digest, value[:-1])),
        ("a long signature", False, (digest, value + b"\0")),
        ("r and s without DER", False, (digest, concatenated)),
        ("a signature by another key", False, (digest, by_another_key(t, digest))),
        ("no signature at all", False, (digest, b"\0")),
    ):
        got = t.call("AsymmetricVerify", Digest=text(parts[0]), Value=text(parts[1]), **SM2DSA, **key)
        t.equal(f"SM2DSA, {case}", got["Value"], wants)
        t.equal(f"SM2DSA, {case}, names", {field: got[field] for field in key}, key)


def by_another_key(t, digest):
    key = made(t, KeySpec="EC_SM2", **SIGNER)["KeyId"]
    version = versions(t, key)[0]["KeyVersionId"]
    return data(t.call("AsymmetricSign", KeyId=key, KeyVersionId=version, Digest=text(digest), **SM2DSA)["Value"])


def identities(t):
    """The hash comes from the caller, so who signs may have any name; the service takes the hash as it is."""
    key, openssl = pair(t, "EC_SM2", **SIGNER), authority().openssl
    public, identity = public_of(t, key), b"ALICE123@YAHOO.COM"
    digest = local.digest(public, MESSAGE, identity)
    value = data(t.call("AsymmetricSign", Digest=text(digest), **SM2DSA, **key)["Value"])
    t.that("signed as Alice", local.verify(openssl, public, MESSAGE, value, identity))
    t.that("not signed as who names nothing", not local.verify(openssl, public, MESSAGE, value))
    value = data(t.call("AsymmetricSign", Digest=text(local.sm3(MESSAGE)), **SM2DSA, **key)["Value"])
    t.that("the hash of a message alone is signed for nobody", not local.verify(openssl, public, MESSAGE, value))


def encryption(t):
    key, openssl = pair(t, "EC_SM2", **OPENER), authority().openssl
    public = public_of(t, key)
    for name, plaintext in {
        "text": MESSAGE, "zero": bytes(1), "a data key": os.urandom(32), "the longest": os.urandom(LONGEST),
    }.items():
        sealed = t.call("AsymmetricEncrypt", Plaintext=text(plaintext), **SM2PKE, **key)
        blob = data(sealed["CiphertextBlob"])
        x, y, hashed, body = local.members(blob)
        shape = (max(len(x), len(y)) <= 33, len(hashed), len(body))
        t.equal(f"SM2PKE, {name}: two numbers, a hash, the ciphertext", shape, (True, 32, len(plaintext)))
        for how, shown in {
            "of ours": blob, "without DER": local.raw(blob), "by OpenSSL": local.encrypt(openssl, public, plaintext),
            "by OpenSSL, without DER": local.raw(local.encrypt(openssl, public, plaintext)),
        }.items():
            opened = t.call("AsymmetricDecrypt", CiphertextBlob=text(shown), **SM2PKE, **key)
            t.equal(f"SM2PKE, {name}, {how}: opens", data(opened["Plaintext"]), plaintext)
            t.equal(f"SM2PKE, {name}, {how}: names", {field: opened[field] for field in key}, key)
    long = text(bytes(LONGEST + 1))
    t.refused("SM2PKE, too long", INVALID, "AsymmetricEncrypt", Plaintext=long, **SM2PKE, **key)
    again = t.call("AsymmetricEncrypt", Plaintext=text(plaintext), **SM2PKE, **key)["CiphertextBlob"]
    t.that("SM2PKE: equal plaintexts have different ciphertexts", data(again) != blob)


def damaged_ciphertexts(t):
    key, openssl = pair(t, "EC_SM2", **OPENER), authority().openssl
    public = public_of(t, key)
    sealed = local.encrypt(openssl, public, MESSAGE)
    bare = local.raw(sealed)
    openssl.run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out other.pem")
    openssl.run("openssl pkey -in other.pem -pubout -outform DER -out other.der")
    for name, wrong in {
        "x": flipped(bare, 10), "y": flipped(bare, 40), "the hash": flipped(bare, 70), "the ciphertext": flipped(bare),
        "the form of the point": b"\2" + bare[1:], "the order of hash and ciphertext": local.raw(sealed, swapped=True),
        "the end": bare[:-1], "the end of DER": sealed[:-1], "a byte more than DER": sealed + b"\0",
        "a bit of DER": flipped(sealed), "everything": bytes(len(bare)), "nearly all": bare[:97],
        "whom it is for": local.encrypt(openssl, openssl.read("other.der"), MESSAGE),
    }.items():
        params = {"CiphertextBlob": text(wrong), **SM2PKE}
        t.refused(f"SM2PKE, wrong is {name}", INVALID, "AsymmetricDecrypt", **params, **key)
    t.refused("SM2PKE, no base64", INVALID, "AsymmetricDecrypt", CiphertextBlob="!", **SM2PKE, **key)


def exporting(t):
    """Data keys for somebody else's SM2 pair."""
    openssl = authority().openssl
    openssl.run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out mine.pem")
    openssl.run("openssl pkey -in mine.pem -pubout -outform DER -out mine.der")
    public = openssl.read("mine.der")
    to = {"PublicKeyBlob": text(public), "WrappingKeySpec": "EC_SM2", "WrappingAlgorithm": "SM2PKE"}
    for name, key in {"software": t.key, "hardware": of_spec(t, "Aliyun_SM4", **HSM)["KeyId"]}.items():
        for size in (16, 1024):
            params = {"KeyId": key, "NumberOfBytes": size, "EncryptionContext": ORDINARY}
            fresh = t.call("GenerateAndExportDataKey", **params, **to)
            blob = {"CiphertextBlob": fresh["CiphertextBlob"], "EncryptionContext": ORDINARY}
            again = t.call("ExportDataKey", **blob, **to)
            want = data(t.call("Decrypt", **blob)["Plaintext"])
            for how, answer in {"made and exported": fresh, "exported again": again}.items():
                openssl.write("exported", data(answer["ExportedDataKey"]))
                openssl.run("openssl pkeyutl -decrypt -inkey mine.pem -in exported -out data-key")
                t.equal(f"{how} from {name} to SM2, {size} bytes", (openssl.read("data-key"), len(want)), (want, size))
    action = "GenerateAndExportDataKey"
    for name, change in {
        "OAEP": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256"}, "another spec": {"WrappingKeySpec": "RSA_2048"},
        "another case": {"WrappingAlgorithm": "sm2pke"}, "a cut public key": {"PublicKeyBlob": text(public[:-1])},
        "a point off the curve": {"PublicKeyBlob": text(flipped(public))},
    }.items():
        t.refused(f"exporting to SM2, {name}", INVALID, action, KeyId=t.key, **{**to, **change})


def signing_request(t):
    openssl = authority().openssl
    for name, params in {"a signer": SIGNER, "an opener": OPENER}.items():
        key = pair(t, "EC_SM2", **params)
        answer = t.call("CreateCsr", Subject="CN=国密.example,C=CN", SubjectAlternativeNames=["sm.example"], **key)
        openssl.write("sm2.csr", answer["Csr"])
        verify = f"openssl req -in sm2.csr -verify -noout -text -vfyopt distid:{local.IDENTITY.decode()}"
        shown = openssl.run(f"{verify} -nameopt RFC2253,-esc_msb 2>&1")
        t.that(f"SM2, {name}: OpenSSL verifies the signing request", "verify OK" in shown, shown)
        t.that(f"SM2, {name}: subject of the request", "Subject: CN=国密.example,C=CN\n" in shown, shown)
        t.that(f"SM2, {name}: signature of the request", "Signature Algorithm: SM2-with-SM3\n" in shown, shown)
        t.that(f"SM2, {name}: name in the request", "DNS:sm.example" in shown, shown)
        public = openssl.run("openssl req -in sm2.csr -noout -pubkey")
        t.equal(f"SM2, {name}: key of the request", public, t.call("GetPublicKey", **key)["PublicKey"])
        openssl.run("openssl req -in sm2.csr -outform DER -out sm2.csr.der")
        openssl.write("bad.der", flipped(openssl.read("sm2.csr.der"), 40))
        shown = openssl.tries(verify.replace("sm2.csr", "bad.der -inform DER") + " 2>&1")[1]
        t.that(f"SM2, {name}: not a changed one", "verify failure" in shown, shown)


def reencrypting(t):
    key = pair(t, "EC_SM2", **OPENER)
    source = {f"Source{name}": value for name, value in key.items()} | {"SourceEncryptionAlgorithm": "SM2PKE"}
    sealed = t.call("AsymmetricEncrypt", Plaintext=PLAINTEXT, **SM2PKE, **key)["CiphertextBlob"]
    for name, target in {"software": t.key, "hardware": of_spec(t, "Aliyun_SM4", **HSM)["KeyId"]}.items():
        params = {"CiphertextBlob": sealed, "DestinationKeyId": target, "DestinationEncryptionContext": ORDINARY}
        moved = t.call("ReEncrypt", **source, **params)
        opened = t.call("Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext=ORDINARY)
        t.equal(f"from SM2 to {name}", (opened["KeyId"], opened["Plaintext"]), (target, PLAINTEXT))
    params = {"CiphertextBlob": text(flipped(data(sealed))), "DestinationKeyId": t.key}
    t.refused("from SM2, damaged", INVALID, "ReEncrypt", **source, **params)


def refusals(t):
    signer, opener = pair(t, "EC_SM2", **SIGNER), pair(t, "EC_SM2", **OPENER)
    signed = {"Digest": text(bytes(32)), **SM2DSA}
    for action, params in {"AsymmetricSign": signed, "AsymmetricVerify": {**signed, "Value": text(bytes(70))}}.items():
        for name in ("ECDSA_SHA_256", "RSA_PSS_SHA_256", "SM2PKE", "sm2dsa", "SM2DSA_SM3"):
            t.refused(f"SM2: {action} with {name}", INVALID, action, **{**params, "Algorithm": name}, **signer)
        for length in (1, 20, 31, 33, 48, 64):
            wrong = {**params, "Digest": text(bytes(length))}
            t.refused(f"SM2: {action} of {length} bytes", INVALID, action, **wrong, **signer)
        t.refused(f"SM2: {action}, encrypting key", WRONG_KIND, action, **params, **opener)
        t.refused(f"SM2: {action} without Digest", MISSING, action, Algorithm="SM2DSA", Value=text(bytes(70)), **signer)
    sealed = {"Plaintext": text(MESSAGE), **SM2PKE}
    for name in ("RSAES_OAEP_SHA_256", "SM2DSA", "sm2pke", "SM2_ENCRYPT"):
        wrong = {**sealed, "Algorithm": name}
        t.refused(f"SM2: AsymmetricEncrypt with {name}", INVALID, "AsymmetricEncrypt", **wrong, **opener)
    t.refused("AsymmetricEncrypt, signing key", WRONG_KIND, "AsymmetricEncrypt", **sealed, **signer)
    t.refused("Encrypt, SM2", UNSUPPORTED, "Encrypt", KeyId=opener["KeyId"], Plaintext=PLAINTEXT)
    t.refused("GenerateDataKey, SM2", UNSUPPORTED, "GenerateDataKey", KeyId=opener["KeyId"])


def other_states(t):
    key = pair(t, "EC_SM2", **SIGNER)
    ref, good = {"KeyId": key["KeyId"]}, {"Digest": text(bytes(32)), **SM2DSA}
    value = t.call("AsymmetricSign", **good, **key)["Value"]
    for action, wants, params in (
        ("DisableKey", DISABLED, {}),
        ("ScheduleKeyDeletion", LEAVING, {"PendingWindowInDays": 7}),
    ):
        t.call(action, **ref, **params)
        t.refused(f"SM2: AsymmetricSign after {action}", wants, "AsymmetricSign", **good, **key)
        t.refused(f"SM2: AsymmetricVerify after {action}", wants, "AsymmetricVerify", Value=value, **good, **key)
    t.call("CancelKeyDeletion", **ref)
    got = t.call("AsymmetricVerify", Value=value, **good, **key)["Value"]
    t.equal("SM2: an old signature is still right", got, True)


ONCE = [
    public_keys, signatures, identities, encryption, damaged_ciphertexts, exporting, signing_request, reencrypting,
    refusals, other_states,
]
