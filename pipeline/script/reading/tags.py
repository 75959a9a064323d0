"""What stands in square brackets: pauses, sounds, cues, a paragraph's language - and hints behind bracketed words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.script.blocks import Marking
from pipeline.script.words import has_words

MAX_PAUSE_S = 60.0
BEAT_S = 0.5  # ours: half of the shortest pause that producers write out

SOUNDS = ("laughs", "laughter", "sighs", "gasps", "clears throat", "music")
"""What Bark's model was taught to make of a bracket: github.com/suno-ai/bark, README, 'non-speech sounds'."""

KINDS = (
    "date", "time", "year", "cardinal", "ordinal", "number", "fraction", "digits", "characters", "spell-out",
    "telephone", "currency", "money", "measure", "unit", "roman", "address",
)  # fmt: skip
"""How a figure may be read: what SSML's say-as is commonly given, and what else the rules of normalising know."""

KEYS: Mapping[str, Marking] = {"say": Marking.SAY, "ipa": Marking.IPA, "as": Marking.AS, "lang": Marking.LANGUAGE}

_NOTHING, _DURATION, _LEVEL = "", "a time such as 3s or 300ms", "a level such as -6dB"
_OPTIONS = {
    "under": _NOTHING,
    "from here": _NOTHING,
    "at end": _NOTHING,
    "fade": _DURATION,
    "fade-in": _DURATION,
    "fade-out": _DURATION,
    "gain": _LEVEL,
    "duck": _LEVEL,
    "loop": _NOTHING,
    "wait": _NOTHING,
    "play": _DURATION,
}
_STOPPING = ("fade", "fade-out", "at end")
_ACTIONS = {"music": tuple(_OPTIONS), "sfx": tuple(_OPTIONS), "ambience": tuple(_OPTIONS), "stop": _STOPPING}
_EXAMPLES = {sound: f"[{sound}]" for sound in SOUNDS} | {
    "pause": "[pause 1s]",
    "beat": "[beat]",
    "music": "[music: theme, under, fade 3s]",
    "sfx": "[sfx: door]",
    "ambience": "[ambience: rain, from here]",
    "stop": "[stop: rain]",
    "lang": "[lang: fr]",
}

