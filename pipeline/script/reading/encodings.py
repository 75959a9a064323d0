"""Which encoding a text that is not UTF-8 is in, by what its words look like when it is decoded.

A text is plausible in an encoding when its letters beyond ASCII are those of one language, stand where letters stand
and have the case that their neighbours have, and when it holds that language's commonest words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WESTERN, CENTRAL = ("cp1252", "mac_roman"), ("iso8859_2", "cp1250")
CYRILLIC = ("cp1251", "koi8_r")
ASIAN = ("cp932", "gb18030", "big5", "euc_jp", "euc_kr")
CLEAR = 0.6  # below it no encoding is plausible
MARGIN = 0.05  # two scores nearer than this are equal
SAMPLE = 1 << 17  # bytes that are looked at, from the first one beyond ASCII on
MAX_WORDS = 2000

# language: its letters beyond a-z, and some of its commonest words
LATIN = {
    "en": ("éèêëïîçñöüäàâáíóôûæœø", "the and of to in was he that it his her with as had for she you not at on is"),
    "fr": ("àâæçèéêëîïôœùûüÿ", "le la les de des et un une du que qui dans est il elle ne pas je vous au pour sur"),
    "es": ("áéíñóúüª", "el la los las de que y en un una no se con por su lo para como más es del le"),
    "pt": ("áâãàçéêíóôõúüª", "o a os as de que e em um uma não se com por para do da no na mais é ao"),
    "it": ("àèéìíîòóùú", "il la le di che e un una non si con per del della in era da gli lo i sono come"),
    "de": ("äöüßé", "der die das und in zu den ich er sie es nicht mit sich ein eine war auf von dem ist"),
    "nl": ("ëïéèöüê", "de het een en van in dat te is op hij niet zijn met was ik er voor aan die"),
    "sv": ("åäöé", "och att det en som på är av för med den till inte han jag hon var ett om"),
    "da": ("æøåé", "og at det en som på er af for med den til ikke han jeg hun var et om de"),
    "is": ("áðéíóúýþæö", "og að í á sem er það til var hann en um við ekki með hún ég"),
    "ca": ("àçèéíïòóúü·", "el la els les de que i en un una no es amb per va com del"),
    "pl": ("ąćęłńóśźż", "i w na z się nie do to że jest o jak ale po co tak za od był przez"),
    "cs": ("áčďéěíňóřšťúůýž", "a se v na je že to s z do o i ve jako za by ale po byl tak jsem"),
    "sk": ("áäčďéíĺľňóôŕšťúýž", "a sa v na je že to s z do o i vo ako za by ale po bol tak"),
    "hu": ("áéíóöőúüű", "a az és hogy nem egy is volt ez de csak meg már mint ha még el"),
    "hr": ("čćđšž", "i u je se na da su za od s ne što kao ali bi to"),
    "ro": ("ăâîşţ", "de şi în a la cu nu o pe că un din se care este mai"),
}
COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчй")
COMMON_ASIAN = {
    "cp932": "のにはをたがでとしてれさあいるなもかこんうっすきりらまくけよそだ、。「」ー",
    "euc_jp": "のにはをたがでとしてれさあいるなもかこんうっすきりらまくけよそだ、。「」ー",
    "gb18030": "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对"
    "着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面"
    "又定见只主没公从，。“”：、！？",
    "big5": "的一是不了人我在有他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生自會那後能對"
    "著事其裡所去行過家十用發天如然作方成者多日都三小軍二無同麼經法當起與好看學進種將還分此心前面"
    "又定見只主沒公從，。「」：、！？",
    "euc_kr": "이다는을의가에하고지도한은를로들그어자있나사기아리해서라게시만대으니인일스제",
}
ASIAN_SHARE = 0.25  # of a text's characters beyond ASCII that are among the commonest; measured: 0.4 … 0.7

WORD = re.compile(r"[^\W\d_]*[^\W\d_a-zA-Z][^\W\d_]*")
OTHER = re.compile(r"(.?)([^\w\s\x00-\x7f])(.?)", re.DOTALL)
OPENING, CLOSING, INNER = frozenset("“‘„‚«¿¡‹"), frozenset("”’»…›“‘™®"), frozenset("’—·…")
FREE = frozenset("–—…«»•©§£€°½¼¾®™†\u00a0\u00ad")


@dataclass(frozen=True)
class Guess:
    """An encoding; with a ``rival`` where another gives other text that is as likely, and a word as each has it.

    ``encoding`` is empty where none is plausible.
    """

    encoding: str
    rival: str | None = None
    sample: str = ""
    other: str = ""


def looks_like_utf8(content: bytes) -> bool:
    """Nearly all bytes beyond ASCII are in UTF-8 sequences: a UTF-8 file with a fault."""
    decoded = content.decode("utf-8", "replace")
    bad = decoded.count("\ufffd")
    good = sum(1 for letter in decoded if letter > "\x7f") - bad if bad * 20 < len(decoded) else 0
    return good >= 3 and good >= 10 * bad


def guess_encoding(content: bytes) -> Guess:
    """The likeliest encoding of a text that is neither ASCII nor UTF-8 nor UTF-16."""
    first = next((index for index, byte in enumerate(content) if byte > 0x7F), 0)
    begin = content.rfind(b"\n", 0, max(first - 2000, 0)) + 1
    sample = content[begin : begin + SAMPLE]
    scores: dict[str, tuple[float, str]] = {}  # decoded text → score and encoding
    for encoding in (*WESTERN, *CENTRAL, *CYRILLIC, *ASIAN):
        try:
            text = sample.decode(encoding, "ignore" if len(sample) == SAMPLE else "strict")
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text not in scores:
            scores[text] = (_plausibility(text, encoding), encoding)
    ranked = sorted(((score, encoding, text) for text, (score, encoding) in scores.items()), reverse=True)
    if not ranked or ranked[0][0] < CLEAR:
        return Guess("")
    (best, encoding, text), *rest = ranked
    if rest and rest[0][0] > best - MARGIN:
        one, two = next(pair for pair in zip(text.split(), rest[0][2].split(), strict=False) if pair[0] != pair[1])
        return Guess(encoding, rest[0][1], one, two)
    return Guess(encoding)


def _plausibility(text: str, encoding: str) -> float:
    """0 … 2: how much of what is beyond ASCII makes sense, doubled by its language's commonest words."""
    if encoding in ASIAN:
        beyond = re.sub(r"[\x00-\x7f]+", "", text)[:20_000]
        common = sum(letter in COMMON_ASIAN[encoding] for letter in beyond) / max(len(beyond), 1)
        return 2 * min(common / ASIAN_SHARE, 1.0) if common >= ASIAN_SHARE / 2 else 0.0
    words = [match[0] for _, match in zip(range(MAX_WORDS), WORD.finditer(text), strict=False)]
    others = [match.groups() for _, match in zip(range(MAX_WORDS), OTHER.finditer(text), strict=False)]
    fitting = sum(_fits(*other) for other in others)
    if encoding in CYRILLIC:
        right = sum(_cased(word) and _cyrillic(word) for word in words)
        return 2 * (right + fitting) / max(len(words) + len(others), 1) if right else 0.0
    cased = [word.lower() for word in words if _cased(word)]
    tokens = re.findall(r"[^\W\d_]+", text[:100_000].lower())
    return max(
        (sum(_written_in(word, letters) for word in cased) + fitting)
        / max(len(words) + len(others), 1)
        * (1 + min(3 * sum(token in common for token in tokens) / max(len(tokens), 8), 1.0))
        for letters, common in _LANGUAGES
    )


_LANGUAGES = [(frozenset(letters), frozenset(common.split())) for letters, common in LATIN.values()]


def _written_in(word: str, letters: frozenset[str]) -> bool:
    return all(letter in letters for letter in word if letter > "\x7f")


def _cased(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle() or (word[0].isupper() and word[1:].islower())


def _cyrillic(word: str) -> bool:
    inside = all("\u0400" <= letter <= "\u052f" for letter in word)
    return inside and 2 * sum(letter in COMMON_CYRILLIC for letter in word.lower()) >= len(word)


def _fits(before: str, sign: str, after: str) -> bool:
    """Punctuation beyond ASCII where it may stand."""
    left, right = before.isalnum(), after.isalnum()
    if left and right:
        return sign in INNER
    return (
        sign in FREE or (sign in OPENING and not left) or (sign in CLOSING and not before.isspace() and bool(before))
    )
