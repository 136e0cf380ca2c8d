"""Certificates: OpenSSL is the authority that issues them, and the judge. Twin: `node/scenario_certificates.mjs`."""

import os
import re
import uuid

from authority import authority
from scenario_common import (
    DATE, DISABLED, INVALID, MISSING, NO_MOVE, UNFILLED, data, flipped, moment, text,
)
from scenario_tags import tags

NO_CERTIFICATE = (404, "Certificate.NotFound")
SUBJECT = "CN=live.example.com,OU=Ключи & keys,O=Live\\, Inc.,C=CN"
NAMES = ["live.example.com", "*.live.example.com", "192.0.2.7", "2001:db8::7", "live@example.com"]
MESSAGE = "this is message, сообщение\n".encode()
ECDSA = "ECDSA_SHA_256"
READ = "-serial -dates -dateopt iso_8601 -pubkey -ext subjectKeyIdentifier"
OAEP = {"RSAES_OAEP_SHA_1": ("sha1", 214), "RSAES_OAEP_SHA_256": ("sha256", 190)}
PSS = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1"


def pending(t, spec="EC_P256", **params):
    """The answer to CreateCertificate."""
    return t.call("CreateCertificate", KeySpec=spec, Subject=params.pop("Subject", SUBJECT), **params)


def active(t, spec="EC_P256"):
    """The id of a new certificate that is in use."""
    made, ca = pending(t, spec), authority()
    ref = {"CertificateId": made["CertificateId"]}
    t.call("UploadCertificate", Certificate=ca.issue(made["Csr"]), CertificateChain=ca.issuer, **ref)
    return made["CertificateId"]


def details(t, ref):
    return t.call("DescribeCertificate", CertificateId=ref)


def sign(t, ref, algorithm=ECDSA, message=MESSAGE, kind="RAW"):
    params = {"Algorithm": algorithm, "MessageType": kind, "Message": text(message)}
    answer = t.call("CertificatePrivateKeySign", CertificateId=ref, **params)
    t.equal(f"{algorithm}, {kind}: id", answer["CertificateId"], ref)
    return data(answer["SignatureValue"])


def verified(t, ref, signature, algorithm=ECDSA, message=MESSAGE, kind="RAW"):
    params = {"Algorithm": algorithm, "MessageType": kind, "Message": text(message)}
    answer = t.call("CertificatePublicKeyVerify", CertificateId=ref, SignatureValue=text(signature), **params)
    t.equal(f"{algorithm}, {kind}: id of verification", answer["CertificateId"], ref)
    return answer["SignatureValid"]


def from_request_to_signature(t):
    """What every scheme must carry: lines of PEM in both directions, names in Unicode, messages."""
    made, ca = pending(t, SubjectAlternativeNames=NAMES), authority()
    ref = made["CertificateId"]
    t.equal("ARN", made["Arn"], f"{t.arn_prefix}certificate/{ref}")
    t.equal("UUID", str(uuid.UUID(ref)), ref)
    request_holds(t, made["Csr"])
    t.equal("status before the upload", details(t, ref)["Status"], "PENDING")
    leaf = ca.issue(made["Csr"])
    t.call("UploadCertificate", CertificateId=ref, Certificate=leaf, CertificateChain=ca.issuer)
    got = t.call("GetCertificate", CertificateId=made["Arn"])
    t.equal("GetCertificate by ARN", got["CertificateId"], ref)
    t.equal("the signing request stays", got["Csr"], made["Csr"])
    chain_holds(t, got)
    t.equal("it is the one that was issued", got["Certificate"].strip(), leaf.strip())
    public = description_holds(t, ref, leaf)
    signature = sign(t, ref)
    t.that("OpenSSL takes the signature", ca.signs(public, MESSAGE, signature))
    t.equal("the service takes it", verified(t, ref, signature), True)
    t.equal("not for another message", verified(t, ref, signature, message=MESSAGE[:-1]), False)
    t.call("DeleteCertificate", CertificateId=ref)
    t.refused("GetCertificate after its deletion", NO_CERTIFICATE, "GetCertificate", CertificateId=ref)


def request_holds(t, csr):
    openssl = authority().openssl
    openssl.write("shown.csr", csr)
    shown = openssl.run("openssl req -in shown.csr -verify -noout -subject -text -nameopt RFC2253,-esc_msb 2>&1")
    t.that("OpenSSL verifies the request", "verify OK" in shown, shown)
    t.that("subject of the request", f"subject={SUBJECT}\n" in shown, shown)
    for kind, name in zip(("DNS", "DNS", "IP Address", "IP Address", "email"), NAMES, strict=True):
        spelt = "2001:DB8:0:0:0:0:0:7" if ":" in name else name
        t.that(f"request for {name}", f"{kind}:{spelt}" in shown, shown)
    t.that("hash of the request", "Signature Algorithm: ecdsa-with-SHA256" in shown, shown)


