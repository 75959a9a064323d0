"""How evenly novels are packed, and how fast: plain text files, paragraphs apart.

    python benchmarks/chunking.py NOVEL.txt ... [--target 8 --longest 12]

'Lone' chunks are paragraphs too short for more; no packer can help those, since a chunk never reaches over two.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.engines import ReadingLimits  # noqa: E402
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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("novels", nargs="+", type=Path)
    options.add_argument("--target", type=float, default=8.0)
    options.add_argument("--longest", type=float, default=12.0)
    chosen = options.parse_args()
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
