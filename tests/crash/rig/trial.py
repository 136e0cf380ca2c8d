"""What a suite gets to work with, and where it says what it found."""

import random
from dataclasses import dataclass, field
from pathlib import Path

SHOWN = 12  # failures of one suite that are printed; a broken promise is often broken a thousand times


class Abandoned(Exception):
    """Nothing more can be found out in this suite."""


@dataclass
class Trial:
    binary: Path
    scratch: Path
    seed: int
    rounds: int
    passed: int = 0
    failures: list = field(default_factory=list)
    facts: list = field(default_factory=list)  # for the suite's line

    def random(self, what):
        return random.Random(f"{self.seed}/{what}")

    def that(self, name, held, detail=""):
        if held:
            self.passed += 1
        else:
            self.failures.append(f"{name}: {detail}" if detail != "" else name)
        return held

    def need(self, name, held, detail=""):
        """As `that`, where the rest of the suite makes no sense without it."""
        if not self.that(name, held, detail):
            raise Abandoned(name)

    def none_of(self, name, found):
        """One check for many things: the list of what is wrong has to be empty."""
        found = list(found)
        return self.that(name, not found, f"{len(found)}, such as {found[:3]}")

    def part(self):
        """A trial of its own for something that is tried at the same time; `add` brings home what it found."""
        return Trial(self.binary, self.scratch, self.seed, self.rounds)

    def add(self, part):
        self.passed += part.passed
        self.failures += part.failures
        self.facts += part.facts

    def text(self, label):
        mark = "FAIL" if self.failures else "ok  "
        facts = f" ({', '.join(self.facts)})" if self.facts else ""
        failed = f", {len(self.failures)} failed" if self.failures else ""
        lines = [f"{mark} {label}: {self.passed} checks passed{failed}{facts}"]
        lines += ["       - " + each.rstrip().replace("\n", "\n         ") for each in self.failures[:SHOWN]]
        if len(self.failures) > SHOWN:
            lines.append(f"       - and {len(self.failures) - SHOWN} more")
        return "\n".join(lines)
