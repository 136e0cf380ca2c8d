"""Reads the audit log as anyone could: segments of JSON lines in the data folder, closed ones compressed."""

import gzip
import json
import re
from collections import Counter

# Cheap enough to go over the whole log after every kill. The suite `kill` compares it with what JSON sees.
_CALL = re.compile(rb'^\{"seq":\d+,"outbox":\d+,"record":\{"kind":"call","id":"([0-9a-f-]{36})"', re.MULTILINE)


def segments(data):
    """The content of each segment, in order. Where a crash left a segment twice, the plain file counts."""
    while True:
        files = _files(data)
        try:
            return [_content(file) for file in files]
        except FileNotFoundError:
            continue  # a server that runs has compressed a segment since the folder was listed


def _files(data):
    files = {}
    for file in (data / "audit").iterdir():
        if re.fullmatch(r"\d{8,}\.jsonl(\.gz)?", file.name):
            number = int(file.name.split(".")[0])
            if file.suffix == ".jsonl" or number not in files:
                files[number] = file
    return [files[number] for number in sorted(files)]


def _content(file):
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def calls(data):
    """How often each request id stands in the log."""
    found = Counter()
    for segment in segments(data):
        found.update(id.decode() for id in _CALL.findall(segment))
    return found


def records(data):
    """All records of calls, parsed."""
    found = []
    for segment in segments(data):
        # Behind the lines of a busy segment stand zeros: room for those to come.
        for line in segment.decode().rstrip("\0").splitlines():
            record = json.loads(line)["record"]
            if record["kind"] == "call":
                found.append(record)
    return found