def chain_holds(t, got):
    """What GetCertificate gives convinces whoever trusts the root."""
    openssl = authority().openssl
    openssl.write("got.pem", got["Certificate"])
    openssl.write("chain.pem", got["CertificateChain"])
    judged = openssl.tries("openssl verify -CAfile root.pem -untrusted chain.pem got.pem")
    t.equal("OpenSSL verifies the chain", judged, (0, "got.pem: OK\n"))


def description_holds(t, ref, leaf):
    """DescribeCertificate says what OpenSSL reads in the certificate. Gives the public key, as OpenSSL writes it."""
    shown, read = details(t, ref), authority().shown(leaf, READ)
    public = re.search("-----BEGIN PUBLIC KEY-----.+-----END PUBLIC KEY-----", read, re.DOTALL)[0]
    lines = [line.strip() for line in read.splitlines()]
    for name, want in {
        "CertificateId": ref, "Arn": f"{t.arn_prefix}certificate/{ref}", "Status": "ACTIVE", "KeySpec": "EC_P256",
        "ExportablePrivateKey": True, "SignatureAlgorithm": "ECDSA-SHA256", "Subject": SUBJECT,
        "Issuer": "CN=Live Issuer,O=Live & Co",
    }.items():
        t.equal(f"DescribeCertificate: {name}", shown[name], want)
    t.equal("SubjectPublicKey", shown["SubjectPublicKey"].strip(), public)
    t.that("Serial", f"serial={shown['Serial'].upper()}" in lines, shown["Serial"])
    identifier = shown["SubjectKeyIdentifier"].replace(" ", ":")
    t.that("SubjectKeyIdentifier", len(identifier) == 59 and identifier in lines, identifier)
    names = sorted(shown["SubjectAlternativeNames"])
    t.equal("SubjectAlternativeNames", names, sorted(NAMES))
    for name, label in (("NotBefore", "notBefore"), ("NotAfter", "notAfter")):
        t.that(name, f"{label}={shown[name].replace('T', ' ')}" in lines, shown[name])
    for name in ("CreatedAt", "UpdatedAt"):
        t.that(name, DATE.fullmatch(shown[name]), shown[name])
    t.that("changed after it was made", moment(shown["CreatedAt"]) <= moment(shown["UpdatedAt"]))
    return public


def rsa(t):
    """Signatures and encryption with RSA, each half done by OpenSSL too."""
    ref, ca = active(t, "RSA_2048"), authority()
    public = ca.shown(t.call("GetCertificate", CertificateId=ref)["Certificate"], "-pubkey")
    ca.openssl.write("digested", MESSAGE)
    ca.openssl.run("openssl dgst -sha256 -binary -out digest digested")
    for algorithm, options in {"RSA_PKCS1_SHA_256": "", "RSA_PSS_SHA_256": PSS}.items():
        for kind, message in {"RAW": MESSAGE, "DIGEST": ca.openssl.read("digest")}.items():
            name, signature = f"{algorithm}, {kind}", sign(t, ref, algorithm, message, kind)
            t.that(f"{name}: OpenSSL takes it", ca.signs(public, MESSAGE, signature, options))
            t.equal(f"{name}: right", verified(t, ref, signature, algorithm, message, kind), True)
            changed = flipped(signature)
            t.equal(f"{name}: changed", verified(t, ref, changed, algorithm, message, kind), False)
    for algorithm, (digest, longest) in OAEP.items():
        both = {"CertificateId": ref, "Algorithm": algorithm}
        plaintext = os.urandom(longest)
        sealed = t.call("CertificatePublicKeyEncrypt", Plaintext=text(plaintext), **both)
        opened = t.call("CertificatePrivateKeyDecrypt", CiphertextBlob=sealed["CiphertextBlob"], **both)
        t.equal(f"{algorithm}: ids", (sealed["CertificateId"], opened["CertificateId"]), (ref, ref))
        t.equal(f"{algorithm}: there and back", data(opened["Plaintext"]), plaintext)
        ca.openssl.write("plain", plaintext)
        ca.openssl.run(
            "openssl pkeyutl -encrypt -pubin -inkey public.pem -in plain -out sealed -pkeyopt rsa_padding_mode:oaep"
            f" -pkeyopt rsa_oaep_md:{digest} -pkeyopt rsa_mgf1_md:{digest}"
        )
        blob = text(ca.openssl.read("sealed"))
        opened = t.call("CertificatePrivateKeyDecrypt", CiphertextBlob=blob, **both)
        t.equal(f"{algorithm}: what OpenSSL encrypts", data(opened["Plaintext"]), plaintext)
        long, action = text(bytes(longest + 1)), "CertificatePublicKeyEncrypt"
        t.refused(f"{algorithm}: too long", INVALID, action, Plaintext=long, **both)
        damaged = text(flipped(data(blob), 100))
        t.refused(f"{algorithm}: damaged", INVALID, "CertificatePrivateKeyDecrypt", CiphertextBlob=damaged, **both)
    longest = bytes(range(256)) * 16
    signature = sign(t, ref, "RSA_PKCS1_SHA_256", longest)
    t.that("4096 bytes: OpenSSL takes it", ca.signs(public, longest, signature))
    params = {"CertificateId": ref, "Algorithm": "RSA_PKCS1_SHA_256", "MessageType": "RAW"}
    long = text(longest + b"x")
    t.refused("4097 bytes", INVALID, "CertificatePrivateKeySign", Message=long, **params)


