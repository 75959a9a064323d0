"""English text to Kokoro's phonemes, by the G2P of the package hibari-tts, with nothing dropped in silence.

Its phonemes are misaki's (one character each); a G2P left to itself leaves out words it has no letters for and
cuts unknown words after 24 letters (hibari/g2p/oov.py). Here the first are refused and the second read in pieces.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.engines import Unreadable
from pipeline.engines.ipa import ipa_of, misaki_of

Pronunciations = Sequence[tuple[int, int, str]]
"""As in `Reading.pronunciations`: first and last-plus-one character, and IPA."""

_CLAUSE_END = re.compile(r"(?<=[,;:—])\s+")  # hibari/tts.py
# hibari's normaliser expands these words whenever a full stop follows ("But no." as "But number"), and its splitter
# ends a sentence there. They are abbreviations only before a figure: spelt out there, elsewhere kept apart from their
# stop.
_BEFORE_FIGURE = {"no": "number", "nos": "numbers", "fig": "figure", "vol": "volume", "ch": "chapter", "pp": "pages"}
_ABBREVIATED = re.compile(rf"\b({'|'.join(_BEFORE_FIGURE)})\.\s*(?=\d)", re.IGNORECASE)
_WORD_AND_STOP = re.compile(r"\b(no|[Ff]ig|Sun|Sat|Wed|Jan|Mar)\.(?!\s*\d)")
# hibari's tagger takes double quotation marks for nouns, and its dictionary then gets mark and word as one unknown
# word: the first word of every speech would be guessed, “Colonel as kˈɑlOnᵊl. They have no sound and are left out.
_QUOTE = re.compile('["“”„«»]')
_QUOTE_INSIDE = re.compile(rf"(?<=\w){_QUOTE.pattern}(?=\w)")
# hibari's normaliser takes a capital I, V, X, L, C, D or M after "King", "Henry", "James" and the like for a number
# that is not there: "James Morland" as "James the zerothMorland".
_NO_NUMBER = re.compile(r" the zeroth(?=[A-Z])")
# Beside a dash hibari's G2P takes "I'm" and "don't" for words of another kind, and knows none.
_DASH_AND_CONTRACTION = re.compile(r"—(?=(?:I[’']m|\w+n[’']t)\b)")
_ANY_SPACE = re.compile(r"\s+")


class English:
    """Speaks the dictionary of one accent. May be used from several threads.

    Args:
        british: misaki's British dictionary and rules instead of the American ones.
    """

    def __init__(self, *, british: bool = False) -> None:
        from hibari.g2p import ASSETS, G2P
        from hibari.g2p.oov import OOV

        self._spell = _Speller(OOV(f"{ASSETS}/{'oov_gb' if british else 'oov'}.onnx"))
        self._g2p = G2P(oov=self._spell, british=british)
        self._british = british
        self._lock = threading.Lock()  # the port keeps state in its tokens; it holds Python's own lock anyway

    def sentences(self, text: str, index: int, pronunciations: Pronunciations = ()) -> list[str]:
        """The phonemes of each sentence of ``text``.

        Args:
            pronunciations: stretches of ``text`` whose sound is given; the dictionary is not asked for them.

        Raises:
            Unreadable: of reading ``index``: a word has no phonemes, a given sound has no English counterpart, or
                the text holds no word at all.
        """
        from hibari import Hibari

        text, given = self._stand_ins(text, pronunciations, index)
        spelt = _ABBREVIATED.sub(lambda found: f"{_BEFORE_FIGURE[found[1].lower()]} ", text)
        with self._lock:
            sentences = [self._phonemes(sentence, index, given) for sentence in Hibari.split_sentences(spelt)]
        if not any(character.isalpha() for sentence in sentences for character in sentence):
            raise Unreadable(f"there is no word to read in '{_short(text)}'", index=index)
        return [sentence for sentence in sentences if sentence]

    def knows(self, word: str) -> bool:
        """Whether the dictionary, or a rule for plurals and the like, has a pronunciation of ``word``."""
        lexicon = self._g2p.lexicon
        small = word.replace("’", "'").lower()
        forms = {word, small, small.capitalize(), word.upper() if word.isupper() else small}
        if any(form in book for form in forms for book in (lexicon.golds, lexicon.silvers)):
            return True
        rules = (lexicon.stem_s, lexicon.stem_ed, lexicon.stem_ing)
        return any(rule(small, "NN", None, None)[0] is not None for rule in rules)

    def said_in(self, sentence: str, word: str) -> str:
        """How ``word`` sounds where it stands first in ``sentence``, in IPA; empty if it cannot be told."""
        with self._lock:
            try:
                tokens = self._g2p.phonemize_tokens(self._g2p.tokenize(_as_read(sentence)))
            except _NoLetterError:
                return ""
        wanted = word.replace("’", "'").casefold()
        return next((ipa_of(token.phonemes or "") for token in tokens if token.text.casefold() == wanted), "")

    def _stand_ins(self, text: str, pronunciations: Pronunciations, index: int) -> tuple[str, dict[str, _Given]]:
        """``text`` with a made-up word for each given stretch: through all the G2P's rules it stays one word."""
        given: dict[str, _Given] = {}
        pieces, position = [], 0
        for number, (start, end, ipa) in enumerate(sorted(pronunciations)):
            assert position <= start < end <= len(text), f"the pronunciations of '{_short(text)}' overlap"
            words = text[start:end]
            try:
                phonemes = misaki_of(ipa, british=self._british)
            except ValueError as strange:
                raise Unreadable(
                    f"English has no sound like {strange} in '{ipa}', the phonemes of '{words}'",
                    index=index,
                    next_step="write the nearest English sound in the lexicon, or a respelling under 'say' alone",
                ) from None
            name = _made_up(number, text)
            name = name.capitalize() if words[:1].isupper() else name
            given[name] = _Given(words, phonemes)
            pieces += [text[position:start], name]
            position = end
        return "".join([*pieces, text[position:]]), given

    def _tokens(self, sentence: str, given: Mapping[str, _Given]) -> list[Any]:
        """The G2P's tokens, those that are given with their phonemes, each tagged as the word that is written."""
        from hibari.g2p.token import Tok

        if not any(name in sentence for name in given):
            return list(self._g2p.tokenize(sentence))
        pieces = list(_parted(self._g2p.tokenizer(sentence), given))
        written = [given[text].words.split() if text in given else [text] for text, _ in pieces]
        tags = iter(self._g2p.tagger([word for words in written for word in words]))
        tokens: list[Any] = []
        for (text, space), words in zip(pieces, written, strict=True):
            tag = [next(tags) for _ in words][-1]
            if text in given:
                tokens.append(Tok(given[text].words, tag, space, phonemes=given[text].phonemes, rating=5))
            else:
                tokens.append(Tok(text, tag, space, phonemes=self._suffix(text, tokens)))
        return tokens

    def _suffix(self, text: str, before: Sequence[Any]) -> str | None:
        """Phonemes of what clings to a given word: its possessive, a hyphen; None for anything else."""
        if not before or before[-1].rating != 5 or before[-1].whitespace:
            return None
        if text.lower() == "'s":
            stem = before[-1].phonemes
            return str(self._g2p.lexicon._s(stem)).removeprefix(stem)
        return "" if text in ("-", "'") else None

    def _phonemes(self, sentence: str, index: int, given: Mapping[str, _Given]) -> str:
        try:
            tokens = self._g2p.phonemize_tokens(self._tokens(_as_read(sentence), given))
        except _NoLetterError as error:
            raise _unreadable_word(str(error), sentence, index) from None
        for token in tokens:
            if any(map(str.isalnum, token.text)) and not any(map(str.isalpha, token.phonemes or "")):
                raise _unreadable_word(token.text, sentence, index)
        return "".join((token.phonemes or "") + (" " if token.whitespace else "") for token in tokens).strip()


