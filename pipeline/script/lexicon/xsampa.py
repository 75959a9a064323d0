"""X-SAMPA, the ASCII spelling of IPA (J. C. Wells, 'Computer-coding the IPA', 1995), turned into IPA."""

from __future__ import annotations

import re

SIGNS = {
    # consonants
    "b_<": "ɓ", "d`": "ɖ", "d_<": "ɗ", "g_<": "ɠ", "h\\": "ɦ", "j\\": "ʝ", "l`": "ɭ", "l\\": "ɺ", "n`": "ɳ",
    "p\\": "ɸ", "r`": "ɽ", "r\\": "ɹ", "r\\`": "ɻ", "s`": "ʂ", "s\\": "ɕ", "t`": "ʈ", "v\\": "ʋ", "x\\": "ɧ",
    "z`": "ʐ", "z\\": "ʑ", "B": "β", "B\\": "ʙ", "C": "ç", "D": "ð", "F": "ɱ", "G": "ɣ", "G\\": "ɢ", "G\\_<": "ʛ",
    "H": "ɥ", "H\\": "ʜ", "J": "ɲ", "J\\": "ɟ", "J\\_<": "ʄ", "K": "ɬ", "K\\": "ɮ", "L": "ʎ", "L\\": "ʟ",
    "M\\": "ɰ", "N": "ŋ", "N\\": "ɴ", "O\\": "ʘ", "P": "ʋ", "R": "ʁ", "R\\": "ʀ", "S": "ʃ", "T": "θ", "W": "ʍ",
    "X": "χ", "X\\": "ħ", "Z": "ʒ", "?": "ʔ", "?\\": "ʕ", "<\\": "ʢ", ">\\": "ʡ", "!\\": "ǃ", "|\\": "ǀ",
    "|\\|\\": "ǁ", "=\\": "ǂ", "4": "ɾ", "5": "ɫ", "g": "ɡ",
    # vowels
    "A": "ɑ", "E": "ɛ", "I": "ɪ", "I\\": "ᵻ", "M": "ɯ", "O": "ɔ", "Q": "ɒ", "U": "ʊ", "V": "ʌ", "Y": "ʏ", "@": "ə",
    "@`": "ɚ", "@\\": "ɘ", "{": "æ", "}": "ʉ", "1": "ɨ", "2": "ø", "3": "ɜ", "3`": "ɝ", "3\\": "ɞ", "6": "ɐ",
    "7": "ɤ", "8": "ɵ", "9": "œ", "&": "ɶ",
    # stress, length, boundaries
    '"': "ˈ", "%": "ˌ", ":": "ː", ":\\": "ˑ", ".": ".", "|": "|", "||": "‖", "-\\": "‿", "-": "", " ": " ",
    # diacritics
    "~": "\u0303", "_~": "\u0303", "=": "\u0329", "_=": "\u0329", "`": "˞", "'": "ʲ", "_j": "ʲ", "_w": "ʷ",
    "_h": "ʰ", "_G": "ˠ", "_?\\": "ˤ", "_>": "ʼ", "_n": "ⁿ", "_l": "ˡ", "_^": "\u032f", "_0": "\u0325",
    "_v": "\u032c", "_+": "\u031f", "_-": "\u0320", '_"': "\u0308", "_x": "\u033d", "_r": "\u031d", "_o": "\u031e",
    "_A": "\u0318", "_q": "\u0319", "_O": "\u0339", "_c": "\u031c", "_d": "\u032a", "_a": "\u033a", "_m": "\u033b",
    "_N": "\u033c", "_t": "\u0324", "_k": "\u0330", "_e": "\u0334", "_}": "\u031a", "_T": "˥", "_H": "˦",
    "_M": "˧", "_L": "˨", "_B": "˩", "_/": "\u030c", "_\\": "\u0302", "_F": "\u0302", "_R": "\u030c", "!": "ꜜ",
    "^": "ꜛ",
}  # fmt: skip
SIGNS |= {letter: letter for letter in "abcdefhijklmnopqrstuvwxyz"}
_SIGN = re.compile("|".join(sorted(map(re.escape, SIGNS), key=len, reverse=True)))


def ipa_from_xsampa(text: str) -> str:
    """``"IS.meIl`` as ``ˈɪʃ.meɪl``.

    Raises:
        ValueError: a character that is not X-SAMPA; the message names it.
    """
    signs, position = [], 0
    while position < len(text):
        match = _SIGN.match(text, position)
        if match is None:
            raise ValueError(text[position])
        signs.append(SIGNS[match[0]])
        position = match.end()
    return "".join(signs)
