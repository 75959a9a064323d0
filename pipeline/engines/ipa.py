"""The International Phonetic Alphabet, and what Kokoro's English phonemes make of it.

Kokoro and hibari were trained on misaki's English alphabet: 49 phonemes, one character each, in an American and a
British set (misaki, EN_PHONES.md). Diphthongs and affricates are single characters there, and a stress mark stands
right before its vowel instead of before the syllable. A sound that English has not is given the nearest that it has;
docs/lexicon.md lists them all. Click sounds and the epiglottal consonants have no near one and are refused.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PRIMARY, SECONDARY = "ˈ", "ˌ"
LETTERS = frozenset(
    "abcdefhijklmnopqrstuvwxyzɡgæðøħŋœβθχɐɑɒɓɔɕɖɗɘəɚɛɜɝɞɟɠɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢ"
    "ʣʤʥʦʧʨçǀǁǂǃᵊᵻ"
)
"""IPA chart (2020 revision), the older single signs for affricates, and misaki's two reduced vowels."""

SIGNS = frozenset("ˈˌːˑ.|‖‿ʰʷʲˠˤⁿˡʼ˞˥˦˧˨˩ꜛꜜ↗↘ʱ \u0327")
NO_ENGLISH = frozenset("ʘǀǁǂǃʜʡʢ")

_CONSONANTS = {
    "t͡ʃ": "ʧ", "tʃ": "ʧ", "tɕ": "ʧ", "tʂ": "ʧ", "ʨ": "ʧ", "dʒ": "ʤ", "dʑ": "ʤ", "dʐ": "ʤ", "ʥ": "ʤ", "ʦ": "ts",
    "ʣ": "dz", "r": "ɹ", "ɻ": "ɹ", "ʀ": "ɹ", "ʁ": "ɹ", "ɽ": "ɹ", "ɺ": "ɹ", "g": "ɡ", "ɣ": "ɡ", "ɢ": "ɡ", "ɠ": "ɡ",
    "ʛ": "ɡ", "ɫ": "l", "ɭ": "l", "ʟ": "l", "ɬ": "l", "ɮ": "l", "ʎ": "lj", "ɲ": "nj", "ɳ": "n", "ɴ": "ŋ", "ɱ": "m",
    "x": "k", "χ": "k", "q": "k", "c": "k", "ɟ": "ɡ", "ʄ": "ɡ", "ʈ": "t", "ɖ": "d", "ɗ": "d", "ɓ": "b", "ʙ": "b",
    "β": "v", "ʋ": "v", "ɸ": "f", "ɕ": "ʃ", "ʂ": "ʃ", "ç": "ʃ", "ɧ": "ʃ", "ʑ": "ʒ", "ʐ": "ʒ", "ʝ": "j", "ħ": "h",
    "ʕ": "", "ɦ": "h", "ʔ": "", "ʍ": "w", "ɥ": "w", "ɰ": "w", "ʷ": "w",
}  # fmt: skip
_AMERICAN = {
    "eɪ": "A", "ei": "A", "eː": "A", "aɪ": "I", "ai": "I", "aʊ": "W", "au": "W", "oʊ": "O", "ou": "O", "əʊ": "O",
    "ɔɪ": "Y", "ɔi": "Y", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɚ": "əɹ", "ɝ": "ɜɹ", "əː": "ɜɹ", "œ": "ɜɹ", "ø": "ɜɹ", "a": "ɑ",
    "ɶ": "æ", "ɒ": "ɑ", "o": "O", "e": "ɛ", "y": "u", "ʏ": "ʊ", "ɯ": "u", "ʉ": "u", "ɨ": "ɪ", "ɤ": "ʌ", "ɵ": "ʊ",
    "ɘ": "ə", "ɞ": "ɜɹ", "ɾ": "T",
}  # fmt: skip
_BRITISH = {
    "eɪ": "A", "ei": "A", "eː": "A", "aɪ": "I", "ai": "I", "aʊ": "W", "au": "W", "oʊ": "Q", "ou": "Q", "əʊ": "Q",
    "ɔɪ": "Y", "ɔi": "Y", "eə": "ɛː", "ɛə": "ɛː", "ɚ": "ə", "ɝ": "ɜː", "œː": "ɜː", "øː": "ɜː",
    "œ": "ɜː", "ø": "ɜː", "æ": "a", "ɶ": "a", "oː": "ɔː", "o": "Q", "e": "ɛ", "y": "u", "ʏ": "ʊ", "ɯ": "u",
    "ʉ": "u", "ɨ": "ɪ", "ɤ": "ʌ", "ɵ": "ʊ", "ɘ": "ə", "ɞ": "ɜː", "ɾ": "ɹ", "ᵻ": "ɪ",
}  # fmt: skip
_SPELT = {"A": "eɪ", "I": "aɪ", "W": "aʊ", "Y": "ɔɪ", "O": "oʊ", "Q": "əʊ", "T": "ɾ", "ʧ": "t͡ʃ", "ʤ": "d͡ʒ"}
_VOWELS = "AIOQWYaiuæɑɒɔəɛɜɪʊʌɐᵊᵻ"  # of misaki, both sets
_IPA_VOWELS = "aeiouyæøœɐɑɒɔɘəɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏᵊᵻ"
_TIE = re.compile("[\u0361\u035c\u032f]")  # tie bars, and 'not syllabic'
_NASAL = re.compile(f"([{_IPA_VOWELS}])(ː?)\u0303(ː?)")
_SYLLABIC = re.compile("([mnlrɹŋ])\u0329")
_RHOTIC = re.compile("\u02de")
_DROPPED = re.compile("[ˑ|‖‿ʰʲˠˤⁿˡʼ˥˦˧˨˩ꜛꜜ↗↘ʱ\u0300-\u036f]")
_STRESS = re.compile(f"([{PRIMARY}{SECONDARY}])([^{PRIMARY}{SECONDARY}{_VOWELS} ]*)(?=[{_VOWELS}])")
_UNKNOWN_LENGTH = {False: re.compile("ː"), True: re.compile("(?<![ɑɔɛɜəiu])ː")}
_FAINT = re.compile(f"[{PRIMARY}{SECONDARY}](?![{_VOWELS}])")
_SPLIT_AFFRICATE = re.compile("t(?=ʃ)|d(?=ʒ)|a(?=[ˈˌ]?[ɪʊiu])|ɔ(?=[ɪi])|ə(?=ʊ)")


