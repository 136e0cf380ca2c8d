"""An HSM that is there and does not answer, and one that cannot start: what the server says, and that it heals."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from .hsm_storm import HSM
from .outage import RPC, SDK, until
from .processes import hsm_of
from .sdk import SdkClient
from .server import ServingServer, doctor
from .wire import Client, fetch, fetch_page

CALLERS = 12  # that wait for the HSM at the same time
PATIENT_SECONDS = 30  # until a call that waits is answered
QUICK_SECONDS = 2  # for a call that the HSM has nothing to do with
HUNG_SECONDS = 30  # from the moment that it hangs until it is killed: 15, and some for a busy machine
NOTICE_SECONDS = 5  # until /readyz tells of it
BACK_SECONDS = 10  # from the end of the outage until keys of level HSM work
TEXT = "aGVsbG8="


class Away:
    """A server with one key of each level and something encrypted under both."""

    def __init__(self, trial, label, kind=ServingServer):
        self.trial, self.label, self.keys = trial, label, 2
        self.server = kind(trial.binary, trial.scratch / label.replace(" ", "-"))

    def that(self, name, held, detail=""):
        return self.trial.that(f"{self.label}: {name}", held, detail)

    def __enter__(self):
        try:
            return self._begun()
        except BaseException:
            self.server.discard()
            raise

    def _begun(self):
        self.server.init()
        self.server.start()
        self.client = Client(self.server.credentials, PATIENT_SECONDS)
        self.hsm, self.software = ({"level": level} for level in (HSM, {}))
        for each in (self.hsm, self.software):
            each["key"] = self.client.must("CreateKey", **each["level"])["KeyMetadata"]["KeyId"]
            each["blob"] = self.client.must("Encrypt", KeyId=each["key"], Plaintext=TEXT)["CiphertextBlob"]
        self.endpoint = self.server.credentials["http_endpoint"]
        self.well, self.page_when_well = fetch_page(self.endpoint, "/readyz")
        self.that("/readyz is 200 while all is well", self.well == 200, self.page_when_well)
        code, text = doctor(self.server)
        self.that("doctor finds nothing while all is well", code == 0, text)
        return self

    def __exit__(self, *_):
        self.server.discard()

    def endure(self):
        """While the HSM is away."""
        begun = time.monotonic()
        with ThreadPoolExecutor(CALLERS) as pool:
            waiting = [pool.submit(self._ask_hsm, number) for number in range(CALLERS)]
            self._software_goes_on(until=lambda: all(each.done() for each in waiting))
            answers = [each.result() for each in waiting]
        self.trial.facts.append(f"{self.label}: refused after {time.monotonic() - begun:.1f} s")
        wrong = [(what, got) for what, got, wanted in answers if (got.status, got.code) != wanted]
        self.trial.none_of(f"{self.label}: calls with keys of level HSM that were not told to try again", wrong)
        told = until(lambda: fetch_page(self.endpoint, "/readyz")[1] != self.page_when_well, NOTICE_SECONDS)
        status, page = fetch_page(self.endpoint, "/readyz")
        self.that("the text of /readyz tells that the HSM is away", told and "hsm" in page.lower(), page)
        self.trial.facts.append(f"{self.label}: /readyz {status} {page.strip()!r}")
        code, text = doctor(self.server)
        bad = [line for line in text.splitlines() if line.startswith("BAD") and "HSM" in line]
        self.that("doctor tells that something is wrong with the HSM", code == 1 and bad, f"{code}\n{text}")
        self.that("/healthz is 200 all the time", fetch(self.endpoint, "/healthz") == 200)
        seen = self.client.must("DescribeKey", KeyId=self.hsm["key"])["KeyMetadata"]
        self.that("a key of level HSM is shown all the same", seen["ProtectionLevel"] == "HSM", seen)
        self._software_goes_on(until=lambda: True)

    def wait(self):
        """Calls wait for an HSM that hangs. Each is answered, as if nothing had been, or told to try again."""
        begun = time.monotonic()
        with ThreadPoolExecutor(CALLERS) as pool:
            waiting = [pool.submit(self._ask_hsm, number) for number in range(CALLERS)]
            self._software_goes_on(until=lambda: all(each.done() for each in waiting))
            answers = [each.result() for each in waiting]
        self.trial.facts.append(f"{self.label}: answered after {time.monotonic() - begun:.1f} s")
        wrong = [(what, got) for what, got, wanted in answers if got.status != 200 and (got.status, got.code) != wanted]
        self.trial.none_of(f"{self.label}: calls that were neither answered nor told to try again", wrong)
        refused = [what for what, got, _ in answers if got.status != 200]
        self.trial.facts.append(f"{self.label}: {len(refused)} of {CALLERS} refused")
        self.keys += sum(what == "CreateKey" and got.status == 200 for what, got, _ in answers)

    def _ask_hsm(self, number):
        """One call that needs the HSM: (what, the answer, what it has to be)."""
        key, blob = self.hsm["key"], self.hsm["blob"]
        if number % 4 == 3:
            sdk = SdkClient(self.server.credentials, PATIENT_SECONDS)
            return "create-datakey", sdk.call("create-datakey", key_id=key, datakey_length="256"), SDK
        client = Client(self.server.credentials, PATIENT_SECONDS)
        what, params = (
            ("Encrypt", {"KeyId": key, "Plaintext": TEXT}),
            ("Decrypt", {"CiphertextBlob": blob}),
            ("CreateKey", {"Description": "refused", **HSM}),
        )[number % 4]
        return what, client.call(what, **params), RPC

    def _software_goes_on(self, until):
        """Calls with a software key, one after the other, at least until that holds."""
        client, slowest, calls, wrong = Client(self.server.credentials), 0.0, 0, []
        while True:
            begun = time.monotonic()
            blob = client.must("Encrypt", KeyId=self.software["key"], Plaintext=TEXT)["CiphertextBlob"]
            if client.must("Decrypt", CiphertextBlob=blob)["Plaintext"] != TEXT:
                wrong.append(blob)
            slowest, calls = max(slowest, time.monotonic() - begun), calls + 1
            if until():
                break
            time.sleep(0.02)
        self.trial.none_of(f"{self.label}: wrong data with a software key", wrong)
        self.that(f"software keys answer within {QUICK_SECONDS} s", slowest <= QUICK_SECONDS, f"{slowest:.1f} s")

    def recover(self):
        """After the end of the outage of an HSM process."""
        self.works_again()
        hsm = hsm_of(self.server)
        self.ends()
        self.that("the HSM process ends with the server", hsm.ends_within(1))

    def works_again(self):
        """After the end of the outage."""
        begun = time.monotonic()
        works = until(lambda: self.client.call("Decrypt", CiphertextBlob=self.hsm["blob"]).status == 200, BACK_SECONDS)
        seconds = time.monotonic() - begun
        self.that(f"keys of level HSM work {BACK_SECONDS} s after it", works, f"{seconds:.1f} s")
        self.trial.facts.append(f"{self.label}: back after {seconds:.1f} s")
        told = until(lambda: fetch_page(self.endpoint, "/readyz") == (200, self.page_when_well), NOTICE_SECONDS)
        self.that("/readyz is as before", told, fetch_page(self.endpoint, "/readyz"))
        opened = self.client.must("Decrypt", CiphertextBlob=self.hsm["blob"])["Plaintext"]
        self.that("what was encrypted before opens", opened == TEXT, opened)
        keys = self.client.must("ListKeys")["TotalCount"]
        self.that("keys that were refused are not there", keys == self.keys, keys)

    def ends(self):
        self.that("exit code after SIGTERM", self.server.stop() == 0)
        log = self.server.log_file.read_text(errors="replace")
        self.that("nothing panics", "panicked" not in log and "RUST_BACKTRACE" not in log)


def hangs(trial):
    """SIGSTOP: the process is there, its socket takes connections, and nothing comes back. It is killed for that, whether
    or not anybody calls, and the next one answers what waits."""
    with Away(trial, "hung HSM") as away:
        hsm = hsm_of(away.server)
        hsm.send(signal.SIGSTOP)
        _killed(away, hsm, "while nobody calls")
        hsm = hsm_of(away.server, other_than=hsm)
        away.works_again()
        hsm.send(signal.SIGSTOP)
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(doctor, away.server)
            away.wait()
            code, text = said.result()
        bad = [line for line in text.splitlines() if line.startswith("BAD") and "HSM" in line]
        away.that("doctor tells that it does not answer", code == 1 and bad, f"{code}\n{text}")
        _killed(away, hsm, "while calls wait")
        away.recover()
        log = away.server.log_file.read_text(errors="replace")
        away.that("the log tells of it", log.count("the HSM process does not answer") == 2)
    return trial


def _killed(away, hsm, when):
    begun = time.monotonic()
    ended = hsm.ends_within(HUNG_SECONDS)
    away.that(f"it is killed {when}", ended, f"there after {HUNG_SECONDS} s")
    away.trial.facts.append(f"{away.label}: killed {when} after {time.monotonic() - begun:.1f} s")
    if not ended:
        hsm.kill()


def locked_out(trial):
    """Killed, with its master key gone for a while: it cannot start again, and must not make itself another key."""
    with Away(trial, "HSM without its key") as away:
        master = away.server.data / "hsm" / "master-key.json"
        aside = master.with_suffix(".aside")
        os.rename(master, aside)
        hsm_of(away.server).kill()
        away.endure()
        away.that("no other master key is made in its place", not master.exists())
        log = away.server.log_file.read_text(errors="replace")
        away.that("the log names the file that is missing", "master-key.json" in log and "missing" in log)
        if not master.exists():
            os.rename(aside, master)
        away.recover()
    return trial
