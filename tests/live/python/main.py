"""Runs one Python client through its schemes and transports. Prints one JSON object a line for `run.py`.

Usage: main.py core|tea CREDENTIALS_FILE
"""

import importlib
import json
import sys

import scenario
import scenario_calls
from trial import Trial


def main(family, path):
    with open(path, encoding="utf-8") as file:
        credentials = json.load(file)
    once = True
    for scheme, transport, make in importlib.import_module(f"client_{family}").variants(credentials):
        trial = Trial(make, credentials)
        sections = list(scenario.FULL if transport == "https" else scenario.SHORT)
        if once:
            sections += scenario.ONCE
            once = False
        if hasattr(trial.api, "call_xml"):
            sections.append(scenario_calls.xml)
        trial.run(sections)
        line = {
            "client": trial.api.client,
            "version": trial.api.versions,
            "scheme": scheme,
            "transport": transport,
            "passed": trial.passed,
            "failures": trial.failures,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("core", "tea"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
