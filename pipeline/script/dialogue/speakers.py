"""Who says what, by rule. Each rule has the confidence that it earned on books it was not made on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.script.dialogue.names import canonical_names, genders
from pipeline.script.dialogue.quotes import Speech
from pipeline.script.dialogue.tags import (
    GENERIC,
    NAME,
    NO_NAMES,
    RELATION,
    Tag,
    ordinary_words,
    tag_after,
    tag_before,
    trimmed,
)
from pipeline.script.words import has_words

FIRST_PERSON = "I"
"""The speaker of ``said I``: whoever tells the story."""

CONFIDENCE = {
    "name": 0.98,
    "name before": 0.9,  # 3 cases
    "noun": 0.95,
    "noun before": 0.8,  # no case
    "first person": 0.98,
    "relation": 0.7,  # mostly right, but `his mother` is another person in the next chapter
    "somebody": 0.4,
    "several": 0.5,
    "same paragraph": 0.92,
    "shared paragraph": 0.4,
    "paragraph's pronoun": 0.85,
    "continued": 0.95,  # no case: LitBank joins them, and so does the benchmark
    "leading paragraph": 0.6,
    "beat": 0.8,
    "alternation": 0.85,
    "pronoun": 0.55,
    "nobody": 0.0,
}
"""How often each rule was right on the even half of LitBank; docs/dialogue.md has the odd half."""


@dataclass(frozen=True)
class Attribution:
    """Who says a stretch of speech.

    Attributes:
        speaker: the person's name as the book uses it most; empty when no rule names anybody.
        confidence: how often the rule is right, 0 … 1.
        rule: the rule's name.
        paragraph: where the evidence stands; -1 for none.
        start: its first character there.
        end: one past its last.
    """

    speaker: str
    confidence: float
    rule: str
    paragraph: int = -1
    start: int = 0
    end: int = 0


SURE = 0.9
"""From this confidence on an attribution is taken; below it a person decides."""

NOBODY = Attribution("", 0.0, "nobody")


def attribute(
    paragraphs: Sequence[str],
    speech: Sequence[Sequence[Speech]],
    language: str,
    also: Mapping[str, Sequence[str]] | None = None,
) -> list[list[Attribution]]:
    """The speaker of every stretch of speech.

    Args:
        paragraphs: a chapter, or better a whole book: names are collected from all of it.
        speech: from `find_speech`.
        language: BCP 47 tag.
        also: other names of a person, by the name that is to be used.
    """
    tags = _tags(paragraphs, speech, language)
    book = _Book.of(paragraphs, speech, tags, language, also or {})
    found: list[list[Attribution]] = []
    for number in range(len(paragraphs)):
        found.append(_paragraph(book, number, tags[number], found))
    return found


def people_of(
    paragraphs: Sequence[str],
    speech: Sequence[Sequence[Speech]],
    language: str,
    also: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, str]:
    """Every name of the text with the name of its person."""
    book = _Book.of(paragraphs, speech, _tags(paragraphs, speech, language), language, also or {})
    return dict(book.people)


def _tags(
    paragraphs: Sequence[str], speech: Sequence[Sequence[Speech]], language: str
) -> list[list[tuple[Tag, str] | None]]:
    ordinary = ordinary_words(paragraphs)
    return [
        [_named(_tag_of(text, speeches, index, language), ordinary) for index in range(len(speeches))]
        for text, speeches in zip(paragraphs, speech, strict=True)
    ]


def _named(found: tuple[Tag, str] | None, ordinary: Container[str]) -> tuple[Tag, str] | None:
    """The tag, unless its name is an ordinary word that begins a sentence (``Recovering herself, she said``)."""
    if found is None or found[0].kind != "name" or "’s " in found[0].words or "'s " in found[0].words:
        return found
    tag, side = found
    words = trimmed(tag.words, ordinary)
    return (replace(tag, words=words, start=tag.end - len(words)), side) if words else None


def _tag_of(text: str, speeches: Sequence[Speech], index: int, language: str) -> tuple[Tag, str] | None:
    """The tag of one stretch and the side it stands on."""
    speech = speeches[index]
    until = speeches[index + 1].start if index + 1 < len(speeches) else len(text)
    tag = tag_after(text, speech.end, language)
    if tag is not None and tag.end <= until:
        return tag, ""
    since = speeches[index - 1].end if index else 0
    tag = tag_before(text, since, speech.start, language)
    return None if tag is None else (tag, " before")


@dataclass(frozen=True)
class _Book:
    """What the rules know of the whole text.

    Attributes:
        people: every name's person.
        gender: of each person.
        named: the people named in each paragraph's narration, in order, with the place.
    """

    paragraphs: Sequence[str]
    speech: Sequence[Sequence[Speech]]
    language: str
    people: Mapping[str, str]
    gender: Mapping[str, str]
    named: Sequence[Sequence[tuple[str, int]]]

    @classmethod
    def of(
        cls,
        paragraphs: Sequence[str],
        speech: Sequence[Sequence[Speech]],
        tags: Sequence[Sequence[tuple[Tag, str] | None]],
        language: str,
        also: Mapping[str, Sequence[str]],
    ) -> _Book:
        tagged = Counter(tag[0].words for row in tags for tag in row if tag is not None and tag[0].kind == "name")
        ordinary = ordinary_words(paragraphs)
        mentions = [_mentions(text, speeches, ordinary) for text, speeches in zip(paragraphs, speech, strict=True)]
        mentioned = Counter(name for row in mentions for name, _ in row)
        used = {name: count + 5 * tagged[name] for name, count in mentioned.items() if count > 1 or tagged[name]}
        used |= {name: 5 * count for name, count in tagged.items() if name not in used}
        people = canonical_names(used, also)
        speakers = {people.get(name, name) for name in tagged}
        by_name = genders([name for name in used if people.get(name) in speakers], paragraphs)
        gender: dict[str, str] = {}
        for name, value in by_name.items():
            gender[people[name]] = gender.get(people[name]) or value
        named = [[(people[name], at) for name, at in row if people.get(name) in speakers] for row in mentions]
        return cls(paragraphs, speech, language, people, gender, named)


MENTION = re.compile(rf"(?<![\w’'.-]){NAME}")


def _mentions(text: str, speeches: Sequence[Speech], ordinary: Container[str]) -> list[tuple[str, int]]:
    """The capitalised names of a paragraph's narration."""
    found = []
    at = 0
    for speech in [*speeches, Speech(len(text), len(text))]:
        for match in MENTION.finditer(text, at, speech.start):
            name = trimmed(match[0], ordinary)
            if name:
                found.append((name, match.start()))
        at = speech.end
    return found


