"""The server process: started on free ports, killed, stopped, and asked for the state of its audit log."""

import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from harness import children
from harness.server import free_ports

from .wire import Broken, fetch

READY_SECONDS = 10  # the promise: no more than this from the start of the process to the first answer
STOP_SECONDS = 30


class ServerError(Exception):
    """The server did not do what it must. The text ends with the end of its log."""


class Server:
    """`claviger dev` on one data folder; it can be started and ended many times."""

    def __init__(self, binary, folder, log="info", prefix=()):
        self.binary, self.folder, self.log_level, self.prefix = str(binary), folder, log, list(prefix)
        self.data = folder / "data"
        self.credentials_file = folder / "credentials.json"
        self.log_file = folder / "server.log"
        self.process = self.credentials = None

    def command(self):
        """Port 0: a port that the system chooses is free at each start, whoever took the last one meanwhile."""
        return [
            *self.prefix, self.binary, "--log", self.log_level, "dev",
            "--data", str(self.data),
            "--https", "127.0.0.1:0",
            "--http", "127.0.0.1:0",
            "--credentials", str(self.credentials_file),
        ]  # fmt: skip

    def spawn(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.log_file, "ab") as log:
            self.process = children.spawn(self.command(), stdout=log, stderr=subprocess.STDOUT)

    def start(self):
        """Starts the server and returns the seconds until it was ready: it writes the credentials file then."""
        begun = time.monotonic()
        self.prepare()
        self.spawn()
        self._wait(begun + READY_SECONDS)
        return time.monotonic() - begun

    def prepare(self):
        self.credentials_file.unlink(missing_ok=True)

    def _wait(self, deadline):
        while not self._ready():
            if self.process.poll() is not None:
                code, self.process = self.process.returncode, self._forget()
                raise ServerError(f"the server ended with code {code} at start\n{self.tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"not ready after {READY_SECONDS} s\n{self.tail()}")
            time.sleep(0.005)

    def _ready(self):
        if not self.credentials_file.exists():
            return False
        self.credentials = json.loads(self.credentials_file.read_text(encoding="utf-8"))
        return True

    def _forget(self):
        children.forget(self.process)

    def kill(self):
        """SIGKILL. Fails when the server had ended before."""
        alive = self.process.poll() is None
        self.process.kill()
        code = self.process.wait()
        self.process = self._forget()
        if not alive:
            raise ServerError(f"the server had ended by itself with code {code}\n{self.tail()}")

    def terminate(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, seconds=STOP_SECONDS):
        """Waits for the end and gives the exit code."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(f"the server did not end within {seconds} s\n{self.tail()}") from None
        self.process = self._forget()
        return code

    def stop(self):
        self.terminate()
        return self.wait()

    def discard(self):
        """Ends the process if there is one, at the end of a suite that failed."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = self._forget()

    def refusal(self, seconds=READY_SECONDS):
        """Starts a server that should not start; gives its exit code, and what it said."""
        return run(self.command(), seconds)

    def tail(self):
        return self.log_file.read_text(errors="replace")[-2000:] if self.log_file.exists() else "(no log)"


class ServingServer(Server):
    """`claviger init` and `claviger serve`, with the key file and the credentials outside the data folder."""

    def __init__(self, binary, folder, log="info"):
        super().__init__(binary, folder, log)
        self.key_file = folder / "keys" / "seal.key"
        self.hsm_key_file = folder / "keys" / "hsm-seal.key"
        self.config = self.data / "claviger.toml"

    def init(self, further_settings=""):
        """Makes the data folder; gives what the command printed."""
        self.key_file.parent.mkdir(parents=True)
        code, text = run([
            self.binary, "--log", self.log_level, "init", "--data", str(self.data),
            "--seal", "key-file", "--key-file", str(self.key_file), "--credentials", str(self.credentials_file),
        ])  # fmt: skip
        if code != 0:
            raise ServerError(f"init ended with code {code}\n{text}")
        settings = self.config.read_text(encoding="utf-8") + further_settings
        https, http = free_ports(2)
        for pattern, line in (
            (r"^https = .*$", f'https = "127.0.0.1:{https}"'),
            (r"^# http = .*$", f'http = "127.0.0.1:{http}"'),
        ):
            settings, count = re.subn(pattern, line, settings, flags=re.MULTILINE)
            if count != 1:
                raise ServerError(f"no line like {pattern} in the settings that init made:\n{settings}")
        self.config.write_text(settings, encoding="utf-8")
        self.credentials = json.loads(self.credentials_file.read_text(encoding="utf-8"))
        self.credentials["http_endpoint"] = f"http://127.0.0.1:{http}"
        self.credentials["https_endpoint"] = f"https://127.0.0.1:{https}"
        return text

    def command(self):
        return [*self.prefix, self.binary, "--log", self.log_level, "serve", "--config", str(self.config)]

    def prepare(self):
        """The credentials file is `init`'s, and stays."""

    def _ready(self):
        try:
            return fetch(self.credentials["http_endpoint"], "/readyz") == 200
        except Broken:
            return False


def copy_folder(source, target):
    """Copies a data folder, of a server that may run: without the socket of the HSM, which holds nothing."""

    def sockets(folder, names):
        return [name for name in names if (Path(folder) / name).is_socket()]

    def copy(file, into):
        try:
            return shutil.copy2(file, into)
        except FileNotFoundError:
            if not str(file).endswith("-journal"):
                raise
            return into  # its transaction has ended since the folder was listed

    shutil.copytree(source, target, ignore=sockets, copy_function=copy)


def run(command, seconds=60):
    """Runs a command to its end; gives the exit code (None: it had to be killed), and all it printed."""
    code, out, err = children.run(command, seconds)
    return code, out + err


def doctor(server):
    """What `claviger doctor` says of a server with a settings file."""
    return run([*server.prefix, server.binary, "doctor", "--config", str(server.config)])


def verify(binary, data):
    """What `claviger audit verify` says of a log."""
    return run([str(binary), "audit", "verify", "--data", str(data)])


def compare_index(binary, data):
    """What `claviger audit reindex --check` says: whether the index of a stopped server tells what its log tells."""
    return run([str(binary), "audit", "reindex", "--check", "--data", str(data)])
