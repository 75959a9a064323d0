"""What an entry of a pronunciation lexicon is, whatever file it stands in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from pipeline.engines.ipa import LETTERS, strange_signs
from pipeline.errors import InputError, Place, ProblemsError
from pipeline.script.blocks import MAX_PROBLEMS
from pipeline.script.words import has_words

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Level(IntEnum):
    """Whose an entry is. A higher level wins over a lower one."""

    BOOK = 0  # a lexicon inside the manuscript (EPUB 3)
    HOUSE = 1  # the first of the production's lexicon files
    SERIES = 2  # the files after it; the last wins
    PROJECT = 3  # written in the production file itself


@dataclass(frozen=True)
class Entry:
    """A word or phrase and how it is said.

    Attributes:
        word: as it is written in the text.
        say: respelling; empty where only the phonemes are known.
        ipa: phonemes in IPA, for engines that take them; may be empty.
        language: BCP 47 tag: only in text of this language; empty for any.
        case: only as it is written (True) or in any case (False); None: as written if it has a capital.
        level: whose it is.
        place: where it was written.
    """

    word: str
    say: str = ""
    ipa: str = ""
    language: str = ""
    case: bool | None = None
    level: Level = Level.PROJECT
    place: Place | None = None

    @property
    def exact(self) -> bool:
        """Whether it matches only as it is written."""
        return self.word != self.word.lower() if self.case is None else self.case

    def speaks_in(self, language: str) -> bool:
        """Whether text of ``language`` is its business: ``en`` is in ``en-GB`` (RFC 4647, basic filtering)."""
        wanted, tag = self.language.lower(), language.lower()
        return not wanted or tag == wanted or tag.startswith(f"{wanted}-")


def checked(entry: Entry) -> Entry:
    """``entry`` with white space tidied and characters composed (NFC).

    Raises:
        InputError: it has no word, nothing to say, or phonemes that are not IPA.
    """
    word, say, ipa = (
        unicodedata.normalize("NFC", " ".join(text.split())) for text in (entry.word, entry.say, entry.ipa)
    )
    ipa = ipa.strip("/[] ")
    where = entry.place or "lexicon"
    if _CONTROL.search(word + say + ipa):
        raise InputError(f"the entry {word!r} holds a control character", where=where, next_step="delete it")
    strange = strange_signs(ipa)
    if strange:
        raise InputError(
            f"'{ipa}', the phonemes of '{word}', are not IPA: {' '.join(strange)}",
            where=where,
            next_step="write IPA (docs/lexicon.md has a table), or a respelling under 'say'",
        )
    is_mute = (say and not has_words(say)) or (ipa and not any(sign in LETTERS for sign in ipa))
    if not word or is_mute or not (say or ipa):
        what = f"the lexicon reads '{entry.word}' as '{entry.say or entry.ipa}', which leaves nothing to say"
        raise InputError(what, where=where, next_step="give a respelling or phonemes, or delete the entry")
    return replace(entry, word=word, say=say, ipa=ipa)


def all_checked(entries: Iterable[Entry], problems: Sequence[InputError] = ()) -> list[Entry]:
    """The entries of one file.

    Args:
        problems: what is wrong with the file besides.

    Raises:
        ProblemsError: everything that is wrong, in the order of the file.
    """
    good, bad = [], list(problems)
    for entry in entries:
        try:
            good.append(checked(entry))
        except InputError as problem:
            bad.append(problem)
    if bad:
        raise ProblemsError(sorted(bad, key=_line)[:MAX_PROBLEMS])
    return good


def _line(problem: InputError) -> int:
    return (problem.where.line or 0) if isinstance(problem.where, Place) else 0
