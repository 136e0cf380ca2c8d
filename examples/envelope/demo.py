"""Shows envelope encryption end to end: a large file, two processes, and everything that must be refused.

Usage: demo.py --credentials FILE [--mib 64] [--json]
"""

import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid

from alibabacloud_kms20160120 import models

import command
import envelope
import kms

HERE = pathlib.Path(__file__).resolve().parent
CONTEXT = {"tenant": "acme", "purpose": "backup"}


class Demo:
    def __init__(self, credentials, folder, mib):
        self.credentials = credentials
        self.mib = mib
        self.plain, self.sealed, self.opened = (folder / name for name in ("plain", "sealed", "opened"))
        self.changed = folder / "changed"
        self.client = kms.connect(credentials)
        self.alias = f"alias/example-{uuid.uuid4().hex[:12]}"
        self.passed, self.failures = 0, []

    def check(self, name, held, detail=""):
        print(f"{'ok  ' if held else 'FAIL'} {name}{': ' + detail if detail else ''}", flush=True)
        if held:
            self.passed += 1
        else:
            self.failures.append(f"{name}: {detail}")

    def program(self, name, source, target, *options, context=CONTEXT):
        """Runs one of the two programs as a process of its own. Returns its exit code and its error line."""
        pairs = [f"--context={key}={value}" for key, value in context.items()]
        line = [sys.executable, HERE / name, "--credentials", self.credentials, *options, *pairs, source, target]
        done = subprocess.run(line, capture_output=True, text=True)
        return done.returncode, done.stderr.strip()

    def run(self):
        request = models.CreateKeyRequest(description="example: envelope encryption")
        key = self.client.create_key(request).body.key_metadata.key_id
        self.client.create_alias(models.CreateAliasRequest(key_id=key, alias_name=self.alias))
        print(f"key {key} as {self.alias}, file of {self.mib} MiB, context {CONTEXT}")
        self.succeed()
        self.refuse_changes()
        self.refuse_without_right(key)
        self.client.delete_alias(models.DeleteAliasRequest(alias_name=self.alias))

    def succeed(self):
        with open(self.plain, "wb") as file:
            for _ in range(self.mib):
                file.write(os.urandom(1 << 20))
        started = time.monotonic()
        code, error = self.program("encrypt_file.py", self.plain, self.sealed, "--key", self.alias)
        took = time.monotonic() - started
        self.check(f"encrypted by one process in {took:.1f} s", code == 0, error)
        code, error = self.program("decrypt_file.py", self.sealed, self.opened)
        self.check("decrypted by another process", code == 0, error)
        self.check("the bytes are the same", digest(self.plain) == digest(self.opened), digest(self.plain)[:16])

    def refuse_changes(self):
        data = bytearray(self.sealed.read_bytes())
        header = 21 + int.from_bytes(data[19:21], "big")
        chunk = envelope.CHUNK + envelope.TAG

        def changed(name, content, want):
            self.changed.write_bytes(content)
            self.refused(name, want, self.changed, CONTEXT)

        for name, position, want in (
            ("a bit flipped in the data", len(data) // 2, command.DAMAGED),
            ("a bit flipped in the last tag", len(data) - 1, command.DAMAGED),
            ("a bit flipped in the nonce prefix of the header", 14, command.DAMAGED),
            ("a bit flipped in the sealed data key of the header", header - 60, command.REFUSED),
        ):
            data[position] ^= 1
            changed(name, data, want)
            data[position] ^= 1
        changed("the last chunk left out", data[: header + (self.mib - 1) * chunk], command.DAMAGED)
        first, second = data[header : header + chunk], data[header + chunk : header + 2 * chunk]
        swapped = data[:header] + second + first + data[header + 2 * chunk :]
        changed("two chunks swapped", swapped, command.DAMAGED)

    def refuse_without_right(self, key):
        self.refused("another context", command.REFUSED, self.sealed, {**CONTEXT, "tenant": "other"})
        self.refused("no context", command.REFUSED, self.sealed, {})
        self.client.disable_key(models.DisableKeyRequest(key_id=key))
        self.refused("a disabled key", command.REFUSED, self.sealed, CONTEXT)
        self.client.enable_key(models.EnableKeyRequest(key_id=key))
        code, error = self.program("decrypt_file.py", self.sealed, self.opened)
        self.check("the key enabled again, the file opens", code == 0, error)

    def refused(self, name, want, source, context):
        """The program must say no with the right exit code and one line, and must leave no output behind."""
        self.opened.unlink(missing_ok=True)
        code, error = self.program("decrypt_file.py", source, self.opened, context=context)
        clear = error.startswith("error: ") and "\n" not in error
        left = [file.name for file in self.opened.parent.glob("opened*")]
        self.check(f"refused: {name}", code == want and clear and not left, error or f"exit code {code}")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--credentials", required=True, help="file that `claviger dev --credentials` wrote")
    parser.add_argument("--mib", type=int, default=64, help="size of the file, at least 2")
    parser.add_argument("--json", action="store_true", help="end with a line for the test runner")
    options = parser.parse_args()
    if options.mib < 2:
        parser.error("--mib must be at least 2")
    with tempfile.TemporaryDirectory(prefix="envelope-") as folder:
        demo = Demo(options.credentials, pathlib.Path(folder), options.mib)
        demo.run()
    if options.json:
        line = {"client": "example-envelope", "transport": f"{options.mib} MiB"}
        print(json.dumps({**line, "passed": demo.passed, "failures": demo.failures}))
        return 0
    return 1 if demo.failures else 0


if __name__ == "__main__":
    sys.exit(main())
