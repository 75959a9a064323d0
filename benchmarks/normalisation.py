"""Text normalisation on published cases, against libraries alone, and its speed on prose.

python benchmarks/normalisation.py [TEXT …]

The cases are in tests/script/sets; how they are compared is in tests/script/normalising/published.py. num2words
reads the bare numbers. damga is asked where it is installed. With text files the speed on them is shown too, in
thousands of characters a CPU second.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from num2words import num2words

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.edits import speak  # noqa: E402
from pipeline.script.normalising import has_rules, normalise  # noqa: E402
from tests.script.normalising.published import LANGUAGES, Case, cases, golden, kept_aside, right  # noqa: E402

Reader = Callable[[str], str]


def ours(language: str) -> Reader | None:
    """The script room's own rules."""
    return (lambda text: speak(text, normalise(text, language))) if has_rules(language) else None


def bare_numbers(language: str) -> Reader | None:
    """num2words on every run of digits."""
    return lambda text: re.sub(r"\d+", lambda match: str(num2words(int(match[0]), lang=language)), text)


def damga(language: str) -> Reader | None:
    """damga alone, in the languages it has."""
    if language not in ("en", "de", "es", "fr", "it") or not find_spec("damga"):
        return None
    from damga import Normalizer

    return Normalizer("tn", language).normalize


READERS = {"ours": ours, "num2words on bare numbers": bare_numbers, "damga": damga}


def percent(published: Iterator[Case], read: Reader, aside: bool) -> str:
    """Share of the cases said as published; and of how many."""
    chosen = [case for case in published if not aside or kept_aside(case)]
    if not chosen:
        return "–"
    return (
        f"{100 * sum(right(case, _tried(read, case.written)) for case in chosen) / len(chosen):.1f} of {len(chosen)}"
    )


def _tried(read: Reader, text: str) -> str:
    try:
        return read(text)
    except (ValueError, OverflowError, NotImplementedError, RuntimeError, UnicodeError):
        return ""


def speed(path: Path) -> None:
    """Characters a CPU second on a text, paragraph by paragraph."""
    text = path.read_text(encoding="utf-8", errors="replace")
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    normalise("12 words first", "en")
    start = time.process_time()
    edits = sum(len(normalise(paragraph, "en")) for paragraph in paragraphs)
    seconds = time.process_time() - start
    print(f"{path.name}: {len(text)} characters, {edits} edits, {len(text) / seconds / 1000:.0f} k characters/s")


def main() -> None:
    """Print the tables."""
    print("| percent said as published | " + " | ".join(LANGUAGES) + " |")
    print("|---" * (len(LANGUAGES) + 1) + "|")
    for source, published in (("NeMo", cases), ("damga's golden", golden)):
        for name, reader in READERS.items():
            for aside in (False, True):
                row = [
                    percent(published(language), read, aside) if (read := reader(language)) else "–"
                    for language in LANGUAGES
                ]
                print(f"| {source}: {name}{', kept aside' if aside else ''} | " + " | ".join(row) + " |")
    for path in sys.argv[1:]:
        speed(Path(path))


if __name__ == "__main__":
    main()
