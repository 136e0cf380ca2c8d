"""Adapter for alibabacloud_kms20160120 (the Tea generation), versions 2 and 3, in all its signature modes, and for its
siblings alibabacloud_ram20150501, alibabacloud_sts20150401 and alibabacloud_actiontrail20200706.
"""

import importlib
import inspect
import json
import re
from importlib.metadata import version

from alibabacloud_tea_openapi.client import Client as GenericClient
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


# product -> (package, version)
PRODUCTS = {
    "kms": ("alibabacloud_kms20160120", "2016-01-20"),
    "ram": ("alibabacloud_ram20150501", "2015-05-01"),
    "sts": ("alibabacloud_sts20150401", "2015-04-01"),
    "trail": ("alibabacloud_actiontrail20200706", "2020-07-06"),
    # Users of these take the generic door.
    "old_trail": (None, "2017-12-04"),
    "claviger": (None, "2026-11-22"),
}


class TeaClient:
    client = "alibabacloud_kms20160120"
    versions = f"{version('alibabacloud_kms20160120')} (tea-openapi {version('alibabacloud-tea-openapi')})"
    wrong_secret_code = "SignatureDoesNotMatch"
    hidden_fields = frozenset()
    shows_details = True  # of denied calls

    def __init__(self, credentials, access_key_id, secret, mode, secure, token=None, product="kms"):
        # Only the package for KMS brings along what signs by version 4.
        arguments, self.refusal = MODES[mode if product == "kms" else mode.replace("ACS4", "ACS3")]
        package, self.product_version = PRODUCTS[product]
        self.models = package and importlib.import_module(f"{package}.models")
        client = importlib.import_module(f"{package}.client").Client if package else GenericClient
        self.sdk = client(
            openapi.Config(
                access_key_id=access_key_id,
                access_key_secret=secret,
                security_token=token,
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
            told = getattr(error, "inner_exception", error)  # version 4 wraps what was raised
            detail = getattr(told, "access_denied_detail", None) or getattr(told, "accessDeniedDetail", None)
            raise CallError(
                error.code, data["statusCode"], data.get("RequestId"), error.message, detail
            ) from error

    def _send(self, action, params):
        method = getattr(self.sdk, snake(action), None)
        if self.models is None or method is None:
            return self._send_untyped(action, params)
        model = getattr(self.models, f"{action}Request", None)
        if model is None:
            return method().body.to_map()
        arguments = {snake(name): self._typed(action, name, value) for name, value in params.items()}
        if not arguments.keys() <= inspect.signature(model).parameters.keys():
            # The package is older than a parameter; its users send it through the generic door.
            return self._send_untyped(action, params)
        return method(model(**arguments)).body.to_map()

    def _typed(self, action, name, value):
        """Members of repeated lists go in as models, what the package makes JSON of as it is, the rest as JSON."""
        if name in REPEATED:
            member = getattr(self.models, f"{action}Request{name}", None)
            return [member(**{snake(k): v for k, v in part.items()}) for part in value] if member else value
        shrunk = getattr(self.models, f"{action}ShrinkRequest", None)
        if shrunk and f"{snake(name)}_shrink" in inspect.signature(shrunk).parameters:
            return value
        return json.dumps(value) if isinstance(value, (dict, list)) else value

    def _send_untyped(self, action, params):
        call = openapi.Params(
            action=action, version=self.product_version, protocol="HTTPS", pathname="/", method="POST",
            auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
        )
        return self.sdk.call_api(call, openapi.OpenApiRequest(query=texts(params)), RuntimeOptions())["body"]


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def texts(params):
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in flat(params).items()}


def variants(credentials):
    """Yields (scheme, transport, make) for each way to use this client."""
    for secure in (True, False):
        for mode in MODES:

            def make(access_key_id, secret, mode=mode, secure=secure, **more):
                return TeaClient(credentials, access_key_id, secret, mode, secure, **more)

            yield mode, "https" if secure else "http", make
