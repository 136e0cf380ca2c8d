"""What the server has promised: every change it acknowledged, and what may or may not have happened when it died."""

from collections import Counter
from dataclasses import dataclass, field

_NOTHING = object()


class Cell:
    """One value at the server. While a change is under way, and after it was cut off, it may be the old or the new."""

    __slots__ = ("sure", "maybe")

    def __init__(self, value):
        self.sure, self.maybe = value, _NOTHING

    def asked(self, value):
        self.maybe = value

    def acknowledged(self):
        self.sure, self.maybe = self.maybe, _NOTHING

    def refused(self):
        self.maybe = _NOTHING

    def allows(self, value):
        return value == self.sure or (self.maybe is not _NOTHING and value == self.maybe)

    def found(self, value):
        """The server was asked: from now on it is this."""
        self.sure, self.maybe = value, _NOTHING

    def __repr__(self):
        return repr(self.sure) if self.maybe is _NOTHING else f"{self.sure!r} or {self.maybe!r}"


@dataclass
class Key:
    state: Cell
    description: Cell
    touched: bool = True  # since the last look


@dataclass
class Sealed:
    """A ciphertext and what must come out of it."""

    key: str
    blob: str
    text: str
    sdk: bool = False  # made through the other face


@dataclass
class Grant:
    """Whether it is there, on which key, and what it is called."""

    key: str
    name: str
    there: Cell


@dataclass
class Journal:
    """What one writer was told. Keys and aliases belong to one writer, so the order of their changes is known."""

    keys: dict = field(default_factory=dict)
    aliases: dict = field(default_factory=dict)
    grants: dict = field(default_factory=dict)
    sealed: list = field(default_factory=list)
    acknowledged: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    lost_creates: int = 0
    lost_grants: Counter = field(default_factory=Counter)  # by key
    problems: list = field(default_factory=list)


class Book:
    """All journals together."""

    def __init__(self, count):
        self.journals = [Journal() for _ in range(count)]
        self.adopted = Journal()  # keys from calls that were cut off and took effect all the same

    def adopt(self, key, description):
        """A key that a suite has made, outside of all storms."""
        self.adopted.keys[key] = Key(Cell("Enabled"), Cell(description))

    def _all(self):
        return [*self.journals, self.adopted]

    def keys(self):
        return {name: key for journal in self._all() for name, key in journal.keys.items()}

    def aliases(self):
        return {name: cell for journal in self._all() for name, cell in journal.aliases.items()}

    def grants(self):
        return {id: grant for journal in self._all() for id, grant in journal.grants.items()}

    def sealed(self):
        return [each for journal in self._all() for each in journal.sealed]

    def acknowledged(self):
        return [each for journal in self._all() for each in journal.acknowledged]

    def refused(self):
        return [each for journal in self._all() for each in journal.refused]

    def problems(self):
        return [each for journal in self._all() for each in journal.problems]

    def take_lost_creates(self):
        lost = sum(journal.lost_creates for journal in self.journals)
        for journal in self.journals:
            journal.lost_creates = 0
        return lost

    def take_lost_grants(self):
        """How many grants of each key may be there that nobody was told of. A key without any has a place, too."""
        lost = Counter({grant.key: 0 for grant in self.grants().values()})
        for journal in self.journals:
            lost.update(journal.lost_grants)
            journal.lost_grants.clear()
        return lost
