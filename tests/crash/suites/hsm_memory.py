"""The memory of the server holds nothing of the keys of level HSM, however much they are used; the HSM's own does.

What is looked for is known: some of it was brought by the suite, and the rest is opened from the data folder.
"""

import base64
import hashlib
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

from rig import promises, unseal
from rig.der import RsaPublicKey, private_numbers
from rig.hsm_storm import HSM, version_of
from rig.memory import scan
from rig.needles import Needle
from rig.processes import hsm_of, network_sockets
from rig.server import Server
from rig.wire import Client

LANES = 4
ROUNDS = 60  # in each lane, at least
PAIRS = {  # made inside: spec, usage, an operation of the private half
    "RSA": ("RSA_2048", "SIGN/VERIFY", "RSA_PKCS1_SHA_256"),
    "P-256": ("EC_P256", "SIGN/VERIFY", "ECDSA_SHA_256"),
    "SM2": ("EC_SM2", "SIGN/VERIFY", "SM2DSA"),
}
SM2_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
IMPORTED = {  # brought by the suite: spec, usage, bytes
    "AES": ("Aliyun_AES_256", "ENCRYPT/DECRYPT", 32),
    "SM4": ("Aliyun_SM4", "ENCRYPT/DECRYPT", 16),
    "HMAC": ("HMAC_SHA_256", "GENERATE/VERIFY_MAC", 32),
}


def run(trial):
    server = Server(trial.binary, trial.scratch / "server")
    try:
        # The first start of all makes the master key, which must leave nothing behind either.
        server.start()
        keys, enough = Keys(server), threading.Event()
        needles = keys.known()
        with ThreadPoolExecutor(LANES) as pool:
            lanes = [pool.submit(keys.use, lane, enough) for lane in range(LANES)]
            try:
                before = keys.calls
                busy = scan(server.process.pid, needles.secret)
                meanwhile = keys.calls - before
            finally:
                enough.set()
            for lane in lanes:
                lane.result()
        trial.that("keys were used while the memory was looked at", meanwhile >= 100, meanwhile)
        quiet = scan(server.process.pid, needles.secret + needles.control)
        hsm = hsm_of(server)
        inside = scan(hsm.pid, needles.secret)
        _judge(trial, needles, busy, quiet, inside)
        _confined(trial, hsm)
        trial.that("exit code after SIGTERM", server.stop() == 0)
    finally:
        server.discard()
    promises.keep_quiet(trial, server)
    trial.facts += [
        f"{keys.calls} calls, {meanwhile} of them while memory was looked at",
        f"{len(needles.secret)} secrets",
        f"{quiet.bytes >> 20} MiB of the server and {inside.bytes >> 20} MiB of the HSM looked at",
    ]


def _montgomery(number):
    """A number as the library computes with it: times 2^256, modulo the order of the curve. SOURCE: GB/T 32918.5."""
    return (int.from_bytes(number, "big") * 2**256 % SM2_ORDER).to_bytes(32, "big")


def _judge(trial, needles, busy, quiet, inside):
    secret = {needle.name for needle in needles.secret}
    for when, seen in (("under load", busy), ("after it", quiet)):
        found = sorted(each for each in seen.found if each[0] in secret)
        trial.none_of(f"secrets of the HSM in the memory of the server, {when}", found)
        trial.none_of(f"memory of the server that could not be looked at, {when}", seen.unread)
    # The controls: looked at in the same way, what is there is found.
    for needle in needles.control:
        trial.that(f"control: {needle.name} is found in the memory of the server", needle.name in quiet.names())
    for owner in needles.must_be_inside:
        there = [name for name in inside.names() if name.startswith(owner)]
        trial.that(f"control: {owner} is found in the memory of the HSM", there, f"only {sorted(inside.names())}")
    trial.none_of("memory of the HSM that could not be looked at", inside.unread)


def _confined(trial, hsm):
    """What the system tells about the HSM process."""
    trial.that("lists of processes name the HSM", hsm.status("Name") == "claviger-hsm", hsm.status("Name"))
    trial.that("the HSM can get no new privileges", hsm.status("NoNewPrivs") == "1", hsm.status("NoNewPrivs"))
    trial.that("system calls of the HSM are filtered", hsm.status("Seccomp") == "2", hsm.status("Seccomp"))
    trial.that("the HSM leaves no core file", hsm.core_limit() == "0", hsm.core_limit())
    locked = int(hsm.status("VmLck").split()[0])
    trial.that("the HSM has locked memory", locked > 0, f"{locked} kB")
    trial.that("the HSM has sockets", hsm.sockets())
    trial.none_of("sockets of the HSM that lead out of the machine", hsm.sockets() & network_sockets())


