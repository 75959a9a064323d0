"""Who is named beside a quotation: ``said Holmes``, ``the old man answered``, ``dijo ella``, ``Anna rief:``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache

from pipeline.script.dialogue.verbs import family, verb_pattern

UPPER = "A-ZÀ-ÖØ-Þ"
MALE, FEMALE = "m", "f"

TITLES = {
    "Mr": MALE, "Mister": MALE, "Sir": MALE, "Lord": MALE, "Master": MALE, "Uncle": MALE, "Father": MALE,
    "Brother": MALE, "King": MALE, "Prince": MALE, "Duke": MALE, "Count": MALE, "Captain": MALE, "Colonel": MALE,
    "Capt": MALE, "Col": MALE, "Gen": MALE, "Lieut": MALE, "General": MALE, "Major": MALE, "Squire": MALE,
    "Parson": MALE, "Inspector": MALE, "Rev": MALE, "Reverend": MALE, "Admiral": MALE, "Baron": MALE,
    "Mrs": FEMALE, "Miss": FEMALE, "Ms": FEMALE, "Lady": FEMALE, "Madam": FEMALE, "Madame": FEMALE, "Mme": FEMALE,
    "Mlle": FEMALE, "Mademoiselle": FEMALE, "Aunt": FEMALE, "Queen": FEMALE, "Princess": FEMALE, "Duchess": FEMALE,
    "Countess": FEMALE, "Mother": FEMALE, "Sister": FEMALE, "Dame": FEMALE,
    "Dr": "", "Doctor": "", "Prof": "", "Professor": "", "Judge": "", "Old": "", "Young": "", "Little": "",
    "Poor": "", "Monsieur": MALE, "M": MALE, "Herr": MALE, "Frau": FEMALE, "Fräulein": FEMALE, "Don": MALE,
    "don": MALE, "D": MALE, "Doña": FEMALE, "doña": FEMALE, "Dona": FEMALE, "dona": FEMALE, "Señor": MALE,
    "Señora": FEMALE, "Signor": MALE, "Signora": FEMALE, "signor": MALE, "signora": FEMALE, "dom": MALE, "Dom": MALE,
    "maître": MALE, "Maître": MALE, "padre": MALE, "Padre": MALE, "fra": MALE, "Fra": MALE, "donna": FEMALE,
}  # fmt: skip
"""Words before a name, and whom they stand for."""

PRONOUNS = {
    "en": {"he": MALE, "she": FEMALE, "I": "I"},
    "de": {"er": MALE, "sie": FEMALE, "ich": "I"},
    "fr": {"il": MALE, "elle": FEMALE, "je": "I"},
    "es": {"él": MALE, "ella": FEMALE, "yo": "I"},
    "it": {"egli": MALE, "lui": MALE, "ella": FEMALE, "lei": FEMALE, "io": "I"},
    "pt": {"ele": MALE, "elle": MALE, "ela": FEMALE, "ella": FEMALE, "eu": "I"},
}
DETERMINERS = {
    "en": "the|a|an|his|her|my|their|our|your|one of the|another|this|that",
    "de": "der|die|das|ein|eine|sein|seine|ihr|ihre|mein|meine|dieser|diese|jener|jene",
    "fr": "le|la|les|un|une|son|sa|mon|ma|ce|cet|cette|leur|notre",
    "es": "el|la|los|las|un|una|su|mi|aquel|aquella|este|esta|otro|otra",
    "it": "il|lo|la|un|uno|una|suo|sua|mio|mia|quel|quella|questo|questa",
    "pt": "o|a|os|as|um|uma|seu|sua|meu|minha|aquelle|aquele|aquela|este|esta|outro|outra",
}
NOUN_ENDS = {
    "en": "with|in|to|as|who|and|at|of|from|on|by|when|while|after|before|for|that|which|but|again|then|had|was|is|"
    "once|into|through|over|under|looking|turning|without|whose|half|a|the|where|about|like|still|rather|quite|very|more|so|suddenly|at|up|out|down|"
    "now|if|off|aloud|back|together|too",
    "de": "mit|in|zu|und|als|mir|ihm|ihr|ihnen|sich|auf|aus|nach|bei|während|der|die|das|den|dem|indem|wieder",
    "fr": "en|avec|à|au|qui|et|dans|sur|d|de|du|sans|après|tout|pour|dont|d'un|d'une|d’un|d’une",
    "es": "con|en|a|al|que|y|de|del|sin|por|para|mientras|muy|sobre|entre",
    "it": "con|in|a|al|che|e|di|del|senza|per|mentre|quando|tra|fra|alla",
    "pt": "com|em|a|ao|que|e|de|do|da|sem|por|para|á|muito",
}
NOUN_ENDINGS = {
    "en": r"\w+ly|\w+ing",
    "de": r"\w+end",
    "fr": r"\w+ment",
    "es": r"\w+mente|\w+[aeiáé]ndo\w*",
    "it": r"\w+mente|\w+[ae]ndo\w*|col|dalla|dal|nel|nella|allorch[eé]",
    "pt": r"\w+mente|\w+[aei]ndo(?:-\w+)?|logo",
}
"""Adverbs and participles that follow the noun and are no part of the name."""

_BEGINNERS = (
    "A Aber After Again Ah All Allora Alors Als An And Another Aquel Aquella As At Before Both But Captain Ce "
    "Come Comme Como Cuando Da Dann Das Depois Der Die Don Doña Dr Each Egli Ein Eine El Ela Ele Ella Elle Elles "
    "Entonces Er Es Et Eu Even Everybody Everyone Finally For Friday Gli God He Heaven Her Here His How I Ich If "
    "Ihr Il Ils In Instead It Je La Lady Las Le Lei Les Lo Lord Los Lui Ma Madame Mais Mein Meine Miss Monday "
    "Monsieur Mr Mrs My Never No Nobody Not Nothing Now Nun O Oh On Once One Only Or Os Our Perhaps Pero Poi "
    "Presently Puis Quand Quando Sa Saturday Sein Seine Seu She Sie Sir So Some Something Son Still Su Sua Such "
    "Suddenly Sunday That The Their Then There Thereupon These They This Those Thursday Thus Tuesday Uma Un Una "
    "Und Une We Wednesday Well What When Whereupon While Who Why Wir With Y Yes Yet Yo You Your Él"
)
NO_NAMES = frozenset(_BEGINNERS.split())
"""Words that begin sentences, and titles alone."""

_TITLE = "|".join(sorted(TITLES, key=len, reverse=True))
NAME = (
    rf"(?:(?:{_TITLE})\.?\s+){{0,2}}(?:[{UPPER}]\.\s*){{0,3}}[{UPPER}][\w’'-]*\w"
    rf"(?:\s+(?:(?:de|de la|del|von|van|di|da|du|of|le|la)\s+)?[{UPPER}][\w’'-]*\w){{0,3}}"
)
WORD = re.compile(r"[^\W\d_]+")
POSSESSIVE = re.compile(r"['’]s?$")
GENERIC = re.compile(
    r"^(?:a|an|another|one|some|the other|the others|the first|the second|the latter|the former|un|une|una|ein|eine"
    r"|um|uma|uno|otro|otra|outro|outra|el otro|la otra|l'autre|l’autre|l'altro)\b"
    r"|\b(?:voice|voices|voix|voz|voce|Stimme)$"
)
"""Nobody in particular, or a voice."""

RELATION = re.compile(
    r"^(?:his|her|their|our|your|sein|seine|ihr|ihre|son|sa|leur|su|suo|sua|seu)\b|['’]s\b",
    re.IGNORECASE,
)
"""Somebody's mother: the words stand for another person wherever they stand. ``My mother`` is always the same."""


