"""Runs one version of the Python SDK in each of its ways. Prints one JSON object a line for `run.py`.

Usage: main.py CREDENTIALS_FILE FOLDER CLAVIGER [THEME | THEME.SECTION]...
"""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "python"))  # what both faces share is there

import suite
from client_sdk import SdkClient, maker
from openssl_tool import OpenSsl
from walk import Walk

NEWEST = "3.1.219"
WAYS = [
    # (scheme, transport, way)
    ("SDK-HMAC-SHA256", "https", "endpoint"),
    ("SDK-HMAC-SHA256, project by region", "https", "region"),
    ("SDK-HMAC-SHA256, async", "https", "async"),
    ("SDK-HMAC-SHA256", "http", "endpoint"),
]


def main(path, folder, binary, names):
    with open(path, encoding="utf-8") as file:
        credentials = {**json.load(file), "file": path}
    for number, (scheme, transport, way) in enumerate(WAYS):
        walk = Walk(maker(credentials, way, transport == "https"), credentials, binary, Path(folder))
        walk.openssl = OpenSsl(walk.folder)
        sections = suite.full(walk.api) if number == 0 else suite.SHORT
        if number == 0 and SdkClient.versions == NEWEST:
            sections = sections + suite.once()
        if names and number > 0:
            break
        walk.run(suite.chosen(sections, names))
        line = {
            "client": SdkClient.client, "version": SdkClient.versions, "scheme": scheme, "transport": transport,
            "passed": walk.passed, "failures": walk.failures,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
