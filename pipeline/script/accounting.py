"""Every word accounted for: from the file to the sentences, and from the sentences to the chunks.

These run on every production, not only in tests. A lost word is the one fault that nobody hears.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from pipeline.materials import Chapter, ChapterChunks, Manuscript, Source


class UnaccountedWords(RuntimeError):
    """The text that comes out is not the text that went in. Our own mistake; please report it."""


def account_for_source(source: Source, fates: bytes | bytearray, manuscript: Manuscript) -> None:
    """Check that the sentences hold every character of the source that is neither markup nor white space, in order.

    Args:
        fates: one byte for each character of the source; not 0 for what is never spoken.

    Raises:
        UnaccountedWords: names the place of the first character that differs.
    """
    kept = [i for i, letter in enumerate(source.text) if not fates[i] and not letter.isspace()]
    shown = "".join(
        "".join(sentence.shown.split())
        for chapter in manuscript.chapters
        for line in chapter.lines
        for sentence in line.sentences
    )
    if "".join([source.text[i] for i in kept]) == shown:
        return
    pairs = enumerate(zip_longest((source.text[i] for i in kept), shown))
    first = next(index for index, (ours, theirs) in pairs if ours != theirs)
    offset = kept[min(first, len(kept) - 1)] if kept else 0
    word = source.text[offset : offset + 40].split("\n")[0]
    raise UnaccountedWords(f"{source.place(offset)}: the words from '{word}' on were not read as they stand")


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
    given = _words(chunks)
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


def _words(chunks: ChapterChunks) -> Iterator[tuple[str, bool, str]]:
    """Each word, whether its chunk ends with it, and the chunk's slate."""
    for chunk in chunks.chunks:
        words = chunk.spoken.split()
        for position, word in enumerate(words, start=1):
            yield word, position == len(words), chunk.slate
