#!/usr/bin/env python3
"""Verifies an audit log from its files and the public key alone; see audit-log.md for the format.

    verify_audit.py FOLDER [KEY.pem]        needs Python 3.8 and nothing else

Prints one line. Exit codes: 0 whole; 1 BAD, the log is not what was written; 2 not checked, for there is no log or no key,
or a file cannot be read.
"""
import base64, binascii, gzip, hashlib, os, re, sys, zlib

LINE = re.compile(rb'(\{"seq":(0|[1-9]\d{0,19}),"outbox":(0|[1-9]\d{0,19}),"record":(\{.*\})),"hash":"([0-9a-f]{64})"\}', re.S)
HEADER = re.compile(rb'\{"kind":"segment","format":1,"log":"([0-9a-f-]{36})","segment":([1-9]\d{0,19}),'
                    rb'"previous":"([0-9a-f]{64})","day":"\d{4}-\d\d-\d\d"\}')
STATEMENT = re.compile(rb'(\{"kind":"(checkpoint|sealed)","format":1,"log":"([0-9a-f-]{36})","segment":([1-9]\d{0,19}),"seq":([1-9]\d{0,19}),'
                       rb'"outbox":(0|[1-9]\d{0,19}),"hash":"([0-9a-f]{64})","time":"[0-9TZ:.-]+","key":"([0-9a-f]{64})"),"signature":"([A-Za-z0-9+/=]{88})"\}')

# Ed25519 (RFC 8032, section 5.1), verification only: points are (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

def point(raw):
    """The point that 32 bytes stand for, if they do."""
    number = int.from_bytes(raw, "little")
    odd, y = number >> 255, number % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and odd):
        return None
    x = x if x % 2 == odd else P - x
    return x, y, 1, x * y % P

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * D * p[3] * q[3], 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(factor, p):
    product = (0, 1, 1, 0)
    for bit in bin(factor)[2:]:
        product = add(product, product)
        product = add(product, p) if bit == "1" else product
    return product

BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))

def holds(public, text, signature):
    a, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if not a or not r or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(k, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))

def bad(name, line, why):
    sys.exit(f"BAD {name} line {line}: {why}")

def not_checked(why):
    print(f"not checked: {why}", file=sys.stderr)
    sys.exit(2)

def public_key(file):
    with open(file, "rb") as pem:
        parts = pem.read().split(b"-----")
    try:
        der = base64.b64decode(b"".join(parts[2].split()), validate=True)
    except (IndexError, binascii.Error):
        der = b""
    if len(der) != 44 or der[:12] != bytes.fromhex("302a300506032b6570032100"):
        not_checked(f"{file} is no Ed25519 public key in PEM")
    return der[12:]

def statements(folder, key):
    """All signed statements: (line, sealed, log, segment, head), a head being (seq, outbox, hash)."""
    name, found = "checkpoints.jsonl", []
    own = hashlib.sha256(key).hexdigest().encode()
    with open(os.path.join(folder, name), "rb") as file:
        for number, line in enumerate(file.read().split(b"\n")[:-1], 1):
            m = STATEMENT.fullmatch(line) or bad(name, number, "not a statement")
            text, kind, log, segment, seq, outbox, digest, signer, signature = m.groups()
            if signer != own:
                bad(name, number, "of another key")
            try:
                raw = base64.b64decode(signature, validate=True)
            except ValueError:
                raw = b""
            if len(raw) != 64 or base64.b64encode(raw) != signature:
                bad(name, number, "not a statement")
            if not holds(key, text, raw):
                bad(name, number, "the signature does not fit")
            now = (number, kind == b"sealed", log, int(segment), (int(seq), int(outbox), digest))
            if found and (now[1] or log != found[0][2] or now[3] < found[-1][3] or now[4][0] <= found[-1][4][0]):
                bad(name, number, "out of order")
            found.append(now)
    return found

def lines(folder, number, last):
    """The lines of a segment, and its file; a line that is still being written may end the last one."""
    name = f"{number:08}.jsonl"
    try:
        if os.path.exists(os.path.join(folder, name)):
            data = open(os.path.join(folder, name), "rb").read()
        else:
            name += ".gz"
            data = gzip.open(os.path.join(folder, name)).read()
    except FileNotFoundError:
        bad(f"{number:08}.jsonl", 1, "the segment is missing")
    except (gzip.BadGzipFile, EOFError, zlib.error):
        bad(name, 1, "the compressed segment does not hold")
    split = data.split(b"\n")
    if (split[-1] or len(split) == 1) and (not last or name.endswith(".gz")):
        bad(name, len(split), "the line has no end")
    return name, split[:-1]

def main(folder, pem=None):
    files = os.listdir(folder)
    numbers = [int(m[1]) for m in map(re.compile(r"(\d{8,10})\.jsonl(\.gz)?").fullmatch, files) if m]
    if not numbers and "checkpoints.jsonl" not in files:
        not_checked(f"{folder} holds no audit log")
    if "checkpoints.jsonl" not in files:
        bad("checkpoints.jsonl", 1, "no statement")
    key = public_key(pem or os.path.join(folder, "checkpoint.pub"))
    said = statements(folder, key)
    if not said:
        bad("checkpoints.jsonl", 1, "no statement")
    first = said[0][3] + 1 if said[0][1] else 1
    seq, outbox, digest = said[0][4] if said[0][1] else (0, 0, b"0" * 64)
    due, log = [s for s in said if not s[1]], said[0][2]
    last = max(numbers, default=first)
    if not os.path.exists(os.path.join(folder, f"{last:08}.jsonl")):
        bad(f"{last + 1:08}.jsonl", 1, "the segment is missing")
    for segment in range(first, max(first, last) + 1):
        name, found = lines(folder, segment, segment == last)
        for number, line in enumerate(found, 1):
            m = LINE.fullmatch(line) or bad(name, number, "not a line")
            if (head := HEADER.fullmatch(m[4])) if number == 1 else m[4].startswith(b'{"kind":"segment"'):
                if number > 1 or head[1] != log or int(head[2]) != segment or head[3] != digest or int(m[3]) != outbox:
                    bad(name, number, "the header does not fit")
            elif number == 1:
                bad(name, number, "not a header")
            if int(m[2]) != seq + 1 or int(m[3]) < outbox:
                bad(name, number, "out of order")
            if hashlib.sha256(bytes.fromhex(digest.decode()) + m[1]).hexdigest().encode() != m[5]:
                bad(name, number, "the hash does not fit")
            seq, outbox, digest = int(m[2]), int(m[3]), m[5]
            if due and due[0][4][0] <= seq and due.pop(0)[3:] != (segment, (seq, outbox, digest)):
                bad(name, number, "a signed checkpoint says otherwise")
    if due:
        bad(name, len(found) + 1, f"cut off: a signed checkpoint vouches for line {due[-1][4][0]}")
    print(f"whole: log {log.decode()}, last line {seq}, hash {digest.decode()}, vouched for up to line {said[-1][4][0]}")

if len(sys.argv) not in (2, 3):
    not_checked("say what: verify_audit.py FOLDER [KEY.pem]")
try:
    main(*sys.argv[1:])
except OSError as error:
    not_checked(f"{error.filename}: {error.strerror}")
