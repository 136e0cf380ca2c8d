"""Decrypts a file that encrypt_file.py made. Needs the same context and the right to use the key."""

import argparse

import command
import envelope
import kms


def work():
    parser = argparse.ArgumentParser(description=__doc__)
    command.add_options(parser)
    options = parser.parse_args()
    client = kms.connect(options.credentials)
    with open(options.source, "rb") as source, command.whole_file(options.target) as target:
        header, chunk, prefix, sealed = envelope.read_header(source)
        data_key = kms.open_data_key(client, sealed, dict(options.context))
        envelope.decrypt(source, target, data_key, header, chunk, prefix)


if __name__ == "__main__":
    command.main(work)