def _paragraph(
    book: _Book, number: int, tags: Sequence[tuple[Tag, str] | None], before: Sequence[Sequence[Attribution]]
) -> list[Attribution]:
    """The rules in their order: tags, then what the paragraph's other stretches say, then what is around it."""
    rows: list[Attribution | None] = [None if tag is None else _by_tag(book, number, *tag, before) for tag in tags]
    speeches = book.speech[number]
    if rows and rows[0] is None and speeches[0].continued:
        last = next((row[-1] for row in reversed(before) if row), NOBODY)
        rows[0] = _inherited(last, "continued")
    known = [row for row in rows if row is not None and row.speaker]
    if known and len(known) < len(rows):
        rows = [_filled(book, number, row, tag, known) for row, tag in zip(rows, tags, strict=True)]
    if rows and all(row is None for row in rows) and any(tag is not None for tag in tags):
        rows = [NOBODY] * len(rows)  # a pronoun that may be anybody
    elif rows and all(row is None for row in rows):
        guess = _by_neighbours(book, number, before)
        rows = [guess, *[_inherited(guess, guess.rule)] * (len(rows) - 1)]
    return [row or NOBODY for row in rows]


def _filled(
    book: _Book,
    number: int,
    row: Attribution | None,
    tag: tuple[Tag, str] | None,
    known: Sequence[Attribution],
) -> Attribution:
    """A stretch without a name in a paragraph where somebody is known to speak."""
    if row is not None and row.speaker:
        return row
    best = max(known, key=lambda each: each.confidence)
    if len({each.speaker for each in known}) > 1:
        return _inherited(best, "several") if tag is None else NOBODY
    if tag is not None:
        fits = book.gender.get(best.speaker, "") in ("", tag[0].gender)
        return _inherited(best, "paragraph's pronoun") if fits else NOBODY
    alone = {name for name, _ in book.named[number]} <= {best.speaker}
    return _inherited(best, "same paragraph" if alone else "shared paragraph")