@dataclass(frozen=True)
class _Given:
    """What is written in the text, and how it is said, in misaki's phonemes."""

    words: str
    phonemes: str


def _made_up(number: int, text: str) -> str:
    """A word that no rule of the G2P knows and that is not in ``text``."""
    letters = "zqx" + "".join(chr(ord("a") + int(digit)) for digit in str(number)) + "xqz"
    return letters if letters not in text.lower() else _made_up(number + 1_000_000, text)


def _as_read(sentence: str) -> str:
    """``sentence`` as the G2P gets it: no double quotation marks, figures and signs as words."""
    from hibari.g2p.normalize import normalize

    bare = _DASH_AND_CONTRACTION.sub("— ", _QUOTE.sub("", _QUOTE_INSIDE.sub(" ", sentence)))
    return _NO_NUMBER.sub(" ", str(normalize(_WORD_AND_STOP.sub(r"\1 .", bare))))


def _parted(pairs: Sequence[tuple[str, str]], given: Mapping[str, _Given]) -> Iterator[tuple[str, str]]:
    """Tokens and the space after each, a made-up word always a token of its own."""
    names = re.compile(f"({'|'.join(given)})")
    for token, space in pairs:
        parts = [part for part in names.split(token) if part]
        yield from ((part, space if number == len(parts) else "") for number, part in enumerate(parts, start=1))


