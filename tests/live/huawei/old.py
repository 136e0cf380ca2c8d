"""Runs the SDK of 2019, whose signatures name a scope, and the signer of the gateway's manual. Prints one JSON object a
line for `run.py`.

Usage: old.py CREDENTIALS_FILE FOLDER CLAVIGER [SECTION]...
"""

import collections
import collections.abc
import inspect
import json
import os
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "python"))  # what both faces share is there
warnings.simplefilter("ignore")
# The SDK wants names that newer Pythons have elsewhere.
for _name in ("Callable", "Iterable", "Mapping", "MutableMapping", "MutableSequence"):
    setattr(collections, _name, getattr(collections.abc, _name))
inspect.getargspec = getattr(inspect, "getargspec", inspect.getfullargspec)

import requests
from apigateway_sdk_python import signer
from openstack import connection, exceptions

from shared import HEX32, TEXT, sha256, title
from trial import Trial


def kms_of(t, **more):
    c = t.credentials
    asked = {"project_id": c["project_id"], "region": c["region"]}
    asked |= {"ak": c["access_key_id"], "sk": c["access_key_secret"]}
    verify = c["ca_file"] if t.endpoint.startswith("https") else False
    # The SDK reads its address from here at each call.
    os.environ["OS_KMS_ENDPOINT_OVERRIDE"] = f"{t.endpoint}/v1.0/%(project_id)s"
    return connection.Connection(domain="example.com", verify=verify, **{**asked, **more}).kms


def keys(t):
    kms, name = kms_of(t), title(t)
    key = kms.create_key(key_alias=name, key_description="Schlüssel 密钥")
    t.that("create_key", key.key_id and HEX32.fullmatch(key.domain_id), key)
    shown = kms.describe_key(key.key_id)
    t.equal("describe_key", (shown.key_alias, shown.key_state), (name, "2"))
    t.that("keys", key.key_id in [row.key_id for row in kms.keys()])
    for method, state in (("disable_key", "3"), ("enable_key", "2")):
        getattr(kms, method)(key.key_id)
        t.equal(method, kms.describe_key(key.key_id).key_state, state)
    t.equal("schedule_deletion_key", kms.schedule_deletion_key(key.key_id, 7).key_state, "4")
    t.equal("cancel_deletion_key", kms.cancel_deletion_key(key.key_id).key_state, "3")
    refused(t, "a name that is taken", 400, kms.create_key, key_alias=name)


def refused(t, name, status, call, *arguments, **params):
    try:
        got = call(*arguments, **params)
    except exceptions.HttpException as error:
        t.equal(name, error.http_status, status)
    else:
        t.that(name, False, f"succeeded with {got!r:.200}")


def data_keys(t):
    kms = kms_of(t)
    key = kms.create_key(key_alias=title(t)).key_id
    made = kms.create_datakey(key, datakey_length="512")
    t.equal("create_datakey", len(made.plain_text), 128)
    t.equal("gen_random", len(kms.gen_random(random_data_length="512").random_data), 128)
    t.that("get_instance_number", kms.get_instance_number().instance_num > 0)


def credentials(t):
    wrong = kms_of(t, sk="wrong")
    refused(t, "a wrong secret", 401, wrong.create_key, key_alias=title(t))


def signed(t, method, path, body="", **headers):
    """A request of the caller's own with what the signer adds."""
    request = signer.HttpRequest(method, f"{t.endpoint}{path}", headers, body)
    own = signer.Signer()
    own.Key, own.Secret = t.credentials["access_key_id"], t.credentials["access_key_secret"]
    own.Sign(request)
    url = f"{request.scheme}://{request.host}{request.uri}"
    return requests.request(method, url, headers=request.headers, data=request.body, verify=t.credentials["ca_file"])


def by_signer(t):
    project = t.credentials["project_id"]
    kind = {"content-type": "application/json", "X-Project-Id": project}
    made = signed(t, "POST", f"/v1.0/{project}/kms/create-key", json.dumps({"key_alias": title(t)}), **kind)
    t.equal("create-key", made.status_code, 200)
    key = made.json()["key_info"]["key_id"]
    body = json.dumps({"key_id": key, "plain_text": TEXT}, ensure_ascii=False)
    got = signed(t, "POST", f"/v1.0/{project}/kms/encrypt-data", body, **kind)
    body = json.dumps({"cipher_text": got.json()["cipher_text"]})
    back = signed(t, "POST", f"/v1.0/{project}/kms/decrypt-data", body, **kind)
    t.equal("encrypt-data and decrypt-data", back.json().get("plain_text"), TEXT)
    query = f"marker=a%20b%2Bc&limit=50&key_id={key}"  # signed in another order
    t.equal("list-aliases", signed(t, "GET", f"/v1.0/{project}/kms/aliases?{query}").status_code, 200)
    body = json.dumps({"key_id": key})
    unsigned = {"content-type": "application/json", "X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"}
    got = signed(t, "POST", f"/v1.0/{project}/kms/describe-key", body, **unsigned)
    t.equal("a body that is not signed", (got.status_code, got.json()["error_code"]), (401, "APIGW.0301"))
    hashed = {**unsigned, "X-Sdk-Content-Sha256": sha256(body.encode()).hex()}
    got = signed(t, "POST", f"/v1.0/{project}/kms/describe-key", body, **hashed)
    t.equal("a body whose hash is in a header", got.status_code, 200)


def main(path, names):
    with open(path, encoding="utf-8") as file:
        facts = json.load(file)
    for transport in ("https", "http"):
        walk = Trial(lambda *_: None, facts)
        walk.endpoint, walk.tag = facts[f"{transport}_endpoint"], os.urandom(4).hex()
        sections = [keys, data_keys, credentials, by_signer]
        walk.run([section for section in sections if not names or section.__name__ in names])
        line = {
            "client": "huaweicloud-sdk-python, apigateway-sdk-python",
            "version": f"{version('huaweicloud-sdk-python')}, {version('apigateway-sdk-python')}",
            "scheme": "SDK-HMAC-SHA256 with a scope", "transport": transport,
            "passed": walk.passed, "failures": walk.failures,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[4:])
