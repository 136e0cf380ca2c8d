"""Nothing secret is on the disk in the clear, nor in what the server says, whatever was done with it."""

import base64
import shutil

from rig import promises, unseal
from rig.hsm_storm import HSM
from rig.needles import Needle, search, spellings
from rig.sdk import SdkClient
from rig.server import ServingServer, copy_folder
from rig.wire import Client

KEYS = 4
FILES = {
    "claviger.db",
    "audit/00000001.jsonl",
    "audit/checkpoint.pub",
    "index/audit.db",
    "hsm/access.key",
    "hsm/master-key.json",
    "root.json",
    "tls/ca.key",
    "tls/ca.pem",
    "claviger.toml",
}


def run(trial):
    _sees_every_spelling(trial)
    server = ServingServer(trial.binary, trial.scratch / "server", "trace")
    try:
        printed = server.init()
        server.start()
        secrets, public = _use(trial, server)
        _snapshot(trial, server, "running")
        server.kill()
        _snapshot(trial, server, "killed")
        server.start()
        trial.that("exit code after SIGTERM", server.stop() == 0)
        _snapshot(trial, server, "stopped")
    finally:
        server.discard()
    _look(trial, server, printed, secrets, public)
    promises.keep_quiet(trial, server)


def _sees_every_spelling(trial):
    """The search is worth nothing if it is blind."""
    secret = trial.random("decoy").randbytes(32)
    folder = trial.scratch / "decoys"
    folder.mkdir()
    for how, text in spellings(secret).items():
        (folder / how).write_bytes(b"\0before" + text + b"after\xff")
    seen = {(file, how) for file, _, how in search(folder, [Needle("decoy", secret)]) if file == how}
    trial.that("the search finds each spelling", len(seen) == len(spellings(secret)), seen)


def _use(trial, server):
    """Calls of all kinds; gives what must stay secret and what must be found."""
    client, chance = Client(server.credentials), trial.random("at-rest")
    secrets = [
        Needle("access key secret", server.credentials["access_key_secret"].encode()),
        Needle("console password", server.credentials["console_password"].encode()),
    ]
    public = [Needle("access key id", server.credentials["access_key_id"].encode())]
    for number in range(KEYS):
        words = f"described {chance.getrandbits(64):x}"
        key = client.must("CreateKey", Description=words)["KeyMetadata"]["KeyId"]
        alias = f"alias/named-{chance.getrandbits(64):x}"
        client.must("CreateAlias", AliasName=alias, KeyId=key)
        _use_hsm(client, chance, secrets)
        place = f"context {chance.getrandbits(64):x}"
        context = {"EncryptionContext": f'{{"place":"{place}"}}'}
        public += [
            Needle("description", words.encode()),
            Needle("alias", alias.removeprefix("alias/").encode()),
            Needle("encryption context", place.encode()),
        ]
        plain = chance.randbytes(60)
        sealed = client.must("Encrypt", KeyId=alias, Plaintext=base64.b64encode(plain).decode(), **context)
        made = client.must("GenerateDataKey", KeyId=key, **context)
        secrets += [Needle("plaintext", plain), Needle("data key", base64.b64decode(made["Plaintext"]))]
        for blob in (sealed["CiphertextBlob"], made["CiphertextBlob"]):
            client.must("Decrypt", CiphertextBlob=blob, **context)
        _misuse(client, key, plain, sealed["CiphertextBlob"])
        if number % 2:
            client.must("DisableKey", KeyId=key)
    _mistake(trial, server)
    _use_other_face(trial, server, chance, key, secrets)
    _log_in(trial, server, chance, secrets, public)
    return secrets, public


