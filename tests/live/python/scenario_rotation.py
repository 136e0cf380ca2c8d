"""Automatic rotation. `node/scenario_rotation.mjs` is its twin."""

from datetime import timedelta

from scenario_common import (
    DISABLED, INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, UNSUPPORTED, WRONG_KIND, describe, made, moment,
    of_spec,
)

ACTION = "UpdateRotationPolicy"
DAY = 24 * 60 * 60


def rotation_from_the_start(t):
    new = made(t, EnableAutomaticRotation=True, RotationInterval="7d")
    plan_shows(t, "CreateKey", new, "Enabled", 7 * DAY)
    plan_shows(t, "DescribeKey", describe(t, new["KeyId"]), "Enabled", 7 * DAY)
    off = made(t, EnableAutomaticRotation=False, RotationInterval="nonsense")
    plan_shows(t, "an interval that is not asked for is not read", off, "Disabled")
    t.refused("rotation without an interval", MISSING, "CreateKey", EnableAutomaticRotation=True)
    for interval in ("6d", "731d", "7", "7D", "-7d", "week"):
        params = {"EnableAutomaticRotation": True, "RotationInterval": interval}
        t.refused(f"CreateKey with RotationInterval={interval}", INVALID, "CreateKey", **params)
    plan = {"EnableAutomaticRotation": True, "RotationInterval": "7d"}
    for name, params in {"a key pair": {"KeySpec": "EC_P256"}, "imported material": {"Origin": "EXTERNAL"}}.items():
        t.refused(f"rotation of {name}", [UNSUPPORTED, WRONG_KIND], "CreateKey", **plan, **params)


def rotation_policy(t):
    key = made(t)["KeyId"]
    for text, seconds in {
        "7d": 7 * DAY, "604800s": 7 * DAY, "169h": 169 * 3600, "10081m": 10081 * 60, "365d": 365 * DAY,
        "730d": 730 * DAY,
    }.items():
        t.call(ACTION, KeyId=key, EnableAutomaticRotation=True, RotationInterval=text)
        plan_shows(t, f"interval {text}", describe(t, key), "Enabled", seconds)
    before = describe(t, key)
    for name, value in (
        ("6d", "6d"), ("731d", "731d"), ("too short by a second", "604799s"), ("no unit", "7"), ("big unit", "7D"),
        ("negative", "-7d"), ("fraction", "7.5d"), ("no number", "d"),
    ):
        params = {"KeyId": key, "EnableAutomaticRotation": True, "RotationInterval": value}
        t.refused(f"interval, {name}", INVALID, ACTION, **params)
    t.refused("enabling without an interval", MISSING, ACTION, KeyId=key, EnableAutomaticRotation=True)
    t.refused("no word on or off", MISSING, ACTION, KeyId=key, RotationInterval="7d")
    t.refused("a word that is neither", INVALID, ACTION, KeyId=key, EnableAutomaticRotation="on", RotationInterval="7d")
    t.equal("refusals change nothing", describe(t, key), before)
    t.call(ACTION, KeyId=key, EnableAutomaticRotation=False)
    plan_shows(t, "no plan any more", describe(t, key), "Disabled")


def suspended_rotation(t):
    key, plan = made(t)["KeyId"], {"EnableAutomaticRotation": True, "RotationInterval": "30d"}
    t.call(ACTION, KeyId=f"{t.arn_prefix}key/{key}", **plan)
    t.call("DisableKey", KeyId=key)
    plan_shows(t, "disabled", describe(t, key), "Suspended", 30 * DAY)
    t.refused(f"{ACTION}, disabled", DISABLED, ACTION, KeyId=key, **plan)
    t.call("EnableKey", KeyId=key)
    plan_shows(t, "enabled again", describe(t, key), "Enabled", 30 * DAY)
    t.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    plan_shows(t, "before its end", describe(t, key), "Suspended", 30 * DAY)
    t.refused(f"{ACTION} before its end", LEAVING, ACTION, KeyId=key, **plan)
    t.call("CancelKeyDeletion", KeyId=key)
    plan_shows(t, "taken back", describe(t, key), "Enabled", 30 * DAY)
    t.refused(f"{ACTION}, key pair", WRONG_KIND, ACTION, KeyId=of_spec(t, "EC_P256")["KeyId"], **plan)
    t.refused(f"{ACTION}, unknown key", NO_KEY, ACTION, KeyId="0" * 8 + "-0000-4000-8000-" + "0" * 12, **plan)
    t.refused(f"{ACTION} by alias", NO_ALIAS_HERE, ACTION, KeyId=f"alias/live/{t.tag}", **plan)
    t.refused(f"{ACTION} without a key", MISSING, ACTION, **plan)


def plan_shows(t, name, got, status, seconds=None):
    t.equal(f"{name}: AutomaticRotation", got["AutomaticRotation"], status)
    interval, following = got.get("RotationInterval") or "", got.get("NextRotationDate") or ""
    if seconds is None:
        t.equal(f"{name}: nothing of a plan", (interval, following), ("", ""))
        return
    want = moment(got["LastRotationDate"]) + timedelta(seconds=seconds)
    t.equal(f"{name}: RotationInterval", interval, f"{seconds}s")
    t.equal(f"{name}: NextRotationDate", following and moment(following), want)


SECTIONS = [rotation_from_the_start, rotation_policy, suspended_rotation]
