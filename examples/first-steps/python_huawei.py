"""First steps with huaweicloudsdkkms. Usage: python_huawei.py CREDENTIALS_FILE"""

import json
import sys
import uuid

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkkms import v2 as kms

with open(sys.argv[1], encoding="utf-8") as file:
    found = json.load(file)
builder = kms.KmsClient.new_builder().with_endpoint(found["https_endpoint"])
builder.with_http_config(HttpConfig(ssl_ca_cert=found["ca_file"]))
builder.with_credentials(
    BasicCredentials(found["access_key_id"], found["access_key_secret"], found["project_id"])
)
client = builder.build()

tenant = "tenant acme"
body = kms.CreateKeyRequestBody(key_alias=f"first-steps-{uuid.uuid4()}")
key = client.create_key(kms.CreateKeyRequest(body=body)).key_info.key_id
body = kms.EncryptDataRequestBody(key_id=key, plain_text="hello", additional_authenticated_data=tenant)
sealed = client.encrypt_data(kms.EncryptDataRequest(body=body)).cipher_text
body = kms.DecryptDataRequestBody(cipher_text=sealed, additional_authenticated_data=tenant)
opened = client.decrypt_data(kms.DecryptDataRequest(body=body)).plain_text
print(f"{opened}, encrypted and decrypted under {key}")
