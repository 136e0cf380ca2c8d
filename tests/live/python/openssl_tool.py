"""The `openssl` command in a folder, with commands written as in the user guide."""

import shutil
import subprocess


class ToolError(Exception):
    """A command failed. The text has the command and what it printed."""


class OpenSsl:
    def __init__(self, folder):
        self.folder = folder
        if shutil.which("openssl") is None:
            raise ToolError("the openssl command is needed; on Debian: apt-get install openssl")
        self.version = self.run("openssl version").split(" (")[0].strip()

    def tries(self, script):
        """Runs shell lines in the folder, up to the first that fails. (exit code, what was printed)"""
        command = ["sh", "-e", "-c", script]
        done = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=120, text=True, check=False,
        )
        return done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr

    def run(self, script):
        code, out = self.tries(script)
        if code != 0:
            raise ToolError(f"exit code {code} of\n{script}\n{out}")
        return out

    def has(self, command):
        """Whether this build has the subcommand: OpenSSL may be built without the old ones."""
        return command in self.run("openssl list -commands").split()

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def read(self, name):
        return (self.folder / name).read_bytes()

    def read_text(self, name):
        return self.read(name).decode()
