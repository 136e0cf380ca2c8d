"""DER and RSA as far as the suites need them: to wrap what is imported, to check signatures, to know a private key.

SOURCE: X.690, section 8; RFC 5280, section 4.1; RFC 5958; RFC 5915; RFC 8017, sections 7.1.1, 8.2.2 and appendix A.1.
"""

import base64
import hashlib
import secrets

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def parts(data):
    """The contents of the elements that stand one after the other in `data`."""
    found = []
    while data:
        length, at = data[1], 2
        if length & 0x80:
            at += length & 0x7F
            length = int.from_bytes(data[2:at], "big")
        found.append(data[at : at + length])
        data = data[at + length :]
    return found


class RsaPublicKey:
    def __init__(self, spki):
        _, bits = parts(parts(spki)[0])
        self.n, self.e = (int.from_bytes(part, "big") for part in parts(parts(bits[1:])[0]))
        self.length = (self.n.bit_length() + 7) // 8

    @classmethod
    def from_pem(cls, text):
        return cls(base64.b64decode("".join(text.strip().splitlines()[1:-1])))

    def encrypt(self, message, hash="sha256"):
        """OAEP with that hash and an empty label."""
        empty = hashlib.new(hash).digest()
        seed = secrets.token_bytes(len(empty))
        block = empty + bytes(self.length - len(message) - 2 * len(empty) - 2) + b"\1" + message
        masked = _xor(block, _mask(seed, len(block), hash))
        return self._raised(b"\0" + _xor(seed, _mask(masked, len(seed), hash)) + masked)

    def verifies(self, digest, signature):
        """Whether it is a signature of that digest: PKCS #1 v1.5 with SHA-256."""
        end = _SHA256_INFO + digest
        return self._raised(signature) == b"\0\1" + b"\xff" * (self.length - len(end) - 3) + b"\0" + end

    def _raised(self, data):
        return pow(int.from_bytes(data, "big"), self.e, self.n).to_bytes(self.length, "big")


def _mask(seed, length, hash):
    """MGF1."""
    count = -(-length // len(seed))
    blocks = (hashlib.new(hash, seed + number.to_bytes(4, "big")).digest() for number in range(count))
    return b"".join(blocks)[:length]


def _xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def private_numbers(pkcs8):
    """The numbers of a private key that must stay secret, by name, as bytes from the most significant one on."""
    inner = parts(parts(parts(pkcs8)[0])[2])[0]
    fields = parts(inner)
    if len(fields) >= 9:
        named = zip(("d", "p", "q"), fields[3:6], strict=True)
        return {name: number.lstrip(b"\0") for name, number in named}
    return {"scalar": fields[1]}
