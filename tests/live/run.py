#!/usr/bin/env python3
"""Runs the official clients of both dialects against a real server process.

Installs pinned clients under a cache folder, starts the server on free loopback ports with a data folder of its own,
and runs every client in every signature scheme. Needs only the standard library, and node and npm for the Node clients.
"""

import argparse
import contextlib
import dataclasses
import fcntl
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True  # before the imports below, so that they leave no files in the tree

from harness import children, environments, jobs
from harness.server import Server, ServerError

CACHE = environments.ROOT / "target" / "live"
LANES = 2  # jobs that run at the same time, each with a server of its own


class Report:
    """Prints results as they come and adds them up."""

    def __init__(self):
        self.passed = self.failed = 0
        self._lock = threading.Lock()

    def add(self, result):
        with self._lock:
            self.passed += result.passed
            self.failed += len(result.failures)
            mark = "FAIL" if result.failures else "ok  "
            failed = f", {len(result.failures)} failed" if result.failures else ""
            print(f"{mark} {result.label}: {result.passed} checks passed{failed}", flush=True)
            for text in result.failures:
                print("       - " + text.rstrip().replace("\n", "\n         "), flush=True)


def lane(binary, work, todo, paths, report):
    """Takes jobs until none is left."""
    while True:
        try:
            job = todo.get_nowait()
        except queue.Empty:
            return
        run_job(job, Server(binary, work / f"server-{job.name}"), paths[job.environment], work, report)


def run_job(job, server, path, work, report):
    """Each job has a server of its own: an account may have so many keys only, and a broken server spoils one job."""
    own = jobs.Result(f"server of {job.name}")
    try:
        server.start()
        jobs.check_credentials(server, own)
        scratch = work / f"job-{job.name}"
        scratch.mkdir()
        for result in job.run(job, server, path, scratch):
            report.add(result)
        code = server.stop()
        own.that("exit code after SIGTERM", code == 0, f"{code}\n{server.log_tail()}")
    except Exception as error:  # whatever breaks here is a failure of this job, and the others still run
        own.failures.append(f"{type(error).__name__}: {error}")
    finally:
        with contextlib.suppress(ServerError):
            server.stop()
    report.add(own)


def run(binary, chosen, cache):
    paths = environments.prepare(dict.fromkeys(job.environment for job in chosen), cache)
    for old in cache.glob("run-*"):
        shutil.rmtree(old, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix="run-", dir=cache))
    report, todo = Report(), queue.Queue()
    for job in chosen:
        todo.put(job)
    threads = [
        threading.Thread(target=lane, args=(binary, work, todo, paths, report))
        for _ in range(min(LANES, len(chosen)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if report.failed:
        print(f"live: data folders and logs are in {work}")
    else:
        shutil.rmtree(work)
    return report


def hold(cache):
    """Takes the cache for this run alone. The lock ends with the process."""
    cache.mkdir(parents=True, exist_ok=True)
    file = open(cache / "lock", "w")  # open as long as the process lives
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("live: waiting for another run to end", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def stopped(number, _frame):
    children.end_all()
    os._exit(128 + number)


def main():
    names = [job.name for job in jobs.JOBS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, type=Path, help="the claviger program to test")
    parser.add_argument("--only", action="append", choices=names, help="run this job; may be given again")
    parser.add_argument(
        "--section", action="append", default=[],
        help="of the scenario of the Huawei dialect run this theme or `theme.section` alone; may be given again",
    )
    parser.add_argument("--cache", type=Path, default=CACHE, help="where installed clients are kept")
    options = parser.parse_args()
    if not os.access(options.bin, os.X_OK):
        parser.error(f"`{options.bin}` is not a program")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopped)
    started = time.monotonic()
    cache = options.cache.resolve()
    lock = hold(cache)
    chosen = [job for job in jobs.JOBS if not options.only or job.name in options.only]
    if options.section:
        chosen = [dataclasses.replace(job, sections=tuple(options.section)) for job in chosen if job.in_sections]
    try:
        report = run(options.bin.resolve(), chosen, cache)
    except environments.SetupError as error:
        sys.exit(f"live: {error}")
    lock.close()
    print(f"took {time.monotonic() - started:.0f} s")
    print(f"live: {report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
