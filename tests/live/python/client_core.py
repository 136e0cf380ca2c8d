"""Adapter for aliyun-python-sdk-kms over aliyun-python-sdk-core: RPC signatures, all parameters in the query."""

import importlib
import json
import logging
import warnings
import xml.etree.ElementTree as ElementTree
from importlib.metadata import version

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest

from params import REPEATED, flat
from trial import CallError

# The library logs every refusal as an error; refusals are half of what is tested here.
logging.getLogger("aliyunsdkcore").addHandler(logging.NullHandler())
logging.getLogger("aliyunsdkcore").propagate = False


class CoreClient:
    client = "aliyun-python-sdk-kms"
    versions = f"{version('aliyun-python-sdk-kms')} (core {version('aliyun-python-sdk-core')})"
    # The library compares the server's string to sign with its own. When they are equal it knows that only the
    # secret can be wrong and says so with a code of its own, so this code also proves the server's canonical form.
    wrong_secret_code = "InvalidAccessKeySecret"
    hidden_fields = frozenset()

    def __init__(self, credentials, access_key_id, secret, method, secure):
        self.method = method
        self.secure = secure
        self.endpoint = credentials["https_endpoint" if secure else "http_endpoint"].split("://", 1)[1]
        self.region = credentials["region"]
        self.sdk = AcsClient(
            region_id=self.region,
            credential=AccessKeyCredential(access_key_id, secret),
            verify=credentials["ca_file"],
        )

    def request(self, action, params):
        try:
            module = importlib.import_module(f"aliyunsdkkms.request.v20160120.{action}Request")
        except ModuleNotFoundError:
            request = RpcRequest("Kms", "2016-01-20", action)
        else:
            request = getattr(module, f"{action}Request")()
        for name, value in params.items():
            plural = getattr(request, f"set_{name}s", None) if name in REPEATED else None
            if plural:
                plural(value)
                continue
            for flat_name, flat_value in flat({name: value}).items():
                # Old packages lack setters for newer parameters; their users add those by name.
                setter = getattr(request, f"set_{flat_name}", None)
                setter(flat_value) if setter else request.add_query_param(flat_name, flat_value)
        request.set_method(self.method)
        request.set_protocol_type("https" if self.secure else "http")
        request.set_endpoint(self.endpoint)
        return request

    def call(self, action, params):
        try:
            return json.loads(self.sdk.do_action_with_exception(self.request(action, params)))
        except Exception as error:
            if type(error) is not ServerException:
                raise
            raise CallError(
                error.error_code, error.http_status, error.get_request_id(), error.message
            ) from error

    def call_xml(self, action, params):
        """The parsed XML answer, good or bad: this road of the library has no exceptions for refusals."""
        request = self.request(action, params)
        request.set_accept_format("XML")
        return ElementTree.fromstring(self._unchecked(request))

    def call_without_format(self, action, params):
        """The parsed answer to a request whose `Format` is the text `None`, as this road of the library sends it."""
        return json.loads(self._unchecked(self.request(action, params)))

    def _unchecked(self, request):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return self.sdk.do_action(request)


def variants(credentials):
    """Yields (scheme, transport, make) for each way to use this client."""
    for secure in (True, False):
        for method in ("POST", "GET"):

            def make(access_key_id, secret, method=method, secure=secure):
                return CoreClient(credentials, access_key_id, secret, method, secure)

            yield f"RPC HMAC-SHA1 {method}", "https" if secure else "http", make
