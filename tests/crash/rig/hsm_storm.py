"""Writers of which some work with software keys alone and the others with keys of level HSM alone."""

import base64

from . import promises
from .der import RsaPublicKey
from .outage import RPC, SDK
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
    """A key pair of level HSM that all writers sign with, and its public half, with which each signature is checked."""

    def __init__(self, server, book, spec="RSA_2048", algorithm="RSA_PKCS1_SHA_256", public=RsaPublicKey):
        client = Client(server.credentials)
        made = client.must("CreateKey", KeySpec=spec, KeyUsage="SIGN/VERIFY", Description="note-signer", **HSM)
        self.key, self.algorithm = made["KeyMetadata"]["KeyId"], algorithm
        self.version = version_of(client, self.key)
        self.public = public.from_pem(self.ask(client, "GetPublicKey")["PublicKey"])
        book.adopt(self.key, "note-signer")

    def ask(self, client, action, **params):
        return client.must(action, KeyId=self.key, KeyVersionId=self.version, **params)


class HsmWriter(Writer):
    """As the others, with keys of level HSM."""

    def __init__(self, signers, specs, *arguments):
        super().__init__(*arguments)
        self.signers, self.specs, self.signatures = signers, specs, 0

    def kind_of_key(self):
        return {"KeySpec": self.random.choice(self.specs), **HSM}

    def sign(self):
        signer, digest = self.random.choice(self.signers), self.random.randbytes(32)
        body = self.ask(
            "AsymmetricSign",
            KeyId=signer.key,
            KeyVersionId=signer.version,
            Algorithm=signer.algorithm,
            Digest=base64.b64encode(digest).decode(),
        )
        if body is None:
            return
        self.signatures += 1
        if not signer.public.verifies(digest, base64.b64decode(body["Value"])):
            self.journal.problems.append(f"AsymmetricSign gave {body['Value']} for {digest.hex()}")


class HsmStorm(Storm):
    """The first writers of a book use software keys, the others those of level HSM."""

    def __init__(self, server, book, seed, signers, software, specs=SPECS):
        self.signers, self.software, self.specs = signers, software, specs
        super().__init__(server.credentials, book, seed)

    def writer(self, number, credentials, journal, seed, mix):
        if number < self.software:
            return super().writer(number, credentials, journal, seed, mix)
        return HsmWriter(self.signers, self.specs, number, credentials, journal, seed, MIX)

    def signatures(self):
        return sum(writer.signatures for writer in self.writers[self.software :])


def software_refused(book, software):
    """Calls of the writers with software keys that were refused."""
    return [each for journal in book.journals[:software] for each in journal.refused]


def judge(trial, book):
    """What was answered while an HSM was away: right data, or an error that tells the client to try again."""
    trial.none_of("answers that are wrong or that no client could use", book.problems())
    wrong = [each for each in book.refused() if each[1:3] != (SDK if "-" in each[3] else RPC)]
    trial.none_of("errors in other words than the face has for an outage", wrong)


def kept(trial, server, book, chance):
    """What was acknowledged is there, as far as a look in between goes."""
    promises.keep_trail(trial, server, book, seconds=2)
    promises.keep_state(trial, server, book, chance)
    promises.keep_ciphertexts(trial, server, book, chance)
