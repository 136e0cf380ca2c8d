"""First steps with aliyun-python-sdk-kms. Usage: python_core.py CREDENTIALS_FILE"""

import base64
import json
import sys

from aliyunsdkcore.auth.credentials import AccessKeyCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkkms.request.v20160120.CreateKeyRequest import CreateKeyRequest
from aliyunsdkkms.request.v20160120.DecryptRequest import DecryptRequest
from aliyunsdkkms.request.v20160120.EncryptRequest import EncryptRequest

with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file)
credential = AccessKeyCredential(found["access_key_id"], found["access_key_secret"])
client = AcsClient(region_id=found["region"], credential=credential, verify=found["ca_file"])


def call(request, **parameters):
    for name, value in parameters.items():
        request.add_query_param(name, value)
    request.set_endpoint(found["https_endpoint"].removeprefix("https://"))
    request.set_protocol_type("https")
    return json.loads(client.do_action_with_exception(request))


context = json.dumps({"tenant": "acme"})
text = base64.b64encode(b"hello").decode()
key = call(CreateKeyRequest(), Description="first steps")["KeyMetadata"]["KeyId"]
blob = call(EncryptRequest(), KeyId=key, Plaintext=text, EncryptionContext=context)["CiphertextBlob"]
opened = call(DecryptRequest(), CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
print(f"{base64.b64decode(opened).decode()}, encrypted and decrypted under {key}")
