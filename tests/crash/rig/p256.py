"""Signatures over the curve P-256, checked in plain Python.

SOURCE: FIPS 186-5, section 6.4.2; SP 800-186, section 3.2.1.3; RFC 5480, section 2; SEC 1, section 2.3.3.
"""

import base64

from .der import parts

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


class P256PublicKey:
    def __init__(self, spki):
        _, bits = parts(parts(spki)[0])
        if len(bits) != 66 or bits[1] != 4:
            raise ValueError("no uncompressed point of P-256")
        self.point = (int.from_bytes(bits[2:34], "big"), int.from_bytes(bits[34:], "big"))

    @classmethod
    def from_pem(cls, text):
        return cls(base64.b64decode("".join(text.strip().splitlines()[1:-1])))

    def verifies(self, digest, signature):
        """Whether it is a signature, in DER, of that digest."""
        r, s = (int.from_bytes(number, "big") for number in parts(parts(signature)[0]))
        if not (0 < r < N and 0 < s < N):
            return False
        inverse = pow(s, -1, N)
        point = _both(int.from_bytes(digest, "big") * inverse % N, G, r * inverse % N, self.point)
        return point is not None and point[0] % N == r


def _both(one, first, other, second):
    """The sum of two multiples, bit by bit; None is the point at infinity."""
    together, found = _add(first, second), None
    for bit in reversed(range(256)):
        found = _add(found, found)
        match one >> bit & 1, other >> bit & 1:
            case 1, 1:
                found = _add(found, together)
            case 1, 0:
                found = _add(found, first)
            case 0, 1:
                found = _add(found, second)
    return found


def _add(one, other):
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P
