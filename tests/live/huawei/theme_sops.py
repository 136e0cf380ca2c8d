"""sops, a program with the vendor's Go SDK inside: a file is encrypted under a key and comes back."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from shared import made


def endpoint_of(t):
    """The variable that has the address of a region."""
    return f"HUAWEICLOUD_SDK_REGION_KMS_{t.credentials['region'].upper().replace('-', '_')}"


def sops(t, *arguments, **variables):
    program = Path(sys.executable).with_name("sops")
    environment = {
        **os.environ,
        "HUAWEICLOUD_SDK_AK": t.credentials["access_key_id"], "HUAWEICLOUD_SDK_SK": t.credentials["access_key_secret"],
        endpoint_of(t): t.credentials["https_endpoint"],
        "HUAWEICLOUD_SDK_IAM_ENDPOINT": t.credentials["https_endpoint"],
        "SSL_CERT_FILE": t.credentials["ca_file"],
        **variables,
    }
    command = [str(program), *arguments]
    done = subprocess.run(
        command, cwd=t.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"sops {arguments[0]}: {done.returncode}\n{done.stderr}")
    return done.stdout


def files(t):
    key, plain = made(t), {"user": "röot", "password": "s3cret 密"}
    (t.folder / "plain.json").write_text(json.dumps(plain), encoding="utf-8")
    where = f"{t.credentials['region']}:{key}"
    ways = {
        "the project given": {"HUAWEICLOUD_SDK_PROJECT_ID": t.credentials["project_id"]},
        "the project asked for": {},
        "over http": {
            "HUAWEICLOUD_SDK_PROJECT_ID": t.credentials["project_id"],
            endpoint_of(t): t.credentials["http_endpoint"],
        },
    }
    for name, variables in ways.items():
        sealed = sops(t, "encrypt", "--hckms", where, "plain.json", **variables)
        t.that(f"{name}: no plaintext", "s3cret" not in sealed and key in sealed, sealed[:300])
        (t.folder / "sealed.json").write_text(sealed, encoding="utf-8")
        t.equal(f"{name}: back", json.loads(sops(t, "decrypt", "sealed.json", **variables)), plain)


ONCE = [files] if shutil.which("sops", path=str(Path(sys.executable).parent)) else []
