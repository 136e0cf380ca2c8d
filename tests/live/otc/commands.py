"""The `openstack` command as an operator uses it: with the usual variables, keys by name."""

import json
import os
import subprocess
import sys
from pathlib import Path

from shared import HEX32, title

PROGRAM = Path(sys.executable).with_name("openstack")


def run(t, *arguments):
    """(exit code, what was printed)"""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OS_")},
        "OS_AUTH_URL": f"{t.credentials['https_endpoint']}/v3", "OS_IDENTITY_API_VERSION": "3",
        "OS_USERNAME": t.credentials["user_name"], "OS_PASSWORD": t.credentials["console_password"],
        "OS_USER_DOMAIN_NAME": t.credentials["domain_name"], "OS_PROJECT_DOMAIN_NAME": t.credentials["domain_name"],
        "OS_PROJECT_NAME": t.credentials["region"], "OS_REGION_NAME": t.credentials["region"],
        "OS_CACERT": t.credentials["ca_file"], "HOME": str(t.folder), "PYTHONWARNINGS": "ignore",
    }
    command = [str(PROGRAM), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr


def shown(t, *arguments):
    """The answer as JSON. A command that fails is an error."""
    code, out = run(t, *arguments, "-f", "json")
    if code != 0:
        raise RuntimeError(f"openstack {' '.join(arguments)}: {code}\n{out}")
    return json.loads(out)


def identity_commands(t):
    token = shown(t, "token", "issue")
    t.equal("token issue", token["project_id"], t.credentials["project_id"])
    t.that("its user", HEX32.fullmatch(token["user_id"]), token)
    t.equal("token revoke", run(t, "token", "revoke", token["id"]), (0, ""))
    rows = shown(t, "project", "list")
    t.equal("project list", rows, [{"ID": t.credentials["project_id"], "Name": t.credentials["region"]}])


def cmk_commands(t):
    name = title(t)
    made = shown(t, "kms", "cmk", "create", name, "--description", "by command")
    found = shown(t, "kms", "cmk", "show", name)
    facts = (found["ID"], found["key_description"], found["key_state"])
    t.equal("cmk show by name", facts, (made["ID"], "by command", "2"))
    rows = {row["ID"]: row for row in shown(t, "kms", "cmk", "list")}
    t.equal("cmk list", rows[made["ID"]], {"ID": made["ID"], "key_alias": name, "key_state": "2"})
    for arguments, state in (
        (("disable", name), "3"), (("enable", name), "2"), (("delete", name, "7"), "4"),
        (("cancel", "delete", name), "3"),
    ):
        code, out = run(t, "kms", "cmk", *arguments)
        t.equal(f"cmk {arguments[0]}", (code, out), (0, ""))
        t.equal(f"after cmk {arguments[0]}", t.call("describe-key", key_id=made["ID"])["key_info"]["key_state"], state)
    code, out = run(t, "kms", "cmk", "create", name)
    t.that("a name that is taken", code != 0 and "already exist" in out, (code, out))
    code, out = run(t, "kms", "cmk", "show", title(t))
    t.that("a name that no key has", code != 0 and "No Key found" in out, (code, out))
    rows = {row["type"]: row["quota"] for row in shown(t, "kms", "quota", "list")}
    t.equal("quota list", rows, {"CMK": 100, "grant_per_CMK": 100})


SECTIONS = [identity_commands, cmk_commands]
