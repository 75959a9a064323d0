"""Every word accounted for: from the file to the sentences, and from the sentences to the chunks.

These run on every production, not only in tests. A lost word is the one fault that nobody hears.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from pipeline.materials import Chapter, ChapterChunks, LineKind, Manuscript, Sentence, Tally
from pipeline.script.blocks import Document, Ledger
from pipeline.script.words import has_words, word_spans

SECTION = "section: "
IS_READ = bytes([1, *[0] * 255])  # of each fate
MOVED = frozenset({LineKind.NOTE, LineKind.PAGE, LineKind.CAPTION, LineKind.IMAGE})
"""Read elsewhere than they stand: behind the paragraph that they stand in."""


class UnaccountedWords(RuntimeError):
    """The text that comes out is not the text that went in. Our own mistake; please report it."""


def account_for_source(document: Document, manuscript: Manuscript, begins: Sequence[int]) -> tuple[Tally, ...]:
    """Check that the sentences hold every word of the source that nobody skipped, once and in order; count them all.

    Args:
        begins: offset of the source at which each chapter begins.

    Returns:
        A tally for each chapter, and one for each section that is not read.

    Raises:
        UnaccountedWords: names the place of the first word that was lost, changed, moved or read twice.
    """
    ledger = document.ledger
    used = bytearray(len(ledger.source.text))
    for chapter in manuscript.chapters:
        for line in chapter.lines:
            for sentence in line.sentences:
                _use(sentence, used, ledger)
        _check_order(chapter, ledger)
    _check_all_used(used, ledger)
    return _tallies(manuscript, begins, ledger)


def _use(sentence: Sentence, used: bytearray, ledger: Ledger) -> None:
    """Mark a sentence's words as read; each must be what stands at its place in the source."""
    text, fates = ledger.source.text, ledger.fates
    if not sentence.words:
        assert sentence.start == sentence.end, f"a sentence that does not know where its words stand: {sentence}"
        return
    for (start, end), (first, last) in zip(sentence.words, word_spans(sentence.shown), strict=True):
        shown = sentence.shown[first:last]
        if any(used[start:end]):
            raise UnaccountedWords(f"{ledger.source.place(start)}: '{shown}' is read twice")
        written = text[start:end]
        if shown != written and shown != (said := _read(start, end, ledger)) and not _same(shown, said):
            raise UnaccountedWords(f"{ledger.source.place(start)}: '{said}' is shown as '{shown}'")
        used[start:end] = fates[start:end].translate(IS_READ)


def _read(start: int, end: int, ledger: Ledger) -> str:
    """The characters of the source that are read, hard wraps left out."""
    return "".join(
        letter
        for letter, fate in zip(ledger.source.text[start:end], ledger.fates[start:end], strict=True)
        if not fate and not letter.isspace()
    )


def _same(shown: str, written: str) -> bool:
    """Whether two spellings are one but for entities (``&amp;``, of which ``&`` is kept) and ligatures (``ﬁ``)."""
    plain = unicodedata.normalize("NFKC", written)
    if unicodedata.normalize("NFKC", shown) == plain:
        return True
    pattern = "".join(".{1,2}" if letter == "&" else re.escape(letter) for letter in plain)
    return re.fullmatch(pattern, unicodedata.normalize("NFKC", shown), re.DOTALL) is not None


def _check_order(chapter: Chapter, ledger: Ledger) -> None:
    for line in chapter.lines:
        _ascending([sentence for sentence in line.sentences if sentence.words], ledger)
    _ascending([s for line in chapter.lines if line.kind not in MOVED for s in line.sentences if s.words], ledger)


def _ascending(sentences: Sequence[Sentence], ledger: Ledger) -> None:
    for before, after in pairwise(sentences):
        if before.words[-1][0] > after.words[0][0]:
            raise UnaccountedWords(f"{ledger.source.place(after.start)}: '{after.shown}' is read out of order")


def _check_all_used(used: bytearray, ledger: Ledger) -> None:
    text = ledger.source.text
    lost = bytes(not fate and not taken for fate, taken in zip(ledger.fates, used, strict=True))
    position = lost.find(1)
    while position >= 0:
        if not text[position].isspace():
            word = text[position : position + 40].split("\n")[0]
            raise UnaccountedWords(f"{ledger.source.place(position)}: the words from '{word}' on are not read")
        position = lost.find(1, position + 1)


def count_words(text: str) -> int:
    """Words that hold a letter or digit, a dash ending a word."""
    return sum(has_words(text[start:end]) for start, end in word_spans(text))


def _tallies(manuscript: Manuscript, begins: Sequence[int], ledger: Ledger) -> tuple[Tally, ...]:
    """Words by chapter: what is read where it is read, what is skipped where it stands; then whole sections."""
    skipped: list[Counter[str]] = [Counter() for _ in begins]
    sections: Counter[str] = Counter()
    fates = bytes(ledger.fates)
    for match in re.finditer(rb"([\x02-\xff])\1*", fates):
        policy = ledger.policies[match[1][0]]
        words = count_words(ledger.source.text[match.start() : match.end()])
        owner = bisect_right(begins, match.start()) - 1
        if policy.startswith(SECTION) or owner < 0:
            sections[policy] += words
        elif words:
            skipped[owner][policy] += words
    tallies = [
        Tally(chapter.title, _words(chapter, read=True), dict(those), _words(chapter, read=False))
        for chapter, those in zip(manuscript.chapters, skipped, strict=True)
    ]
    outside = [Tally(policy.removeprefix(SECTION), 0, {policy: words}) for policy, words in sections.items() if words]
    return (*tallies, *outside)


def _words(chapter: Chapter, *, read: bool) -> int:
    return sum(
        count_words(sentence.shown)
        for line in chapter.lines
        for sentence in line.sentences
        if (sentence.end > sentence.start) is read
    )


def account(manuscript: Manuscript, chapters: Sequence[ChapterChunks]) -> None:
    """Check that the chunks, one after the other, say what the manuscript says, chapter by chapter.

    A word too long for one breath may go over several chunks; apart from that, words must be the same words.

    Raises:
        UnaccountedWords: names the chapter and the first word that differs.
    """
    for chapter, chunks in zip_longest(manuscript.chapters, chapters):
        if chapter is None or chunks is None or chapter.number != chunks.number:
            number = chapter.number if chapter else chunks.number
            raise UnaccountedWords(f"chapter {number} has no counterpart")
        _account_chapter(chapter, chunks)


def _account_chapter(chapter: Chapter, chunks: ChapterChunks) -> None:
    given = _spoken_words(chunks)
    for word in chapter.spoken.split():
        rest = word
        while rest:
            said, is_last, slate = next(given, ("", True, "the end"))
            if said == rest:
                break
            if not (is_last and said and rest.startswith(said)):
                what = f"the manuscript says '{word}' where {slate} says '{said}'"
                raise UnaccountedWords(f"chapter {chapter.number} '{chapter.title}': {what}")
            rest = rest[len(said) :]
    if (extra := next(given, None)) is not None:
        raise UnaccountedWords(f"chapter {chapter.number} '{chapter.title}': {extra[2]} adds '{extra[0]}'")


def _spoken_words(chunks: ChapterChunks) -> Iterator[tuple[str, bool, str]]:
    """Each word, whether its chunk ends with it, and the chunk's slate."""
    for chunk in chunks.chunks:
        words = chunk.spoken.split()
        for position, word in enumerate(words, start=1):
            yield word, position == len(words), chunk.slate
