"""Looks for secrets in files, in every spelling in which one could have got there."""

import base64
from dataclasses import dataclass


@dataclass(frozen=True)
class Needle:
    name: str
    data: bytes


def spellings(data):
    """All that is looked for, with its name. Base64 looks different at each of three places in a longer text."""
    found = {
        "raw": data,
        "hex": data.hex().encode(),
        "HEX": data.hex().upper().encode(),
        "numbers": ", ".join(str(byte) for byte in data).encode(),  # as Rust prints bytes for debugging
    }
    for before in range(3):
        begin, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        found[f"base64+{before}"] = base64.b64encode(bytes(before) + data)[begin:end]
        found[f"base64url+{before}"] = base64.urlsafe_b64encode(bytes(before) + data)[begin:end]
    return found


def search(folder, needles):
    """Everything that is found, as (file, name of the needle, spelling)."""
    wanted = [(needle.name, how, text) for needle in needles for how, text in spellings(needle.data).items()]
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            found += [(str(file.relative_to(folder)), name, how) for name, how, text in wanted if text in data]
    return found
