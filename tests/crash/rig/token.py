"""A token in software that can be pulled and put back, and a server that keeps its keys of level HSM there.

SoftHSM2 keeps a token in a folder; with the folder moved away, the token is pulled. SOURCE: softhsm2.conf(5).
"""

import os
import re
import shutil
from pathlib import Path

from .server import ServerError, ServingServer, run

LABEL, PIN = "crash", "918273"
# Where Debian and others put the module.
MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/local/lib/softhsm/libsofthsm2.so"),
]
CONFIG = """\
directories.tokendir = {tokens}
objectstore.backend = file
log.level = ERROR
"""


class Token:
    """A new, empty token."""

    def __init__(self, folder):
        self.module = next((each for each in MODULES if each.exists()), None)
        if self.module is None or shutil.which("softhsm2-util") is None:
            raise ServerError("SoftHSM2 is not installed; on Debian: apt-get install softhsm2")
        tokens, self._aside = folder / "tokens", folder / "aside"
        tokens.mkdir(parents=True)
        self.config, self.pin_file = folder / "softhsm2.conf", folder / "pin"
        self.config.write_text(CONFIG.format(tokens=tokens), encoding="utf-8")
        self.pin_file.write_text(PIN, encoding="ascii")
        self.pin_file.chmod(0o600)
        code, text = run([
            *self.prefix(), "softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN,
        ])  # fmt: skip
        if code != 0:
            raise ServerError(f"softhsm2-util makes no token: {text}")
        (self.folder,) = tokens.iterdir()

    def prefix(self):
        """What stands in front of a command that is to see the token."""
        return ["env", f"SOFTHSM2_CONF={self.config}"]

    def pull(self):
        os.rename(self.folder, self._aside)

    def put_back(self):
        os.rename(self._aside, self.folder)

    def objects(self):
        """Names of the files that hold keys, wherever the token is."""
        return {file.name for file in self._files()}

    def sizes(self):
        """The bytes of each of them, while nothing changes. SoftHSM writes one attribute after the other, and leaves
        what it had when the folder goes or comes in between: a file shorter than that of any key, without its material.
        """
        return [file.stat().st_size for file in self._files()]

    def _files(self):
        place = self.folder if self.folder.exists() else self._aside
        return [file for file in place.glob("*.object") if file.name != "token.object"]


class TokenServer(ServingServer):
    """A server whose keys of level HSM are in a token of its own."""

    def __init__(self, binary, folder):
        super().__init__(binary, folder)
        self.token = Token(folder / "token")
        self.prefix = self.token.prefix()

    def init(self, further_settings=""):
        text = super().init(further_settings)
        settings = self.config.read_text(encoding="utf-8")
        section = (
            '[hsm]\nkind = "pkcs11"\n\n[hsm.pkcs11]\n'
            f'module = "{self.token.module}"\ntokens = ["{LABEL}"]\npin = "file:{self.token.pin_file}"\n\n'
        )
        settings, count = re.subn(
            r"^\[hsm\]$.*?(?=^\[(?!hsm))", lambda _: section, settings, flags=re.MULTILINE | re.DOTALL
        )
        if count != 1:
            raise ServerError(f"no section [hsm] in the settings that init made:\n{settings}")
        self.config.write_text(settings, encoding="utf-8")
        return text
