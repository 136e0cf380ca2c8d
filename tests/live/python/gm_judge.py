"""A library of the Chinese algorithms (gmalg) and OpenSSL judge SM2, SM3 and SM4, and make what the server must read.
Key pairs whose private half they know come in by the other face. Prints one JSON object.

Usage: gm_judge.py CREDENTIALS_FILE FOLDER
"""

import json
import pathlib
import sys
from importlib.metadata import version

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "huawei"))

import gm_encryption
import gm_envelope
import gm_signatures
import shared
from client_core import CoreClient
from client_sdk import maker
from openssl_tool import OpenSsl
from scenario_common import setup
from trial import Trial
from walk import Walk


def main(path, folder):
    with open(path, encoding="utf-8") as file:
        credentials = json.load(file)
    trial = Trial(lambda key_id, secret: CoreClient(credentials, key_id, secret, "POST", True), credentials)
    trial.openssl = OpenSsl(pathlib.Path(folder))
    trial.face = Walk(maker(credentials), credentials, None, pathlib.Path(folder))
    sections = [setup, lambda t: shared.setup(t.face)]
    trial.run([*sections, *gm_signatures.SECTIONS, *gm_encryption.SECTIONS, *gm_envelope.SECTIONS])
    line = {
        "client": "gmalg",
        "version": f"{version('gmalg')}, {trial.openssl.version}",
        "passed": trial.passed,
        "failures": trial.failures + trial.face.failures,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
