"""Makes the folders with the clients under the cache: one virtual environment a Python set, one folder a Node set."""

import hashlib
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import children

LIVE = Path(__file__).resolve().parent.parent
ROOT = LIVE.parent.parent
INSTALL_SECONDS = 900

PINS = LIVE / "requirements"
# The example's own pins serve the newest Tea client, so they stand in one place and the tests prove them.
PYTHON_SETS = {
    "core-2.16": [PINS / "core-2.16.txt"],
    "core-2.13": [PINS / "core-2.13.txt"],
    "tea-3": [ROOT / "examples" / "envelope" / "requirements.txt", PINS / "tea-3.txt"],
    "tea-2": [PINS / "tea-2.txt"],
    "sdk-3.1.219": [PINS / "sdk-3.1.219.txt"],
    "gm": [PINS / "sdk-3.1.219.txt", PINS / "gm.txt"],
    "sdk-3.1.24": [PINS / "sdk-3.1.24.txt"],
    "sdk-3.1.1": [PINS / "sdk-3.1.1.txt"],
    "old-sdk": [PINS / "old-sdk.txt"],
    "otc-0.34": [PINS / "otc-0.34.txt"],
}
BUILD_PINS = PINS / "build.txt"
NODE_SETS = {"node": LIVE / "node", "node-huawei": LIVE / "node-huawei"}
NODE_FILES = ("package.json", "package-lock.json", ".npmrc")


class SetupError(Exception):
    """The machine lacks something, or an installation failed. The text says what to do."""


def prepare(names, cache):
    """Makes what is missing or outdated and returns {name: path of its interpreter or folder}."""
    with ThreadPoolExecutor(2) as pool:
        futures = {name: pool.submit(_node if name in NODE_SETS else _python, name, cache) for name in names}
        return {name: future.result() for name, future in futures.items()}


def _python(name, cache):
    folder = cache / name
    interpreter = folder / "bin" / "python"
    files = PYTHON_SETS[name]
    stamp = _stamp(*[file.read_bytes() for file in files], BUILD_PINS.read_bytes(), sys.version, sys.executable)
    if _fresh(folder, stamp):
        return interpreter
    try:
        import ensurepip, venv  # Debian splits both off, and without the first `venv` fails half-way
    except ImportError as error:
        raise SetupError(
            f"this Python ({sys.executable}) cannot make virtual environments; "
            "on Debian: apt-get install python3-venv"
        ) from error
    announce(name)
    _must([sys.executable, "-m", "venv", str(folder)], f"virtual environment {name}")
    # Source packages are built with pinned tools. Older pip takes the first variable, newer pip the second.
    pins = {"PIP_CONSTRAINT": str(BUILD_PINS), "PIP_BUILD_CONSTRAINT": str(BUILD_PINS)}
    pip = [str(interpreter), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    install = ["install", "--no-deps", "--no-compile", *[part for file in files for part in ("-r", str(file))]]
    _must(pip + install, f"pip install for {name}", **pins)
    _must([*pip, "check"], f"pip check for {name}")
    (folder / ".stamp").write_text(stamp)
    return interpreter


def _node(name, cache):
    folder, source = cache / name, NODE_SETS[name]
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise SetupError("node and npm are needed for the Node clients; on Debian: apt-get install nodejs npm")
    stamp = _stamp(*[(source / file).read_bytes() for file in NODE_FILES], os.path.realpath(node))
    if not _fresh(folder, stamp):
        announce(name)
        folder.mkdir(parents=True)
        for file in NODE_FILES:
            shutil.copy(source / file, folder / file)
        _must([npm, "ci", "--ignore-scripts", "--loglevel=error"], "npm ci", cwd=folder)
        (folder / ".stamp").write_text(stamp)
    return folder


def announce(name):
    sys.stdout.write(f"live: installing {name}\n")  # one write, as two threads may speak at once
    sys.stdout.flush()


def _fresh(folder, stamp):
    """True when the folder was finished for this stamp; anything else in its place is removed."""
    file = folder / ".stamp"
    if file.is_file() and file.read_text() == stamp:
        return True
    if folder.exists():
        shutil.rmtree(folder)
    return False


def _stamp(*parts):
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _must(command, what, cwd=None, **variables):
    code, out, err = children.run(command, INSTALL_SECONDS, cwd=cwd, env={**os.environ, **variables})
    if code != 0:
        raise SetupError(f"{what} failed (exit code {code}):\n{(out + err)[-3000:]}")
