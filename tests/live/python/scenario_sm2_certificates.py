"""Certificates for SM2 pairs, issued and judged by OpenSSL. `node/scenario_sm2_certificates.mjs` is its twin."""

import os

import local_sm as local
from authority import authority
from scenario_common import INVALID, data, flipped, text

SUBJECT = "CN=国密.example,O=Live,C=CN"
MESSAGE = "this is message, 签名\n".encode()
NAMED = f"distid:{local.IDENTITY.decode()}"
ISSUE = f"openssl x509 -req -in sm2.csr -vfyopt {NAMED} -CAcreateserial -days 30 -out sm2.pem"
SM2DSA = {"Algorithm": "SM2DSA"}
SM2PKE = {"Algorithm": "SM2PKE"}


def issued(t, csr):
    """Certificates by an authority with an SM2 pair, and by one with another curve, and their issuers."""
    openssl = authority().openssl
    openssl.write("sm2.csr", csr)
    openssl.run(
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out sm2-root.key\n"
        f"openssl req -x509 -new -key sm2-root.key -sm3 -sigopt {NAMED} -days 30 -subj '/CN=SM2 Root'"
        " -out sm2-root.pem\n"
        f"{ISSUE} -CA sm2-root.pem -CAkey sm2-root.key -sm3 -sigopt {NAMED}\n"
        "mv sm2.pem by-sm2.pem\n"
        f"{ISSUE} -CA issuer.pem -CAkey issuer.key\n"
    )
    return {
        "P-384": (openssl.read_text("sm2.pem"), authority().issuer, "ECDSA-SHA256"),
        "SM2": (openssl.read_text("by-sm2.pem"), openssl.read_text("sm2-root.pem"), "SM2-SM3"),
    }


def from_request_to_signature(t):
    made = t.call("CreateCertificate", KeySpec="EC_SM2", Subject=SUBJECT, SubjectAlternativeNames=["sm.example"])
    ref, openssl = {"CertificateId": made["CertificateId"]}, authority().openssl
    openssl.write("made.csr", made["Csr"])
    shown = openssl.run(f"openssl req -in made.csr -verify -noout -text -vfyopt {NAMED} -nameopt RFC2253,-esc_msb 2>&1")
    t.that("SM2 certificate: OpenSSL verifies the request", "verify OK" in shown, shown)
    for part in (f"Subject: {SUBJECT}\n", "DNS:sm.example", "Signature Algorithm: SM2-with-SM3\n", "ASN1 OID: SM2\n"):
        t.that(f"SM2 certificate: the request has {part.strip()}", part in shown, shown)
    for name, (certificate, chain, algorithm) in issued(t, made["Csr"]).items():
        t.call("UploadCertificate", Certificate=certificate, CertificateChain=chain, **ref)
        got = t.call("GetCertificate", **ref)
        t.equal(f"SM2 certificate by {name}: it is kept", got["Certificate"].strip(), certificate.strip())
        shown = t.call("DescribeCertificate", **ref)
        facts = tuple(shown[field] for field in ("Status", "KeySpec", "SignatureAlgorithm", "Subject"))
        t.equal(f"SM2 certificate by {name}: DescribeCertificate", facts, ("ACTIVE", "EC_SM2", algorithm, SUBJECT))
    public = local.der(shown["SubjectPublicKey"])
    signatures(t, ref, public)
    encryption(t, ref, public)
    t.call("DeleteCertificate", **ref)


def signatures(t, ref, public):
    digest = local.digest(public, MESSAGE)
    for kind, message, wrong in (("RAW", MESSAGE, MESSAGE[:-1]), ("DIGEST", digest, flipped(digest))):
        params = {"MessageType": kind, "Message": text(message), **SM2DSA, **ref}
        value = data(t.call("CertificatePrivateKeySign", **params)["SignatureValue"])
        taken = local.verify(authority().openssl, public, MESSAGE, value)
        t.that(f"SM2 certificate, {kind}: OpenSSL takes the signature", taken)
        for case, changed, want in (
            ("right", {}, True), ("another message", {"Message": text(wrong)}, False),
            ("changed", {"SignatureValue": text(flipped(value))}, False),
        ):
            asked = {**params, "SignatureValue": text(value), **changed}
            got = t.call("CertificatePublicKeyVerify", **asked)["SignatureValid"]
            t.equal(f"SM2 certificate, {kind}: {case}", got, want)
        for name in ("ECDSA_SHA_256", "RSA_PKCS1_SHA_256", "SM2PKE", "sm2dsa"):
            bad = {**params, "Algorithm": name}
            t.refused(f"SM2 certificate, {kind}: {name}", INVALID, "CertificatePrivateKeySign", **bad)
    for name, bad in {
        "a short digest": {"MessageType": "DIGEST", "Message": text(digest[:-1])},
        "a long message": {"MessageType": "RAW", "Message": text(bytes(4097))},
    }.items():
        t.refused(f"SM2 certificate, {name}", INVALID, "CertificatePrivateKeySign", **SM2DSA, **bad, **ref)


def encryption(t, ref, public):
    action = "CertificatePrivateKeyDecrypt"
    for size in (1, 32, 190):
        plaintext = os.urandom(size)
        sealed = t.call("CertificatePublicKeyEncrypt", Plaintext=text(plaintext), **SM2PKE, **ref)["CiphertextBlob"]
        outside = local.encrypt(authority().openssl, public, plaintext)
        for name, blob in {"ours": data(sealed), "OpenSSL's": outside, "without DER": local.raw(outside)}.items():
            got = t.call(action, CiphertextBlob=text(blob), **SM2PKE, **ref)["Plaintext"]
            t.equal(f"SM2 certificate, {size} bytes, {name}: opens", data(got), plaintext)
        bad = {"CiphertextBlob": text(flipped(outside)), **SM2PKE}
        t.refused(f"SM2 certificate, {size} bytes, damaged", INVALID, action, **bad, **ref)


ONCE = [from_request_to_signature]