@dataclass(frozen=True)
class Tag:
    """The subject of a speech verb.

    Attributes:
        kind: ``name``, ``noun`` or ``pronoun``.
        words: as they stand in the text; a possessor included (``Alice's sister``).
        gender: of a pronoun; ``I`` for the first person.
        start: of the words, in the paragraph.
        several: another one is named with it (``said Tom and Anna``).
    """

    kind: str
    words: str
    gender: str
    start: int
    several: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.words)


def tag_after(text: str, at: int, language: str) -> Tag | None:
    """The tag that follows a quotation which ends at ``at``: ``verb subject`` or ``subject verb``."""
    patterns = _patterns(family(language))
    for pattern in (patterns.inverted, patterns.straight):
        found = pattern.match(text, at)
        if found is not None:
            tag = _tag(found, family(language), text)
            if tag is not None:
                return tag
    return None


def tag_before(text: str, start: int, at: int, language: str) -> Tag | None:
    """The tag that leads in a quotation which begins at ``at``: the last sentence from ``start`` on, up to a comma or
    colon.
    """
    found = _patterns(family(language)).leading.search(text, start, at)
    return None if found is None else _tag(found, family(language), text)


@dataclass(frozen=True)
class _Patterns:
    inverted: re.Pattern[str]
    straight: re.Pattern[str]
    leading: re.Pattern[str]