def statuses(t):
    ref, ca, action = pending(t)["CertificateId"], authority(), "UpdateCertificateStatus"
    message = {"Algorithm": ECDSA, "MessageType": "RAW", "Message": text(MESSAGE)}
    signing = {"CertificateId": ref, **message}
    t.refused("signing while pending", UNFILLED, "CertificatePrivateKeySign", **signing)
    t.refused("activation while pending", NO_MOVE, action, CertificateId=ref, Status="ACTIVE")
    csr = t.call("GetCertificate", CertificateId=ref)["Csr"]
    t.call("UploadCertificate", CertificateId=ref, Certificate=ca.issue(csr, by="root"))
    t.equal("no chain below the root", t.call("GetCertificate", CertificateId=ref)["CertificateChain"], "")
    signature = sign(t, ref)
    checking = {**signing, "SignatureValue": text(signature)}
    t.call(action, CertificateId=ref, Status="INACTIVE")
    t.equal("inactive", details(t, ref)["Status"], "INACTIVE")
    t.refused("signing while inactive", DISABLED, "CertificatePrivateKeySign", **signing)
    t.refused("verifying while inactive", DISABLED, "CertificatePublicKeyVerify", **checking)
    first = ca.shown(t.call("GetCertificate", CertificateId=ref)["Certificate"], "-serial")
    t.call("UploadCertificate", CertificateId=ref, Certificate=ca.issue(csr, 30), CertificateChain=ca.issuer)
    renewed = t.call("GetCertificate", CertificateId=ref)
    t.that("renewed", ca.shown(renewed["Certificate"], "-serial") != first)
    chain_holds(t, renewed)
    t.equal("still inactive", details(t, ref)["Status"], "INACTIVE")
    t.call(action, CertificateId=ref, Status="ACTIVE")
    t.equal("active again", verified(t, ref, signature), True)
    t.call(action, CertificateId=ref, Status="REVOKED")
    t.equal("revoked ones verify", verified(t, ref, signature), True)
    t.refused("signing after revocation", DISABLED, "CertificatePrivateKeySign", **signing)
    t.refused("no way back", NO_MOVE, action, CertificateId=ref, Status="ACTIVE")
    for name, wrong in {"PENDING": "PENDING", "lower case": "active", "no word": "1"}.items():
        t.refused(f"status, {name}", INVALID, action, CertificateId=ref, Status=wrong)
    t.refused("no status", MISSING, action, CertificateId=ref)
    t.call("DeleteCertificate", CertificateId=ref)


def tags_of_certificates(t):
    ref = pending(t)["CertificateId"]
    t.call("TagResource", CertificateId=ref, Tags=tags(team="a", stage="live"))
    t.equal("tags", tags_of(t, ref), {"team": "a", "stage": "live"})
    rows = details(t, ref)["Tags"]["Tag"]
    t.equal("tags in DescribeCertificate", {row["TagKey"]: row["TagValue"] for row in rows}, tags_of(t, ref))
    t.call("UntagResource", CertificateId=ref, TagKeys=["team", "nobody"])
    t.equal("tags after UntagResource", tags_of(t, ref), {"stage": "live"})
    both = {"CertificateId": ref, "KeyId": t.key}
    t.refused("tags of two things", INVALID, "TagResource", Tags=tags(a="b"), **both)
    t.call("DeleteCertificate", CertificateId=ref)
    unknown = {"CertificateId": ref}
    t.refused("TagResource after the deletion", NO_CERTIFICATE, "TagResource", Tags=tags(a="b"), **unknown)
    t.refused("UntagResource after the deletion", NO_CERTIFICATE, "UntagResource", TagKeys=["a"], **unknown)


