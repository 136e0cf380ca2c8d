"""The server under test: started on free loopback ports, stopped by the signal an operator would use."""

import json
import signal
import socket
import subprocess
import time

from . import children

START_SECONDS = 60
STOP_SECONDS = 30
FIELDS = (
    "account_id", "domain_id", "project_id", "region", "access_key_id", "access_key_secret",
    "https_endpoint", "http_endpoint", "ca_file", "console_url", "console_user", "console_password",
)


class ServerError(Exception):
    """The server did not start or stop as it should. The text ends with the end of its log."""


class Server:
    """One data folder; it can be started and stopped many times."""

    def __init__(self, binary, folder):
        folder.mkdir(parents=True)
        self.credentials_file = folder / "credentials.json"
        self.log_file = folder / "server.log"
        self.https, self.http = free_ports(2)
        self.command = [
            str(binary), "dev",
            "--data", str(folder / "data"),
            "--https", f"127.0.0.1:{self.https}",
            "--http", f"127.0.0.1:{self.http}",
            "--credentials", str(self.credentials_file),
        ]
        self.process = None
        self.credentials = None

    def start(self):
        """Returns when the server says that it is ready: by writing the credentials file."""
        self.credentials_file.unlink(missing_ok=True)
        try:
            self._wait_for_credentials()
        except ServerError:
            if self.process.poll() is None:
                self.process.kill()
            children.forget(self.process)
            self.process = None
            raise

    def _wait_for_credentials(self):
        with open(self.log_file, "ab") as log:
            self.process = children.spawn(self.command, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while not self.credentials_file.exists():
            if self.process.poll() is not None:
                raise ServerError(f"the server ended with code {self.process.returncode} at start\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"no credentials file after {START_SECONDS} s\n{self.log_tail()}")
            time.sleep(0.05)
        try:
            self.credentials = json.loads(self.credentials_file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ServerError(f"the credentials file was not complete when it appeared: {error}") from error

    def stop(self):
        """Asks the server to end and returns its exit code. Does nothing when it is not running."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        try:
            process.send_signal(signal.SIGTERM)
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise ServerError(f"the server did not end {STOP_SECONDS} s after SIGTERM\n{self.log_tail()}") from None
        finally:
            children.forget(process)

    def log_tail(self):
        if not self.log_file.exists():
            return "(no log)"
        return self.log_file.read_text(errors="replace")[-3000:]


def free_ports(count):
    """Ports that were free a moment ago. All are held open until the last is found, so they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
