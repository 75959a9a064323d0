"""A subset of SSML 1.1 (W3C Recommendation, 7 September 2010). What cannot be honoured is a problem, never silence.

Read are ``speak p s break voice emphasis sub say-as phoneme lang audio mark token w meta metadata``; ``prosody`` only
where it changes nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import cast
from xml.parsers import expat

from pipeline.materials import Source
from pipeline.production import NARRATOR
from pipeline.script.blocks import Block, Document, Ledger, Mark, Marking, Sort
from pipeline.script.lexicon.xsampa import ipa_from_xsampa
from pipeline.script.reading.passages import settled
from pipeline.script.reading.tags import DURATION, KINDS, LANGUAGE, MAX_PAUSE_S, Fault, phonemes
from pipeline.script.words import has_words

SSML = "http://www.w3.org/2001/10/synthesis"
XML = "http://www.w3.org/XML/1998/namespace"
ALTERNATIVES = "audio_alternatives"
"""Name of the policy by which the words inside ``<audio>`` are not read: they stand for a sound that is missing."""

STRENGTHS = {"x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.8, "x-strong": 1.2}
"""Seconds; ours: the specification leaves them to the reader."""

NEUTRAL = ("", "default", "medium", "100%", "+0%", "0%", "1", "1.0", "+0st", "+0dB", "+0.0dB")
STRESS = {"strong": Marking.STRONG, "moderate": Marking.EMPHASIS, "": Marking.EMPHASIS}
ENDED = re.compile(r"[.!?…。！？:;][\"'”’»)\]]*\s*$")

_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "speak": ("version", "lang", "base", "schemaLocation"),
    "p": ("lang",),
    "s": ("lang",),
    "break": ("time", "strength"),
    "voice": ("name", "lang"),
    "prosody": ("rate", "pitch", "volume", "contour", "range", "duration"),
    "emphasis": ("level",),
    "sub": ("alias",),
    "say-as": ("interpret-as",),
    "phoneme": ("ph", "alphabet"),
    "lang": ("lang",),
    "audio": ("src",),
    "desc": ("lang",),
    "mark": ("name",),
    "token": ("lang",),
    "w": ("lang",),
    "meta": ("name", "http-equiv", "content"),
    "metadata": (),
}
_NEXT = "take it out, or say it otherwise; docs/script-markup.md lists what is read"


class _Refused(Exception):
    """A document type stands at the top: entities could be declared there without end."""


def read(source: Source, ledger: Ledger, roles: Collection[str], sounds: Collection[str] | None = None) -> Document:
    """The document of an SSML file.

    Args:
        roles: the cast's; ``<voice name="…">`` names one.
        sounds: names that ``<audio src="…">`` may refer to, by the file's name or its name without suffix; None for
            any.
    """
    speech = _Speech(source.text, ledger, roles, sounds)
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = speech.start, speech.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = speech.words, speech.doctype
    speech.byte = lambda: parser.CurrentByteIndex
    try:
        parser.Parse(speech.content, True)
    except _Refused:
        step = "delete the line <!DOCTYPE …>: SSML needs none, and characters are written as themselves or as &#233;"
        ledger.problem("a document type is not read", speech.offset(), step)
    except expat.ExpatError as error:
        what = f"this is not well-formed XML: {expat.ErrorString(error.code)}"
        ledger.problem(what, speech.offset(parser.ErrorByteIndex), "close every tag, and write '&' as &amp;")
    speech.flush()
    ledger.markup(speech.done, len(source.text))
    return Document(ledger, tuple(speech.blocks), meta=speech.meta)


@dataclass
class _Open:
    """An element that is open: its name and what it does to the words inside."""

    name: str
    marking: Marking | None = None
    value: str = ""
    begin: int = 0  # in the text of the block in hand
    role: str | None = None
    ends_block: bool = False


@dataclass
class _Speech:
    """What has been read so far; the parser calls `start`, `words` and `end`."""

    text: str
    ledger: Ledger
    roles: Collection[str]
    sounds: Collection[str] | None
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, object] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    begin: int = 0  # of the block in hand, in the source
    is_silent: bool = True  # the block in hand has no words yet
    done: int = 0  # the source up to here is accounted for
    byte: Callable[[], int] = lambda: 0
    reached: tuple[int, int] = (0, 0)  # bytes and characters

    def __post_init__(self) -> None:
        self.content = self.text.encode()

    def offset(self, byte: int | None = None) -> int:
        """The character at a byte of the file, that in hand if none is given. Bytes are asked for in order."""
        byte = self.byte() if byte is None else byte
        before, characters = self.reached
        if byte >= before:
            self.reached = byte, characters + len(self.content[before:byte].decode(errors="ignore"))
        return min(self.reached[1], max(len(self.text) - 1, 0))

    def doctype(self, *_: object) -> None:
        raise _Refused

    def problem(self, what: str, next_step: str = _NEXT) -> None:
        self.ledger.problem(what, self.offset(), next_step)

    def start(self, tag: str, given: dict[str, str]) -> None:
        name, attributes = self._name(tag), {key.split(" ")[-1]: value.strip() for key, value in given.items()}
        element = _Open(name, begin=len(self.offsets))
        if not self.opened and name != "speak":
            self.problem(f"the file begins with <{name}>", "put everything inside <speak> … </speak>")
        self.opened.append(element)
        known = _ATTRIBUTES.get(name)
        if known is None:
            near = difflib.get_close_matches(name, _ATTRIBUTES, 1)
            self.problem(f"<{name}> is not read", f"did you mean <{near[0]}>? Otherwise {_NEXT}" if near else _NEXT)
            return
        for key in attributes.keys() - set(known):
            self.problem(f"<{name}> with {key}='{attributes[key]}' cannot be honoured", f"take '{key}' out")
        if "lang" in attributes:
            self._language(element, attributes["lang"])
        handler: Callable[[_Open, dict[str, str]], None] | None = getattr(self, f"_{name.replace('-', '_')}", None)
        if handler is not None:
            handler(element, attributes)

    def end(self, _: str) -> None:
        element = self.opened.pop()
        if element.marking is not None and element.begin < len(self.offsets):
            self.marks.append(Mark(element.begin, len(self.offsets), element.marking, element.value))
        is_open_sentence = element.name == "s" and not ENDED.search("".join(self.parts[-8:]))  # quotes may be apart
        if element.name in ("p", "voice", "speak") or is_open_sentence:
            self.flush()

    def words(self, data: str) -> None:
        start = self.offset()
        is_reference = self.text[start] == "&" and not self.text.startswith(data, start)
        end = self.text.index(";", start) + 1 if is_reference else start + len(data)
        self.ledger.markup(self.done, start)
        self.done = end
        if is_reference:
            self.ledger.markup(start + (not data.isspace()), end)
        names = [element.name for element in self.opened]
        if "audio" in names or "metadata" in names:
            self.ledger.skip(start, end, ALTERNATIVES if "audio" in names else "metadata")
            return
        if self.is_silent:
            self.begin = start + len(data) - len(data.lstrip())
            self.is_silent = not data.strip()
        self.parts.append(re.sub(r"\s", " ", data))
        self.offsets += [start] * len(data) if is_reference else range(start, end)

    def flush(self) -> None:
        """A block ends here; what is open goes on in the next one."""
        text = "".join(self.parts)
        for element in self.opened:
            if element.marking is not None and element.begin < len(text):
                self.marks.append(Mark(element.begin, len(text), element.marking, element.value))
            element.begin = 0
        role = next((element.role for element in reversed(self.opened) if element.role is not None), None)
        if text.strip() or any(mark.start == mark.end for mark in self.marks):
            marks = tuple(sorted(_trimmed(self.marks, text), key=lambda mark: (mark.start, -mark.end)))
            block = Block(Sort.PARAGRAPH, text, tuple(self.offsets), marks, role=role, start=self.begin)
            self.blocks.append(settled(block, self.ledger))
        self.parts, self.offsets, self.marks, self.is_silent = [], [], [], True

    def point(self, marking: Marking, value: str) -> None:
        if not self.parts:
            self.begin = self.offset()
        self.marks.append(Mark(len(self.offsets), len(self.offsets), marking, value))

    def _name(self, tag: str) -> str:
        space, _, name = tag.rpartition(" ")
        return name if space in ("", SSML) else f"{name} (of {space})"

    def _language(self, element: _Open, language: str) -> None:
        if not LANGUAGE.fullmatch(language):
            self.problem(f"'{language}' is not a language's tag", "write its BCP 47 tag: fr, de, pt-BR, …")
        elif element.name == "speak":
            self.meta["lang"] = language
        else:
            if element.name in ("p", "voice"):
                self.flush()
            element.marking, element.value, element.begin = Marking.LANGUAGE, language, len(self.offsets)

    def _p(self, element: _Open, _: dict[str, str]) -> None:
        self.flush()
        element.begin = 0

    def _s(self, element: _Open, _: dict[str, str]) -> None:
        if self.parts and not self.parts[-1].endswith(" "):
            self.parts.append(" ")
            self.offsets.append(self.offset())
            element.begin = len(self.offsets)

    def _break(self, _: _Open, attributes: dict[str, str]) -> None:
        time, strength = attributes.get("time", ""), attributes.get("strength", "medium")
        match = DURATION.fullmatch(time.removeprefix("+"))
        if time and match is None:
            self.problem(f"a break of '{time}'", "write its time like 1s or 300ms")
        elif not time and strength not in STRENGTHS:
            self.problem(f"a break of the strength '{strength}'", f"the strengths are {', '.join(STRENGTHS)}")
        else:
            scale = 1000.0 if match and match[2].lower() == "ms" else 1.0
            seconds = float(match[1]) / scale if match else STRENGTHS[strength]
            if seconds > MAX_PAUSE_S:
                self.problem(
                    f"a break longer than {MAX_PAUSE_S:g} s", "listeners take it for the end; make it shorter"
                )
            else:
                self.point(Marking.PAUSE, f"{seconds:g}")

    def _voice(self, element: _Open, attributes: dict[str, str]) -> None:
        self.flush()
        name = attributes.get("name", "")
        if not name:
            self.problem("<voice> without a name", 'name a role of the cast: <voice name="ANNA">')
            return
        element.role, element.begin = name, 0
        if name not in self.roles and name != NARRATOR:
            near = difflib.get_close_matches(name, sorted({*self.roles, NARRATOR}), 1)
            guess = f"did you mean {near[0]}? Otherwise " if near else ""
            self.problem(f"the cast has no role {name}", f"{guess}add {name} to 'cast:' in the production file")

    def _prosody(self, _: _Open, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if value not in NEUTRAL:
                step = "take it out; a role's own speed and gain are set in the cast"
                self.problem(f"<prosody {name}='{value}'> cannot be honoured", step)

    def _emphasis(self, element: _Open, attributes: dict[str, str]) -> None:
        level = attributes.get("level", "")
        if level in STRESS:
            element.marking = STRESS[level]
        elif level != "none":
            self.problem(
                f"emphasis of the level '{level}' cannot be honoured", "the levels are strong, moderate, none"
            )

    def _sub(self, element: _Open, attributes: dict[str, str]) -> None:
        element.marking, element.value = Marking.SAY, " ".join(attributes.get("alias", "").split())
        if not has_words(element.value):
            self.problem("<sub> without an alias", 'say how it is read: <sub alias="Saint">St</sub>')

    def _say_as(self, element: _Open, attributes: dict[str, str]) -> None:
        kind = {"verbatim": "characters"}.get(attributes.get("interpret-as", ""), attributes.get("interpret-as", ""))
        if kind in KINDS:
            element.marking, element.value = Marking.AS, kind
            return
        near = difflib.get_close_matches(kind, KINDS, 1)
        guess = f"did you mean '{near[0]}'? " if near else ""
        self.problem(f"nothing can be read as '{kind}'", f"{guess}The kinds are {', '.join(KINDS)}")

    def _phoneme(self, element: _Open, attributes: dict[str, str]) -> None:
        alphabet, written = attributes.get("alphabet", "ipa"), attributes.get("ph", "")
        if alphabet.lower() in ("x-sampa", "xsampa"):
            try:
                written = ipa_from_xsampa(written)
            except ValueError as error:
                self.problem(f"'{error}' is no X-SAMPA", "write the phonemes in IPA, alphabet='ipa'")
                return
        elif alphabet != "ipa":
            self.problem(
                f"the phonetic alphabet '{alphabet}' is not read", "write the phonemes in IPA, alphabet='ipa'"
            )
            return
        found = phonemes(written)
        if isinstance(found, Fault):
            self.problem(found.what, "write ph in the International Phonetic Alphabet, or use <sub alias='…'>")
        else:
            element.marking, element.value = found

    def _lang(self, _: _Open, attributes: dict[str, str]) -> None:
        if "lang" not in attributes:
            self.problem("<lang> without a language", "say which: <lang xml:lang='fr'>")

    def _audio(self, _: _Open, attributes: dict[str, str]) -> None:
        path = PurePosixPath(attributes.get("src", ""))
        names = [name for name in (str(path), path.name, path.stem) if self.sounds is None or name in self.sounds]
        if not path.stem:
            self.problem("<audio> without a source", "name the sound: <audio src='door.wav'/>")
        elif not names:
            near = difflib.get_close_matches(path.stem, cast("Collection[str]", self.sounds), 1)
            guess = f"did you mean '{near[0]}'? Otherwise declare" if near else "declare"
            self.problem(f"there is no sound '{path.stem}'", f"{guess} {path.stem} under 'sounds:'")
        else:
            self.point(Marking.CUE, f"sfx\t{path.stem if self.sounds is None else names[-1]}\twait=")


def _trimmed(marks: list[Mark], text: str) -> list[Mark]:
    """Marks without white space at their edges; those of nothing but white space go."""
    found = []
    for mark in marks:
        words = text[mark.start : mark.end]
        if mark.start == mark.end:
            found.append(mark)
        elif words.strip():
            start = mark.start + len(words) - len(words.lstrip())
            found.append(Mark(start, start + len(words.strip()), mark.marking, mark.value))
    return found
