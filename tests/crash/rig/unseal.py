"""Opens what the server keeps sealed, with nothing but `docs/stored-formats.md`: to know the bytes to look for.

AES-256-GCM and XAES-256-GCM in plain Python, for a few small texts; far too slow and far too leaky for anything else.
SOURCE: NIST FIPS 197, SP 800-38D, SP 800-38B; C2SP, XAES-256-GCM.
"""

import base64
import hmac
import json
import sqlite3
import struct
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class RootKeys:
    versions: dict  # by number
    sealing: list  # all keys on the way there: that of the key file, and that of its seal


def root_keys(root_file, key_file):
    """Opens a root key file by its key file."""
    file = json.loads(root_file.read_text(encoding="utf-8"))
    outer = bytes.fromhex(key_file.read_text(encoding="ascii").strip())
    form = struct.pack(">I", file["format"])
    if file["format"] == 1:
        label = b"claviger root key" + form + b"\1"
        return RootKeys(
            {
                each["version"]: _open_sealed(
                    outer, each["sealed"], label + struct.pack(">I", each["version"]) + each["created"].encode()
                )
                for each in file["versions"]
            },
            [outer],
        )
    (seal,) = [each for each in file["seals"] if each["kind"] == "key-file"]
    head = [form, *(seal[name].encode() for name in ("id", "created", "kind"))]
    inner = _open_sealed(outer, seal["sealing_key"], _framed(b"sealing key", *head))
    keys = {}
    for each, sealed in zip(file["versions"], seal["sealed"], strict=True):
        place = _framed(b"root key", *head, struct.pack(">I", each["version"]), each["created"].encode())
        keys[each["version"]] = _open_sealed(inner, sealed, place)
    return RootKeys(keys, [outer, inner])


def _open_sealed(key, text, aad):
    sealed = base64.b64decode(text)
    return open_gcm(key, sealed[:12], sealed[12:], aad)


@dataclass(frozen=True)
class Material:
    key: str
    spec: str
    protection: str
    plaintext: bytes


def materials(database, roots):
    """The material of every version of every key. `roots`: the key that wraps, by protection level."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT k.account, k.region, k.id, v.id, k.spec, k.protection, m.bytes FROM key_versions v"
            " JOIN keys k ON k.account = v.account AND k.region = v.region AND k.id = v.key"
            " JOIN materials m ON m.slot = v.material"
        ).fetchall()
    finally:
        connection.close()
    found = []
    for account, region, key, version, spec, protection, slot in rows:
        spec = spec.replace("aes-", "aes").replace("rsa-", "rsa")  # as additional data has it, and not the database
        cell = [struct.pack(">Q", account), region.encode(), key, version, spec.encode(), protection.encode()]
        plaintext = _open_wrapped(roots[protection].versions, _unpadded(slot), cell)
        found.append(Material(str(uuid.UUID(bytes=key)), spec, protection, plaintext))
    return found


def _unpadded(slot):
    """A slot holds a length and is filled up with zeros."""
    (length,) = struct.unpack(">I", slot[:4])
    return slot[4 : 4 + length]


def _open_wrapped(roots, wrapped, cell):
    kind, version = struct.unpack(">BI", wrapped[:5])
    if kind != 1:
        raise ValueError(f"material of kind {kind}")
    return open_xaes(roots[version], wrapped[5:29], wrapped[29:], wrapped[:5] + _framed(b"material", *cell))


def _framed(*parts):
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def open_xaes(key, nonce, sealed, aad):
    derived = b"".join(_cmac_block(key, bytes([0, number, 0x58, 0]) + nonce[:12]) for number in (1, 2))
    return open_gcm(derived, nonce[12:], sealed, aad)


def _cmac_block(key, block):
    """CMAC of exactly one block."""
    encrypt = Aes256(key).encrypt
    doubled = int.from_bytes(encrypt(bytes(16)), "big") << 1
    if doubled >> 128:
        doubled ^= (1 << 128) | 0x87
    return encrypt(_xor(block, doubled.to_bytes(16, "big")))


def open_gcm(key, nonce, sealed, aad):
    encrypt = Aes256(key).encrypt
    text, tag = sealed[:-16], sealed[-16:]
    h = int.from_bytes(encrypt(bytes(16)), "big")
    state = 0
    for block in (*_blocks(aad), *_blocks(text), struct.pack(">QQ", len(aad) * 8, len(text) * 8)):
        state = _times(state ^ int.from_bytes(block.ljust(16, b"\0"), "big"), h)
    expected = _xor(state.to_bytes(16, "big"), encrypt(nonce + b"\0\0\0\1"))
    if not hmac.compare_digest(expected, tag):
        raise ValueError("it does not open")
    stream = (encrypt(nonce + struct.pack(">I", 2 + at)) for at in range(len(text)))
    return b"".join(_xor(block, next(stream)) for block in _blocks(text))


def _blocks(data):
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def _xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


def _times(x, y):
    """Product in GF(2^128), bits in the order of GCM."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def _double(byte):
    return (byte << 1 ^ (0x1B if byte & 0x80 else 0)) & 0xFF


def _sbox():
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p = p ^ _double(p)  # times 3
        for shift in (1, 2, 4):  # divided by 3
            q ^= q << shift
        q &= 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = q | q << 8
        box[p] = (q ^ turned >> 7 ^ turned >> 6 ^ turned >> 5 ^ turned >> 4 ^ 0x63) & 0xFF
        if p == 1:
            return box


_SBOX = _sbox()


class Aes256:
    """Encryption of single blocks."""

    def __init__(self, key):
        if len(key) != 32:
            raise ValueError("a key of 32 bytes is needed")
        words, round_constant = [list(key[at : at + 4]) for at in range(0, 32, 4)], 1
        for at in range(8, 60):
            word = words[at - 1]
            if at % 8 == 0:
                word = [_SBOX[byte] for byte in word[1:] + word[:1]]
                word[0] ^= round_constant
                round_constant = _double(round_constant)
            elif at % 8 == 4:
                word = [_SBOX[byte] for byte in word]
            words.append([a ^ b for a, b in zip(words[at - 8], word)])
        self.rounds = [sum(words[at : at + 4], []) for at in range(0, 60, 4)]

    def encrypt(self, block):
        state = _xor(block, self.rounds[0])
        for number, key in enumerate(self.rounds[1:], 1):
            state = [_SBOX[state[at * 5 % 16]] for at in range(16)]  # bytes replaced, rows shifted
            if number < 14:
                state = [byte for at in range(0, 16, 4) for byte in _mix(state[at : at + 4])]
            state = _xor(state, key)
        return state


def _mix(column):
    everything = column[0] ^ column[1] ^ column[2] ^ column[3]
    return [column[at] ^ everything ^ _double(column[at] ^ column[(at + 1) % 4]) for at in range(4)]
