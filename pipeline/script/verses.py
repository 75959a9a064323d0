"""Lines of verse in one breath: a stanza is read as its sentences run, not line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.script.blocks import Sort
from pipeline.script.lines import join_blocks
from pipeline.script.policies import Kept
from pipeline.script.reading.headings import SMALL

STOPPED = re.compile(r"[.,;:!?…—–-][\"'”’»)\]]*$")
MOSTLY = 0.4  # of a stanza's lines end in a stop, or else it is a list of names, an address


def joined_verses(parts: Sequence[Kept], source: str) -> list[Kept]:
    """The parts with the lines of each stanza as one block, where sentences run over them.

    Lines that end as they please, an address or names, stay apart but where one breaks off: ``To the memory / of``.

    Args:
        source: the text that the parts' offsets count.
    """
    found: list[Kept] = []
    stanza: list[Kept] = []
    for kept in parts:
        if stanza and not _goes_on(stanza[-1], kept, source):
            found += _joined(stanza)
            stanza = []
        stanza.append(kept)
    return [*found, *_joined(stanza)]


def _goes_on(one: Kept, other: Kept, source: str) -> bool:
    """Whether two parts are lines of one stanza."""
    first, second = one.block, other.block
    return (
        first.sort is second.sort is Sort.VERSE
        and bool(first.text and second.text)
        and (first.role, first.delivery, first.language, first.note, first.section)
        == (second.role, second.delivery, second.language, second.note, second.section)
        and not (one.after or other.before)
        and second.chapter is None
        and first.offsets[-1] < second.offsets[0]
        and source.count("\n", first.offsets[-1] + 1, second.start) < 2
    )


def _joined(stanza: Sequence[Kept]) -> list[Kept]:
    if len(stanza) < 2:
        return list(stanza)
    texts = [kept.block.text.strip() for kept in stanza]
    stops = sum(STOPPED.search(text) is not None for text in texts[:-1])
    runs_on = any(text[:1].islower() for text in texts[1:])
    whole = runs_on or stops >= MOSTLY * (len(texts) - 1)
    runs = [[stanza[0]]]
    for kept, pair in zip(stanza[1:], pairwise(texts), strict=True):
        if whole or _breaks_off(*pair):
            runs[-1].append(kept)
        else:
            runs.append([kept])
    return [_run(run) for run in runs]


def _run(lines: Sequence[Kept]) -> Kept:
    if len(lines) == 1:
        return lines[0]
    return replace(lines[0], block=join_blocks([kept.block for kept in lines]), after=lines[-1].after)


def _breaks_off(line: str, below: str) -> bool:
    """``Sacred to the memory / of``: one of the two is a word that needs the other."""
    last, first = line.split()[-1:], below.split()[:1]
    return any(word.casefold() in SMALL for word in (*last, *first)) or below[:1].islower()
