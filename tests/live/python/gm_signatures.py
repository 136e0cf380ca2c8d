"""SM2 signatures and signing requests, both ways."""

import os

import local_sm as local
from cryptography import x509
from gm_pairs import brought, coming_in, made_by_the_service
from scenario_common import data, flipped, text

SM2DSA = {"Algorithm": "SM2DSA"}
MESSAGES = {
    "text": "this is message, 签名\n".encode(), "nothing": b"", "a block": bytes(64), "long": os.urandom(5000),
}
ROUNDS = 6  # signatures of one message: half of all numbers in them have a high first bit
IDENTITIES = {"by default": local.IDENTITY, "Alice": b"ALICE123@YAHOO.COM", "a letter": b"a"}


def halves(value):
    """r and s of a signature, if it is DER as strict as it must be."""
    first, second = local.members(value)
    numbers = [int.from_bytes(part, "big") for part in (first, second)]
    if sequence(*numbers) != value:
        raise ValueError(f"not the shortest form: {value.hex()}")
    return [number.to_bytes(32, "big") for number in numbers]


def sequence(*numbers):
    """A DER SEQUENCE of INTEGERs."""
    inside = b""
    for number in numbers:
        content = number.to_bytes(number.bit_length() // 8 + 1, "big")
        inside += b"\2" + bytes([len(content)]) + content
    return b"\x30" + bytes([len(inside)]) + inside


def signed(t, key, message, identity=local.IDENTITY):
    digest = text(local.digest(key.public, message, identity))
    return data(t.call("AsymmetricSign", Digest=digest, **SM2DSA, **key.names)["Value"])


def verified(t, key, message, value, identity=local.IDENTITY):
    """What both faces say."""
    digest = text(local.digest(key.public, message, identity))
    one = t.call("AsymmetricVerify", Digest=digest, Value=text(value), **SM2DSA, **key.names)["Value"]
    params = {"key_id": key.names["KeyId"], "message": digest, "signing_algorithm": "SM2DSA_SM3"}
    other = t.face.call("verify", signature=text(value), **params)["signature_valid"]
    t.equal("both faces say the same of a signature", other, str(one).lower())
    return one


def of_the_service(t):
    """What the service signs, gmalg and OpenSSL take."""
    for name, key in {"a pair of its own": made_by_the_service(t), "a pair that was brought": brought(t)}.items():
        library = key.by_gmalg()
        for kind, message in MESSAGES.items():
            for _ in range(ROUNDS if kind == "text" else 1):
                value = signed(t, key, message)
                r, s = halves(value)
                t.that(f"{name}, {kind}: gmalg takes it", library.verify(message, r, s))
                t.that(f"{name}, {kind}: gmalg takes it for no other", not library.verify(message + b"x", r, s))
                t.that(f"{name}, {kind}: OpenSSL takes it", local.verify(t.openssl, key.public, message, value))
        for kind, identity in IDENTITIES.items():
            value = signed(t, key, b"m", identity)
            t.that(f"{name}, identity {kind}: gmalg", key.by_gmalg(identity).verify(b"m", *halves(value)))
            t.that(f"{name}, identity {kind}: OpenSSL", local.verify(t.openssl, key.public, b"m", value, identity))


def for_the_service(t):
    """What gmalg and OpenSSL sign, the service takes, and nothing near it."""
    key = brought(t)
    for kind, message in MESSAGES.items():
        for _ in range(ROUNDS if kind == "text" else 1):
            for name, value in {"gmalg": by_gmalg(key, message), "OpenSSL": by_openssl(t, message)}.items():
                t.equal(f"by {name}, {kind}", verified(t, key, message, value), True)
                t.equal(f"by {name}, {kind}, for another message", verified(t, key, message + b"x", value), False)
                t.equal(f"by {name}, {kind}, changed", verified(t, key, message, flipped(value)), False)
    for kind, identity in IDENTITIES.items():
        for name, value in {
            "gmalg": by_gmalg(key, b"m", identity), "OpenSSL": by_openssl(t, b"m", identity),
        }.items():
            t.equal(f"by {name}, identity {kind}", verified(t, key, b"m", value, identity), True)
            t.equal(f"by {name}, identity {kind}, for nobody", verified(t, key, b"m", value, b"nobody"), False)
    own = made_by_the_service(t)
    t.equal("another pair's signature", verified(t, own, b"m", by_openssl(t, b"m")), False)


def by_gmalg(key, message, identity=local.IDENTITY):
    r, s = key.by_gmalg(identity).sign(message)
    return sequence(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def by_openssl(t, message, identity=local.IDENTITY):
    t.openssl.write("message", message)
    sign = f"openssl dgst -sm3 -sign SIGN_VERIFY.pem -sigopt distid:{identity.decode()}"
    t.openssl.run(f"{sign} -out signature message")
    return t.openssl.read("signature")


def signing_requests(t):
    for name, key in {"a pair of its own": made_by_the_service(t), "a pair that was brought": brought(t)}.items():
        pem = t.call("CreateCsr", Subject="CN=sm2.example,O=Live", **key.names)["Csr"]
        request = x509.load_pem_x509_csr(pem.encode())
        taken = key.by_gmalg().verify(request.tbs_certrequest_bytes, *halves(request.signature))
        t.that(f"{name}, signing request: gmalg takes its signature", taken)
        # SOURCE: GM/T 0006: SM2 signatures with SM3.
        number = request.signature_algorithm_oid.dotted_string
        t.equal(f"{name}, signing request: the algorithm", number, "1.2.156.10197.1.501")
        t.openssl.write("in.csr", pem)
        verify = f"openssl req -in in.csr -noout -verify -vfyopt distid:{local.IDENTITY.decode()}"
        shown = t.openssl.run(f"{verify} 2>&1")
        t.that(f"{name}, signing request: OpenSSL", "verify OK" in shown, shown)
        t.openssl.run("openssl req -in in.csr -noout -pubkey | openssl pkey -pubin -outform DER -out in.pub")
        t.equal(f"{name}, signing request: public key", t.openssl.read("in.pub"), key.public)


def issuing(t):
    """An authority with an SM2 pair of OpenSSL's issues a certificate for a request of the service."""
    key, sign = made_by_the_service(t), f"-sm3 -sigopt distid:{local.IDENTITY.decode()}"
    t.openssl.write("in.csr", t.call("CreateCsr", Subject="CN=leaf.example", **key.names)["Csr"])
    t.openssl.run(
        f"openssl req -x509 -new -key SIGN_VERIFY.pem {sign} -subj '/CN=SM2 Root' -days 30 -out root.pem\n"
        "openssl x509 -req -in in.csr -CA root.pem -CAkey SIGN_VERIFY.pem -CAcreateserial -days 30"
        f" -vfyopt distid:{local.IDENTITY.decode()} {sign} -out leaf.pem\n"
    )
    shown = t.openssl.run("openssl x509 -in leaf.pem -noout -pubkey")
    t.equal("a certificate for an SM2 pair of the service", shown, t.call("GetPublicKey", **key.names)["PublicKey"])


SECTIONS = [coming_in, of_the_service, for_the_service, signing_requests, issuing]
