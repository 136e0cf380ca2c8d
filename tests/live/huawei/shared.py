"""What the sections of the scenario share."""

import base64
import hashlib
import re
import time
import uuid

HEX32 = re.compile(r"[0-9a-f]{32}")
HEX64 = re.compile(r"[0-9a-f]{64}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MILLIS = re.compile(r"[0-9]{13}")
TEXT = "héllo wörld ✓ 数据 'q\" &=+%\n~*"
DESCRIPTION = "live test: Schlüssel 密钥 «ключ» \"q\" \\ / <&>"

_STATUSES = {"0207": 404, "0416": 404, "0306": 403, "0307": 403, "0321": 403}


def code(number):
    """An error of key management, with its status."""
    return (_STATUSES.get(number, 400), f"KMS.{number}")


NO_KEY = code("0207")
DENIED = code("0306")
UNKNOWN = (401, "APIGW.0301")


def setup(t):
    """A key that all sections share, and a name that no other run uses."""
    t.tag = uuid.uuid4().hex[:8]
    t.by_spec = {}
    t.key = made(t)


def title(t, kind="key"):
    """A display name that no key has."""
    return f"live:{t.tag}/{kind}_{uuid.uuid4().hex[:8]}"


def made(t, **params):
    """The id of a new key."""
    return t.call("create-key", **{"key_alias": title(t), **params})["key_info"]["key_id"]


def of_spec(t, spec, usage=None):
    """A key that is made when it is first asked for. Who changes its state restores it."""
    if (spec, usage) not in t.by_spec:
        t.by_spec[spec, usage] = made(t, key_spec=spec, **({"key_usage": usage} if usage else {}))
    return t.by_spec[spec, usage]


def describe(t, key):
    return t.call("describe-key", key_id=key)["key_info"]


def state(t, key):
    return describe(t, key)["key_state"]


def encrypted(t, key, plaintext=TEXT, **more):
    return t.call("encrypt-data", key_id=key, plain_text=plaintext, **more)["cipher_text"]


def opened(t, blob, **more):
    return t.call("decrypt-data", cipher_text=blob, **more)["plain_text"]


def stranger():
    """The id of no key."""
    return str(uuid.uuid4())


def b64(data):
    return base64.b64encode(data).decode()


def raw(text):
    return base64.b64decode(text, validate=True)


def sha256(data):
    return hashlib.sha256(data).digest()


def millis():
    return time.time_ns() // 1_000_000


def recent(t, name, text, since):
    """A moment in milliseconds between `since` and now."""
    held = MILLIS.fullmatch(text or "") and since <= int(text) <= millis()
    t.that(name, held, f"got {text!r}, want {since} to now")


def flipped(data, position=-1):
    """A copy with one bit changed."""
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)
