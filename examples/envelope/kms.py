"""The data key's way to the KMS and back, through the official client. Nothing here knows about files.

Against Alibaba Cloud itself, `connect` would leave out `endpoint` and `ca`; the rest stays as it is.
"""

import base64
import json

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi import utils_models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from darabonba.exceptions import UnretryableException


class Refused(Exception):
    """The KMS said no. The text names its error code."""


def connect(path):
    """A client for the server whose `claviger dev --credentials FILE` wrote the file at `path`."""
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    return Client(
        utils_models.Config(
            access_key_id=found["access_key_id"],
            access_key_secret=found["access_key_secret"],
            region_id=found["region"],
            endpoint=found["https_endpoint"].removeprefix("https://"),
            ca=found["ca_file"],
        )
    )


def new_data_key(client, key, context):
    """A fresh data key of 32 bytes, in the clear and sealed under `key` (an id, an ARN or an alias)."""
    request = models.GenerateDataKeyRequest(key_id=key, key_spec="AES_256", encryption_context=context)
    answer = _ask(client.generate_data_key, request)
    return base64.b64decode(answer.plaintext), answer.ciphertext_blob


def open_data_key(client, sealed, context):
    """The data key in the clear. No key is named: the sealed form says which one it needs."""
    request = models.DecryptRequest(ciphertext_blob=sealed, encryption_context=context)
    return base64.b64decode(_ask(client.decrypt, request).plaintext)


def _ask(method, request):
    try:
        return method(request).body
    except AlibabaCloudException as error:
        raise Refused(f"{error.code} (HTTP {error.status_code}, request {error.request_id})") from error
    except UnretryableException as error:
        # Its own text holds the whole request, which is too long and too talkative for a message.
        raise ConnectionError("no answer from the KMS; does it run, and is the credentials file its own?") from error
