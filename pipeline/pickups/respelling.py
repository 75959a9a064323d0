"""A chunk read as a person respelled it. What is shown stays; the edits between shown and spoken text stay true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from pipeline.edits import merged, pronounced, speak, stretches
from pipeline.materials import Chunk, Edit, Sentence
from pipeline.pickups.decisions import Pickup, first_words

WHY = "pickup"


def respelled(chunk: Chunk, pickup: Pickup) -> Chunk:
    """The chunk as it is to be read; the chunk itself when the pickup respells nothing.

    Words are sought in the shown text, whole and whatever their case, and where the text is spoken otherwise than
    written, in what is spoken. A whole line is laid along the line as it was spoken: what is the same keeps its
    edits, what differs becomes an edit of the words it stands for.
    """
    say = pickup.redo.say if pickup.redo else None
    if say is None:
        return chunk
    sentences = chunk.sentences or (Sentence(chunk.shown, chunk.spoken, chunk.start, chunk.end, edits=_whole(chunk)),)
    if isinstance(say, str):
        changed = _along(sentences, say.split())
    else:
        changed = tuple(_with_edits(sentence, _words(sentence, say)) for sentence in sentences)
    return _rejoined(chunk, sentences, changed)


def misplaced(chunk: Chunk, pickup: Pickup) -> Iterator[str]:
    """Words that are to be respelled and are not in the chunk."""
    say = pickup.redo.say if pickup.redo else None
    for word in say if isinstance(say, Mapping) else ():
        pattern = _pattern(word)
        if not any(pattern.search(sentence.shown) or pattern.search(sentence.spoken) for sentence in chunk.sentences):
            yield f"'{word}' is not in the line '{first_words(chunk.shown)}' and cannot be respelled there"


def _whole(chunk: Chunk) -> tuple[Edit, ...]:
    same = chunk.shown == chunk.spoken
    return () if same else (Edit(0, len(chunk.shown), chunk.spoken, WHY),)


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word.strip())}(?!\w)", re.IGNORECASE)


def _words(sentence: Sentence, say: Mapping[str, str]) -> tuple[Edit, ...]:
    """The sentence's edits with some words said otherwise, the longest first where they overlap."""
    new: tuple[Edit, ...] = ()
    inner = list(sentence.edits)
    for word, spelling in sorted(say.items(), key=lambda item: -len(item[0])):
        pattern = _pattern(word)
        for match in pattern.finditer(sentence.shown):
            around = [edit for edit in sentence.edits if edit.start < match.end() and match.start() < edit.end]
            if all(match.start() <= edit.start and edit.end <= match.end() for edit in around):
                new = merged(new, (Edit(match.start(), match.end(), spelling, WHY),))
        inner = [_inside(edit, pattern, spelling) for edit in inner]
    return merged(new, inner)


def _inside(edit: Edit, pattern: re.Pattern[str], spelling: str) -> Edit:
    said = pattern.sub(lambda _: spelling, edit.spoken)
    return edit if said == edit.spoken else Edit(edit.start, edit.end, said, WHY)


@dataclass(frozen=True)
class _Word:
    """A spoken word, the stretch of the shown text that it stands for and the edits that made it."""

    said: str
    start: int
    end: int
    edits: tuple[Edit, ...] = ()


def _along(sentences: Sequence[Sentence], said: Sequence[str]) -> tuple[Sentence, ...]:
    """Sentences that say ``said`` between them."""
    words = [list(_spoken_words(sentence)) for sentence in sentences]
    laid = _Laid([word.said for own in words for word in own], said)
    ends = [laid.place(end) for end in accumulate(map(len, words))]
    begins = [0, *ends[:-1]]
    return tuple(
        _saying(sentence, own, said[begin:end])
        for sentence, own, begin, end in zip(sentences, words, begins, ends, strict=True)
    )


