"""What the two programs share on the command line: options, exit codes, and files that appear only when complete."""

import argparse
import contextlib
import os
import sys

import envelope
import kms

REFUSED = 3
DAMAGED = 4


def add_options(parser):
    parser.add_argument("--credentials", required=True, help="file that `claviger dev --credentials` wrote")
    parser.add_argument(
        "--context", action="append", default=[], type=pair, metavar="NAME=VALUE",
        help="encryption context; the same pairs are needed to decrypt; may be given again",
    )
    parser.add_argument("source")
    parser.add_argument("target")


def pair(text):
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"`{text}` is not NAME=VALUE")
    return name, value


@contextlib.contextmanager
def whole_file(path):
    """A file to write that takes its name only when all went well. Until then nobody can mistake it for the result."""
    part = f"{path}.part"
    try:
        with open(part, "wb") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        raise


def main(work):
    """Runs the program and turns what went wrong into one line and an exit code."""
    try:
        work()
    except kms.Refused as error:
        print(f"error: the KMS refused: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    except envelope.Damaged as error:
        print(f"error: the file is damaged: {error}", file=sys.stderr)
        sys.exit(DAMAGED)
    except OSError as error:
        sys.exit(f"error: {error}")
