"""Rotation: on, off, its period, and at once."""

from shared import NO_KEY, TEXT, code, describe, encrypted, made, millis, of_spec, opened, recent, stranger
from theme_import import external


def status(t, key):
    return t.call("get-key-rotation-status", key_id=key)


def life(t):
    key = made(t)
    ref, blob = {"key_id": key}, encrypted(t, key)
    got = status(t, key)
    shown = (got["key_rotation_enabled"], got.get("last_rotation_time") or "", got["number_of_rotations"])
    t.equal("off", shown, (False, "", 0))
    t.refused("off, and off again", code("0313"), "disable-key-rotation", **ref)
    t.refused("off, and another period", code("0313"), "update-key-rotation-interval", rotation_interval=30, **ref)
    t.equal("enable-key-rotation", t.call("enable-key-rotation", **ref), {})
    got = status(t, key)
    t.equal("on", (got["key_rotation_enabled"], got["rotation_interval"]), (True, 365))
    t.equal("in the details", describe(t, key)["key_rotation_enabled"], "true")
    t.refused("on, and on again", code("2901"), "enable-key-rotation", **ref)
    for days in (30, 365, 90):
        got = t.call("update-key-rotation-interval", rotation_interval=days, **ref)
        t.equal("update-key-rotation-interval", got, {})
        t.equal(f"every {days} days", status(t, key)["rotation_interval"], days)
    for days in (29, 366, 0):
        t.refused(f"every {days} days", code("3001"), "update-key-rotation-interval", rotation_interval=days, **ref)
    t.equal("disable-key-rotation", t.call("disable-key-rotation", **ref), {})
    t.equal("off again", status(t, key)["key_rotation_enabled"], False)
    t.call("enable-key-rotation", **ref)
    t.equal("the period is kept", status(t, key)["rotation_interval"], 90)
    t.call("disable-key", **ref)
    for action, params in (("disable-key-rotation", {}), ("update-key-rotation-interval", {"rotation_interval": 60})):
        t.refused(f"{action}, disabled", code("0209"), action, **ref, **params)
    t.equal("the setting stays", status(t, key)["key_rotation_enabled"], True)
    t.call("enable-key", **ref)
    t.equal("old data", opened(t, blob), TEXT)


def kinds(t):
    for name, key, number in (
        ("imported", external(t), "0312"), ("RSA", of_spec(t, "RSA_2048"), "0324"),
        ("a curve", of_spec(t, "EC_P256"), "0325"),
    ):
        t.refused(f"rotation of {name}", code(number), "enable-key-rotation", key_id=key)
    t.refused("status of imported", code("0312"), "get-key-rotation-status", key_id=external(t))
    t.refused("rotation of no key", NO_KEY, "enable-key-rotation", key_id=stranger())


def at_once(t):
    key, start = made(t), millis()
    old = encrypted(t, key)
    for number in (1, 2):
        t.equal("rotate-on-demand", t.call("rotate-on-demand", key_id=key)["key_id"], key)
        got = status(t, key)
        t.equal(f"rotated {number} times", got["number_of_rotations"], number)
        recent(t, "the last time", got["last_rotation_time"], start)
    new = encrypted(t, key)
    t.equal("old and new data", (opened(t, old), opened(t, new)), (TEXT, TEXT))


SECTIONS = [life, kinds]
LATER = [at_once]
