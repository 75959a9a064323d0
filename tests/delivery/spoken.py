"""Masters with words and no sound, for what is cut from the timeline alone; and words that upset formats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from pipeline.delivery.tags import DISCLOSURE, Tags
from pipeline.materials import Mark, Master, Sentence
from pipeline.production import NARRATOR, CastMember, Order, Production, Rights, Script

RATE_HZ = 44100
FAMILY = "👨‍👩‍👧"  # three people and two joiners
ARABIC = "\u202bمرحبا بالعالم\u202c، كيف حالك؟"
LONG_TITLE = "A Very Long Title " * 17  # 306 characters
# Each is one chunk's text.
ODD_TEXTS = (
    "He wrote --> on the wall & <b>left</b>.",
    f"Smile {FAMILY} 🇩🇪 wave 👋🏽!",
    ARABIC,
    "A bell\x07, a NUL\x00, a tab\t, a line\nend and an escape\x1b[0m. Half a pair \ud800, never \uffff.",
    "",
    "  \x01 ",
    "x" * 500,
    "彼は言った。「こんにちは世界、今日はとても良い天気ですね。」そして笑った。" * 3,
    '=SUM(A1), "quoted", and ]]> too',
    "WEBVTT\n\nNOTE\n\n1\n00:00:01.000 --> 00:00:02.000\nNot a cue.",
)
ODD_TITLES = (
    "a/b\\c: the <end> & more",
    LONG_TITLE,
    "The Same",
    "The Same",
    FAMILY,
    ARABIC,
    "\x00\x1f",
    "con",
    "..",
    " ",
)
# fmt: off
TAGS = Tags(
    title="The Road", artist="Ada Łęcka", album="The Road", narrators="Low", track=None, track_count=3,
    copyright="1851, public domain", licence="CC BY 4.0", language="en", comment=DISCLOSURE,
)
# fmt: on


def spoken(
    number: int, title: str, words: Sequence[tuple[str, str, float, float]], *, seconds: float, rate_hz: int = RATE_HZ
) -> Master:
    """A master whose ``words`` are (role, text, start_s, end_s); there is no file behind it."""
    marks = tuple(
        Mark(f"ch{number:02d}-{place:04d}", role, text, start_s, end_s, sentences_of(text))
        for place, (role, text, start_s, end_s) in enumerate(words, 1)
    )
    count = round(seconds * rate_hz)
    return Master(number, title, f"k{number}", Path("none"), rate_hz, 1, count, -20.0, -4.0, (), (), marks)


def sentences_of(text: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(part, part, 0, 1) for part in re.split(r"(?<=[.!?。])\s+(?=[A-Z])", text) if part.strip())


def with_sound(master: Master, folder: Path) -> Master:
    """The master with a file behind it: a tone, quiet enough for any ceiling."""
    path = folder / f"{master.number}.flac"
    tone = 0.1 * np.sin(np.arange(master.sample_count) / 20)
    soundfile.write(path, tone, master.rate_hz, subtype="PCM_16")
    return replace(master, path=path)


def order_in(folder: Path, formats: Sequence[str]) -> Order:
    """An order of a title with rights, to be delivered under ``folder``."""
    facts = {
        "title": "The Road & Other <Tales>",
        "author": "Ada Łęcka",
        "rights": Rights(copyright="1851, public domain", producer="2026 Example House", licence="CC BY 4.0"),
        "script": Script(path=Path("script.md")),
        "cast": {NARRATOR: CastMember(engine="humming", voice="low")},
        "deliver": list(formats),
    }
    return Order(file=folder / "book.yaml", production=Production.model_validate(facts))


def odd_masters(pace_s: float = 3.0) -> tuple[Master, ...]:
    """Ten chapters under odd titles, each with all odd texts, one every ``pace_s``; the last but one is empty."""
    masters = []
    for number, title in enumerate(ODD_TITLES, 1):
        words = [
            ("ANNA" if place % 3 == 2 else NARRATOR, text, 0.5 + pace_s * place, 0.5 + pace_s * (place + 5 / 6))
            for place, text in enumerate(ODD_TEXTS)
        ]
        masters.append(spoken(number, title, [] if number == 9 else words, seconds=10 * pace_s + 3.3))
    return tuple(masters)
