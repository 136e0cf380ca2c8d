"""What a run consists of. A job gets a running server for itself and yields results."""

import json
import stat
from dataclasses import dataclass, field

from . import children
from .environments import LIVE, ROOT
from .server import FIELDS

CLIENT_SECONDS = 600


@dataclass
class Result:
    label: str
    passed: int = 0
    failures: list = field(default_factory=list)

    def that(self, name, held, detail=""):
        if held:
            self.passed += 1
        else:
            self.failures.append(f"{name}: {detail}" if detail else name)


@dataclass(frozen=True)
class Job:
    name: str
    environment: str
    run: object  # (job, server, path of the environment, scratch folder) -> iterator of Result
    in_sections: bool = False  # whether it can run some sections of its scenario alone
    sections: tuple = ()  # those; none means all


def client(command):
    """A job that runs a client program. `command(path, server)` is its command line."""

    def run(job, server, path, _scratch):
        env = children.clean_environment(
            NODE_EXTRA_CA_CERTS=server.credentials["ca_file"],
            PYTHONPYCACHEPREFIX=str(path.parent / "pycache"),
        )
        code, out, err = children.run(command(path, server), CLIENT_SECONDS, env=env)
        for line in out.splitlines():
            if line.startswith("{"):
                yield read_line(json.loads(line))
        if code != 0 or not out:
            ending = "ran out of time" if code is None else f"ended with code {code}"
            yield Result(job.name, failures=[f"the client {ending}\n{(out + err)[-3000:]}"])

    return run


def read_line(line):
    label = " | ".join(line[part] for part in ("client", "version", "scheme", "transport") if part in line)
    return Result(label, line["passed"], line["failures"])


def python(program, family):
    return client(lambda path, server: [str(path), str(program), family, str(server.credentials_file)])


def node(family):
    program = str(LIVE / "node" / "main.mjs")
    return client(lambda path, server: ["node", program, family, str(server.credentials_file), str(path)])


def walk(program):
    """A job of the Huawei dialect in Python. Its program gets the server's own command along, to make accounts."""

    def run(job, server, path, scratch):
        own = [str(server.credentials_file), str(scratch), server.command[0]]
        command = [str(path), str(LIVE / program), *own, *job.sections]
        yield from client(lambda *_: command)(job, server, path, scratch)

    return run


def walk_of_node(job, server, path, scratch):
    """The same in Node."""
    program = str(LIVE / "node-huawei" / "main.mjs")
    command = ["node", program, str(server.credentials_file), str(path), *job.sections]
    yield from client(lambda *_: command)(job, server, path, scratch)


def example(path, server):
    demo = ROOT / "examples" / "envelope" / "demo.py"
    return [str(path), str(demo), "--credentials", str(server.credentials_file), "--json"]


def first_steps(*names):
    """A job that runs programs of `examples/first-steps`, and looks whether the README shows them as they are."""

    def run(job, server, path, _scratch):
        env = children.clean_environment(
            NODE_PATH=str(path / "node_modules"), NODE_EXTRA_CA_CERTS=server.credentials["ca_file"]
        )
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        result = Result(job.name)
        for name in names:
            program = ROOT / "examples" / "first-steps" / name
            interpreter = "node" if program.suffix == ".js" else str(path)
            command = [interpreter, str(program), str(server.credentials_file)]
            code, out, err = children.run(command, CLIENT_SECONDS, env=env)
            worked = code == 0 and out.startswith("hello, encrypted and decrypted under ")
            result.that(f"{name} gets its text back", worked, (out + err)[-3000:])
            result.that(f"README.md shows {name} as it is", program.read_text(encoding="utf-8") in readme)
        yield result

    return run


def restart(job, server, path, scratch):
    """What was stored before a restart is there after it, and the same credentials open it."""
    before = server.credentials

    def step(name):
        command = [str(path), str(LIVE / "python" / "persist.py"), name, str(server.credentials_file), str(scratch)]
        env = children.clean_environment(PYTHONPYCACHEPREFIX=str(path.parent / "pycache"))
        code, out, err = children.run(command, CLIENT_SECONDS, env=env)
        if code == 0:
            return json.loads(out)
        return {"passed": 0, "failures": [f"persist.py {name} ended with code {code}\n{(out + err)[-3000:]}"]}

    result = Result("restart on the same folder")
    for name in ("write", "read"):
        line = step(name)
        result.passed += line["passed"]
        result.failures += line["failures"]
        if name == "write":
            result.that("exit code after SIGTERM", (code := server.stop()) == 0, code)
            server.start()
    for name in FIELDS:
        result.that(f"credentials keep {name}", server.credentials[name] == before[name])
    yield result


def check_credentials(server, result):
    """The file that tells programs how to connect."""
    mode = stat.S_IMODE(server.credentials_file.stat().st_mode)
    result.that("mode is 0600", mode == 0o600, oct(mode))
    for name in FIELDS:
        value = server.credentials.get(name)
        result.that(f"field {name}", isinstance(value, str) and value != "", repr(type(value)))
    for name, port in (("https_endpoint", server.https), ("http_endpoint", server.http)):
        want = f"{name.split('_')[0]}://127.0.0.1:{port}"
        result.that(f"{name} is where it listens", server.credentials.get(name) == want, server.credentials.get(name))


def judge(name):
    """A job whose program lets others than the official clients judge the server."""

    def run(job, server, path, scratch):
        command = [str(path), str(LIVE / "python" / name), str(server.credentials_file), str(scratch)]
        yield from client(lambda *_: command)(job, server, path, scratch)

    return run


MAIN = LIVE / "python" / "main.py"
# The long ones first, so that the lanes end at about the same time.
JOBS = [
    Job("sdk-3.1.219", "sdk-3.1.219", walk("huawei/main.py"), in_sections=True),
    Job("otc", "otc-0.34", walk("otc/main.py"), in_sections=True),
    Job("tea-3", "tea-3", python(MAIN, "tea")),
    Job("tea-2", "tea-2", python(MAIN, "tea")),
    Job("example-envelope", "tea-3", client(example)),
    Job("core-2.16", "core-2.16", python(MAIN, "core")),
    Job("core-2.13", "core-2.13", python(MAIN, "core")),
    Job("sdk-3.1.24", "sdk-3.1.24", walk("huawei/main.py"), in_sections=True),
    Job("sdk-3.1.1", "sdk-3.1.1", walk("huawei/main.py"), in_sections=True),
    Job("openssl", "core-2.16", judge("openssl_judge.py")),
    Job("gm", "gm", judge("gm_judge.py")),
    Job("pop-core", "node", node("pop")),
    Job("npm-kms", "node", node("kms")),
    Job("node-huawei", "node-huawei", walk_of_node, in_sections=True),
    Job("sdk-2019", "old-sdk", walk("huawei/old.py"), in_sections=True),
    Job("restart", "core-2.16", restart),
    Job("first-steps-tea", "tea-3", first_steps("python_kms.py")),
    Job("first-steps-core", "core-2.16", first_steps("python_core.py")),
    Job("first-steps-sdk", "sdk-3.1.219", first_steps("python_huawei.py")),
    Job("first-steps-node", "node", first_steps("node_kms.js", "node_pop.js")),
]
