"""What a script says of how its words are said: respellings, phonemes, sounds, singing, stress, addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.edits import merged, speak
from pipeline.engines.ipa import strange_signs
from pipeline.languages import primary
from pipeline.materials import Edit, LineKind
from pipeline.script.blocks import Mark, Marking
from pipeline.script.lexicon import Lexicon
from pipeline.script.normalising import normalise, say_as
from pipeline.script.setting import Saying, Setting

SONG = "♪"
LINK = {"en": "link", "es": "enlace", "fr": "lien", "de": "Link", "it": "collegamento", "pt": "ligação"}


def plain_edits(shown: str, language: str, kind: LineKind, lexicon: Lexicon) -> tuple[Edit, ...]:
    """The edits of the lexicon, and those of the language's rules where the lexicon has none."""
    ruled = normalise(shown, language, kind="heading" if kind is LineKind.HEADING else "paragraph")
    known = lexicon.find(shown, language)
    return merged(known, ruled) if known else ruled


def hints(shown: str, marks: Sequence[Mark], saying: Saying, setting: Setting) -> tuple[Edit, ...]:
    """The edits that a sentence's own marks ask for. What the role's engine cannot do is left out, with a notice.

    Args:
        marks: offsets in ``shown``.
    """
    found: tuple[Edit, ...] = ()
    for mark in sorted(marks, key=lambda mark: _ORDER.get(mark.marking, len(_ORDER))):
        found = merged(found, _edits(shown, mark, saying, setting))
    sounds = {(mark.start, mark.end): mark.value for mark in marks if mark.marking is Marking.IPA}
    return tuple(replace(edit, phonemes=sounds.get((edit.start, edit.end), edit.phonemes)) for edit in found)


_ORDER = {Marking.SAY: 0, Marking.IPA: 1, Marking.AS: 2}  # where several mark the same words


def _edits(shown: str, mark: Mark, saying: Saying, setting: Setting) -> Iterator[Edit]:
    text = shown[mark.start : mark.end]
    match mark.marking:
        case Marking.SAY:
            yield Edit(mark.start, mark.end, mark.value, "say")
        case Marking.IPA:
            if strange := strange_signs(mark.value):
                what = f"'{' '.join(strange)}' in the phonemes of '{text}' is no sign of the IPA"
                setting.ledger.problem(what, saying.offset, "write it with another sign, or use 'say:'")
            yield Edit(mark.start, mark.end, text, "say", mark.value)
        case Marking.AS:
            yield from _said_as(text, mark, saying, setting)
        case Marking.SOUND:
            if _can(mark.value, saying, setting):
                yield Edit(mark.start, mark.start, f" [{mark.value}] ", "sound")
        case Marking.SUNG:
            if _can(SONG, saying, setting):
                yield Edit(mark.start, mark.start, "♪ ", "sung")
                yield Edit(mark.end, mark.end, " ♪", "sung")
        case Marking.EMPHASIS | Marking.STRONG:
            engine = setting.engine_of(saying.role)
            capitals = engine is None or engine.abilities.capitals
            if setting.policies.emphasis == "capitals" and capitals and text.upper() != text:
                yield Edit(mark.start, mark.end, text.upper(), "emphasis")
        case Marking.LINK:
            yield from _address(shown, mark, saying.language, setting)


def _said_as(text: str, mark: Mark, saying: Saying, setting: Setting) -> Iterator[Edit]:
    try:
        yield Edit(mark.start, mark.end, say_as(text, mark.value, saying.language), f"as {mark.value}")
    except ValueError as error:
        what = f"'{text}' cannot be read as {mark.value}: {error}"
        setting.ledger.problem(what, saying.offset, "correct it, or say how with 'say:'")


def _address(shown: str, mark: Mark, language: str, setting: Setting) -> Iterator[Edit]:
    if setting.policies.links == "skip":
        return
    address = mark.value.removeprefix("mailto:")
    said = speak(address, normalise(address, language))
    before = f"{LINK.get(primary(language), LINK['en'])}: " if setting.policies.links == "announce" else ""
    after = "" if shown[mark.end : mark.end + 1] in ("", *",.;:!?") else ","
    yield Edit(mark.end, mark.end, f", {before}{said}{after}", "link")


def _can(written: str, saying: Saying, setting: Setting) -> bool:
    """Whether a role's engine makes a sound or sings; if not, that is told."""
    engine = setting.engine_of(saying.role)
    if engine is None:
        return True
    able = engine.abilities.sings if written == SONG else written in engine.abilities.sounds
    if not able:
        does = "does not sing; it is read" if written == SONG else f"makes no sound of [{written}]; it is left out"
        setting.ledger.notice(f"{saying.role}: {engine.name} {does}", saying.offset)
    return able