DURATION = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s)", re.IGNORECASE)
LEVEL = re.compile(r"([-+−]?\d+(?:\.\d+)?)\s*(?:db)?", re.IGNORECASE)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
HINT = re.compile(r"\s*(?:say|ipa|as|lang)\s*:", re.IGNORECASE)
_HINTS = re.compile(
    r'\s*(?P<key>[A-Za-z][\w-]*)\s*:\s*(?P<value>"[^"]*"|.*?)\s*(?:,(?=\s*[A-Za-z][\w-]*\s*:)|$)', re.DOTALL
)
_ATTRIBUTES = re.compile(
    r"\s*(?:(?P<key>[A-Za-z][\w:-]*)=(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'{}]+)|[.#][^\s{}=]+|-)(?=\s|$)"
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a tag and what to do about it."""

    what: str
    next_step: str


Meaning = tuple[Marking, str]
"""A marking and its value."""


def tag(content: str) -> Meaning | Fault:
    """What ``[content]`` asks for."""
    words = " ".join(content.split())
    head, colon, rest = (part.strip() for part in words.partition(":"))
    name = head.lower()
    if not colon and name in SOUNDS:
        return Marking.SOUND, name
    if name == "beat" and not colon:
        return Marking.PAUSE, f"{BEAT_S:g}"
    if re.match(r"pause\b", name):
        return _pause(words, (rest if colon else head[len("pause") :]).strip())
    if colon and name in _ACTIONS:
        return _cue(words, name, rest)
    if colon and name == "lang":
        return _language(rest)
    return unknown(words)


def unknown(words: str) -> Fault:
    """The fault of a bracket that is no tag."""
    shown = words if len(words) <= 38 else words[:36] + "…"
    near = _near(words)
    guess = f"did you mean {_EXAMPLES[near]}?" if near else f"the tags are {', '.join(_EXAMPLES.values())}."
    return Fault(f"there is no tag [{shown}]", f"{guess} To have it read aloud, write '\\[{shown}\\]'")


def resembles_tag(content: str) -> bool:
    """Whether a bracket in plain text, where brackets are common, was meant as a tag and misspelt."""
    words = " ".join(content.lower().split())
    head, colon, _ = words.partition(":")
    if re.fullmatch(r"pause(?:[ :]+[\d.].*)?", words):
        return True
    if colon:
        return bool(difflib.get_close_matches(head.strip(), [*_ACTIONS, "lang", "pause"], 1, 0.75))
    if re.search(r" \.?\d", words):
        return bool(difflib.get_close_matches(words.split()[0], ["pause"], 1, 0.75))
    return bool(difflib.get_close_matches(words, SOUNDS, 1, 0.8))


def _near(words: str) -> str:
    head = re.split(r"[:|,]", words.lower())[0].strip()
    for guess in (head, head.split(" ")[0]):
        near: list[str] = difflib.get_close_matches(guess, list(_EXAMPLES), 1)
        if near:
            return near[0]
    return ""


def _pause(words: str, length: str) -> Meaning | Fault:
    match = DURATION.fullmatch(length)
    if match is None:
        return Fault(f"[{words}] is not a pause", "write it like [pause 1s], [pause 0.4s] or [pause 300ms]")
    seconds = float(match[1]) / (1000.0 if match[2].lower() == "ms" else 1.0)
    if seconds > MAX_PAUSE_S:
        what = f"[{words}] is longer than {MAX_PAUSE_S:g} s"
        return Fault(what, "listeners take so long a pause for the end; ask for a shorter one")
    return Marking.PAUSE, f"{seconds:g}"


def _language(code: str) -> Meaning | Fault:
    if LANGUAGE.fullmatch(code) is None:
        return Fault(f"'{code}' is not a language's tag", "write its BCP 47 tag: fr, de, pt-BR, …")
    return Marking.LANGUAGE, code


def _cue(words: str, action: str, rest: str) -> Meaning | Fault:
    name, *options = (part.strip() for part in re.split(r"[,|]", rest))
    if not name:
        return Fault(f"[{words}] does not say which sound", f"write its name: {_EXAMPLES[action]}")
    values: dict[str, str] = {}
    for option in options:
        found = _option(action, option)
        if isinstance(found, Fault):
            return found
        if found[0] in values:
            return Fault(f"[{words}] says '{found[0]}' twice", "say it once")
        values[found[0]] = found[1]
    return Marking.CUE, "\t".join([action, name, *(f"{option}={value}" for option, value in values.items())])


def _option(action: str, text: str) -> tuple[str, str] | Fault:
    """Name and value of one option of a cue; the value is empty where the option takes none."""
    allowed = _ACTIONS[action]
    text = text.replace("=", " ").lower()
    name = next((n for n in sorted(allowed, key=len, reverse=True) if re.match(rf"{n}(?![\w-])", text)), None)
    if name is None:
        near = difflib.get_close_matches(re.split(r"\s+[-+\d.]", text)[0], allowed, 1)
        guess = f"did you mean '{near[0]}'? " if near else ""
        return Fault(f"[{action}: …] has no option '{text}'", f"{guess}It takes {', '.join(map(_shown, allowed))}")
    value, form = text[len(name) :].strip(" :"), _OPTIONS[name]
    if form == _DURATION and (match := DURATION.fullmatch(value)):
        return name, f"{match[1]}{match[2].lower()}"
    if form == _LEVEL and (match := LEVEL.fullmatch(value)):
        return name, f"{match[1].replace('−', '-')}dB"
    if form == _NOTHING == value:
        return name, ""
    return Fault(f"'{text}' is not understood", f"write {_shown(name)}: '{name}' takes {form or 'nothing after it'}")


def _shown(option: str) -> str:
    return {_NOTHING: option, _DURATION: f"{option} 3s", _LEVEL: f"{option} -6dB"}[_OPTIONS[option]]


def hints(content: str) -> list[Meaning] | Fault:
    """What ``(say: …, lang: …)`` behind a bracket asks for."""
    position, pairs = 0, []
    while position < len(content):
        match = _HINTS.match(content, position)
        if match is None:
            return Fault(f"'({content.strip()})' is not understood", "write it like (say: shiv-AWN) or (lang: fr)")
        pairs.append((match["key"].lower(), match["value"]))
        position = match.end()
    return _meanings(pairs)


def attributes(content: str) -> list[Meaning] | Fault:
    """What ``{say="…" lang=fr}`` behind a bracket asks for. Classes and ids (``.smallcaps``) ask nothing."""
    content = content.rstrip()
    position, pairs = 0, []
    while position < len(content):
        match = _ATTRIBUTES.match(content, position)
        if match is None:
            step = "write it like {say=\"shiv-AWN\"} or {lang=fr}, or escape the brace: '\\{'"
            return Fault(f"'{{{content.strip()}}}' is not understood", step)
        if match["key"]:
            pairs.append((match["key"].lower(), match["value"]))
        position = match.end()
    return _meanings(pairs)


def _meanings(pairs: Iterable[tuple[str, str]]) -> list[Meaning] | Fault:
    meanings: dict[Marking, str] = {}
    for key, value in pairs:
        found = _hint(key, " ".join(value.strip("\"'").split() if value[:1] in "\"'" else value.split()))
        if isinstance(found, Fault):
            return found
        if found[0] in meanings:
            return Fault(f"'{key}' is said twice", "say it once")
        meanings[found[0]] = found[1]
    return list(meanings.items())


def _hint(key: str, value: str) -> Meaning | Fault:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, 1)
        guess = f"did you mean '{near[0]}'? " if near else ""
        return Fault(
            f"there is no hint '{key}'", f"{guess}The hints are say, ipa, as and lang: [Siobhán](say: shiv-AWN)"
        )
    if not has_words(value):
        return Fault(f"'{key}' says nothing", f"write something after '{key}:', or take the hint away")
    if key == "lang":
        return _language(value)
    if key == "as" and value.lower() not in KINDS:
        near = difflib.get_close_matches(value.lower(), KINDS, 1)
        guess = f"did you mean '{near[0]}'? " if near else ""
        return Fault(f"nothing can be read as '{value}'", f"{guess}The kinds are {', '.join(KINDS)}")
    if key == "ipa":
        return phonemes(value)
    return KEYS[key], value.lower() if key == "as" else value


def phonemes(value: str) -> Meaning | Fault:
    """IPA, without the slashes or brackets that it may be written in."""
    bare = re.sub(r"^[/\[]|[/\]]$", "", value).strip()
    if not bare or re.search(r"[A-Z0-9@{}\"%&\\]", bare):
        return Fault(
            f"'{value}' is not IPA", "write the International Phonetic Alphabet, ŋwiən, or respell it: (say: …)"
        )
    return Marking.IPA, bare
