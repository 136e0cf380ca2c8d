"""Message authentication codes. `node/scenario_macs.mjs` is its twin."""

import os
import uuid

from scenario_common import (
    DISABLED, INVALID, LEAVING, MISSING, NO_KEY, WRONG_KIND, data, flipped, made, of_spec, text,
)

# Algorithms and the bytes of their codes. The specs of their keys have the same names.
LENGTHS = {"HMAC_SHA_224": 28, "HMAC_SHA_256": 32, "HMAC_SHA_384": 48, "HMAC_SHA_512": 64, "HMAC_SM3": 32}


def codes(t):
    code_and_check(t, "HMAC_SHA_256")


def every_code(t):
    for algorithm in LENGTHS:
        code_and_check(t, algorithm)


def code_and_check(t, algorithm, **level):
    key = of_spec(t, algorithm, **level)["KeyId"]
    params, label = {"KeyId": key, "Algorithm": algorithm}, " ".join([algorithm, *level.values()])
    for name, message in {"short": b"m", "binary": bytes(range(256)), "long": os.urandom(4096)}.items():
        made = t.call("GenerateMac", Message=text(message), **params)
        names = (made["KeyId"], made["Algorithm"])
        code = data(made["Mac"])
        t.equal(f"{label}, {name}: answer", (*names, len(code)), (key, algorithm, LENGTHS[algorithm]))
        again = t.call("GenerateMac", Message=text(message), **params)["Mac"]
        t.equal(f"{label}, {name}: the same code again", again, made["Mac"])
        for case, wants, parts in (
            ("right", True, (message, code)),
            ("another message", False, (flipped(message), code)),
            ("a changed code", False, (message, flipped(code))),
            ("a cut code", False, (message, code[:-1])),
            ("a longer code", False, (message, code + b"\0")),
        ):
            got = t.call("VerifyMac", Message=text(parts[0]), Mac=text(parts[1]), **params)
            answer = (got["KeyId"], got["Algorithm"], got["Value"])
            t.equal(f"{label}, {name}: {case}", answer, (key, algorithm, wants))


def refused_codes(t):
    key = of_spec(t, "HMAC_SHA_256")["KeyId"]
    good = {"KeyId": key, "Algorithm": "HMAC_SHA_256", "Message": text(b"m")}
    for action, params in {"GenerateMac": good, "VerifyMac": {**good, "Mac": text(bytes(32))}}.items():
        for name in ("HMAC_SHA_512", "HMAC_SHA_1", "hmac_sha_256", "RSA_PSS_SHA_256"):
            t.refused(f"{action} with {name}", INVALID, action, **{**params, "Algorithm": name})
        for name in params:
            rest = {field: value for field, value in params.items() if field != name}
            t.refused(f"{action} without {name}", MISSING, action, **rest)
        t.refused(f"{action} of no base64", INVALID, action, **{**params, "Message": "!"})
        t.refused(f"{action}, unknown key", NO_KEY, action, **{**params, "KeyId": str(uuid.uuid4())})
        t.refused(f"{action}, symmetric key", WRONG_KIND, action, **{**params, "KeyId": t.key})
    mine, other = of_spec(t, "HMAC_SHA_256")["KeyId"], made(t, KeySpec="HMAC_SHA_256")["KeyId"]
    both = {t.call("GenerateMac", **{**good, "KeyId": ref})["Mac"] for ref in (mine, other)}
    t.equal("two keys make two codes", len(both), 2)


def coders_in_other_states(t):
    key = of_spec(t, "HMAC_SHA_256")["KeyId"]
    good = {"KeyId": key, "Algorithm": "HMAC_SHA_256", "Message": text(b"m")}
    code = t.call("GenerateMac", **good)["Mac"]
    for action, wants, params in (
        ("DisableKey", DISABLED, {}),
        ("ScheduleKeyDeletion", LEAVING, {"PendingWindowInDays": 7}),
    ):
        t.call(action, KeyId=key, **params)
        t.refused(f"GenerateMac after {action}", wants, "GenerateMac", **good)
        t.refused(f"VerifyMac after {action}", wants, "VerifyMac", Mac=code, **good)
    t.call("CancelKeyDeletion", KeyId=key)
    t.equal("an old code is still right", t.call("VerifyMac", Mac=code, **good)["Value"], True)


SECTIONS = [codes, refused_codes, coders_in_other_states]
ONCE = [every_code]
