"""Adapter for huaweicloudsdkkms, huaweicloudsdkiam and huaweicloudsdkcts of any version 3.1."""

import importlib
import inspect
import json
import logging
from importlib.metadata import version

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkcore.utils.http_utils import sanitize_for_serialization

from operations import KMS, STATUSES
from walk import CallError, NotOffered, Party, Surprise

# product -> (package, client, kind of credentials)
PRODUCTS = {
    "kms": ("huaweicloudsdkkms.v2", "KmsClient", BasicCredentials),
    "iam": ("huaweicloudsdkiam.v3", "IamClient", GlobalCredentials),
    "cts": ("huaweicloudsdkcts.v3", "CtsClient", BasicCredentials),
}
# The library logs every refusal; refusals are half of what is tested here.
logging.getLogger("HuaweiCloud-SDK").propagate = False


class SdkClient:
    """`way` is how key management is reached: "endpoint", "region" (the project is asked for) or "async"."""

    client = "huaweicloudsdkkms"
    signs = True  # with access keys
    identities = True  # and traces
    versions = version("huaweicloudsdkkms")

    def __init__(self, credentials, access_key_id, secret, way="endpoint", secure=True, token=None):
        self.credentials = credentials
        self.key = (access_key_id, secret, token)
        self.way = way
        self.endpoint = credentials["https_endpoint" if secure else "http_endpoint"]
        self._clients = {}

    @property
    def later(self):
        """Whether the package knows what was added after February 2023."""
        return tuple(map(int, self.versions.split("."))) > (3, 1, 24)

    @property
    def binds(self):
        """Whether the package has a field for data that is bound to a ciphertext. The versions between have none."""
        return self.later

    def with_key(self, access_key_id, secret, token=None, credentials=None, secure=None, way=None):
        other = SdkClient(credentials or self.credentials, access_key_id, secret, way or self.way, token=token)
        other.endpoint = self.endpoint
        if secure is not None:
            other.endpoint = self.credentials["https_endpoint" if secure else "http_endpoint"]
        return other

    def call(self, action, params):
        product, method, status = resolved(action)
        request = self._request(product, method, params)
        try:
            answer = self._send(product, method, request)
        except Exception as error:
            if type(error) not in (ClientRequestException, ServerResponseException):
                raise
            raise CallError(str(error.error_code), error.status_code, error.request_id, error.error_msg) from error
        if answer.status_code != status:
            raise Surprise(f"{action}: status {answer.status_code}, want {status}")
        return seen(action, answer)

    def new_user(self, name):
        """Makes a user with an access key."""
        domain = self.credentials["domain_id"]
        made = self.call("iam:create_user", {"user": {"name": name, "domain_id": domain}})["user"]
        key = self.call("iam:create_permanent_access_key", {"credential": {"user_id": made["id"]}})["credential"]
        return Party(self.with_key(key["access"], key["secret"]), made["id"], name, self.credentials)

    def root_of(self, file):
        """The root of an account that a file has the access key of. Its ids are asked for."""
        saved = json.loads(file.read_text(encoding="utf-8"))
        key = (saved["access_key_id"], saved["access_key_secret"])
        asking = self.with_key(*key, way="region")
        domain = asking.call("iam:keystone_list_auth_domains", {})["domains"][0]
        project = asking.call("iam:keystone_list_projects", {"name": self.credentials["region"]})["projects"][0]
        facts = {"domain_id": domain["id"], "domain_name": domain["name"], "project_id": project["id"]}
        credentials = {**self.credentials, **saved, **facts}
        return Party(self.with_key(*key, credentials=credentials), "", domain["name"], credentials)

    def bound(self, text):
        """Data that is bound to a ciphertext, as this client sends it."""
        return {"additional_authenticated_data": text}

    def _send(self, product, method, request):
        client = self._client(product)
        if self.way == "async" and product == "kms":
            return getattr(client, f"{method}_async")(request).result()
        return getattr(client, method)(request)

    def _client(self, product):
        if product not in self._clients:
            self._clients[product] = self._new_client(product)
        return self._clients[product]

    def _new_client(self, product):
        package, name, kind = PRODUCTS[product]
        if self.way == "async" and product == "kms":
            name = name.replace("Client", "AsyncClient")
        builder = getattr(importlib.import_module(package), name).new_builder()
        builder.with_http_config(HttpConfig(ssl_ca_cert=self.credentials["ca_file"]))
        builder.with_credentials(self._credentials(kind))
        if self.way == "region":
            return builder.with_region(Region(self.credentials["region"], self.endpoint)).build()
        return builder.with_endpoint(self.endpoint).build()

    def _credentials(self, kind):
        access_key_id, secret, token = self.key
        shown = kind(access_key_id, secret).with_iam_endpoint(self.endpoint)
        if token is not None:
            shown.with_security_token(token)
        if self.way != "region":
            basic = kind is BasicCredentials
            place = self.credentials["project_id" if basic else "domain_id"]
            shown.with_project_id(place) if basic else shown.with_domain_id(place)
        return shown

    def _request(self, product, method, params):
        package = importlib.import_module(f"{PRODUCTS[product][0]}.model")
        model = getattr(package, camel(method) + "Request", None)
        if model is None:
            raise NotOffered(f"{product} {method}")
        own = {name: value for name, value in params.items() if name in model.openapi_types}
        rest = {name: value for name, value in params.items() if name not in own}
        if "resource_instances" in model.openapi_types:
            own["resource_instances"] = "resource_instances"
        if rest or (params and "body" in model.openapi_types):
            own["body"] = built(package, model.openapi_types.get("body", ""), rest)
        return model(**own)