def strange_signs(ipa: str) -> list[str]:
    """The characters of ``ipa`` that are no signs of the International Phonetic Alphabet, each once."""
    return [
        sign
        for sign in dict.fromkeys(_decomposed(ipa))
        if sign not in LETTERS and sign not in SIGNS and not "\u0300" <= sign <= "\u036f"
    ]


def without_english(ipa: str) -> list[str]:
    """The sounds of ``ipa`` that English has nothing like."""
    return [sign for sign in dict.fromkeys(ipa) if sign in NO_ENGLISH]


@lru_cache(maxsize=4096)
def misaki_of(ipa: str, *, british: bool = False) -> str:
    """``ipa`` in the alphabet of Kokoro's models: ``ˈɪʃ.meɪl`` as ``ˈɪʃmAl``.

    Raises:
        ValueError: a sign that is not IPA, or a sound that English has nothing like; the message names them.
    """
    bad = [*strange_signs(ipa), *without_english(ipa)]
    if bad:
        raise ValueError(" ".join(bad))
    text = _SYLLABIC.sub(r"ᵊ\1", _NASAL.sub(r"\1\2\3n", _TIE.sub("", _decomposed(ipa))))
    text = _DROPPED.sub("", _RHOTIC.sub("" if british else "ɹ", text))
    pattern, signs = _BY_ACCENT[british]
    text = pattern.sub(lambda found: signs[found[0]], text).replace(".", "")
    text = _UNKNOWN_LENGTH[british].sub("", text)
    text = _STRESS.sub(r"\2\1", text)
    return " ".join(_FAINT.sub("", text).split())


def ipa_of(misaki: str) -> str:
    """Phonemes of the G2P as IPA: the inverse of `misaki_of`, with a stop where two signs must not run together."""
    parted = _SPLIT_AFFRICATE.sub(lambda found: f"{found[0]}.", misaki)
    return "".join(_SPELT.get(sign, sign) for sign in parted)


def _decomposed(ipa: str) -> str:
    """Diacritics as signs of their own, but for the cedilla of ``ç``."""
    return unicodedata.normalize("NFD", ipa).replace("c\u0327", "ç")


def _by_accent(vowels: dict[str, str]) -> tuple[re.Pattern[str], dict[str, str]]:
    signs = {_TIE.sub("", sign): phoneme for sign, phoneme in (_CONSONANTS | vowels).items()}
    return re.compile("|".join(sorted(map(re.escape, signs), key=len, reverse=True))), signs


_BY_ACCENT = {False: _by_accent(_AMERICAN), True: _by_accent(_BRITISH)}
