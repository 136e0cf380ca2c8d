"""OpenSSL reads the public keys, verifies the signatures, and encrypts what the service opens.

SOURCE: user guide, "Encrypt and decrypt data by using an asymmetric CMK" and "Generate and verify a digital signature
by using an asymmetric CMK": the commands are the guide's.
"""

import os

from scenario_common import data, pair, text

CURVES = {"EC_P256": "prime256v1", "EC_P256K": "secp256k1", "EC_P384": "secp384r1", "EC_P521": "secp521r1"}
MODULI = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
HASHES = ("256", "384", "512")
PSS = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen"
# The longest plaintexts: bytes of the modulus less two hashes and two.
OAEP = {"RSAES_OAEP_SHA_256": ("sha256", 66), "RSAES_OAEP_SHA_1": ("sha1", 42)}


def public_keys(t):
    for spec in (*MODULI, *CURVES):
        key = pair(t, spec)
        pem = t.call("GetPublicKey", **key)["PublicKey"]
        t.openssl.write(f"{spec}.pub", pem)
        shown = t.openssl.run(f"openssl pkey -pubin -in {spec}.pub -noout -text_pub")
        if spec in CURVES:
            t.that(f"{spec}: the curve", f"ASN1 OID: {CURVES[spec]}\n" in shown, shown)
        else:
            t.that(f"{spec}: the modulus", f"Public-Key: ({MODULI[spec]} bit)" in shown, shown)
            t.that(f"{spec}: the exponent", "Exponent: 65537 (0x10001)" in shown, shown)
        t.openssl.run(f"openssl pkey -pubin -in {spec}.pub -pubcheck -noout")
        t.equal(f"{spec}: OpenSSL writes the same text", t.openssl.run(f"openssl pkey -pubin -in {spec}.pub"), pem)


def signatures(t):
    t.openssl.run('echo "this is message" > message-file.txt; echo "another message" > other-file.txt')
    for bits in HASHES:
        for spec in MODULI:
            pss_signature(t, spec, bits)
            signed(t, spec, f"RSA_PKCS1_SHA_{bits}", bits)
            judged(t, f"{spec}, RSA_PKCS1_SHA_{bits}", spec, bits)
        for spec in CURVES:
            signed(t, spec, f"ECDSA_SHA_{bits}", bits)
            judged(t, f"{spec}, ECDSA_SHA_{bits}", spec, bits)
            shape_holds(t, f"{spec}, ECDSA_SHA_{bits}")


def signed(t, spec, algorithm, bits):
    """The guide's way from a file to a signature."""
    t.openssl.run(f"openssl dgst -sha{bits} -binary -out message.bin message-file.txt")
    digest = t.openssl.run("openssl base64 -in message.bin").replace("\n", "")
    value = t.call("AsymmetricSign", Algorithm=algorithm, Digest=digest, **pair(t, spec))["Value"]
    t.openssl.run(f"echo {value} | openssl base64 -d -out signature.bin")


def judged(t, name, spec, bits, options=""):
    verify = f"openssl dgst -verify {spec}.pub -sha{bits} {options} -signature signature.bin"
    t.equal(f"{name}: right", t.openssl.tries(f"{verify} message-file.txt"), (0, "Verified OK\n"))
    code, out = t.openssl.tries(f"{verify} other-file.txt")
    t.that(f"{name}: wrong for another message", code == 1 and "Verification failure" in out, out)


def pss_signature(t, spec, bits):
    name = f"RSA_PSS_SHA_{bits}"
    signed(t, spec, name, bits)
    # -1 means as long as the hash, and nothing else is taken.
    for salt in ("-1", str(int(bits) // 8)):
        judged(t, f"{spec}, {name}, salt {salt}", spec, bits, f"{PSS}:{salt}")
    verify = f"openssl dgst -verify {spec}.pub -sha{bits} {PSS}:20 -signature signature.bin message-file.txt"
    t.equal(f"{spec}, {name}: another salt is wrong", t.openssl.tries(verify)[0], 1)
    verify = (
        f"openssl pkeyutl -verify -pubin -inkey {spec}.pub -in message.bin -sigfile signature.bin"
        f" -pkeyopt digest:sha{bits} -pkeyopt rsa_padding_mode:pss"
        f" -pkeyopt rsa_pss_saltlen:{int(bits) // 8} -pkeyopt rsa_mgf1_md:sha{bits}"
    )
    t.that(f"{spec}, {name}: MGF1 has the same hash", "Verified Success" in t.openssl.tries(verify)[1])


def shape_holds(t, name):
    """A DER sequence of two integers and nothing behind it."""
    parsed = t.openssl.run("openssl asn1parse -inform DER -in signature.bin").splitlines()
    kinds = [line.split(":")[2].strip() for line in parsed]
    t.equal(f"{name}: DER", kinds, ["SEQUENCE", "INTEGER", "INTEGER"])


def verified_by_the_service(t):
    """Signatures that OpenSSL makes cannot be right, as it has no private key of the service: it never says yes."""
    t.openssl.run("openssl genrsa -out stranger.pem 2048 2>/dev/null")
    t.openssl.run("openssl dgst -sha256 -binary -out message.bin message-file.txt")
    t.openssl.run("openssl dgst -sha256 -sign stranger.pem -out signature.bin message-file.txt")
    params = {"Digest": text(t.openssl.read("message.bin")), "Value": text(t.openssl.read("signature.bin"))}
    got = t.call("AsymmetricVerify", Algorithm="RSA_PKCS1_SHA_256", **params, **pair(t, "RSA_2048"))
    t.equal("a stranger's signature", got["Value"], False)


def encryption(t):
    t.openssl.run('echo "this is plaintext" > plaintext-file.txt')
    for spec, bits in MODULI.items():
        key = pair(t, spec, KeyUsage="ENCRYPT/DECRYPT")
        t.openssl.write("rsa_publickey.pub", t.call("GetPublicKey", **key)["PublicKey"])
        for algorithm, (digest, overhead) in OAEP.items():
            t.openssl.write("longest-file.bin", os.urandom(bits // 8 - overhead))
            for name in ("plaintext-file.txt", "longest-file.bin"):
                t.openssl.run(
                    f"openssl pkeyutl -encrypt -in {name} -inkey rsa_publickey.pub -pubin"
                    f" -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{digest} -pkeyopt rsa_mgf1_md:{digest}"
                    " -out plaintext-file.enc"
                )
                blob = t.openssl.run("openssl base64 -in plaintext-file.enc").replace("\n", "")
                opened = t.call("AsymmetricDecrypt", Algorithm=algorithm, CiphertextBlob=blob, **key)["Plaintext"]
                t.equal(f"{spec}, {algorithm}: {name} opens", data(opened), t.openssl.read(name))


SECTIONS = [public_keys, signatures, verified_by_the_service, encryption]
