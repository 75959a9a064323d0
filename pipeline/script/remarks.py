"""What cannot be done with a script as it stands, told before anything is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.engines import Engine
from pipeline.errors import Place
from pipeline.materials import ChapterChunks, Chunk, Notice
from pipeline.script.lexicon import respell
from pipeline.script.normalising import has_rules, unread
from pipeline.script.sentences import has_model


def remarks(
    chapters: Sequence[ChapterChunks], engines: Mapping[str, Engine], *, language: str, place: Place
) -> tuple[Notice, ...]:
    """What a producer should know: signs that nobody can say, deliveries and cues that come to nothing.

    Args:
        engines: each role's.
        place: of the script.
    """
    chunks = [chunk for chapter in chapters for chunk in chapter.chunks]
    notices = [
        *_of_languages(chunks, language, place),
        *(notice for chunk in chunks for notice in _of_chunk(chunk, engines[chunk.role], language)),
    ]
    cues = [cue for chapter in chapters for _, cue in chapter.cues]
    if cues:
        what = f"{len(cues)} cues for music, effects and ambience are read and kept; nothing plays them yet"
        notices.append(Notice(what, cues[0].place))
    return tuple(notices)


def _of_languages(chunks: Sequence[Chunk], language: str, place: Place) -> Iterator[Notice]:
    first = {chunk.language or language: chunk.place for chunk in reversed(chunks)}
    for spoken, begins in first.items():
        where = place if spoken == language else begins
        if not has_model(spoken):
            yield Notice(f"no rules for sentences in '{spoken}'; the English ones are used", where)
        if not has_rules(spoken):
            yield Notice(f"no rules for numbers and abbreviations in '{spoken}'; they are read as they stand", where)


def _of_chunk(chunk: Chunk, engine: Engine, language: str) -> Iterator[Notice]:
    abilities = engine.abilities
    if chunk.delivery and chunk.opens_line and chunk.delivery not in abilities.deliveries:
        yield Notice(f"{engine.name} knows no delivery '{chunk.delivery}'; the line is read as usual", chunk.place)
    if not abilities.phonemes:
        for sentence in chunk.sentences:
            for edit in sentence.edits:
                if edit.phonemes and edit.spoken == sentence.shown[edit.start : edit.end]:
                    what = f"{engine.name} takes no phonemes and reads '{edit.spoken}' as it is spelt"
                    advice = f"give a respelling too, perhaps 'say: {respell(edit.phonemes)}'"
                    yield Notice(f"{what}; {advice}", chunk.place)
    spoken = chunk.spoken
    for sound in abilities.sounds:
        spoken = spoken.replace(f"[{sound}]", "")
    for start, end in unread(spoken, chunk.language or language):
        word = spoken[start:end].strip()
        yield Notice(
            f"nobody can say '{word}' in '{_around(spoken, start, end)}'; put it in the lexicon", chunk.place
        )


def _around(text: str, start: int, end: int) -> str:
    return " ".join(text[max(0, start - 20) : end + 20].split())