def _inherited(source: Attribution, rule: str) -> Attribution:
    if not source.speaker:
        return NOBODY
    return replace(source, rule=rule, confidence=round(min(CONFIDENCE[rule], source.confidence), 2))


def _by_tag(
    book: _Book, number: int, tag: Tag, side: str, before: Sequence[Sequence[Attribution]]
) -> Attribution | None:
    where = (number, tag.start, tag.end)
    if tag.kind == "pronoun":
        if tag.gender == "I":
            return Attribution(FIRST_PERSON, CONFIDENCE["first person"], "first person", *where)
        return _by_pronoun(book, number, tag, before)
    if tag.several:
        return Attribution(_speaker(book, tag), CONFIDENCE["several"], "several", *where)
    rule = f"{tag.kind}{side}"
    if GENERIC.match(tag.words[:1].lower() + tag.words[1:]):
        rule = "somebody"
    elif RELATION.search(tag.words):
        rule = "relation"
    return Attribution(_speaker(book, tag), CONFIDENCE[rule], rule, *where)


def _speaker(book: _Book, tag: Tag) -> str:
    return book.people.get(tag.words, tag.words) if tag.kind == "name" else tag.words[:1].lower() + tag.words[1:]


NEAR = 4  # paragraphs; 3 to 6 give the same on LitBank


def _by_pronoun(book: _Book, number: int, tag: Tag, before: Sequence[Sequence[Attribution]]) -> Attribution | None:
    """The only person of that gender nearby, named or speaking; not the one whose turn is just over."""
    people: dict[str, tuple[int, int, int]] = {}
    for near in range(max(0, number - NEAR), number + 1):
        for row in before[near] if near < number else ():
            if row.speaker:
                people[row.speaker] = (row.paragraph, row.start, row.end)
        for name, at in book.named[near]:
            if near < number or at < tag.start:
                people[name] = (near, at, at + len(name))
    if number and before[number - 1]:
        people.pop(before[number - 1][-1].speaker, None)
    fitting = {name: place for name, place in people.items() if book.gender.get(name) == tag.gender}
    if len(fitting) != 1:
        return None
    name, place = next(iter(fitting.items()))
    return Attribution(name, CONFIDENCE["pronoun"], "pronoun", *place)


def _by_neighbours(book: _Book, number: int, before: Sequence[Sequence[Attribution]]) -> Attribution:
    """For a paragraph without any tag: a lead-in before it, its own narration, the turn that is due."""
    text, speeches = book.paragraphs[number], book.speech[number]
    if number and not before[number - 1] and book.paragraphs[number - 1].rstrip().endswith((":", ",")):
        lead = book.paragraphs[number - 1]
        tag = tag_before(lead, 0, len(lead), book.language)
        if tag is not None:
            led = _by_tag(book, number - 1, tag, " before", before)
            if led is not None and led.speaker:
                return _inherited(led, "leading paragraph")
    narration = [name for name, _ in book.named[number]]
    if len(set(narration)) == 1 and _mostly_about(text, speeches):
        name, at = book.named[number][0]
        return Attribution(name, CONFIDENCE["beat"], "beat", number, at, at + len(name))
    if not narration and number >= 2:
        return _turn(book, number, before)
    return NOBODY


def _mostly_about(text: str, speeches: Sequence[Speech]) -> bool:
    """Whether the narrator's own words beside the speech begin with a name: ``Tom laughed. "No."``."""
    head = text[: speeches[0].start].strip()
    tail = text[speeches[-1].end :].strip()
    first = (head or tail).split(" ")[0].strip(".,")
    return bool(first) and first[:1].isupper() and first not in NO_NAMES


def _turn(book: _Book, number: int, before: Sequence[Sequence[Attribution]]) -> Attribution:
    """Two people speak by turns: the one before the last."""
    last, other = before[number - 1], before[number - 2]
    if not (last and other and _only_speech(book, number)):
        return NOBODY
    if last[-1].speaker and other[-1].speaker and last[-1].speaker != other[-1].speaker:
        return _inherited(other[-1], "alternation")
    return NOBODY


def _only_speech(book: _Book, number: int) -> bool:
    text, speeches = book.paragraphs[number], book.speech[number]
    return not text[: speeches[0].start].strip() and not has_words(text[speeches[-1].end :])
