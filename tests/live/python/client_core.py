"""Adapter for aliyun-python-sdk-kms, -ram, -sts and -actiontrail over aliyun-python-sdk-core: RPC signatures, all parameters in the
query.
"""

import contextlib
import importlib
import json
import logging
import warnings
import xml.etree.ElementTree as ElementTree
from importlib.metadata import version

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest
from jmespath.parser import Parser

from params import REPEATED, flat
from trial import CallError

# The library logs every refusal as an error; refusals are half of what is tested here.
logging.getLogger("aliyunsdkcore").addHandler(logging.NullHandler())
logging.getLogger("aliyunsdkcore").propagate = False
# product -> (package of its requests, its name, its version)
PRODUCTS = {
    "kms": ("aliyunsdkkms.request.v20160120", "Kms", "2016-01-20"),
    "ram": ("aliyunsdkram.request.v20150501", "Ram", "2015-05-01"),
    "sts": ("aliyunsdksts.request.v20150401", "Sts", "2015-04-01"),
    # Each release has the requests of one version; those of the other go through the generic door, as do all of ours.
    "trail": ("aliyunsdkactiontrail.request.v20200706", "Actiontrail", "2020-07-06"),
    "old_trail": ("aliyunsdkactiontrail.request.v20171204", "Actiontrail", "2017-12-04"),
    "claviger": (None, "Claviger", "2026-11-22"),
}


class CoreClient:
    client = "aliyun-python-sdk-kms"
    versions = f"{version('aliyun-python-sdk-kms')} (core {version('aliyun-python-sdk-core')})"
    # The library compares the server's string to sign with its own. When they are equal it knows that only the
    # secret can be wrong and says so with a code of its own, so this code also proves the server's canonical form.
    wrong_secret_code = "InvalidAccessKeySecret"
    hidden_fields = frozenset()
    shows_details = False  # of denied calls

    def __init__(self, credentials, access_key_id, secret, method, secure, token=None, product="kms"):
        Parser.purge()  # version 0.10 cannot make room in its cache on newer Pythons, and keeps every action's name
        self.product = PRODUCTS[product]
        self.method = method
        self.secure = secure
        self.endpoint = credentials["https_endpoint" if secure else "http_endpoint"].split("://", 1)[1]
        self.region = credentials["region"]
        credential = AccessKeyCredential(access_key_id, secret)
        if token is not None:
            credential = StsTokenCredential(access_key_id, secret, token)
        self.sdk = AcsClient(region_id=self.region, credential=credential, verify=credentials["ca_file"])

    def request(self, action, params):
        request = self._new_request(action)
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

    def _new_request(self, action):
        package, product, product_version = self.product
        if package:
            with contextlib.suppress(ModuleNotFoundError):
                module = importlib.import_module(f"{package}.{action}Request")
                return getattr(module, f"{action}Request")()
        return RpcRequest(product, product_version, action)

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

            def make(access_key_id, secret, method=method, secure=secure, **more):
                return CoreClient(credentials, access_key_id, secret, method, secure, **more)

            yield f"RPC HMAC-SHA1 {method}", "https" if secure else "http", make
