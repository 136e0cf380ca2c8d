"""What an idle server takes of memory."""

from rig.server import ServingServer
from rig.wire import Client

MOST = 30  # MiB, idle


def run(trial):
    server = ServingServer(trial.binary, trial.scratch / "server")
    server.init()
    try:
        server.start()
        fresh = _resident(server)
        client = Client(server.credentials)
        key = client.must("CreateKey")["KeyMetadata"]["KeyId"]
        client.must("Encrypt", KeyId=key, Plaintext="aGVsbG8=")
        used = _resident(server)
        trial.that("exit code after SIGTERM", server.stop() == 0)
    finally:
        server.discard()
    trial.facts.append(f"{fresh:.1f} MiB after the start, {used:.1f} MiB after two calls")
    for when, size in (("after the start", fresh), ("after two calls", used)):
        trial.that(f"at most {MOST} MiB {when}", 1 < size <= MOST, f"{size:.1f} MiB")


def _resident(server):
    """Resident memory in MiB."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise ValueError("the system does not tell")