def resolved(action):
    """`create-key` is key management, `iam:create_user` is what it says: (product, method, status)."""
    if ":" in action:
        product, method = action.split(":")
        return product, method, STATUSES.get(method, 200)
    return "kms", KMS[action].method_of_sdk, KMS[action].status


def built(package, kind, value):
    """Plain data as the package's models."""
    if kind.startswith("list["):
        return [built(package, kind[5:-1], part) for part in value]
    model = getattr(package, kind, None)
    if model is None or not isinstance(value, dict):
        if isinstance(value, dict) and not kind.startswith(("dict", "object")):
            raise NotOffered(f"{', '.join(value)} in {kind or 'a request without a body'}")
        return value
    unknown = value.keys() - inspect.signature(model).parameters.keys()
    if unknown:
        raise NotOffered(f"{', '.join(sorted(unknown))} in {kind}")
    return model(**{name: built(package, model.openapi_types[name], part) for name, part in value.items()})


def seen(action, answer):
    """The answer as it was sent. What the client's models show of it must be the same."""
    sent = json.loads(answer.raw_content) if answer.raw_content else {}
    shown = sanitize_for_serialization(answer)
    if "body" in shown and isinstance(sent, dict):  # where the model wants a list of such objects
        [shown] = shown["body"]
    headers = {name: value for name, value in shown.items() if name.startswith("X-")}
    compare(action, {name: value for name, value in shown.items() if name not in headers}, sent)
    return {**sent, **headers}


def compare(place, shown, sent):
    if isinstance(shown, dict) and isinstance(sent, dict):
        for name, value in shown.items():
            compare(f"{place}.{name}", value, sent.get(name))
    elif isinstance(shown, (list, tuple)) and isinstance(sent, list) and len(shown) == len(sent):
        for number, (one, other) in enumerate(zip(shown, sent)):
            compare(f"{place}[{number}]", one, other)
    elif type(shown) is not type(sent) or shown != sent:
        raise Surprise(f"{place}: {sent!r} was sent, the client shows {shown!r}")


def camel(method):
    return "".join(part.capitalize() for part in method.split("_"))


def maker(credentials, way="endpoint", secure=True):
    """What builds a client with other credentials."""

    def make(access_key_id, secret, **more):
        return SdkClient(credentials, access_key_id, secret, way, secure).with_key(access_key_id, secret, **more)

    return make
