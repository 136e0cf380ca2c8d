"""Hostile clients on the socket of the HSM: refused, told in the log, and neither the HSM nor its callers suffer."""

import re
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from rig import promises
from rig.hsm_line import MOST, MOST_GREETING, PING, Ended, HsmLine, access_key, framed, request, socket_of
from rig.hsm_played import played_again
from rig.hsm_storm import HSM
from rig.outage import until
from rig.processes import hsm_of
from rig.server import Server
from rig.stranger import come_as_stranger
from rig.wire import Client

GARBAGE = 30  # connections with random bytes
FLOOD = 200  # connections at once
CONNECTIONS = 16  # that the HSM takes at most
SILENT_SECONDS = 9  # until a connection without a handshake is closed: 5, and some for a busy machine
CLOSE_SECONDS = 3  # until a connection is closed on which a rule was broken
LOG_SECONDS = 2  # until the log tells
COUNTED_SECONDS = 15  # until it tells how many lines it left out: 10, and some for a busy machine
GROWTH = 16  # MiB that the HSM may grow by in all this


def run(trial):
    server = Server(trial.binary, trial.scratch / "server")
    try:
        server.start()
        Client(server.credentials).must("CreateKey", **HSM)  # waits until the HSM has begun, too
        come_as_stranger(trial, server)  # forks, so before there are threads
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(played_again, trial.part())
            try:
                with _load(trial, server):
                    Hostile(trial, server).everything()
            finally:
                trial.add(other.result())
        trial.that("exit code after SIGTERM", server.stop() == 0)
    finally:
        server.discard()
    promises.keep_quiet(trial, server)