class _Laid:
    """New words laid along old ones."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        self._runs = [(0, 0, 0), *matcher.get_matching_blocks()]  # the last is empty, at both ends
        self._ends = len(old), len(new)

    def exact(self, at: int) -> int | None:
        """The place between new words that is a place between old ones; None inside what differs."""
        if at in (0, self._ends[0]):
            return 0 if at == 0 else self._ends[1]
        return next((new + at - old for old, new, size in self._runs if old <= at <= old + size and size), None)

    def place(self, at: int) -> int:
        """The same, in proportion inside what differs."""
        exact = self.exact(at)
        if exact is not None:
            return exact
        before = max((old + size, new + size) for old, new, size in self._runs if old + size <= at)
        after = min((old, new) for old, new, _ in self._runs if old >= at)
        return before[1] + round((at - before[0]) / (after[0] - before[0]) * (after[1] - before[1]))


def _spoken_words(sentence: Sentence) -> Iterator[_Word]:
    raw = ""
    origin: list[tuple[int, int, Edit | None]] = []  # of each character of what is spoken
    edits = iter(sentence.edits)
    for part in stretches(sentence.shown, sentence.edits):
        edit = next(edits) if part.edited else None
        for offset in range(len(part.spoken)):
            own = (part.start, part.end) if edit else (part.start + offset, part.start + offset + 1)
            origin.append((*own, edit))
        raw += part.spoken
    for match in re.finditer(r"\S+", raw):
        letters = origin[match.start() : match.end()]
        made_by = dict.fromkeys(edit for _, _, edit in letters if edit)
        yield _Word(
            match[0], min(start for start, _, _ in letters), max(end for _, end, _ in letters), tuple(made_by)
        )


def _saying(sentence: Sentence, words: Sequence[_Word], said: Sequence[str]) -> Sentence:
    """A sentence that says ``said``: one edit for each stretch that differs, the other edits as they were."""
    if [word.said for word in words] == list(said):
        return sentence
    if not words:
        return _with_edits(sentence, (Edit(0, len(sentence.shown), " ".join(said), WHY),))
    laid = _Laid([word.said for word in words], said)
    cuts = [at for at in range(len(words) + 1) if laid.exact(at) is not None and not _together(words, at)]
    new: list[Edit] = []
    gone: set[Edit] = set()
    for first, last in pairwise(cuts):
        old, now = words[first:last], said[laid.place(first) : laid.place(last)]
        if [word.said for word in old] != list(now):
            start, end = min(word.start for word in old), max(word.end for word in old)
            new.append(Edit(start, end, _apart(" ".join(now), sentence.shown, start, end), WHY))
            gone.update(edit for word in old for edit in word.edits)
    return _with_edits(sentence, merged(new, [edit for edit in sentence.edits if edit not in gone]))


def _together(words: Sequence[_Word], at: int) -> bool:
    """Whether the words before and after a place stand for the same characters."""
    if at in (0, len(words)):
        return False
    before, after = words[at - 1], words[at]
    return after.start < before.end or bool(set(before.edits) & set(after.edits))


def _apart(said: str, shown: str, start: int, end: int) -> str:
    """What is said in place of whole words does not run into the words beside it."""
    head = " " if start and not shown[start - 1].isspace() else ""
    tail = " " if end < len(shown) and not shown[end].isspace() else ""
    return f"{head}{said}{tail}"


def _with_edits(sentence: Sentence, edits: tuple[Edit, ...]) -> Sentence:
    return replace(sentence, edits=edits, spoken=speak(sentence.shown, edits))


def _rejoined(chunk: Chunk, before: Sequence[Sentence], after: Sequence[Sentence]) -> Chunk:
    """The chunk of the changed sentences, joined as they were."""
    spoken, at = "", 0
    pronunciations: list[tuple[int, int, str]] = []
    for old, new in zip(before, after, strict=True):
        gap = chunk.shown[at : at + 1] == " "
        at += gap + len(old.shown)
        spoken += " " if spoken and new.spoken and (gap or not old.shown) else ""
        pronunciations += [
            (len(spoken) + start, len(spoken) + end, ipa) for start, end, ipa in pronounced(new.shown, new.edits)
        ]
        spoken += new.spoken
    share = len(spoken) / len(chunk.spoken) if chunk.spoken else 1.0
    return replace(
        chunk,
        spoken=spoken,
        sentences=tuple(after),
        pronunciations=tuple(pronunciations),
        estimated_s=chunk.estimated_s * share,
    )
