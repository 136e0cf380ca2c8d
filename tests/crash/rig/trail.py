"""Reads the audit log as anyone could: segments of JSON lines in the data folder."""

import json
import re
from collections import Counter

# Cheap enough to go over the whole log after every kill. The suite `kill` compares it with what JSON sees.
_CALL = re.compile(rb'^\{"seq":\d+,"outbox":\d+,"record":\{"kind":"call","id":"([0-9a-f-]{36})"', re.MULTILINE)


def calls(data):
    """How often each request id stands in the log."""
    found = Counter()
    for segment in sorted((data / "audit").glob("*.jsonl")):
        found.update(id.decode() for id in _CALL.findall(segment.read_bytes()))
    return found


def records(data):
    """All records of calls, parsed."""
    found = []
    for segment in sorted((data / "audit").glob("*.jsonl")):
        # Behind the lines of a busy segment stand zeros: room for those to come.
        for line in segment.read_text(encoding="utf-8").rstrip("\0").splitlines():
            record = json.loads(line)["record"]
            if record["kind"] == "call":
                found.append(record)
    return found
