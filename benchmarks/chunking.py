"""How evenly novels are packed, and how fast: plain text files, paragraphs apart.

    python benchmarks/chunking.py NOVEL.txt ... [--target 8 --longest 12] [--windows]

'Lone' chunks are paragraphs too short for more; no packer can help those, since a chunk never reaches over two.

``--windows`` packs for Bark, by the target alone and by the windows of its fine stage, and counts that stage's passes
in both. Readings last what was estimated times the voice's pace, and spread around that as those of hibari and kokoro
did (standard deviation 5.6 %: a mean error of 4.5 %).
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.engines import ReadingLimits, find_engine  # noqa: E402
from pipeline.errors import Place  # noqa: E402
from pipeline.materials import Chapter, Chunk, Line, LineKind, Manuscript, Sentence, Source  # noqa: E402
from pipeline.script import chunk_manuscript  # noqa: E402
from pipeline.script.sentences import splitter  # noqa: E402


def manuscript(path: Path) -> Manuscript:
    split, place = splitter("en"), Place(path.name)
    lines = []
    for part in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        text = " ".join(part.replace("_", "").split())
        if any(letter.isalnum() for letter in text):
            sentences = tuple(Sentence(text[start:end], text[start:end], 0, 1) for start, end in split(text))
            lines.append(Line("NARRATOR", LineKind.PARAGRAPH, sentences, place))
    return Manuscript(Source(path, ""), (Chapter(1, path.stem, tuple(lines), place),))


def told(chunks: list[Chunk]) -> str:
    lengths = sorted(chunk.estimated_s for chunk in chunks)
    count = len(lengths)
    lone = {
        id(chunk)
        for chunk, following in zip(chunks, [*chunks[1:], None], strict=True)
        if chunk.opens_line and (following is None or following.opens_line)
    }

    def share(limit: float, *, with_lone: bool) -> str:
        few = sum(chunk.estimated_s < limit for chunk in chunks if with_lone or id(chunk) not in lone)
        return f"{100 * few / count:.2f} %"

    return (
        f"{count:,} chunks, median {lengths[count // 2]:.1f} s, p95 {lengths[int(0.95 * count)]:.1f}, "
        f"max {lengths[-1]:.1f}; under 3 s {share(3.0, with_lone=True)} (not lone {share(3.0, with_lone=False)}), "
        f"under 1.5 s {share(1.5, with_lone=True)} (not lone {share(1.5, with_lone=False)})"
    )


FINE_WINDOW_S = 512 / 75
SPREAD = 0.056
MARGINS = (0.0, 0.045, 0.11)
PACES = (0.92, 1.0, 1.08)  # of a voice, where its estimates say 1


def packed(books: Sequence[Manuscript], limits: ReadingLimits) -> list[Chunk]:
    every: list[Chunk] = []
    for book in books:
        (chapter,), _ = chunk_manuscript(book, limits={"NARRATOR": limits}, language="en")
        every += chapter.chunks
    return every


def fine_passes(chunks: Sequence[Chunk], pace: float, spread: float) -> float:
    """Mean of ten draws."""
    rng = np.random.default_rng(7)
    seconds = pace * np.array([chunk.estimated_s for chunk in chunks])
    drawn = seconds * np.exp(rng.normal(0.0, spread, (10, len(chunks))))
    return float(np.ceil(drawn / FINE_WINDOW_S).sum() / 10)


def tell_windows(books: Sequence[Manuscript]) -> None:
    bark = find_engine("bark").limits({})
    assert bark.window_s is not None
    before = packed(books, replace(bark, window_s=None))
    passes = {pace: fine_passes(before, pace, SPREAD) for pace in PACES}
    paces = ", ".join(f"{pace:g}" for pace in PACES)
    counted = ", ".join(f"{count:,.0f}" for count in passes.values())
    print(f"by the target alone: {_lengths(before)}; {counted} passes for voices of pace {paces}")
    windows = {f"margin {margin:.1%}": FINE_WINDOW_S * (1 - margin) for margin in MARGINS}
    for name, window_s in {**windows, "as Bark is": bark.window_s}.items():
        after = packed(books, replace(bark, window_s=window_s))
        saved = [1 - fine_passes(after, pace, SPREAD) / passes[pace] for pace in PACES]
        told = ", ".join(f"{share:.1%}" for share in saved)
        exact = 1 - fine_passes(after, 1.0, 0.0) / fine_passes(before, 1.0, 0.0)
        print(f"by windows of {window_s:.2f} s ({name}): {_lengths(after)}; saved {told}; {exact:.1%} without spread")


def _lengths(chunks: Sequence[Chunk]) -> str:
    seconds = [chunk.estimated_s for chunk in chunks]
    wasteful = sum(7.0 <= chunk.estimated_s <= 9.0 and len(chunk.sentences) > 1 for chunk in chunks)
    return (
        f"{len(chunks):,} chunks, mean {sum(seconds) / len(chunks):.2f} s, "
        f"{sum(length < 3.0 for length in seconds) / len(chunks):.1%} under 3 s, "
        f"{wasteful / len(chunks):.1%} of several sentences between 7 and 9 s"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("novels", nargs="+", type=Path)
    options.add_argument("--target", type=float, default=8.0)
    options.add_argument("--longest", type=float, default=12.0)
    options.add_argument("--windows", action="store_true", help="passes of Bark's fine stage")
    chosen = options.parse_args()
    if chosen.windows:
        tell_windows([manuscript(path) for path in chosen.novels])
        return
    limits = {"NARRATOR": ReadingLimits(chosen.target, chosen.longest)}
    every: list[Chunk] = []
    letters, seconds, sentences, cut = 0, 0.0, 0, 0
    for path in chosen.novels:
        book = manuscript(path)
        start = time.process_time()
        (chapter,), notices = chunk_manuscript(book, limits=limits, language="en")
        took = time.process_time() - start
        size = len(book.chapters[0].spoken)
        print(f"{path.stem}: {told(list(chapter.chunks))}; {size / took / 1000:.0f} kchar/s")
        every += chapter.chunks
        letters, seconds, cut = letters + size, seconds + took, cut + len(notices)
        sentences += sum(len(line.sentences) for line in book.chapters[0].lines)
    print(
        f"all: {told(every)}; {letters / seconds / 1000:.0f} kchar/s; {100 * cut / sentences:.1f} % of sentences cut"
    )


if __name__ == "__main__":
    main()
