"""Quoted speech and its speakers against LitBank (CC BY 4.0): 100 novels, gold quotations and speakers.

python benchmarks/dialogue.py LITBANK   # a checkout of github.com/dbamman/litbank, commit a371cf3

The gold marks some 2,000 words of each novel; the rules see the whole novel, as they do at work. A quotation is found
when it begins and ends at the same letters as the gold one. Books are parted in two by their number: the confidence
of each rule was set on the even ones, the odd ones show what it is worth.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.script.dialogue.quotes import find_speech  # noqa: E402

PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?!\s*\n))*")
LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Gold:
    """A quotation of LitBank: letters ``start`` … ``end`` of the novel, counted without anything else."""

    start: int
    end: int
    speaker: str
    text: str


@dataclass(frozen=True)
class Novel:
    """A whole novel with the quotations of the stretch that was annotated.

    Attributes:
        letters: for every paragraph, how many letters stand before it.
    """

    name: str
    paragraphs: list[str]
    letters: list[int]
    first: int
    last: int
    gold: list[Gold]


def novels(litbank: Path) -> Iterator[Novel]:
    """Every novel whose annotated stretch can be found in its full text."""
    for file in sorted((litbank / "original").glob("*.txt"), key=lambda path: int(path.name.split("_")[0])):
        novel = _novel(litbank, file)
        if novel is not None:
            yield novel


def _novel(litbank: Path, file: Path) -> Novel | None:
    source = file.read_text(encoding="utf-8")
    paragraphs = [" ".join(match[0].split()) for match in PARAGRAPH.finditer(source)]
    letters, count = [], 0
    for text in paragraphs:
        letters.append(count)
        count += len(LETTER.findall(text))
    stream = "".join(LETTER.findall(" ".join(paragraphs)))
    folder = litbank / "quotations" / "tsv"
    rows = (folder / f"{file.stem}_brat.txt").read_text(encoding="utf-8").split("\n")
    tokens = [row.split() for row in rows]
    before: list[list[int]] = []
    so_far = 0
    for row in tokens:
        before.append([])
        for token in row:
            before[-1].append(so_far)
            so_far += len(LETTER.findall(token))
        before[-1].append(so_far)
    excerpt = "".join(LETTER.findall(" ".join(rows)))
    first = stream.find(excerpt)
    if first < 0:
        return None
    gold, speakers = [], {}
    lines = [line.split("\t") for line in (folder / f"{file.stem}_brat.ann").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line[0] == "ATTRIB":
            speakers[line[1]] = line[2]
    for line in lines:
        if line[0] == "QUOTE":
            row, token, last_row, last_token = map(int, line[2:6])
            start, end = before[row][token], before[last_row][last_token + 1]
            gold.append(Gold(first + start, first + end, speakers.get(line[1], ""), line[6]))
    return Novel(file.stem, paragraphs, letters, first, first + len(excerpt), gold)


def found_in(novel: Novel) -> list[tuple[int, int, int, int]]:
    """(start, end in letters, paragraph, index) of what is found in the annotated stretch, continued ones joined."""
    found: list[tuple[int, int, int, int]] = []
    for number, (text, speeches) in enumerate(
        zip(novel.paragraphs, find_speech(novel.paragraphs, "en"), strict=True)
    ):
        base = novel.letters[number]
        for index, speech in enumerate(speeches):
            start = base + len(LETTER.findall(text[: speech.start]))
            end = base + len(LETTER.findall(text[: speech.end]))
            if speech.continued and found and found[-1][1] == start:
                found[-1] = (found[-1][0], end, *found[-1][2:])
            elif novel.first <= start and end <= novel.last:
                found.append((start, end, number, index))
    return [row for row in found if novel.first <= row[0] and row[1] <= novel.last]


def main() -> None:
    verbose = "-v" in sys.argv
    total: Counter[str] = Counter()
    by_half: dict[str, Counter[str]] = defaultdict(Counter)
    for novel in novels(Path(sys.argv[1])):
        half = "even" if int(novel.name.split("_")[0]) % 2 == 0 else "odd"
        found = found_in(novel)
        gold = {(quote.start, quote.end) for quote in novel.gold}
        mine = {row[:2] for row in found}
        for counts in (total, by_half[half]):
            counts.update(gold=len(gold), found=len(mine), right=len(gold & mine))
        if verbose and gold != mine:
            print(f"== {novel.name} gold {len(gold)} mine {len(mine)} right {len(gold & mine)}")
            for quote in novel.gold:
                if (quote.start, quote.end) not in mine:
                    print("  MISS", quote.text[:150])
            for row in found:
                if row[:2] not in gold:
                    text = novel.paragraphs[row[2]]
                    print("  FALSE", find_speech([text], "en") and text[:200])
    for name, counts in (("even", by_half["even"]), ("odd", by_half["odd"]), ("all", total)):
        print(
            f"{name}: gold {counts['gold']}, found {counts['found']}, "
            f"precision {counts['right'] / counts['found']:.3f}, recall {counts['right'] / counts['gold']:.3f}"
        )


if __name__ == "__main__":
    main()
