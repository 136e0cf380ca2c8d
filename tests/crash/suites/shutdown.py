"""SIGTERM under load: answers under way are finished, nothing is answered by half, and the process ends in time."""

import signal
import socket
import ssl
import time

from rig import promises
from rig.journal import Book
from rig.server import ServingServer
from rig.storm import Storm
from rig.wire import Broken, Client, Line, answer, signed

ROUNDS = 5
WRITERS = 8
DRAIN = 4  # seconds that the settings give to answers under way
SLACK = 5  # seconds for everything else that a stop does, on a busy machine
IDLE = 5  # connections that only stand there


def run(trial):
    server, book = ServingServer(trial.binary, trial.scratch / "server"), Book(WRITERS)
    server.init(f"\n[limits]\ndrain_seconds = {DRAIN}\n")
    chance, longest = trial.random("shutdown"), 0.0
    try:
        for number in range(ROUNDS):
            server.start()
            promises.keep_trail(trial, server, book)
            longest = max(longest, _stop_under_load(trial, server, book, chance, number))
        server.start()
        promises.keep_trail(trial, server, book)
        promises.keep_state(trial, server, book, chance, everything=True)
        promises.keep_ciphertexts(trial, server, book, chance, everything=True)
        _answers_under_way(trial, server)
        server.start()
        _hanging_connections(trial, server)
    finally:
        server.discard()
    promises.keep_quiet(trial, server)
    trial.facts += [f"{len(book.acknowledged())} calls acknowledged", f"longest stop under load {longest:.1f} s"]


def _stop_under_load(trial, server, book, chance, number):
    """Gives the seconds that the stop took."""
    with Storm(server.credentials, book, f"{trial.seed}/{number}") as storm:
        time.sleep(chance.uniform(0.2, 0.6))
        seconds = _stops(trial, server, "under load", signal.SIGINT if number == 1 else signal.SIGTERM)
    trial.that("the stop met writers at work", storm.broken() > 0)
    trial.none_of("half answers", storm.halves())
    trial.none_of("answers that no client could use", book.problems())
    trial.none_of("calls that were refused", book.refused())
    promises.keep_trail(trial, server, book)
    return seconds


def _stops(trial, server, when, number=signal.SIGTERM):
    begun = time.monotonic()
    server.terminate(number)
    code = server.wait(DRAIN + SLACK)
    trial.that(f"exit code {when}", code == 0, code)
    return time.monotonic() - begun


def _answers_under_way(trial, server):
    """Requests that have begun to arrive when the signal comes are answered, if the rest of them comes in time."""
    begun = []
    for number in range(WRITERS):
        line = Line(server.credentials["http_endpoint"])
        head, body = _with_body(server, line.host, f"note-under-way-{number}")
        line.send(head + body[:10])
        begun.append((line, body[10:]))
    time.sleep(0.3)  # for the server to have seen them
    server.terminate()
    time.sleep(0.3)
    made = []
    for line, rest in begun:
        line.send(rest)
        got = answer(*line.receive())
        trial.that("a request under way is answered", got.status == 200, got)
        made.append(got.body.get("KeyMetadata", {}).get("KeyId"))
        line.close()
    trial.that("exit code after requests under way", server.wait(DRAIN + SLACK) == 0)
    server.start()
    client = Client(server.credentials)
    seen = [client.must("DescribeKey", KeyId=key)["KeyMetadata"]["Description"] for key in made]
    wanted = [f"note-under-way-{number}" for number in range(WRITERS)]
    trial.that("what was answered then is there after the restart", seen == wanted, seen)
    trial.that("exit code after SIGTERM", server.stop() == 0)


def _with_body(server, host, words):
    """A signed CreateKey as head and form body."""
    key = (server.credentials["access_key_id"], server.credentials["access_key_secret"])
    body = signed(key, "POST", {"Action": "CreateKey", "Description": words}).encode()
    head = (
        f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode(), body


def _hanging_connections(trial, server):
    """Clients that hold connections open, or never finish what they began, do not hold the process."""
    held = []
    for _ in range(IDLE):
        line = Line(server.credentials["http_endpoint"])
        line.send(f"GET /healthz HTTP/1.1\r\nHost: {line.host}\r\n\r\n".encode())
        trial.that("/healthz on a connection that stays", line.receive()[0] == 200)
        held.append(line)
    https = server.credentials["https_endpoint"]
    host, port = https.removeprefix("https://").rsplit(":", 1)
    plain = socket.create_connection((host, int(port)))  # TCP, but no TLS on it yet
    trusting = ssl.create_default_context(cafile=server.credentials["ca_file"])
    tls = trusting.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host)
    half_head = Line(server.credentials["http_endpoint"])
    half_head.send(b"POST /?Action=CreateKey HTTP/1.1\r\nHost: ")
    half_body = Line(server.credentials["http_endpoint"])
    head, body = _with_body(server, half_body.host, "never finished")
    half_body.send(head + body[:-1])
    time.sleep(0.3)
    seconds = _stops(trial, server, "with hanging connections")
    trial.facts.append(f"stop with hanging connections {seconds:.1f} s")
    for line in held:
        trial.that("an idle connection is closed without a word", _ending(line) == b"")
    for each in (plain, tls, half_head.socket, half_body.socket):
        each.close()


def _ending(line):
    try:
        return line.receive()
    except Broken as error:
        return error.got
