"""A relay between a server and an HSM that runs as a service of its own: it records, and plays again."""

import os
import re
import socket
import subprocess
import threading

from harness import children

from .hsm_line import HsmLine, Relay, frames
from .hsm_storm import HSM
from .outage import RPC, until
from .processes import Held
from .server import ServingServer, ServerError
from .wire import Client

BACK_SECONDS = 8  # until a server that has lost its HSM is connected again
CLOSE_SECONDS = 3
LOG_SECONDS = 2
TEXT = "aGVsbG8="


class Service:
    """`claviger hsm` with a settings file of its own, for a `with`."""

    def __init__(self, trial, folder):
        self.binary, self.data = trial.binary, folder / "data"
        self.socket, self.access_key = folder / "own.sock", folder / "access.key"
        self.config, self.log_file = folder / "hsm.toml", folder / "hsm.log"
        self.process = None
        folder.mkdir(mode=0o700)
        self.config.write_text(
            f'[server]\ndata = "{self.data}"\n\n'
            f'[hsm]\nsocket = "{self.socket}"\naccess_key = "{self.access_key}"\n\n'
            f'[hsm.seal]\nkind = "key-file"\nkey_file = "{folder / "hsm-seal.key"}"\n'
        )

    def __enter__(self):
        command = [self.binary, "hsm", "--config", self.config, "--make"]
        with open(self.log_file, "ab") as log:
            self.process = children.spawn([str(word) for word in command], stdout=log, stderr=subprocess.STDOUT)
        if not until(lambda: self.socket.exists() or self.process.poll() is not None, 10) or not self.socket.exists():
            self.__exit__()
            raise ServerError(f"the HSM did not start\n{self.log()}")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        children.forget(self.process)

    def stop(self):
        """The exit code after SIGTERM."""
        self.process.terminate()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            return None

    def log(self):
        return self.log_file.read_text(errors="replace")


class Player:
    """Says on each connection what was recorded, for a `with`."""

    def __init__(self, at, record):
        self.at, self.record, self.asked = at, record, 0

    def __enter__(self):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.at))
        os.chmod(self.at, 0o600)
        self._listener.listen(64)
        threading.Thread(target=self._play, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.at.unlink(missing_ok=True)

    def _play(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.asked += 1
            with client:
                try:
                    client.sendall(self.record)
                    client.settimeout(CLOSE_SECONDS)
                    while client.recv(65536):
                        pass
                except OSError:
                    pass  # the server has had enough


def played_again(trial):
    server = ServingServer(trial.binary, trial.scratch / "apart")
    with Service(trial, trial.scratch / "service") as service:
        relayed = trial.scratch / "service" / "relay.sock"
        server.init()
        _connect(server, relayed, service.access_key)
        try:
            record = _relayed(trial, server, service, relayed)
            _impostor(trial, server, service, relayed, record)
            trial.that("exit code of a server with an HSM apart", server.stop() == 0)
        finally:
            server.discard()
        trial.that("the HSM apart is there without its server", service.process.poll() is None)
        trial.that("exit code of an HSM apart after SIGTERM", service.stop() == 0)
        trial.that("no panic in the HSM apart", "panicked" not in service.log())
    return trial


def _connect(server, socket, access_key):
    """Has the server use an HSM that runs apart."""
    settings = server.config.read_text(encoding="utf-8")
    settings = re.sub(r"(?m)^\[hsm.*\n(?:(?!\[).*\n)*", "", settings)  # what `init` has written about one of its own
    section = f'\n[hsm]\nkind = "connect"\nsocket = "{socket}"\naccess_key = "{access_key}"\n'
    server.config.write_text(settings + section, encoding="utf-8")


def _works(client, key):
    blob = client.call("Encrypt", KeyId=key, Plaintext=TEXT)
    if blob.status != 200:
        return False
    return client.call("Decrypt", CiphertextBlob=blob.body["CiphertextBlob"]).body.get("Plaintext") == TEXT


def _relayed(trial, server, service, relayed):
    """What is played again on a connection of the server; gives what the HSM said on the first one."""
    with Relay(relayed, service.socket) as relay:
        server.start()
        client = Client(server.credentials)
        key = client.must("CreateKey", **HSM)["KeyMetadata"]["KeyId"]
        trial.that("a key in an HSM apart works", _works(client, key))
        first = relay.talks[-1]
        said, answered = bytes(first.said), bytes(first.answered)
        process = Held(service.process.pid)

        again = frames(first.said)[-1]
        first.put_in(True, again)
        trial.that("a request played again ends the connection of the server", first.ends_within(CLOSE_SECONDS))
        _told(trial, "a request played again", service, f"came where request {len(frames(said))} was due")
        trial.that("the server comes back by itself", until(lambda: _works(client, key), BACK_SECONDS))

        for what, data in (
            ("an answer played again", frames(relay.talks[-1].answered)[-1]),
            ("garbage instead of an answer", b"\0\0\0\3abc"),
            ("a huge answer", b"\xff\xff\xff\xff"),
        ):
            relay.talks[-1].put_in(False, data)
            trial.that(f"{what}: the server goes on", until(lambda: _works(client, key), BACK_SECONDS))

        with HsmLine(service.socket) as line:
            line.send(said)
            came = line.ends_within(CLOSE_SECONDS)
        trial.that("a recorded connection of the server is refused", came is not None and came.count(b"CLVHSM") == 1)
        trial.that("a recorded connection gets a hello only", came is not None and len(came) == 4 + came[3])
        _told(trial, "a recorded connection", service, "does not know the access key")
        trial.that("the HSM apart has not ended", not process.ends_within(0))
        trial.facts.append(f"{len(relay.talks)} connections through the relay")
    return key, answered


def _impostor(trial, server, service, relayed, record):
    """In place of the HSM, somebody who only has a record of it."""
    key, answered = record
    client = Client(server.credentials)
    software = client.must("CreateKey")["KeyMetadata"]["KeyId"]
    with Player(relayed, answered) as player:
        got = client.call("Encrypt", KeyId=key, Plaintext=TEXT)
        trial.that("an impostor with a record of the HSM: told to try again", (got.status, got.code) == RPC, got)
        trial.that("an impostor: software keys work", _works(client, software))
        trial.that("an impostor was asked", player.asked > 0)
    log = server.log_file.read_text(errors="replace")
    trial.that("an impostor: the log of the server tells it", "does not know the access key" in log)
    with Relay(relayed, service.socket):
        trial.that("the right HSM is found again", until(lambda: _works(client, key), BACK_SECONDS))


def _told(trial, what, service, words):
    trial.that(f"{what}: the log tells it", until(lambda: words in service.log(), LOG_SECONDS), f"no {words!r}")
