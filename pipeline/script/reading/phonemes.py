"""Pronunciations that a book writes in X-SAMPA, in IPA."""

from __future__ import annotations

import re

_TABLE = r"""
b_< ɓ d` ɖ d_< ɗ g_< ɠ h\ ɦ j\ ʝ l` ɭ l\ ɺ n` ɳ p\ ɸ r` ɽ r\` ɻ r\ ɹ s` ʂ s\ ɕ t` ʈ v\ ʋ x\ ɧ z` ʐ
z\ ʑ A ɑ B β B\ ʙ C ç D ð E ɛ F ɱ G ɣ G\ ɢ G\_< ʛ H ɥ H\ ʜ I ɪ J ɲ J\ ɟ J\_< ʄ K ɬ K\ ɮ L ʎ L\ ʟ M ɯ
M\ ɰ N ŋ N\ ɴ O ɔ O\ ʘ P ʋ Q ɒ R ʁ R\ ʀ S ʃ T θ U ʊ V ʌ W ʍ X χ X\ ħ Y ʏ Z ʒ " ˈ % ˌ : ː :\ ˑ . . ?
ʔ ?\ ʕ @ ə @\ ɘ @` ɚ { æ } ʉ 1 ɨ 2 ø 3 ɜ 3\ ɞ 4 ɾ 5 ɫ 6 ɐ 7 ɤ 8 ɵ 9 œ & ɶ ! ꜜ ^ ꜛ | | - _ _h ʰ _j ʲ
_w ʷ _~ ̃ ~ ̃ _0 ̥ _v ̬ _= ̩ = ̩ _d ̪ ' ʲ
"""
X_SAMPA = dict(zip(_TABLE.split()[::2], _TABLE.split()[1::2], strict=True)) | {"-": ""}
"""Wells 1995, Computer-coding the IPA; what is missing here is the same letter in both."""
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(X_SAMPA, key=len, reverse=True)))


def ipa_of(written: str, alphabet: str) -> str | None:
    """A pronunciation in IPA; None where the alphabet is not known here."""
    match alphabet.lower():
        case "ipa":
            return written.strip()
        case "x-sampa" | "xsampa" | "x_sampa":
            return _SIGN.sub(lambda sign: X_SAMPA[sign[0]], written.strip())
        case _:
            return None