def tags_of(t, ref):
    rows = t.call("ListResourceTags", CertificateId=ref)["Tags"]["Tag"]
    t.equal("ListResourceTags names the certificate", {row["CertificateId"] for row in rows} - {ref}, set())
    return {row["TagKey"]: row["TagValue"] for row in rows}


def refused_uploads(t):
    made, ca, action = pending(t), authority(), "UploadCertificate"
    ref, leaf = {"CertificateId": made["CertificateId"]}, ca.issue(made["Csr"])
    for name, (certificate, chain) in {
        "somebody else's key": (ca.stranger(), ca.issuer), "no PEM": ("certificate", ca.issuer),
        "a signing request": (made["Csr"], ca.issuer), "cut": (leaf[: len(leaf) // 2], ca.issuer),
        "the issuer's own": (ca.issuer, ca.root), "a chain that is none": (leaf, "chain"),
        "a chain that does not fit": (leaf, ca.root), "a chain upside down": (leaf, ca.root + ca.issuer),
    }.items():
        params = {"Certificate": certificate, "CertificateChain": chain}
        t.refused(f"{action}, {name}", INVALID, action, **ref, **params)
    t.refused(f"{action} of nothing", MISSING, action, **ref)
    t.refused(f"{action} for nobody", MISSING, action, Certificate=leaf)
    t.equal("refusals change nothing", details(t, made["CertificateId"])["Status"], "PENDING")
    t.call(action, Certificate=leaf, CertificateChain=ca.issuer + ca.root, **ref)
    t.equal("the root may come along", details(t, made["CertificateId"])["Status"], "ACTIVE")


def refused_requests(t):
    action = "CreateCertificate"
    for name, wrong in {
        "no CN": {"Subject": "O=Live"}, "no name": {"Subject": "live.example.com"}, "an open end": {"Subject": "CN=a,"},
        "an attribute that nobody has": {"Subject": "CN=a,XYZ=b"}, "spec": {"KeySpec": "RSA_4096"},
        "a kind of key": {"KeySpec": "Aliyun_AES_256"}, "export": {"ExportablePrivateKey": "perhaps"},
        "names": {"SubjectAlternativeNames": ["a b"]},
        "too many names": {"SubjectAlternativeNames": ["a.example"] * 101},
    }.items():
        t.refused(f"{action}, {name}", INVALID, action, **{"Subject": SUBJECT, **wrong})
    t.refused(f"{action} for nobody", MISSING, action, KeySpec="EC_P256")


def refused_uses(t):
    ref = {"CertificateId": active(t)}
    signing = {"MessageType": "RAW", "Message": text(MESSAGE)}
    for action, params in {
        "CertificatePrivateKeySign": {**signing, "Algorithm": ECDSA},
        "CertificatePublicKeyVerify": {**signing, "Algorithm": ECDSA, "SignatureValue": text(bytes(70))},
    }.items():
        for name in ("RSA_PKCS1_SHA_256", "SM2DSA", "ecdsa_sha_256"):
            t.refused(f"{action} with {name}", INVALID, action, **ref, **{**params, "Algorithm": name})
        t.refused(f"{action} of no base64", INVALID, action, **ref, **{**params, "Message": "!"})
        wrong = {**params, "MessageType": "DIGEST", "Message": text(bytes(31))}
        t.refused(f"{action} of a short digest", INVALID, action, **ref, **wrong)
        t.refused(f"{action} of another type", INVALID, action, **ref, **{**params, "MessageType": "HASH"})
        for name in ("Algorithm", "Message"):
            rest = {field: value for field, value in params.items() if field != name}
            t.refused(f"{action} without {name}", MISSING, action, **ref, **rest)
    oaep = {"Algorithm": "RSAES_OAEP_SHA_256"}
    t.refused("encryption to a curve", INVALID, "CertificatePublicKeyEncrypt", Plaintext="AAAA", **oaep, **ref)
    t.refused("decryption by a curve", INVALID, "CertificatePrivateKeyDecrypt", CiphertextBlob="AAAA", **oaep, **ref)
    signed = {**signing, "Algorithm": ECDSA}
    for name, other in (
        ("unknown", str(uuid.uuid4())), ("ARN of none", f"{t.arn_prefix}certificate/{uuid.uuid4()}"),
        ("a key's", t.key), ("no id", "certificate"),
    ):
        for action, params in {
            "DescribeCertificate": {}, "GetCertificate": {}, "DeleteCertificate": {},
            "CertificatePrivateKeySign": signed, "UpdateCertificateStatus": {"Status": "ACTIVE"},
        }.items():
            t.refused(f"{action}, {name}", NO_CERTIFICATE, action, CertificateId=other, **params)


SECTIONS = [from_request_to_signature]
ONCE = [rsa, statuses, tags_of_certificates, refused_uploads, refused_requests, refused_uses]