class _NoLetterError(Exception):
    """A word holds a letter that the spelling net never saw."""


class _Speller:
    """hibari's net for words outside the dictionary, without its two silent losses."""

    def __init__(self, net: Any) -> None:
        self._net = net

    def __call__(self, word: str) -> str:
        known = "".join(c if c in self._net.cin else unicodedata.normalize("NFKD", c) for c in word)
        known = "".join(c for c in known if not unicodedata.combining(c))
        if any(c.isalpha() and c not in self._net.cin for c in known):
            raise _NoLetterError(word)
        size = self._net.maxlen
        return "".join(self._net(known[start : start + size]) or "" for start in range(0, len(known), size))


def in_passes(sentences: Sequence[str], longest: int) -> list[str]:
    """Phonemes packed into as few passes of at most ``longest`` as their order allows.

    A sentence over the limit is split after a clause, a clause over the limit between words; a single word is
    never split. No phoneme is lost: the passes, joined, are the sentences, joined, but for spaces.
    """
    passes: list[str] = []
    for piece in (piece for sentence in sentences for piece in _pieces(sentence, longest)):
        if passes and len(passes[-1]) + 1 + len(piece) <= longest:
            passes[-1] += f" {piece}"
        else:
            passes.append(piece)
    assert _ANY_SPACE.sub("", "".join(passes)) == _ANY_SPACE.sub("", "".join(sentences)), "phonemes were lost"
    return passes


def _pieces(sentence: str, longest: int) -> list[str]:
    if len(sentence) <= longest:
        return [sentence]
    clauses = _CLAUSE_END.split(sentence)
    return [piece for clause in clauses for piece in ([clause] if len(clause) <= longest else clause.split())]


def phoneme_ids(phonemes: str, vocabulary: Mapping[str, int], index: int) -> list[int]:
    """Ids of ``phonemes`` between the two 0 that Kokoro's models want.

    Raises:
        Unreadable: a phoneme is not in the vocabulary.
    """
    strange = sorted({phoneme for phoneme in phonemes if phoneme not in vocabulary})
    if strange:
        raise Unreadable(f"the model has no phoneme {' '.join(strange)} (in '{_short(phonemes)}')", index=index)
    return [0, *(vocabulary[phoneme] for phoneme in phonemes), 0]


def _unreadable_word(word: str, sentence: str, index: int) -> Unreadable:
    return Unreadable(
        f"no pronunciation is known for '{word}' in '{_short(sentence)}'",
        index=index,
        next_step=f"respell it in the production file's lexicon, e.g. '{word}: …'",
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