@lru_cache(maxsize=8)
def _patterns(language: str) -> _Patterns:
    pronouns = "|".join(PRONOUNS[language])
    noun = rf"(?:(?:{DETERMINERS[language]})\s+|l['’])"
    ends = NOUN_ENDS[language]
    endings = rf"{ends}|{NOUN_ENDINGS[language]}"
    words = rf"(?!(?:{ends})\b)[\w’'-]+(?:\s+(?!(?:{endings})\b)[\w’'-]+){{0,3}}"
    possessed = rf"(?P<owned>[{UPPER}][\w-]*['’]s?\s+{words})" if language == "en" else r"(?P<owned>(?!))"
    verb = verb_pattern(language)
    after_verb = rf"(?:{possessed}|(?P<name>{NAME})|(?P<pronoun>(?:{pronouns})\b)|(?P<noun>{noun}{words}))"
    short = rf"(?!(?:{ends})\b)[\w’'-]+(?:\s+(?!(?:{verb})\b)(?!(?:{ends}|\w+ly)\b)[\w’'-]+){{0,2}}?"
    before_verb = rf"(?:{possessed}|(?P<name>{NAME})|(?P<pronoun>(?i:{pronouns})\b)|(?P<noun>(?i:{noun}){short}))"
    adverb = r"(?:\w+ly\s+)?" if language == "en" else ""
    link = r"(?:-t-|-)" if language in ("fr", "pt") else r"(?!)"
    lead = r"[\s,;:—–_*)-]*"
    return _Patterns(
        inverted=re.compile(rf"{lead}(?:(?:and|then|y|e|et)\s+)?\b{verb}(?:{link}|\s+){adverb}{after_verb}"),
        straight=re.compile(rf"{lead}(?:(?:and|then|but)\s+)?{before_verb},?\s+{adverb}(?:then\s+)?{verb}\b"),
        leading=re.compile(
            rf"(?:^|(?<=[.!?…;”\"»’]\s)|(?<=\b(?:and|but)\s)|(?<=,\s))(?:(?:Then|And|But|So|At\slast|Da)\s+)?{before_verb}"
            rf"(?:[^.!?“”\"«»]{{0,90}}?\s+(?:and|y|e|et|und)\s+|,?\s+){adverb}{verb}\b[^.!?“”\"«»]{{0,80}}[,:]\s*[—–-]*\s*$"
        ),
    )


AND_ANOTHER = re.compile(rf"\s+(?:and|und|et|y|e)\s+(?:[{UPPER}]|the\b|his\b|her\b)")


def _tag(found: re.Match[str], language: str, text: str) -> Tag | None:
    kind = found.lastgroup
    assert kind is not None
    words, start = found[kind], found.start(kind)
    if kind == "pronoun":
        key = words if words == "I" else words.lower()
        gender = PRONOUNS[language].get(key, "")
        return Tag(kind, words, gender, start) if gender else None
    if kind == "name":
        words = trimmed(words)
        if not words:
            return None
    words = words.rstrip("-'’ ")
    several = AND_ANOTHER.match(text, start + len(words)) is not None
    return Tag("name" if kind == "owned" else kind, words, "", start, several)


def trimmed(name: str, ordinary: Container[str] = frozenset()) -> str:
    """A name without the possessive ending and without ordinary words that only begin a sentence; may be empty."""
    words = POSSESSIVE.sub("", name).split()
    while words and words[0] in ordinary and words[0] not in TITLES:
        del words[0]
    if not words or (words[0] in NO_NAMES and (len(words) == 1 or words[0] not in TITLES)):
        return ""
    return " ".join(words)


def ordinary_words(paragraphs: Iterable[str]) -> frozenset[str]:
    """Capitalised words that a book writes small more often: they begin sentences and are no names."""
    counts = Counter(word for text in paragraphs for word in WORD.findall(text))
    return frozenset(word for word, count in counts.items() if word[0].isupper() and counts[word.lower()] > count)
