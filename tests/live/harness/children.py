"""Every process that a run starts, so that whatever happens to the run, none of them outlives it."""

import os
import subprocess
import threading

_lock = threading.Lock()
_alive = set()

# A proxy between a client and a loopback server, or credentials of a real cloud, would spoil the run.
_UNWANTED = ("_PROXY", "ALIBABA_CLOUD_", "ALIYUN_", "HUAWEICLOUD_", "PYTHON", "NODE_")


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not any(part in k.upper() for part in _UNWANTED)}
    return {**kept, **more}


def spawn(command, **arguments):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **arguments)
    with _lock:
        _alive.add(process)
    return process


def forget(process):
    with _lock:
        _alive.discard(process)


def run(command, seconds, **arguments):
    """Runs to the end and returns (exit code, stdout, stderr). The code is None when the time is over."""
    process = spawn(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **arguments)
    try:
        out, err = process.communicate(timeout=seconds)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return None, out, err
    finally:
        forget(process)


def end_all():
    with _lock:
        for process in _alive:
            process.terminate()
