"""Encrypts a file under a data key of its own, which a KMS key seals."""

import argparse

import command
import envelope
import kms


def work():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", required=True, help="KMS key: its id, ARN, or alias/NAME")
    command.add_options(parser)
    options = parser.parse_args()
    client = kms.connect(options.credentials)
    with open(options.source, "rb") as source, command.whole_file(options.target) as target:
        data_key, sealed = kms.new_data_key(client, options.key, dict(options.context))
        envelope.encrypt(source, target, data_key, sealed)


if __name__ == "__main__":
    command.main(work)
