"""Writers of which some work with software keys alone and the others with keys of level HSM alone."""

import base64

from .der import RsaPublicKey
from .storm import Storm, Writer
from .wire import Client

HSM = {"ProtectionLevel": "HSM"}
# Kinds of keys that encrypt in different ways: derived message keys, and counted short nonces.
SPECS = ("Aliyun_AES_256", "Aliyun_SM4")
MIX = {"create_key": 110, "encrypt": 260, "data_key": 130, "decrypt": 260, "encrypt_data": 80, "sign": 160}


def version_of(client, key):
    """The only version of a key."""
    (version,) = client.must("ListKeyVersions", KeyId=key)["KeyVersions"]["KeyVersion"]
    return version["KeyVersionId"]


class Signer:
    """An RSA key of level HSM that all writers sign with, and its public half, with which each signature is checked."""

    def __init__(self, server, book):
        client = Client(server.credentials)
        made = client.must(
            "CreateKey", KeySpec="RSA_2048", KeyUsage="SIGN/VERIFY", Description="note-signer", **HSM
        )["KeyMetadata"]
        self.key = made["KeyId"]
        self.version = version_of(client, self.key)
        self.public = RsaPublicKey.from_pem(self.ask(client, "GetPublicKey")["PublicKey"])
        book.adopt(self.key, "note-signer")

    def ask(self, client, action, **params):
        return client.must(action, KeyId=self.key, KeyVersionId=self.version, **params)


class HsmWriter(Writer):
    """As the others, with keys of level HSM."""

    def __init__(self, signer, *arguments):
        super().__init__(*arguments)
        self.signer, self.signatures = signer, 0

    def kind_of_key(self):
        return {"KeySpec": self.random.choice(SPECS), **HSM}

    def sign(self):
        digest = self.random.randbytes(32)
        body = self.ask(
            "AsymmetricSign",
            KeyId=self.signer.key,
            KeyVersionId=self.signer.version,
            Algorithm="RSA_PKCS1_SHA_256",
            Digest=base64.b64encode(digest).decode(),
        )
        if body is None:
            return
        self.signatures += 1
        if not self.signer.public.verifies(digest, base64.b64decode(body["Value"])):
            self.journal.problems.append(f"AsymmetricSign gave {body['Value']} for {digest.hex()}")


class HsmStorm(Storm):
    """The first writers of a book use software keys, the others those of level HSM."""

    def __init__(self, server, book, seed, signer, software):
        self.signer, self.software = signer, software
        super().__init__(server.credentials, book, seed)

    def writer(self, number, credentials, journal, seed, mix):
        if number < self.software:
            return super().writer(number, credentials, journal, seed, mix)
        return HsmWriter(self.signer, number, credentials, journal, seed, MIX)

    def signatures(self):
        return sum(writer.signatures for writer in self.writers[self.software :])