def _use_hsm(client, chance, secrets):
    key = client.must("CreateKey", **HSM)["KeyMetadata"]["KeyId"]
    plain = chance.randbytes(60)
    sealed = client.must("Encrypt", KeyId=key, Plaintext=base64.b64encode(plain).decode())
    client.must("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])
    client.call("Decrypt", CiphertextBlob=sealed["CiphertextBlob"][:-4])
    secrets.append(Needle("plaintext for a key of level HSM", plain))


def _use_other_face(trial, server, chance, key, secrets):
    """Text and a data key, encrypted under the last key that was made."""
    client = SdkClient(server.credentials)
    client.call("enable-key", key_id=key)
    text = f"text {chance.getrandbits(128):x}"
    sealed = client.must("encrypt-data", key_id=key, plain_text=text)
    opened = client.must("decrypt-data", cipher_text=sealed["cipher_text"])
    trial.that("what was encrypted opens", opened["plain_text"] == text)
    made = client.must("create-datakey", key_id=key, datakey_length="512")
    client.call("encrypt-data", key_id=key, plain_text=text * 200)
    client.call("decrypt-data", cipher_text=sealed["cipher_text"], plain_text=text, encryption_context=text)
    secrets += [Needle("text", text.encode()), Needle("data key in hex", bytes.fromhex(made["plain_text"]))]


def _log_in(trial, server, chance, secrets, public):
    """A user with a password, then another one, its tokens and its access keys; right and wrong ways to show them."""
    root, name = SdkClient(server.credentials), f"user-{chance.getrandbits(64):x}"
    passwords = [f"Pass-{chance.getrandbits(96):x}" for _ in range(2)]
    made = root.send("POST", "/v3.0/OS-USER/users", {"user": {"name": name, "password": passwords[0]}})
    user = made.body["user"]["id"]
    public.append(Needle("user name", name.encode()))
    for password in passwords:
        root.send("POST", f"/v3/users/{user}/password", {"user": {"password": password}})
        secrets += [Needle("password", password.encode()), *_use_token(trial, server, user, name, password)]
        # Passwords where they do not belong.
        root.send("POST", f"/v3/users/{user}/password", {"user": {"password": [password]}})
        root.send("POST", "/v3.0/OS-USER/users", {"user": {"name": name, "password": password}})
    kept = root.send("POST", "/v3.0/OS-CREDENTIAL/credentials", {"credential": {"user_id": user}})
    secrets.append(Needle("access key of a user", kept.body["credential"]["secret"].encode()))


def _use_token(trial, server, user, name, password):
    """Gives what must stay secret of it."""
    given, client = _knock(server, name, password), SdkClient(server.credentials)
    trial.that("a password opens", given.status == 201 and len(given.subject) > 40, given.status)
    token = given.subject
    shown = {"X-Auth-Token": token, "X-Subject-Token": token}
    seen = client.send("GET", "/v3/auth/tokens", {}, shown)
    trial.that("a token shows whose it is", seen.body.get("token", {}).get("user", {}).get("id") == user, seen.status)
    asked = {"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}}
    temporary = client.send("POST", "/v3.0/OS-CREDENTIAL/securitytokens", asked, {"X-Auth-Token": token})
    session = temporary.body["credential"]
    for wrong in ({"X-Auth-Token": token[:-8]}, {"X-Subject-Token": f"{token}AAAA"}):
        changed = client.send("GET", "/v3/auth/tokens", {}, shown | wrong)
        trial.that("a changed token shows nothing", changed.status in (401, 404), changed.status)
    gone = client.send("DELETE", "/v3/auth/tokens", {}, shown)
    trial.that("a token is made void", gone.status == 204, gone.status)
    for who, what in ((name, f"{password}x"), (password, password), (password, token)):
        trial.that("wrong words open nothing", _knock(server, who, what).status == 401)
    return [
        Needle("token", token.encode()),
        Needle("token as bytes", base64.b64decode(token)),
        Needle("temporary secret", session["secret"].encode()),
        Needle("token of a session", session["securitytoken"].encode()),
    ]


def _knock(server, name, password):
    """Asks for a token."""
    user = {"name": name, "password": password, "domain": {"name": server.credentials["domain_name"]}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return SdkClient(server.credentials).send("POST", "/v3/auth/tokens", {"auth": {"identity": identity}}, {})


def _misuse(client, key, plain, blob):
    """Errors are where things are said that should not be."""
    text = base64.b64encode(plain).decode()
    client.call("Encrypt", KeyId=key, Plaintext=text, EncryptionContext="{")
    client.call("Encrypt", KeyId="no-such-key", Plaintext=text)
    client.call("Encrypt", KeyId=key, Plaintext=text * 200)
    client.call("Decrypt", CiphertextBlob=blob)
    client.call("Decrypt", CiphertextBlob=blob[:-4], Plaintext=text)
    client.call("NoSuchOperation", Plaintext=text)


def _mistake(trial, server):
    """Someone signs with another secret."""
    credentials = server.credentials
    wrong = Client({**credentials, "access_key_secret": "not" + credentials["access_key_secret"]})
    trial.that("a wrong signature is refused", wrong.call("ListKeys").code == "SignatureDoesNotMatch")


def _snapshot(trial, server, name):
    try:
        copy_folder(server.data, trial.scratch / "snapshots" / name)
    except (shutil.Error, OSError) as error:
        trial.that(f"copy of the data folder, {name}", False, error)


def _look(trial, server, printed, secrets, public):
    roots = unseal.root_keys(server.data / "root.json", server.key_file)
    masters = unseal.root_keys(server.data / "hsm" / "master-key.json", server.hsm_key_file)
    opened = unseal.materials(server.data / "claviger.db", {"software": roots, "hsm": masters})
    for level in ("software", "hsm"):
        count = sum(each.protection == level for each in opened)
        trial.that(f"every key of level {level} has material, and the right key opens it", count == KEYS, count)
    secrets = [
        *secrets,
        *(Needle("sealing key", key) for key in roots.sealing + masters.sealing),
        *(Needle("root key", key) for key in roots.versions.values()),
        *(Needle("master key", key) for key in masters.versions.values()),
        *(Needle("key material", each.plaintext) for each in opened),
    ]
    said = trial.scratch / "said"
    said.mkdir()
    shutil.copy(server.log_file, said / "server.log")
    (said / "init.txt").write_text(printed)
    for name in ("running", "killed", "stopped"):
        folder = trial.scratch / "snapshots" / name
        there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
        trial.that(f"{name}: the files that should be there are there", there >= FILES, FILES - there)
        seen = {(file.removesuffix("-wal"), needle) for file, needle, _ in search(folder, public)}
        for each in public:
            home = "audit/00000001.jsonl" if each.name == "encryption context" else "claviger.db"
            trial.that(f"{name}: {each.name} is found in {home}", (home, each.name) in seen)
        trial.none_of(f"{name}: secrets in the data folder", search(folder, secrets))
    trial.that("the log says much", "DEBUG" in (said / "server.log").read_text() and len(printed) > 0)
    trial.none_of("secrets in what was said", search(said, secrets))
    trial.facts.append(f"{len(secrets)} secrets, {len(spellings(b'x'))} spellings")
