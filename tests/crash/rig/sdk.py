"""A client for the other face: paths, JSON, and signatures in a header."""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass

from .wire import PATIENCE, Line, Unreadable

ALGORITHM = "SDK-HMAC-SHA256"


@dataclass(frozen=True)
class SdkAnswer:
    status: int
    body: dict
    request: str  # the request id as the audit log spells it
    subject: str  # the token that the answer gives, if it does

    @property
    def code(self):
        error = self.body.get("error", self.body)
        return str(error.get("error_code", error.get("title", "")))


class SdkClient:
    """Signs calls with an access key, or shows a token or nothing, and sends them one by one; connects when it must."""

    def __init__(self, credentials, patience=PATIENCE):
        self.endpoint, self.project = credentials["http_endpoint"], credentials["project_id"]
        self.key = (credentials["access_key_id"], credentials["access_key_secret"])
        self.patience = patience
        self._line = None

    def call(self, operation, /, **members):
        """The answer of an operation of the project, whatever it says, as long as it is one."""
        return self.send("POST", f"/v1.0/{self.project}/kms/{operation}", members)

    def must(self, operation, /, **members):
        """The body of an answer that has to be 200."""
        got = self.call(operation, **members)
        if got.status != 200:
            raise Unreadable(f"{operation} {members} was answered {got.status} {got.body}")
        return got.body

    def send(self, method, path, members, headers=None):
        """The answer to any request; signed, unless it has headers of its own."""
        line, self._line = self._line or Line(self.endpoint, self.patience), None
        body = json.dumps(members).encode()
        if headers is None:
            headers = signed(self.key, method, line.host, path, body)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {line.host}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()] + [f"Content-Length: {len(body)}"]
        try:
            line.send("\r\n".join([*lines, "", ""]).encode() + body)
            got = answer(*line.receive_with_head())
        except Exception:
            line.close()
            raise
        self._line = line
        return got


def signed(key, method, host, path, body):
    """The headers that sign a request without a query. SOURCE: the vendor's guide to the signatures of its API."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    names = "host;x-sdk-date"
    parts = [method, f"{path}/", "", f"host:{host}", f"x-sdk-date:{date}", "", names, hashlib.sha256(body).hexdigest()]
    text = "\n".join([ALGORITHM, date, hashlib.sha256("\n".join(parts).encode()).hexdigest()])
    signature = hmac.digest(key[1].encode(), text.encode(), hashlib.sha256).hex()
    return {
        "X-Sdk-Date": date,
        "Authorization": f"{ALGORITHM} Access={key[0]}, SignedHeaders={names}, Signature={signature}",
    }


def answer(status, head, body):
    """Judges an answer as the vendor's clients do: JSON, a request id in a header, and a code where it is an error."""
    pairs = (line.partition(":") for line in head.decode().split("\r\n")[1:])
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    try:
        fields = json.loads(body) if status != 204 else {}
        request = str(uuid.UUID(headers["x-request-id"]))
    except (ValueError, KeyError) as error:
        raise Unreadable(f"status {status}, {head!r} with {body[:200]!r}") from error
    got = SdkAnswer(status, fields, request, headers.get("x-subject-token", ""))
    if (status >= 400) != bool(got.code):
        raise Unreadable(f"status {status} with {fields}")
    return got
