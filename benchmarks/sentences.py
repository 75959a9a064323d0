"""Sentence splitters on published sets: ours, Punkt alone, and whichever of four libraries are installed.

    python benchmarks/sentences.py [--golden FOLDER] [--conllu en=FILE ...] [--text NOVEL]

Golden: share of the Golden Rules found exactly, of the English ones in ``tests/script/sets/golden`` or, with the
folder ``tests/lang`` of pySBD's repository, of all six languages and the further cases there (without those that hold
line feeds or change the text); 'lenient' forgives ends of sentences found inside a quotation, where the set's makers
keep it whole. Literary: ends of sentences found where there is none ('harmful') and missed. Treebanks (CoNLL-U;
``# newpar`` begins a paragraph, otherwise five sentences are joined): ends found wrongly and missed for 1000.
Speed: on the text's paragraphs, CPU time of one core.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.script.sentences import MODELS, splitter  # noqa: E402
from tests.script.sets import cases  # noqa: E402

Split = Callable[[str, str], list[str]]
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|„[^“”]*[“”]|,,[^“”]*[“”]|'[^']*'")


def ours(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in splitter(language)(text)]


def punkt_alone() -> Split:
    import punkt
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    loaded = {}

    def split(text: str, language: str) -> list[str]:
        name = MODELS.get(language, "english")
        if name not in loaded:
            trained, parameters = punkt.load_model(name), PunktParameters()
            parameters.abbrev_types = set(trained.abbrev_types)
            parameters.collocations = set(trained.collocations)
            parameters.sent_starters = set(trained.sent_starters)
            parameters.ortho_context.update({word: int(flags) for word, flags in trained.ortho_context.items()})
            loaded[name] = PunktSentenceTokenizer(parameters)
        return list(loaded[name].tokenize(text))

    return split


def sentencex() -> Split:
    import sentencex as library

    return lambda text, language: list(library.segment(language, text))


def nupunkt() -> Split:
    import nupunkt as library

    return lambda text, _language: list(library.sent_tokenize(text))


def syntok() -> Split:
    from syntok import segmenter

    def split(text: str, _language: str) -> list[str]:
        found = []
        for paragraph in segmenter.process(text):
            for sentence in paragraph:
                found.append("".join(token.spacing + token.value for token in sentence))
        return found

    return split


def pysbd() -> Split:
    import pysbd as library

    made = {}

    def split(text: str, language: str) -> list[str]:
        if language not in made:
            known = language if language in ("en", "es", "fr", "de", "it", "ja") else "es"
            made[language] = library.Segmenter(language=known, clean=False)
        return list(made[language].segment(text))

    return split


def splitters() -> Iterator[tuple[str, Split]]:
    yield "ours", ours
    for make in (punkt_alone, sentencex, nupunkt, syntok, pysbd):
        try:
            split = make()
        except ImportError as error:
            print(f"{make.__name__} is not installed: {error}", file=sys.stderr)
            continue
        yield make.__name__.replace("_", " "), split


def ends(sentences: Iterable[str]) -> set[int]:
    """Where sentences end but the last, counted in letters and signs."""
    found, length = set(), 0
    for sentence in sentences:
        length += len("".join(sentence.split()))
        found.add(length)
    return found - {length, 0}


def inside_quotations(text: str) -> set[int]:
    places = set()
    for match in QUOTED.finditer(text):
        first = len("".join(text[: match.start()].split()))
        places |= set(range(first + 1, first + len("".join(match[0].split()))))
    return places


LISTS = re.compile(r"GOLDEN_.._RULES_TEST_CASES|.._MORE_TEST_CASES|DE_CLEAN_RULES_TEST_CASES")
FILES = {"en": "english", "es": "spanish", "fr": "french", "de": "deutsch", "it": "italian", "ja": "japanese"}


def rules(folder: Path | None) -> list[tuple[str, list[str], str]]:
    """Language, sentences and text of each case."""
    if folder is None:
        return list(cases("golden"))
    found = []
    for language, name in FILES.items():
        for node in ast.parse((folder / f"test_{name}.py").read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and LISTS.fullmatch(getattr(node.targets[0], "id", "")):
                for case in node.value.elts:  # a pair, or pytest.param of one
                    parts = case.args if isinstance(case, ast.Call) else case.elts
                    text, sentences = (ast.literal_eval(part) for part in parts[:2])
                    stripped = [sentence.strip() for sentence in sentences]
                    if "\n" not in text and text == ("" if language == "ja" else " ").join(stripped):
                        found.append((language, stripped, text))
    return found


def golden(split: Split, folder: Path | None) -> tuple[float, float, int]:
    strict = lenient = total = 0
    for language, sentences, text in rules(folder):
        wanted, found = ends(sentences), ends(split(text, language))
        total += 1
        strict += found == wanted
        lenient += wanted <= found and found - wanted <= inside_quotations(text)
    return 100 * strict / total, 100 * lenient / total, total


def literary(split: Split) -> tuple[int, int, int]:
    harmful = missed = total = 0
    for language, sentences, text in cases("literary"):
        wanted, found = ends(sentences), ends(split(text, language))
        total += len(sentences)
        harmful += len(found - wanted)
        missed += len(wanted - found)
    return harmful, missed, total


def paragraphs(path: Path) -> list[list[str]]:
    grouped: list[list[str]] = [[]]
    is_marked = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# newpar"):
            grouped.append([])
            is_marked = True
        elif line.startswith("# text = "):
            grouped[-1].append(line[9:])
    if is_marked:
        return [group for group in grouped if group]
    return [grouped[0][index : index + 5] for index in range(0, len(grouped[0]), 5)]


def treebank(split: Split, language: str, grouped: list[list[str]]) -> tuple[float, float, int]:
    wrong = missed = total = 0
    for sentences in grouped:
        wanted, found = ends(sentences), ends(split(" ".join(sentences), language))
        total += len(sentences)
        wrong += len(found - wanted)
        missed += len(wanted - found)
    return 1000 * wrong / total, 1000 * missed / total, total


def speed(split: Split, text: str) -> float:
    """Megabytes (a million characters) a second."""
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    split(parts[0], "en")
    start = time.process_time()
    for part in parts:
        split(part, "en")
    return sum(map(len, parts)) / (time.process_time() - start) / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--golden", type=Path, help="the folder tests/lang of pySBD's repository")
    options.add_argument("--conllu", nargs="*", default=[], metavar="LANGUAGE=FILE[,FILE...]")
    options.add_argument("--text", type=Path, help="a novel in English, paragraphs apart, for the speed")
    chosen = options.parse_args()
    banks = {}
    for item in chosen.conllu:
        language, _, files = item.partition("=")
        paths = [Path(name) for name in files.split(",")]
        name = f"{language} {paths[0].stem}" + (f" +{len(paths) - 1}" if len(paths) > 1 else "")
        banks[name] = language, [group for path in paths for group in paragraphs(path)]
    for name, split in splitters():
        strict, lenient, count = golden(split, chosen.golden)
        harmful, missed, total = literary(split)
        print(f"{name}: golden {strict:.1f} % of {count} ({lenient:.1f} % lenient)")
        print(f"  literary: {harmful} harmful, {missed} missed of {total}")
        for bank, (language, grouped) in banks.items():
            wrong, lost, count = treebank(split, language, grouped)
            print(f"  {bank}: {wrong:.1f} wrong, {lost:.1f} missed of 1000 ({count} sentences)")
        if chosen.text:
            print(f"  {speed(split, chosen.text.read_text(encoding='utf-8')):.2f} MB/s")


if __name__ == "__main__":
    main()
