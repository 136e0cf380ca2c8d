"""Runs otcextensions over https and http, and the `openstack` command. Prints one JSON object a line for `run.py`.

Usage: main.py CREDENTIALS_FILE FOLDER CLAVIGER [THEME | THEME.SECTION]...
"""

import json
import logging
import sys
import warnings
from pathlib import Path

LIVE = Path(__file__).resolve().parent.parent
sys.path += [str(LIVE / "huawei"), str(LIVE / "python")]  # the scenario, and what both faces share

import commands
import suite
import theme_tokens
import theme_typed
from client_otc import OtcClient, maker
from openssl_tool import OpenSsl
from walk import Walk

# The libraries warn of options that are not used here.
warnings.simplefilter("ignore")
logging.getLogger("keystoneauth").setLevel(logging.CRITICAL)


def main(path, folder, binary, names):
    with open(path, encoding="utf-8") as file:
        credentials = {**json.load(file), "file": path}
    for secure in (True, False):
        walk = Walk(maker(credentials, secure), credentials, binary, Path(folder))
        walk.openssl = OpenSsl(walk.folder)
        sections = [*suite.SHORT, *theme_typed.SHORT]
        if secure:
            sections = [*suite.full(walk.api), *theme_typed.SECTIONS, *theme_tokens.SECTIONS, *commands.SECTIONS]
        elif names:
            break
        walk.run(suite.chosen(sections, names))
        line = {
            "client": OtcClient.client, "version": OtcClient.versions, "scheme": "token",
            "transport": "https" if secure else "http", "passed": walk.passed, "failures": walk.failures,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