@contextmanager
def _load(trial, server):
    """Calls with a key of level HSM, all the time: none may fail or be late."""
    client, over, slowest, calls, wrong = Client(server.credentials), threading.Event(), 0.0, 0, []
    key = client.must("CreateKey", **HSM)["KeyMetadata"]["KeyId"]

    def work():
        nonlocal slowest, calls
        while not over.is_set():
            begun = time.monotonic()
            try:
                blob = client.must("Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
                if client.must("Decrypt", CiphertextBlob=blob)["Plaintext"] != "aGVsbG8=":
                    raise ValueError("wrong data")
            except Exception as error:  # the thread is a witness, and says at the end what it saw
                wrong.append(f"{type(error).__name__}: {error}")
                over.wait(0.1)
            slowest, calls = max(slowest, time.monotonic() - begun), calls + 2
            over.wait(0.005)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()
    trial.none_of("calls of others that failed meanwhile", wrong)
    trial.that("calls of others are answered within 2 s", slowest < 2, f"{slowest:.2f} s")
    trial.facts.append(f"{calls} calls of others, slowest {slowest * 1000:.0f} ms")


class Hostile:
    def __init__(self, trial, server):
        self.trial, self.server = trial, server
        self.path, self.key = socket_of(server.data), access_key(server.data)
        self.chance = trial.random("hostile")

    def everything(self):
        hsm = hsm_of(self.server)
        before = _resident(hsm)
        self._keeps_the_rules()
        silent = [HsmLine(self.path) for _ in range(3)]
        silent[1].send(b"\0")
        silent[2].send(struct.pack(">I", 98) + b"\0\1" + bytes(40))  # an answer to the hello, by half
        silent_since = time.monotonic()
        self._lengths()
        self._played_again()
        self._no_access_key()
        self._numbers()
        self._garbage()  # after what has to be told line by line
        for each, what in zip(silent, ("nothing", "one byte", "half an answer"), strict=True):
            left = SILENT_SECONDS - (time.monotonic() - silent_since)
            self.that(f"who says {what} is sent away", each.ends_within(left) is not None)
            each.socket.close()
        self._told("who says nothing", "handshake")
        self._flood()
        self._counted()
        self.that("it is the same HSM process all the time", hsm_of(self.server).pid == hsm.pid)
        grown = _resident(hsm) - before
        self.that(f"the HSM grows by no more than {GROWTH} MiB", grown <= GROWTH, f"{grown:.1f} MiB")
        self.trial.facts.append(f"grown by {grown:.1f} MiB")

    def that(self, name, held, detail=""):
        return self.trial.that(name, held, detail)

    def _connected(self):
        line = HsmLine(self.path)
        line.greet(self.key)
        return line

    def _keeps_the_rules(self):
        """Who knows the access key and keeps the rules is served: what is refused below is refused for its fault."""
        with HsmLine(self.path) as line:
            table = line.greet(self.key)
            self.that("control: a client with the access key is served", table == "managed-hsm", table)
            self.that("control: it may ask again and again", all(line.ping() for _ in range(100)))

    def _refused(self, what, line, log=None):
        """The connection ends, with nothing on it but what was there; and the log tells."""
        with line:
            came = line.ends_within(CLOSE_SECONDS)
        self.that(f"{what}: the connection is closed", came is not None)
        if log:
            self._told(what, log)
        return came

    def _told(self, what, words):
        def there():
            log = self.server.log_file.read_text(errors="replace")
            return any(re.search(words, line) for line in log.splitlines())

        self.that(f"{what}: the log tells it", until(there, LOG_SECONDS), f"no line like {words}")

    def _garbage(self):
        """Random bytes, and what another protocol would say."""
        said = [self.chance.randbytes(self.chance.randrange(1, 5000)) for _ in range(GARBAGE)]
        # Shorter ones could be the beginning of something: those are sent away for their silence.
        said = [data for data in said if len(data) >= 4 and data[:2] != b"\0\0"]
        said += [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40)]
        open_still = []
        for data in said:
            with HsmLine(self.path) as line:
                try:
                    line.send(data)
                except Ended:
                    continue
                came = line.ends_within(CLOSE_SECONDS)
                if came is None:
                    open_still.append(data[:20])
                elif not _is_hello(came):
                    open_still.append(came)
        self.trial.none_of("garbage that is answered by more than a hello", open_still)

    def _lengths(self):
        """Lengths that promise too much: nothing is waited for, let alone made room for."""
        for length in (MOST_GREETING + 1, MOST, 0x7FFFFFFF, 0xFFFFFFFF):
            line = HsmLine(self.path)
            line.send(struct.pack(">I", length))
            came = self._refused(f"a first frame of {length} bytes", line, f"a frame of {length} bytes")
            self.that(f"a first frame of {length} bytes: no word but the hello", came is not None and _is_hello(came))
        for length in (MOST + 1, 0xFFFFFFFF):
            line = self._connected()
            line.send(struct.pack(">I", length))
            self._refused(f"a request of {length} bytes", line, f"a frame of {length} bytes")
        # The longest that may be is waited for; and as long as it does not come, it takes no room.
        with self._connected() as line:
            line.send(struct.pack(">I", MOST) + bytes(100))
            self.that("a long frame that does not come is waited for", line.ends_within(0.3) is None)
        with HsmLine(self.path) as line:
            line.frame()
            line.send(framed(b""))
            self.that("an empty answer to the hello: the connection is closed", line.ends_within(CLOSE_SECONDS) == b"")

    def _no_access_key(self):
        wrong = bytes([self.key[0] ^ 1]) + self.key[1:]
        with HsmLine(self.path) as line:
            self.that("another access key opens nothing", _is_refused(lambda: line.greet(wrong)))
            self.that("who does not know the key gets no proof", len(line.got) == line_of_hello(line))
        self._told("another access key", "does not know the access key")

    def _played_again(self):
        """What was said on one connection is said again on another one, byte for byte."""
        with self._connected() as first:
            first.ping()
            said, answered = first.sent, first.got
        second = HsmLine(self.path)
        second.send(said)
        came = self._refused("a connection played again", second, "does not know the access key")
        self.that("a connection played again gets a hello only", came is not None and _is_hello(came))
        self.that("no hello is like another", came is not None and came[:64] != answered[:64])

    def _numbers(self):
        """Requests with numbers that are not due, and requests that are none."""
        for what, numbers in (("again", (1, 2, 2)), ("back", (1, 2, 1)), ("ahead", (1, 3)), ("zero", (0,))):
            line = self._connected()
            for number in numbers:
                line.send(request(number, PING))
            due = len(numbers)
            came = self._refused(f"a number {what}", line, f"request {numbers[-1]} came where request {due} was due")
            self.that(f"a number {what}: no answer to it", came is not None and len(came) == 13 * (due - 1), came)
        for what, content in (("no number", b"\0\0\0"), ("no operation", struct.pack(">Q", 1))):
            line = self._connected()
            line.send(framed(content))
            self._refused(f"a request with {what}", line, "malformed")
        for what, operation, fields in (("an unknown operation", 250, b""), ("a request cut short", 2, b"\0\0\0\1")):
            line = self._connected()
            line.request(operation, fields)
            self._refused(what, line, "malformed")

    def _flood(self):
        """Many connections at once that say nothing. Who keeps the rules gets in when they have been sent away."""
        held = []
        try:
            for _ in range(FLOOD):
                try:
                    held.append(HsmLine(self.path, patience=0.2))
                except OSError:
                    continue
            greeted = sum(_has_hello(each) for each in held)
            self.that(f"no more than {CONNECTIONS} connections are greeted", greeted <= CONNECTIONS, greeted)
            gets_in = until(self._gets_in, SILENT_SECONDS)
            self.that("who keeps the rules gets in while others flood", gets_in)
        finally:
            for each in held:
                each.socket.close()
        self.that("who keeps the rules gets in after a flood", until(self._gets_in, SILENT_SECONDS))
        self.trial.facts.append(f"{len(held)} connections at once, {greeted} greeted")

    def _counted(self):
        """Who is sent away often does not fill the log: lines are left out, and later it tells how many."""

        def told():
            with HsmLine(self.path) as line:
                line.send(b"\xff" * 8)
                line.ends_within(CLOSE_SECONDS)
            return any("omitted=" in line and "a frame of" in line for line in self._sent_away())

        self.that("the log tells how many lines were left out", until(told, COUNTED_SECONDS))
        lines = len(self._sent_away())
        self.that("who is sent away often does not fill the log", lines < FLOOD / 2, f"{lines} lines")

    def _sent_away(self):
        log = self.server.log_file.read_text(errors="replace")
        return [line for line in log.splitlines() if "a client was sent away" in line]

    def _gets_in(self):
        try:
            with HsmLine(self.path, patience=1) as line:
                line.greet(self.key)
                return line.ping()
        except (Ended, OSError):
            return False


def line_of_hello(line):
    """Bytes that the hello takes, by what came first."""
    return 4 + struct.unpack(">I", line.got[:4])[0]


def _is_hello(data):
    return data == b"" or (data[4:10] == b"CLVHSM" and len(data) == 4 + struct.unpack(">I", data[:4])[0])


def _has_hello(line):
    try:
        return line.frame()[:6] == b"CLVHSM"
    except (Ended, OSError):
        return False


def _is_refused(attempt):
    try:
        attempt()
    except Ended:
        return True
    return False


def _resident(process):
    return int(process.status("VmRSS").split()[0]) / 1024
