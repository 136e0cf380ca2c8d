"""What the sections of the scenario share. `node/scenario_common.mjs` is its twin.

A client is anything with `call(action, params) -> dict` that raises `trial.CallError` for a refusal. Structured
parameters are given as dictionaries and lists; each adapter puts them into the form its library takes.
"""

import base64
import re
import uuid
from datetime import datetime, timedelta, timezone

INVALID = (400, "InvalidParameter")
MISSING = (400, "MissingParameter")
NO_ALIAS_HERE = (400, "Unsupported.Alias")
ALIAS_TAKEN = (400, "AliasAlreadyExists")
UNSUPPORTED = (400, "UnsupportedOperation")
WRONG_KIND = (400, "Rejected.UnsupportedOperation")
WRONG_ORIGIN = (400, "Unsupported.Origin")
TOO_MANY = (400, "Rejected.LimitExceeded")
NO_KEY = (404, "Forbidden.KeyNotFound")
NO_ALIAS = (404, "Forbidden.AliasNotFound")
NO_VERSION = (404, "Forbidden.KeyVersionNotFound")
DISABLED = (409, "Rejected.Disabled")
LEAVING = (409, "Rejected.PendingDeletion")
UNFILLED = (409, "Rejected.PendingImport")
NO_MOVE = (409, "Rejected.StateModifiedFailed")

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DESCRIPTION = "live test: 密钥 «ключ» 'q\" &=+%\n~*"
PLAINTEXT = base64.b64encode(bytes(range(256))).decode()
ORDINARY = {"purpose": "live test", "tenant": "a=1&b=2"}
UNICODE = {"k 1": "v+/=*~", "ключ": '值 "q"\\', "😀": ""}


def setup(t):
    """Two keys that all sections share, and a name that no other run uses."""
    t.tag = uuid.uuid4().hex[:12]
    t.keys_by_spec = {}
    t.first = made(t, Description=DESCRIPTION)
    t.key = t.first["KeyId"]
    t.arn = t.first["Arn"]
    t.other = made(t)["KeyId"]
    t.arn_prefix = f"acs:kms:{t.credentials['region']}:{t.credentials['account_id']}:"


def made(t, **params):
    """The metadata of a new key."""
    return t.call("CreateKey", **params)["KeyMetadata"]


def of_spec(t, spec, **params):
    """The metadata of a key that is made when it is first asked for. Who changes its state restores it."""
    name = (spec, *sorted(params.items()))
    if name not in t.keys_by_spec:
        t.keys_by_spec[name] = made(t, KeySpec=spec, **params)
    return t.keys_by_spec[name]


def pair(t, spec, **params):
    """A key pair as the two parameters that name it."""
    key = of_spec(t, spec, **params)["KeyId"]
    return {"KeyId": key, "KeyVersionId": versions(t, key)[0]["KeyVersionId"]}


def versions(t, key):
    return t.call("ListKeyVersions", KeyId=key)["KeyVersions"]["KeyVersion"]


def describe(t, key):
    return t.call("DescribeKey", KeyId=key)["KeyMetadata"]


def state(t, key):
    return describe(t, key)["KeyState"]


def encrypt(t, key, plaintext, context):
    params = {} if context is None else {"EncryptionContext": context}
    return t.call("Encrypt", KeyId=key, Plaintext=plaintext, **params)


def text(data):
    """Bytes as they travel."""
    return base64.b64encode(data).decode()


def data(text):
    """The same back. What is not strict base64 is an error."""
    return base64.b64decode(text, validate=True)


def flipped(data, position=-1):
    """A copy with one bit changed."""
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


def moment(date):
    """A date of an answer as a time."""
    return datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def lies_ahead(t, name, date, start, **wait):
    """The date is `wait` after an instant between `start` and now, in whole seconds."""
    first = start.replace(microsecond=0) + timedelta(**wait)
    last = now() + timedelta(**wait)
    got = DATE.fullmatch(date or "") and moment(date)
    t.that(name, got and first <= got <= last, f"got {date}, want {first} to {last}")


def now():
    return datetime.now(timezone.utc)
