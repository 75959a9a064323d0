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
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.script.dialogue.quotes import find_speech  # noqa: E402
from pipeline.script.dialogue.speakers import CONFIDENCE, SURE, Attribution, attribute, people_of  # noqa: E402

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
        first: letters before the annotated stretch.
        last: letters up to its end.
        names: for every speaker what he or she is called in the stretch, as `plain`.
        pronouns: letters at which a mention of each speaker begins.
    """

    name: str
    paragraphs: list[str]
    letters: list[int]
    first: int
    last: int
    gold: list[Gold]
    names: dict[str, set[str]]
    mentions: dict[str, set[int]]


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
    excerpt = (folder / f"{file.stem}_brat.txt").read_text(encoding="utf-8")
    first = stream.find("".join(LETTER.findall(excerpt)))
    if first < 0:
        return None
    last = first + len(LETTER.findall(excerpt))
    gold = list(_gold(excerpt, (folder / f"{file.stem}_brat.ann").read_text(encoding="utf-8"), first))
    names, mentions = _mentions(litbank / "coref" / "brat" / f"{file.stem}_brat", first)
    return Novel(file.stem, paragraphs, letters, first, last, gold, names, mentions)


def _gold(excerpt: str, annotation: str, first: int) -> Iterator[Gold]:
    before: list[list[int]] = []
    so_far = first
    for row in excerpt.split("\n"):
        before.append([])
        for token in row.split():
            before[-1].append(so_far)
            so_far += len(LETTER.findall(token))
        before[-1].append(so_far)
    lines = [line.split("\t") for line in annotation.splitlines()]
    speakers = {line[1]: line[2] for line in lines if line[0] == "ATTRIB"}
    for line in lines:
        if line[0] == "QUOTE":
            row, token, last_row, last_token = map(int, line[2:6])
            yield Gold(before[row][token], before[last_row][last_token + 1], speakers.get(line[1], ""), line[6])


def _mentions(stem: Path, first: int) -> tuple[dict[str, set[str]], dict[str, set[int]]]:
    """What each person is called, and where."""
    text = stem.with_suffix(".txt").read_text(encoding="utf-8")
    names: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[int]] = defaultdict(set)
    for line in stem.with_suffix(".ann").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        where = cells[1].split(" ")
        if len(cells) < 3 or len(where) != 3 or not where[1].isdigit():
            continue
        person = where[0]
        names[person] |= {plain(cells[2]), plain(re.sub(r"-\d+$", "", person).replace("_", " "))}
        places[person].add(first + len(LETTER.findall(text[: int(where[1])])))
    return names, places


def plain(name: str) -> str:
    """A name to be compared: small letters, no determiner, no mark."""
    words = re.findall(r"\w+", re.sub(r"\s*['’]\s*s\b", "s", name.lower()))
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)


@dataclass(frozen=True)
class Found:
    """A quotation as the rules see it, in letters of the novel."""

    start: int
    end: int
    text: str
    said_by: Attribution
    names: set[str]
    evidence: int


def found_in(novel: Novel) -> list[Found]:
    """What is found in the annotated stretch, continued quotations joined."""
    found: list[Found] = []
    speech = find_speech(novel.paragraphs, "en")
    by = attribute(novel.paragraphs, speech, "en")
    people = people_of(novel.paragraphs, speech, "en")
    aliases: dict[str, set[str]] = defaultdict(set)
    for name, person in people.items():
        aliases[person].add(plain(name))
    for number, text in enumerate(novel.paragraphs):
        base = novel.letters[number]
        for row, said_by in zip(speech[number], by[number], strict=True):
            start, end = (base + len(LETTER.findall(text[:at])) for at in (row.start, row.end))
            if row.continued and found and found[-1].end == start:
                found[-1] = replace(found[-1], end=end)
                continue
            near = max(said_by.paragraph, 0)
            evidence = novel.letters[near] + len(LETTER.findall(novel.paragraphs[near][: said_by.start]))
            names = aliases[said_by.speaker] | {plain(said_by.speaker)}
            found.append(Found(start, end, text, said_by, names, evidence))
    return [row for row in found if novel.first <= row.start and row.end <= novel.last]


def is_right(novel: Novel, row: Found, speaker: str) -> bool:
    """Whether a name of the person found is one that LitBank has for the speaker; for ``I``, whether it is at that
    very word.
    """
    if row.said_by.speaker == "I":
        return row.evidence in novel.mentions.get(speaker, set())
    called = novel.names.get(speaker, set()) | {plain(re.sub(r"-\d+$", "", speaker).replace("_", " "))}
    return bool(row.names & called) or any(
        f" {name} " in f" {long} " for name in row.names for long in called if len(name) > 3 and len(long.split()) > 3
    )


def main() -> None:
    """Print both tables; ``-v`` shows every miss."""
    verbose = "-v" in sys.argv
    quotes: dict[str, Counter[str]] = defaultdict(Counter)
    rules: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for novel in novels(Path(sys.argv[1])):
        half = "even" if int(novel.name.split("_")[0]) % 2 == 0 else "odd"
        found = {(row.start, row.end): row for row in found_in(novel)}
        gold = {(quote.start, quote.end): quote for quote in novel.gold}
        for name in (half, "all"):
            quotes[name].update(gold=len(gold), found=len(found), right=len(gold.keys() & found.keys()))
        if verbose and gold.keys() != found.keys():
            print(f"== {novel.name}")
            print(*(f"  MISS {gold[key].text[:150]}" for key in gold.keys() - found.keys()), sep="\n")
            print(*(f"  FALSE {found[key].text[:150]}" for key in found.keys() - gold.keys()), sep="\n")
        for key in sorted(gold.keys() & found.keys()):
            row, speaker = found[key], gold[key].speaker
            right = is_right(novel, row, speaker)
            sure = "sure (0.9 and more)" if row.said_by.confidence >= SURE else "unsure"
            for name in (half, "all"):
                for rule in (row.said_by.rule, sure, "every quotation"):
                    rules[rule, name].update(n=1, right=right)
            if verbose and not right and row.said_by.speaker:
                print(f"  WRONG {row.said_by.rule}: {row.said_by.speaker!r}, not {speaker} | {row.text[:160]}")
    print("| LitBank, quotations | gold | found | precision | recall |\n|---|---|---|---|---|")
    for name in ("even", "odd", "all"):
        n = quotes[name]
        print(
            f"| {name} | {n['gold']} | {n['found']} | {n['right'] / n['found']:.3f} | {n['right'] / n['gold']:.3f} |"
        )
    print("\n| rule | confidence | even: n | right | odd: n | right | all: n | right |\n|" + "---|" * 8)
    for rule in (*CONFIDENCE, "sure (0.9 and more)", "unsure", "every quotation"):
        cells = [cell for name in ("even", "odd", "all") for cell in _cells(rules[rule, name])]
        print(f"| {rule} | {CONFIDENCE.get(rule, '')} | {' | '.join(cells)} |")


def _cells(counts: Counter[str]) -> tuple[str, str]:
    return str(counts["n"]), f"{counts['right'] / counts['n']:.3f}" if counts["n"] else ""


if __name__ == "__main__":
    main()
