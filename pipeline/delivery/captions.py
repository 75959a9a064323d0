"""Captions: WebVTT and SRT, cut from the title's timeline.

A chunk starts and ends where its sound does, to the millisecond. A chunk too long for one caption becomes several:
they end where sentences do if they can, and the times between them are interpolated by the number of letters that are
*spoken*, since only the chunk's own edges are known: '1984' takes as long as 'nineteen eighty-four'. Nothing of a
chunk's text is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.delivery.tags import Tags
from pipeline.delivery.timeline import Cue, TimedChapter, TitleTimeline, clock, plain

LINES = 2
# Columns of a line. Netflix, Timed Text Style Guide, English: 42. Podcasting 2.0's advice for WebVTT, which Apple
# Podcasts reads, is 65 at most (podcast-namespace, transcripts.md): 42 fits both.
VTT_COLUMNS = 42
SRT_COLUMNS = 32  # podcast-namespace, transcripts.md, SRT: two lines of 32 characters
ZERO_WIDTH_JOINER = "\u200d"
REGIONAL = range(0x1F1E6, 0x1F200)  # two of them are a flag
SKIN_TONES = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True)
class Caption:
    """What is shown at a time.

    Attributes:
        name: the chunk's slate, with ``.2``, ``.3`` … for its later captions.
        role: who speaks; empty where only the narrator ever does.
        lines: what to show.
        start_ms: from the start of the file it belongs to.
        end_ms: after ``start_ms``.
    """

    name: str
    role: str
    lines: tuple[str, ...]
    start_ms: int
    end_ms: int


def vtt(timeline: TitleTimeline, chapters: Sequence[TimedChapter], tags: Tags) -> str:
    """A WebVTT file (W3C WebVTT, 2019) of chapters that follow each other; it starts where the first of them does.

    Voices are named where several speak, the narrator's too: Podcasting 2.0 reads a cue without a voice as more of
    the voice before it. Roles are shown as the production writes them.
    """
    note = "\n".join(line for line in dict.fromkeys((tags.album, tags.title, tags.copyright, tags.comment)) if line)
    blocks = ["WEBVTT", "NOTE\n" + note.replace("-->", "--›")]
    for caption in _captions(timeline, chapters, VTT_COLUMNS):
        voice = f"<v {_vtt_text(caption.role)}>" if caption.role else ""
        times = f"{clock(caption.start_ms)} --> {clock(caption.end_ms)}"
        name = plain(caption.name).replace("-->", "--›")
        blocks.append(f"{name}\n{times}\n{voice}" + "\n".join(map(_vtt_text, caption.lines)))
    return "\n\n".join(blocks) + "\n"


def srt(timeline: TitleTimeline, chapters: Sequence[TimedChapter]) -> str:
    """A SubRip file of chapters that follow each other; it starts where the first of them does.

    Where several speak, a change of speaker is named as Podcasting 2.0 asks: ``ANNA: …``. SubRip has no escapes, and
    players take ``<…>`` for markup: angle brackets are written ‹ and ›. It has no place for a note either.
    """
    blocks = []
    for number, caption in enumerate(_captions(timeline, chapters, SRT_COLUMNS, prefixed=True), 1):
        times = f"{clock(caption.start_ms, ',')} --> {clock(caption.end_ms, ',')}"
        lines = "\n".join(caption.lines).replace("<", "‹").replace(">", "›")
        blocks.append(f"{number}\n{times}\n{lines}\n")
    return "\n".join(blocks)


def _captions(
    timeline: TitleTimeline, chapters: Sequence[TimedChapter], columns: int, *, prefixed: bool = False
) -> Iterator[Caption]:
    origin = chapters[0].start
    before = ""
    for cue in (cue for chapter in chapters for cue in chapter.cues):
        role = cue.role if timeline.has_roles else ""
        prefix = f"{role}: " if prefixed and role != before else ""
        shifted = replace(cue, role=role, start=cue.start - origin, end=cue.end - origin)
        yield from _captions_of(timeline, shifted, prefix, columns)
        before = role


def _captions_of(timeline: TitleTimeline, cue: Cue, prefix: str, columns: int) -> Iterator[Caption]:
    """A chunk's captions: each starts where the one before it ends, the first and the last at the chunk's edges."""
    shown = [sentence for sentence, _ in cue.sentences]
    pieces = _pieces([prefix + shown[0], *shown[1:]], columns)
    first_ms, last_ms = timeline.ms(cue.start), timeline.ms(cue.end)
    if last_ms == first_ms:
        return
    if last_ms - first_ms < len(pieces):  # not a millisecond for each: all at once rather than some not at all
        pieces = [[line for piece in pieces for line in piece]]
    read, start_ms = -_length(prefix), first_ms  # who speaks is shown and not said
    for place, piece in enumerate(pieces, 1):
        read += sum(map(_length, piece))
        reached = timeline.ms(cue.start + _reached(cue, read))
        end_ms = min(max(reached, start_ms + 1), last_ms - (len(pieces) - place))
        name = cue.slate if place == 1 else f"{cue.slate}.{place}"
        yield Caption(name, cue.role, tuple(piece), start_ms, end_ms)
        start_ms = end_ms


def _reached(cue: Cue, read: int) -> int:
    """Samples from the cue's start at which ``read`` shown letters have been said."""
    lengths = [(_length(shown), max(_length(spoken), 1)) for shown, spoken in cue.sentences]
    whole = sum(spoken for _, spoken in lengths)
    said = 0.0
    for shown, spoken in lengths:
        said += spoken * min(max(read, 0) / shown, 1.0)
        read -= shown
    return round((cue.end - cue.start) * said / whole)


