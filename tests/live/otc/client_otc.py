"""Adapter for otcextensions over openstacksdk and keystoneauth: tokens, and JSON through its own sessions."""

import uuid
from importlib.metadata import version
from urllib.parse import quote

import openstack
from openstack import exceptions
from otcextensions import sdk

from operations import KMS
from walk import CallError, Party, Surprise

REFUSALS = (
    exceptions.BadRequestException, exceptions.ForbiddenException, exceptions.NotFoundException,
    exceptions.ConflictException, exceptions.HttpException,
)


class OtcClient:
    """One login. Operations that otcextensions has no method for go through its session, as its users send them."""

    client = "otcextensions"
    versions = f"{version('otcextensions')} (openstacksdk {version('openstacksdk')})"
    later = binds = True
    identities = signs = False

    def __init__(self, credentials, user, password, secure=True):
        self.credentials = credentials
        self.login = (user, password)
        self.endpoint = credentials["https_endpoint" if secure else "http_endpoint"]
        self.conn = connected(credentials, user, password, self.endpoint)

    def call(self, action, params):
        operation = KMS[action]
        names = [name for name in params if f"{{{name}}}" in operation.path]
        path = operation.path.format(**{name: quote(params[name], safe="") for name in names})
        rest = {name: value for name, value in params.items() if name not in names}
        sent = {"params": rest} if operation.verb == "GET" else {"json": rest}
        return self.send(action, operation.verb, f"/{path}", operation.status, **(sent if rest else {}))

    def send(self, action, verb, path, status=200, **sent):
        """Below the project, and with its token."""
        return self._judged(action, self.conn.kms.request(path, verb, **sent), status)

    def ask_iam(self, verb, path, status=200, **sent):
        """Calls of identities that openstacksdk has no method for."""
        url = f"{self.endpoint}{path}"
        return self._judged(path, self.conn.session.request(url, verb, raise_exc=False, **sent), status)

    def _judged(self, action, response, status):
        try:
            exceptions.raise_from_response(response)
        except Exception as error:
            if type(error) not in REFUSALS:
                raise
            raise told(error, response) from error
        if response.status_code != status:
            raise Surprise(f"{action}: status {response.status_code}, want {status}")
        if not response.headers.get("X-Request-Id"):
            raise Surprise(f"{action}: no X-Request-Id")
        return response.json() if response.content else {}

    def new_user(self, name):
        """Makes a user with a password."""
        password = f"Aa1!{uuid.uuid4().hex}"
        made = self.conn.identity.create_user(name=name, password=password, domain_id=self.credentials["domain_id"])
        return Party(OtcClient(self.credentials, name, password), made.id, name, self.credentials)

    def bound(self, text):
        """Data that is bound to a ciphertext, as this client sends it."""
        return {"encryption_context": {"purpose": text, "of": "live test"}}


def told(error, response):
    """The gateway's errors are flat, those of the services one level down."""
    body = response.json() if response.content else {}
    body = body.get("error", body)
    code = body.get("error_code") or str(body.get("code"))
    message = body.get("error_msg") or body.get("message")
    return CallError(code, error.status_code, response.headers.get("X-Request-Id"), message)


def connected(credentials, user, password, endpoint):
    login = {
        "auth_url": f"{endpoint}/v3", "username": user, "password": password,
        "user_domain_name": credentials["domain_name"], "project_name": credentials["region"],
        "project_domain_name": credentials["domain_name"],
    }
    conn = openstack.connect(
        auth=login, region_name=credentials["region"], identity_api_version="3", cacert=credentials["ca_file"],
        load_yaml_config=False, load_envvars=False,
    )
    sdk.load(conn)
    return conn


def maker(credentials, secure=True):
    """What builds a client. The access key of the credentials file stands for the root, who has a password too."""

    def make(_access_key_id, _secret):
        return OtcClient(credentials, credentials["user_name"], credentials["console_password"], secure)

    return make
