#!/usr/bin/env python3
"""Ends a real server process in every way it can end, and holds it to what it had acknowledged.

Needs only the standard library, and `unshare` and `mount` of util-linux for the suites that fill a disk.
"""

import argparse
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # before the imports below, so that they leave no files in the tree
sys.path.append(str(Path(__file__).resolve().parent.parent / "live"))  # `harness`: processes and ports

from harness import children
from rig.trial import Abandoned, Trial

SUITES = [
    "kill", "disk-full", "read-only", "at-rest", "second-start", "shutdown", "rss",
    "hsm-kill", "hsm-token", "hsm-memory", "hsm-socket", "root-rotate",
]  # fmt: skip
# Those that mount small disks, and one that looks into the memory of other processes.
NEED_NAMESPACE = {"disk-full", "read-only", "hsm-memory"}
OWN_NAMESPACE = "CLAVIGER_CRASH_OWN_NAMESPACE"


def run(name, options, work):
    trial = Trial(options.bin, work / name, options.seed, options.rounds)
    trial.scratch.mkdir()
    begun = time.monotonic()
    try:
        importlib.import_module(f"suites.{name.replace('-', '_')}").run(trial)
    except Abandoned as error:
        trial.failures.append(f"the suite ended there: {error}")
    except Exception as error:  # whatever breaks here is a failure of this suite, and the others still run
        trial.failures.append(f"{type(error).__name__}: {error}")
        if options.trace:
            raise
    trial.facts.append(f"{time.monotonic() - begun:.0f} s")
    print(trial.text(name), flush=True)
    return trial


def with_own_namespace():
    """Starts again in a mount namespace: what is mounted there goes away with the process, whatever happens. Who is not
    root gets a namespace of users too, in which he is, also towards the processes that he starts there."""
    if OWN_NAMESPACE in os.environ:
        return
    unshare = shutil.which("unshare")
    if unshare is None:
        sys.exit("crash: `unshare` is needed to mount small disks; on Debian: apt-get install util-linux")
    flags = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    if subprocess.run([unshare, *flags, "true"], capture_output=True).returncode != 0:
        who = "root" if os.geteuid() == 0 else "this user"
        needy = ", ".join(sorted(NEED_NAMESPACE))
        sys.exit(f"crash: {who} may not make a namespace here, and these need one: {needy}")
    os.environ[OWN_NAMESPACE] = "1"
    os.execv(unshare, [unshare, *flags, sys.executable, *sys.argv])


def stopped(number, _frame):
    children.end_all()
    os._exit(128 + number)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, type=Path, help="the claviger program to test")
    parser.add_argument("--only", action="append", choices=SUITES, help="run this suite; may be given again")
    parser.add_argument("--rounds", type=int, default=25, help="kills on one data folder")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="for a run like an earlier one")
    parser.add_argument("--trace", action="store_true", help="end at the first surprise, with its traceback")
    options = parser.parse_args()
    if not os.access(options.bin, os.X_OK):
        parser.error(f"`{options.bin}` is not a program")
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    options.bin = options.bin.resolve()
    return options


def main():
    options = arguments()
    chosen = [name for name in SUITES if not options.only or name in options.only]
    if NEED_NAMESPACE.intersection(chosen):
        with_own_namespace()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopped)
    begun = time.monotonic()
    print(f"crash: --seed {options.seed}", flush=True)
    work = Path(tempfile.mkdtemp(prefix="claviger-crash-"))
    trials = [run(name, options, work) for name in chosen]
    passed, failed = sum(trial.passed for trial in trials), sum(len(trial.failures) for trial in trials)
    if failed:
        print(f"crash: data folders and logs are in {work}")
    else:
        shutil.rmtree(work)
    print(f"took {time.monotonic() - begun:.0f} s")
    print(f"crash: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