def _length(text: str) -> int:
    """Letters and signs, white space left out."""
    return len("".join(text.split()))


def _pieces(sentences: Sequence[str], columns: int) -> list[list[str]]:
    """Captions of at most `LINES` lines: as many sentences together as fit, long ones in equal parts."""
    pieces: list[list[str]] = []
    held = ""
    for sentence in sentences:
        longer = f"{held} {sentence}" if held else sentence
        if len(_wrapped(longer, columns)) <= LINES:
            held = longer
            continue
        if held:
            pieces.append(_balanced(held, columns))
        lines = _balanced(sentence, columns)
        whole = [lines[place : place + LINES] for place in range(0, len(lines), LINES)]
        held = sentence if len(whole) == 1 else ""
        pieces += whole if len(whole) > 1 else []
    return [*pieces, _balanced(held, columns)] if held else pieces


def _balanced(text: str, columns: int) -> list[str]:
    """The fewest lines, of about one length: the narrowest width that needs no more of them."""
    lines = _wrapped(text, columns)
    narrow, wide = max(_columns(text) // len(lines), 2), columns
    while narrow < wide:
        middle = (narrow + wide) // 2
        if len(_wrapped(text, middle)) <= len(lines):
            wide = middle
        else:
            narrow = middle + 1
    return _wrapped(text, wide)


def _wrapped(text: str, columns: int) -> list[str]:
    """Greedy lines, broken between words; a word that is wider than a line is broken between letters."""
    lines = [""]
    filled = 0
    for word in text.split(" "):
        width = _columns(word)
        if lines[-1] and filled + 1 + width <= columns:
            lines[-1] += f" {word}"
            filled += 1 + width
            continue
        if lines[-1]:
            lines.append("")
            filled = 0
        for part in (word,) if width <= columns else _letters(word):
            width = _columns(part)
            if lines[-1] and filled + width > columns:
                lines.append("")
                filled = 0
            lines[-1] += part
            filled += width
    return lines


def _letters(word: str) -> Iterator[str]:
    """What a reader takes for one letter, roughly as UAX #29 does: marks, joined emoji and flags stay whole."""
    letter = ""
    for sign in word:
        flag = ord(sign) in REGIONAL and len(letter) == 1 and ord(letter) in REGIONAL
        follows = unicodedata.category(sign) in {"Mn", "Me", "Mc", "Cf"} or ord(sign) in SKIN_TONES
        if letter and not (flag or follows or letter.endswith(ZERO_WIDTH_JOINER)):
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


def _columns(text: str) -> int:
    """Width in columns: East Asian wide letters take two (UAX #11), marks and what is not seen none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(sign) in {"Mn", "Me", "Cf"} else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )


def _vtt_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
