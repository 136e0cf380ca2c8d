"""Adapter for alibabacloud_kms20160120 (the Tea generation), versions 2 and 3, in all its signature modes."""

import inspect
import json
import re
from importlib.metadata import version

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from Tea.exceptions import TeaException

from params import REPEATED, flat
from trial import CallError

try:  # version 3, on tea-openapi 0.4
    from alibabacloud_tea_openapi import utils_models as openapi
    from alibabacloud_tea_openapi.exceptions import ClientException
    from darabonba.exceptions import UnretryableException
    from darabonba.runtime import RuntimeOptions
except ImportError:  # version 2, on tea-openapi 0.3, where every refusal has the base type
    from alibabacloud_tea_openapi import models as openapi
    from alibabacloud_tea_util.models import RuntimeOptions

    ClientException = UnretryableException = TeaException

# name -> (Config arguments, type of a refusal)
MODES = {
    "RPC HMAC-SHA1": ({"signature_algorithm": "v2"}, ClientException),
    "ACS3-HMAC-SHA256": ({}, ClientException),
    "ACS3-HMAC-SM3": ({"signature_algorithm": "ACS3-HMAC-SM3"}, ClientException),
    "ACS4-HMAC-SHA256": ({"signature_version": "v4"}, UnretryableException),
    "ACS4-HMAC-SM3": ({"signature_version": "v4", "signature_algorithm": "ACS4-HMAC-SM3"}, UnretryableException),
}


class TeaClient:
    client = "alibabacloud_kms20160120"
    versions = f"{version('alibabacloud_kms20160120')} (tea-openapi {version('alibabacloud-tea-openapi')})"
    wrong_secret_code = "SignatureDoesNotMatch"
    hidden_fields = frozenset()

    def __init__(self, credentials, access_key_id, secret, mode, secure):
        arguments, self.refusal = MODES[mode]
        self.sdk = Client(
            openapi.Config(
                access_key_id=access_key_id,
                access_key_secret=secret,
                region_id=credentials["region"],
                endpoint=credentials["https_endpoint" if secure else "http_endpoint"].split("://", 1)[1],
                protocol="HTTPS" if secure else "HTTP",
                ca=credentials["ca_file"],
                **arguments,
            )
        )

    def call(self, action, params):
        try:
            return self._send(action, params)
        except Exception as error:
            if type(error) is not self.refusal:
                raise
            data = error.data
            raise CallError(error.code, data["statusCode"], data.get("RequestId"), error.message) from error

    def _send(self, action, params):
        method = getattr(self.sdk, snake(action), None)
        if method is None:
            return self._send_untyped(action, params)
        model = getattr(models, f"{action}Request", None)
        if model is None:
            return method().body.to_map()
        arguments = {snake(name): typed(action, name, value) for name, value in params.items()}
        if not arguments.keys() <= inspect.signature(model).parameters.keys():
            # The package is older than a parameter; its users send it through the generic door.
            return self._send_untyped(action, params)
        return method(model(**arguments)).body.to_map()

    def _send_untyped(self, action, params):
        call = openapi.Params(
            action=action, version="2016-01-20", protocol="HTTPS", pathname="/", method="POST",
            auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
        )
        return self.sdk.call_api(call, openapi.OpenApiRequest(query=texts(params)), RuntimeOptions())["body"]


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def typed(action, name, value):
    """Contexts go in as dictionaries, members of repeated lists as models, every other structure as JSON text."""
    if name in REPEATED:
        member = getattr(models, f"{action}Request{name}", None)
        return [member(**{snake(k): v for k, v in part.items()}) for part in value] if member else value
    if isinstance(value, (dict, list)) and not name.endswith("EncryptionContext"):
        return json.dumps(value)
    return value


def texts(params):
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in flat(params).items()}


def variants(credentials):
    """Yields (scheme, transport, make) for each way to use this client."""
    for secure in (True, False):
        for mode in MODES:

            def make(access_key_id, secret, mode=mode, secure=secure):
                return TeaClient(credentials, access_key_id, secret, mode, secure)

            yield mode, "https" if secure else "http", make
