"""IPA as an English reader would spell it: ``ˈɪʃ.meɪ.əl`` as ``ISH-may-uhl``."""

from __future__ import annotations

import re

from pipeline.engines.ipa import misaki_of

_SPELT = {
    "A": "ay", "I": "y", "O": "oh", "W": "ow", "Y": "oy", "a": "a", "i": "ee", "u": "oo", "æ": "a", "ɑ": "ah",
    "ɒ": "o", "ɔ": "aw", "ə": "uh", "ɛ": "e", "ɜ": "er", "ɪ": "i", "ʊ": "uu", "ʌ": "u", "ɐ": "uh", "ᵊ": "uh",
    "ᵻ": "i", "ʧ": "ch", "ʤ": "j", "ʃ": "sh", "ʒ": "zh", "θ": "th", "ð": "th", "ŋ": "ng", "ɡ": "g", "j": "y",
    "ɹ": "r", "T": "d",
}  # fmt: skip
_NUCLEUS = re.compile("[AIOWYaiuæɑɒɔəɛɜɪʊʌɐᵊᵻ]")
_ONSET = re.compile("(?:[pbtdkɡ]?[ɹlwj]|[fθʃ]ɹ|fl|s[ptk]ɹ?|s[lmnw]|[fvmnhTsθ]j|[bdfhklmnpstvzwjɡɹðθʃʒʤʧT])$")


def respell(ipa: str) -> str:
    """A rough respelling, syllables parted by hyphens, the stressed one in capitals.

    It is a guess for engines that take no phonemes: somebody has to listen to it before it is used.

    Raises:
        ValueError: a sign that is not IPA, or a sound that English has nothing like.
    """
    return " ".join(_word(word) for word in misaki_of(ipa).split())


def _word(word: str) -> str:
    syllables = _syllables(word)
    spelt = []
    for syllable in syllables:
        signs = re.sub("ɜɹ", "ɜ", syllable).strip("ˈˌ").replace("ˈ", "").replace("ˌ", "")
        text = "".join(_SPELT.get(sign, sign) for sign in re.sub("^I", "eye", signs))
        text = re.sub("(?<=[aeiou])s$", "ss", text)
        spelt.append(text.upper() if "ˈ" in syllable and len(syllables) > 1 else text)
    return "-".join(spelt)


def _syllables(word: str) -> list[str]:
    """Each vowel with the consonants that English lets begin its syllable; the rest ends the one before."""
    parts = re.split(f"([ˈˌ]?{_NUCLEUS.pattern})", word)
    syllables = [parts[0] + "".join(parts[1:2])]
    for position in range(2, len(parts) - 1, 2):
        between, vowel = parts[position], parts[position + 1]
        onset = _ONSET.search(between)
        cut = onset.start() if onset else len(between)
        syllables[-1] += between[:cut]
        syllables.append(between[cut:] + vowel)
    syllables[-1] += parts[-1] if len(parts) > 2 else ""
    return syllables
