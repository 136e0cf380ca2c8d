"""A client for the RPC style of signing, down to the bytes: the suites must tell a whole answer from half of one."""

import base64
import hashlib
import hmac
import json
import secrets
import socket
import time
from dataclasses import dataclass
from urllib.parse import quote

PATIENCE = 20  # seconds; an answer that takes longer counts as none


class Broken(Exception):
    """The connection ended before a whole answer had come. `got` is what came of it."""

    def __init__(self, reason, got=b""):
        super().__init__(f"{reason} after {len(got)} bytes")
        self.got = got


class Silent(Exception):
    """No whole answer came in time."""


class Unreadable(Exception):
    """An answer came that no client of the vendor could use."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict

    @property
    def request(self):
        return self.body["RequestId"]

    @property
    def code(self):
        return self.body.get("Code", "")


class Line:
    """One connection that is kept open, over plain HTTP."""

    def __init__(self, endpoint, patience=PATIENCE):
        host, port = endpoint.removeprefix("http://").rsplit(":", 1)
        self.host = f"{host}:{port}"
        try:
            self.socket = socket.create_connection((host, int(port)), timeout=patience)
        except OSError as error:
            raise Broken(f"cannot connect: {error}") from error
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except TimeoutError as error:
            raise Silent("the server takes no bytes") from error
        except OSError as error:
            raise Broken(str(error)) from error

    def receive(self):
        """Status and body of the next answer, once it is there to its last byte."""
        status, _, body = self.receive_with_head()
        return status, body

    def receive_with_head(self):
        got = self._rest
        while b"\r\n\r\n" not in got:
            got = self._more(got)
        head, body = got.split(b"\r\n\r\n", 1)
        length = content_length(head)
        while len(body) < length:
            got = self._more(got)
            body = got[len(head) + 4 :]
        self._rest = body[length:]
        return int(head.split(b" ", 2)[1]), head, body[:length]

    def _more(self, got):
        try:
            data = self.socket.recv(65536)
        except TimeoutError as error:
            raise Silent(f"no whole answer, only {len(got)} bytes of one") from error
        except OSError as error:
            raise Broken(str(error), got) from error
        if not data:
            raise Broken("closed", got)
        return got + data


def content_length(head):
    if head.split(b" ", 2)[1] == b"204":
        return 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise Unreadable(f"an answer without a length: {head!r}")


class Client:
    """Signs calls with an access key and sends them one by one; connects when it must."""

    def __init__(self, credentials, patience=PATIENCE):
        self.endpoint = credentials["http_endpoint"]
        self.key = (credentials["access_key_id"], credentials["access_key_secret"])
        self.patience = patience
        self._line = None

    def call(self, action, **params):
        """The answer, whatever it says, as long as it is one."""
        line, self._line = self._line or Line(self.endpoint, self.patience), None
        try:
            line.send(request(line.host, self.key, action, params))
            status, body = line.receive()
        except Exception:
            line.close()
            raise
        self._line = line
        return answer(status, body)

    def must(self, action, **params):
        """The body of an answer that has to be 200."""
        got = self.call(action, **params)
        if got.status != 200:
            raise Unreadable(f"{action} {params} was answered {got.status} {got.body}")
        return got.body

    def every(self, action, rows, row, **params):
        """All entries of a list that comes in pages."""
        found, page = [], 1
        while True:
            body = self.must(action, PageNumber=page, PageSize=100, **params)
            found += body[rows][row]
            if page * 100 >= body["TotalCount"]:
                return found
            page += 1


def request(host, key, action, params):
    """The bytes of a signed request."""
    query = signed(key, "POST", {"Action": action, **params})
    return f"POST /?{query} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode()


def signed(key, method, params):
    """The query of a call, signed. SOURCE: KMS, "Request signatures": RPC style, signature version 1.0."""
    everything = {
        "Version": "2016-01-20",
        "Format": "JSON",
        "AccessKeyId": key[0],
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": secrets.token_hex(16),
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **params,
    }
    query = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in sorted(everything.items()))
    text = f"{method}&%2F&{escaped(query)}"
    digest = hmac.digest(f"{key[1]}&".encode(), text.encode(), hashlib.sha1)
    return f"{query}&Signature={escaped(base64.b64encode(digest).decode())}"


def escaped(value):
    return quote(str(value), safe="-_.~")


def answer(status, body):
    """Judges an answer as the vendor's clients do: JSON with a request id, and a code where it is an error."""
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise Unreadable(f"status {status} with a body that is not JSON: {body[:200]!r}") from error
    wanted = ["RequestId"] if status == 200 else ["RequestId", "Code", "Message"]
    missing = [name for name in wanted if not isinstance(fields.get(name), str) or not fields[name]]
    if missing or (status == 200 and "Code" in fields):
        raise Unreadable(f"status {status} with {fields}")
    return Answer(status, fields)


def fetch(endpoint, path, patience=PATIENCE):
    """Status of a plain GET, for the health pages."""
    return fetch_page(endpoint, path, patience)[0]


def fetch_page(endpoint, path, patience=PATIENCE):
    """The same, and the text of the page."""
    line = Line(endpoint, patience)
    try:
        line.send(f"GET {path} HTTP/1.1\r\nHost: {line.host}\r\n\r\n".encode())
        status, body = line.receive()
        return status, body.decode()
    finally:
        line.close()
