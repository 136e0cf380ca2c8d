"""Looks for secrets in the memory of a process."""

import os
import re
from array import array
from dataclasses import dataclass, field
from itertools import groupby

from .needles import spellings

_MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+\s*(.*)$")
# Pages of the kernel's own, with the clock and the way into the kernel. Nothing of the process is in them, and some
# cannot be read.
_OF_THE_KERNEL = {"[vvar]", "[vvar_vclock]", "[vdso]", "[vsyscall]"}
_PIECE = 4 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")
# Half of a key is as bad as a whole one where it is long enough to be told from chance.
_HALVED = 32


class Unreadable(Exception):
    """The system does not let this user look."""


@dataclass
class Scan:
    found: set = field(default_factory=set)  # (name of the needle, spelling)
    bytes: int = 0
    unread: list = field(default_factory=list)  # mappings that could not be read, though they hold something

    def names(self):
        return {name for name, _ in self.found}


def scan(pid, needles):
    """Looks at every page that the process has in memory or in swap, whatever may be done there."""
    wanted = [(needle.name, how, text) for needle in needles for how, text in _wanted(needle.data)]
    overlap = max(len(text) for _, _, text in wanted) - 1
    result = Scan()
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, open(f"/proc/{pid}/pagemap", "rb") as pages:
            for begin, end, name in _mappings(pid):
                for at, size in _runs(pages, begin, end):
                    try:
                        _look(memory, at, at + size, overlap, wanted, result)
                    except OSError as error:
                        # A process that runs may have given it back meanwhile.
                        if list(_runs(pages, at, at + size)):
                            result.unread.append(f"{begin:x}-{end:x} {name}: {error}")
    except PermissionError as error:
        raise Unreadable(
            f"{error}: the memory of another process can be read by root alone (CAP_SYS_PTRACE), or where a user may "
            f"make a namespace of his own"
        ) from error
    return result


def _wanted(data):
    yield from spellings(data).items()
    yield "raw backwards", data[::-1]  # as numbers lie in memory here
    if len(data) >= _HALVED:
        half = len(data) // 2
        for how, text in (("raw", data), ("raw backwards", data[::-1])):
            yield f"first half {how}", text[:half]
            yield f"second half {how}", text[half:]


def _mappings(pid):
    """Where anything lies: (begin, end, name)."""
    found, place = [], None
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match = _MAPPING.match(line)
            if match:
                place = int(match[1], 16), int(match[2], 16), match[4]
            elif place and line.startswith(("Rss:", "Swap:")) and int(line.split()[1]):
                if place[2] not in _OF_THE_KERNEL:
                    found.append(place)
                place = None
    return found


def _runs(pages, begin, end):
    """Pages in memory or in swap, where they stand together: (begin, bytes). Most of a large mapping was never touched.

    SOURCE: Linux, Documentation/admin-guide/mm/pagemap.rst: 64 bits a page, of which bit 63 and bit 62 say that.
    """
    pages.seek(begin // _PAGE * 8)
    entries = array("Q", pages.read((end - begin) // _PAGE * 8))
    at, there = begin, groupby(entries, key=lambda entry: entry >> 62 != 0)
    for taken, group in there:
        size = sum(1 for _ in group) * _PAGE
        if taken:
            yield at, size
        at += size


def _look(memory, begin, end, overlap, wanted, result):
    at, before = begin, b""
    while at < end:
        memory.seek(at)
        data = memory.read(min(_PIECE, end - at))
        if not data:
            raise OSError("no bytes")
        at += len(data)
        result.bytes += len(data)
        piece = before + data
        result.found.update((name, how) for name, how, text in wanted if text in piece)
        before = piece[-overlap:]
