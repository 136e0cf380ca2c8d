"""A client of the managed HSM, down to the bytes: it keeps the rules, and breaks them where a suite wants that."""

import hashlib
import hmac
import os
import socket
import struct
import threading
import time

VERSION, NONCE = 1, 32
MOST, MOST_GREETING = 1 << 20, 256  # bytes of a frame, and of one before the end of the handshake
PING = 0


class Ended(Exception):
    """The HSM has closed the connection."""


def access_key(data):
    return bytes.fromhex((data / "hsm" / "access.key").read_text(encoding="ascii").strip())


def socket_of(data):
    return data / "hsm" / "run" / "hsm.sock"


class HsmLine:
    """One connection. It keeps what it has sent and what has come, to be played again."""

    def __init__(self, path, patience=10.0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(patience)
        self.sent, self.got, self.sequence = b"", b"", 0
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.sent += data
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Ended("while bytes were sent") from error

    def frame(self):
        """The content of the next frame that comes."""
        (length,) = struct.unpack(">I", self._exactly(4))
        return self._exactly(length)

    def _exactly(self, length):
        data = b""
        while len(data) < length:
            try:
                more = self.socket.recv(length - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise Ended(f"{len(data)} of {length} bytes had come")
            data += more
        self.got += data
        return data

    def ends_within(self, seconds):
        """Whether the connection is closed in that time. Gives what came before, or None."""
        deadline, data = time.monotonic() + seconds, b""
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            except TimeoutError:
                return None
            if not more:
                return data
            data += more
        return None

    def greet(self, key):
        """The handshake. Fails with `Ended` where the HSM does not want this client; gives the name of its table."""
        hello = self.frame()
        if hello[:6] != b"CLVHSM":
            raise ValueError(f"no hello: {hello!r}")
        chosen = struct.pack(">H", VERSION) + os.urandom(NONCE)
        self.send(framed(chosen + hmac.digest(key, b"client" + chosen + hello, hashlib.sha256)))
        answer = self.frame()
        proof, capability = answer[:32], answer[33:]
        if proof != hmac.digest(key, b"hsm\0\0\0" + chosen + hello + capability, hashlib.sha256):
            raise ValueError("the HSM proved something else")
        return capability.decode()

    def request(self, operation, fields=b"", sequence=None):
        """Sends a request under its number, or another one."""
        self.sequence += 1
        self.send(request(self.sequence if sequence is None else sequence, operation, fields))

    def ping(self):
        """Whether the HSM answers."""
        self.request(PING)
        return self.frame() == struct.pack(">QB", self.sequence, 0)


def framed(content):
    return struct.pack(">I", len(content)) + content


def request(sequence, operation, fields=b""):
    return framed(struct.pack(">QB", sequence, operation) + fields)


class Relay:
    """Stands between the server and the HSM, for a `with`; keeps what each of them said, connection by connection."""

    def __init__(self, at, to):
        self.at, self.to = at, to
        self.talks = []

    def __enter__(self):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.at))
        os.chmod(self.at, 0o600)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits there
        self._listener.close()
        self.at.unlink(missing_ok=True)
        for talk in self.talks:
            talk.end()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.talks.append(Talk(client, self.to))


class Talk:
    """One connection through the relay."""

    def __init__(self, client, to):
        self.client, self.hsm = client, socket.socket(socket.AF_UNIX)
        self.said, self.answered = bytearray(), bytearray()
        self.live = True
        # So that nothing is put into the middle of a frame.
        self._turns = {client: threading.Lock(), self.hsm: threading.Lock()}
        try:
            self.hsm.connect(str(to))
        except OSError:
            self.end()
            return
        for source, sink, kept in ((client, self.hsm, self.said), (self.hsm, client, self.answered)):
            threading.Thread(target=self._pump, args=(source, sink, kept), daemon=True).start()

    def _pump(self, source, sink, kept):
        """Frame by frame, so that what a suite puts in between stands between frames."""
        reader = source.makefile("rb")
        try:
            while head := reader.read(4):
                data = head + reader.read(struct.unpack(">I", head)[0])
                with self._turns[sink]:
                    sink.sendall(data)
                kept += data
        except (OSError, struct.error):
            pass
        self.end()

    def put_in(self, to_hsm, data):
        """Sends bytes that the other side has not sent."""
        sink = self.hsm if to_hsm else self.client
        with self._turns[sink]:
            sink.sendall(data)

    def end(self):
        self.live = False
        for each in (self.client, self.hsm):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended by itself

    def ends_within(self, seconds):
        deadline = time.monotonic() + seconds
        while self.live and time.monotonic() < deadline:
            time.sleep(0.01)
        return not self.live


def frames(data):
    """The frames, with their lengths, that a record holds."""
    found, at = [], 0
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.append(bytes(data[at : at + 4 + length]))
        at += 4 + length
    return found
