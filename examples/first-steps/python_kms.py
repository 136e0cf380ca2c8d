"""First steps with alibabacloud_kms20160120. Usage: python_kms.py CREDENTIALS_FILE"""

import base64
import json
import sys

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.utils_models import Config

with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file)
kms = Client(
    Config(
        access_key_id=found["access_key_id"],
        access_key_secret=found["access_key_secret"],
        region_id=found["region"],
        endpoint=found["https_endpoint"].removeprefix("https://"),
        ca=found["ca_file"],
    )
)

context = {"tenant": "acme"}
text = base64.b64encode(b"hello").decode()
key = kms.create_key(models.CreateKeyRequest(description="first steps")).body.key_metadata.key_id
request = models.EncryptRequest(key_id=key, plaintext=text, encryption_context=context)
blob = kms.encrypt(request).body.ciphertext_blob
request = models.DecryptRequest(ciphertext_blob=blob, encryption_context=context)
opened = kms.decrypt(request).body.plaintext
print(f"{base64.b64decode(opened).decode()}, encrypted and decrypted under {key}")
