"""SM2 pairs: those of the service, and those that OpenSSL makes and the service imports, as gmalg has them.

SOURCE: Data Encryption Workshop user guide, "Importing Key Materials": how a private key is wrapped.
"""

import os
import re
from dataclasses import dataclass

import local_sm as local
from gmalg import SM2
from scenario_common import pair, versions
from shared import title
from theme_import import parameters, with_pair

USAGES = {"SIGN_VERIFY": "SIGN/VERIFY", "ENCRYPT_DECRYPT": "ENCRYPT/DECRYPT"}


@dataclass
class Pair:
    names: dict  # KeyId and KeyVersionId
    public: bytes  # in DER
    private: bytes = None

    def by_gmalg(self, identity=local.IDENTITY):
        """The same for gmalg."""
        return SM2(sk=self.private, uid=identity, pk=b"\4" + local.point(self.public))


def made_by_the_service(t, usage="SIGN/VERIFY"):
    names = pair(t, "EC_SM2", ProtectionLevel="HSM", KeyUsage=usage)
    return Pair(names, local.der(t.call("GetPublicKey", **names)["PublicKey"]))


def brought(t, usage="SIGN_VERIFY"):
    """A pair that OpenSSL made; its private half is `SIGN_VERIFY.pem` or so in the folder of OpenSSL."""
    if usage in t.brought:
        return t.brought[usage]
    t.openssl.run(
        f"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out {usage}.pem\n"
        f"openssl pkcs8 -topk8 -nocrypt -in {usage}.pem -outform DER -out {usage}.der\n"
        f"openssl pkey -in {usage}.pem -pubout -outform DER -out {usage}.pub\n"
    )
    params = {"key_alias": title(t.face), "key_spec": "SM2", "key_usage": usage, "origin": "external"}
    key = t.face.call("create-key", **params)["key_info"]["key_id"]
    sealed = with_pair(parameters(t.face, key), os.urandom(32), t.openssl.read(f"{usage}.der"))
    t.face.call("import-key-material", **sealed)
    shown = t.openssl.run(f"openssl pkey -in {usage}.pem -noout -text")
    digits = re.search(r"priv:([0-9a-f:\s]+)pub:", shown)[1]
    private = bytes.fromhex("".join(digits.split()).replace(":", ""))
    names = {"KeyId": key, "KeyVersionId": versions(t, key)[0]["KeyVersionId"]}
    t.brought[usage] = Pair(names, t.openssl.read(f"{usage}.pub"), private[-32:])
    return t.brought[usage]


def coming_in(t):
    """What the service shows of a pair that was brought is what OpenSSL made."""
    t.brought = {}
    for usage, name in USAGES.items():
        got = brought(t, usage)
        shown = t.call("DescribeKey", KeyId=got.names["KeyId"])["KeyMetadata"]
        facts = tuple(shown[part] for part in ("KeySpec", "KeyUsage", "KeyState", "Origin", "ProtectionLevel"))
        t.equal(f"brought, {usage}: DescribeKey", facts, ("EC_SM2", name, "Enabled", "EXTERNAL", "HSM"))
        pem = t.call("GetPublicKey", **got.names)["PublicKey"]
        t.equal(f"brought, {usage}: public key", pem, t.openssl.run(f"openssl pkey -in {usage}.pem -pubout"))
        own = SM2().generate_pk(got.private)
        t.equal(f"brought, {usage}: gmalg has the same public key", own, b"\4" + local.point(got.public))
