"""OpenSSL on the command line judges what the server makes, and makes what the server must read. Prints one JSON
object.

Usage: openssl_judge.py CREDENTIALS_FILE FOLDER
"""

import json
import pathlib
import sys

import openssl_import
import openssl_keys
from client_core import CoreClient
from openssl_tool import OpenSsl
from scenario_common import setup
from trial import Trial


def main(path, folder):
    with open(path, encoding="utf-8") as file:
        credentials = json.load(file)
    trial = Trial(lambda key_id, secret: CoreClient(credentials, key_id, secret, "POST", True), credentials)
    trial.openssl = OpenSsl(pathlib.Path(folder))
    trial.run([setup, *openssl_keys.SECTIONS, *openssl_import.SECTIONS])
    line = {
        "client": "openssl",
        "version": trial.openssl.version,
        "passed": trial.passed,
        "failures": trial.failures,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