class Needles:
    def __init__(self):
        self.secret, self.control, self.must_be_inside = [], [], []


class Keys:
    """Keys of level HSM of all kinds, and a software key with known material."""

    def __init__(self, server):
        self.server, self.client = server, Client(server.credentials)
        self.material, self.key, self.version, self.calls = {}, {}, {}, 0
        for name, (spec, usage, length) in IMPORTED.items():
            self._bring(name, length, KeySpec=spec, KeyUsage=usage, **HSM)
        self._bring("software", 32, KeySpec="Aliyun_AES_256")
        for name, (spec, usage, _) in PAIRS.items():
            key = self.client.must("CreateKey", KeySpec=spec, KeyUsage=usage, **HSM)["KeyMetadata"]["KeyId"]
            self.key[name], self.version[name] = key, version_of(self.client, key)

    def _bring(self, name, length, **kind):
        """Imports random bytes, wrapped here."""
        client = self.client
        key = client.must("CreateKey", Origin="EXTERNAL", **kind)["KeyMetadata"]["KeyId"]
        way = {"WrappingKeySpec": "RSA_2048", "WrappingAlgorithm": "RSAES_OAEP_SHA_256"}
        given = client.must("GetParametersForImport", KeyId=key, **way)
        self.material[name] = secrets.token_bytes(length)
        wrapped = RsaPublicKey(base64.b64decode(given["PublicKey"])).encrypt(self.material[name])
        client.must(
            "ImportKeyMaterial",
            KeyId=key,
            EncryptedKeyMaterial=base64.b64encode(wrapped).decode(),
            ImportToken=given["ImportToken"],
        )
        self.key[name] = key

    def use(self, lane, enough):
        """Every key in turn, again and again."""
        client, number = Client(self.server.credentials), 0
        while number < ROUNDS or not enough.is_set():
            number += 1
            digest = hashlib.sha256(f"{lane}/{number}".encode()).digest()
            text = base64.b64encode(digest).decode()
            for name in ("AES", "SM4", "software"):
                blob = client.must("Encrypt", KeyId=self.key[name], Plaintext=text)["CiphertextBlob"]
                if client.must("Decrypt", CiphertextBlob=blob)["Plaintext"] != text:
                    raise ValueError(f"{name} gave other data")
                made = client.must("GenerateDataKey", KeyId=self.key[name])
                if client.must("Decrypt", CiphertextBlob=made["CiphertextBlob"])["Plaintext"] != made["Plaintext"]:
                    raise ValueError(f"{name} gave another data key")
                self.calls += 4  # may miss some of another lane's
            client.must("GenerateMac", KeyId=self.key["HMAC"], Message=text, Algorithm="HMAC_SHA_256")
            for name, (_, _, algorithm) in PAIRS.items():
                which = {"KeyId": self.key[name], "KeyVersionId": self.version[name]}
                client.must("AsymmetricSign", Algorithm=algorithm, Digest=text, **which)
            self.calls += 4

    def known(self):
        """All that is looked for."""
        data = self.server.data
        roots = unseal.root_keys(data / "root.json", data / "seal.key")
        masters = unseal.root_keys(data / "hsm" / "master-key.json", self._seal_of_hsm())
        needles = Needles()
        needles.secret += [Needle(f"master key {version}", key) for version, key in masters.versions.items()]
        needles.secret += [Needle(f"seal of the master key {at}", key) for at, key in enumerate(masters.sealing)]
        for name in IMPORTED:
            needles.secret.append(Needle(f"{name} key", self.material[name]))
        opened = unseal.materials(data / "claviger.db", {"software": roots, "hsm": masters})
        plaintexts = {each.key: each.plaintext for each in opened}
        for name in (*IMPORTED, "software"):
            if plaintexts[self.key[name]] != self.material[name]:
                raise ValueError(f"the data folder holds another {name} key than was brought")
        for name in PAIRS:
            for part, number in private_numbers(plaintexts[self.key[name]]).items():
                needles.secret.append(Needle(f"{name} key: {part}", number))
                if name == "SM2":
                    needles.secret.append(Needle(f"{name} key: {part} in Montgomery form", _montgomery(number)))
        needles.must_be_inside = ["master key", *(f"{name} key" for name in (*IMPORTED, *PAIRS))]
        needles.control = [
            Needle("imported software key", self.material["software"]),
            *(Needle(f"root key {version}", root) for version, root in roots.versions.items()),
        ]
        return needles

    def _seal_of_hsm(self):
        own = self.server.data / "hsm" / "seal.key"
        return own if own.exists() else self.server.data / "seal.key"
