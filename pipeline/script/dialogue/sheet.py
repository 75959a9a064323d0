"""The cast sheet: who says which line of a novel, as YAML that a person edits.

A line is known by its chapter, a hash of its words and, where the same words are said again, a count; so it keeps its
role when the manuscript around it is edited. Every line of the table ends with what the rules found, which tells a
person's decision from theirs: `merge` never overwrites the former.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import InputError, Place
from pipeline.production import NARRATOR, Order
from pipeline.script.dialogue.quotes import Speech
from pipeline.script.dialogue.speakers import SURE, Attribution

OPEN = "?"
"""The role of a line that nobody has decided."""

WORDS_SHOWN = 60
MAX_ROLE = 40  # the production file's limit


@dataclass(frozen=True)
class Role:
    """A role of the sheet.

    Attributes:
        also: other names of the same person in the text.
        lines: stretches of speech that it has.
        first: where the first one stands.
        speaks_as: the role whose voice it takes; empty for its own.
    """

    also: tuple[str, ...] = ()
    lines: int = 0
    first: str = ""
    speaks_as: str = ""


@dataclass(frozen=True)
class SheetLine:
    """One stretch of speech.

    Attributes:
        key: chapter, hash of the words, count: ``3:5f0c9a1b``, the second time ``3:5f0c9a1b.2``.
        role: who says it; `OPEN` while nobody has decided.
        found: what the rules found, empty for nobody.
        confidence: of the rules, 0 … 1.
        rule: the rule's name.
        place: where it stands.
        words: its first words.
        remarks: comment lines that a person wrote above it.
    """

    key: str
    role: str
    found: str = ""
    confidence: float = 0.0
    rule: str = "nobody"
    place: str = ""
    words: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def by_rule(self) -> str:
        """The role that the rules alone would write."""
        return self.found if self.found and self.confidence >= SURE else OPEN

    @property
    def decided_by_person(self) -> bool:
        return self.role != self.by_rule


@dataclass(frozen=True)
class CastSheet:
    """Roles and lines.

    Attributes:
        file: where it is kept.
        unsure: the role that reads what is open; empty: open lines are an error.
        quotes: the style of quotation marks that the lines were found with, for `find_speech`.
        lines: by key, in reading order.
    """

    file: Path
    roles: Mapping[str, Role] = field(default_factory=dict)
    unsure: str = ""
    quotes: str = "auto"
    lines: Mapping[str, SheetLine] = field(default_factory=dict)

    def voice(self, role: str) -> str:
        """The role whose voice speaks for ``role``."""
        known = self.roles.get(role)
        return known.speaks_as if known is not None and known.speaks_as else role

    @property
    def also(self) -> dict[str, tuple[str, ...]]:
        """Other names by role, for `attribute`."""
        return {role: known.also for role, known in self.roles.items() if known.also}


def sheet_path(order: Order) -> Path:
    """Where a production keeps its sheet: as it says, or ``<production>.cast.yaml`` beside the production file."""
    chosen = order.production.dialogue.sheet
    return order.resolve(chosen) if chosen is not None else order.file.with_suffix(".cast.yaml")


def role_name(name: str) -> str:
    """A person's name as a production file writes roles: ``Mr. Bingley`` → ``MR. BINGLEY``."""
    role = _as_role(name)
    while (again := _as_role(role)) != role:  # an article may have stood behind what was taken off
        role = again
    return role


def _as_role(name: str) -> str:
    words = re.sub(r"[\[\]:|?#]", "", name).split()
    if len(words) > 1 and words[0].lower() in ("the", "a", "an"):
        words = words[1:]
    upper = " ".join(words).upper()[:MAX_ROLE].strip()
    upper = re.sub(r"[a-z]", "", upper)  # what has no capital
    first = next((at for at, sign in enumerate(upper) if sign.isalpha() or sign.isdecimal()), len(upper))
    return upper[first:] or "SOMEBODY"


def line_keys(
    paragraphs: Sequence[str], speech: Sequence[Sequence[Speech]], chapter: int
) -> Iterator[tuple[int, Speech, str]]:
    """(paragraph, stretch, key) of every stretch of a chapter."""
    seen: Counter[str] = Counter()
    for number, (text, speeches) in enumerate(zip(paragraphs, speech, strict=True)):
        for stretch in speeches:
            words = " ".join(re.findall(r"\w+", text[stretch.start : stretch.end].casefold()))
            digest = hashlib.sha256(words.encode()).hexdigest()[:8]
            seen[digest] += 1
            count = f".{seen[digest]}" if seen[digest] > 1 else ""
            yield number, stretch, f"{chapter}:{digest}{count}"


def draw_lines(
    paragraphs: Sequence[str],
    speech: Sequence[Sequence[Speech]],
    said_by: Sequence[Sequence[Attribution]],
    chapter: int,
    places: Sequence[Place],
) -> Iterator[SheetLine]:
    """The lines of a chapter as the rules see them; ``places`` are the paragraphs'."""
    flat = (row for rows in said_by for row in rows)
    for (number, stretch, key), row in zip(line_keys(paragraphs, speech, chapter), flat, strict=True):
        words = " ".join(
            text for text in paragraphs[number][stretch.start : stretch.end].split() if text.isprintable()
        )
        shown = words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…"
        found = role_name(row.speaker) if row.speaker else ""
        line = SheetLine(key, OPEN, found, row.confidence, row.rule, _short(places[number]), shown)
        yield replace(line, role=line.by_rule)


def _short(place: Place) -> str:
    """A place without its folders: the sheet goes with the book."""
    return str(replace(place, file=place.file.rpartition("/")[2]))


def merge(sheet: CastSheet, drawn: Sequence[SheetLine], names: Mapping[str, Sequence[str]]) -> CastSheet:
    """The sheet over a manuscript read anew: a person's decisions, remarks and roles stay, the rest is as drawn.

    Args:
        sheet: as it is on disk; an empty one the first time.
        drawn: every line of the manuscript, from `draw_lines`.
        names: for each role drawn, the names that the text has for it.
    """
    lines: dict[str, SheetLine] = {}
    for line in drawn:
        old = sheet.lines.get(line.key)
        if old is not None:
            role = old.role if old.decided_by_person else line.role
            line = replace(line, role=role, remarks=old.remarks)  # noqa: PLW2901
        lines[line.key] = line
    counts = Counter(line.role for line in lines.values() if line.role != OPEN)
    first: dict[str, str] = {}
    for line in lines.values():
        first.setdefault(line.role, line.place)
    roles: dict[str, Role] = {}
    for role in dict.fromkeys((*sheet.roles, *(name for name, _ in counts.most_common()))):
        new = Role(also=tuple(names.get(role, ())), speaks_as=NARRATOR if role == "I" else "")
        roles[role] = replace(sheet.roles.get(role, new), lines=counts[role], first=first.get(role, ""))
    return replace(sheet, roles=roles, lines=lines)


def problems_of(sheet: CastSheet, cast: Mapping[str, object]) -> list[InputError]:
    """What stands between the sheet and a recording: roles without a voice, and lines that nobody has decided."""
    problems = []
    spoken = Counter(line.role for line in sheet.lines.values())
    if spoken[OPEN] and sheet.unsure:
        spoken[sheet.unsure] += spoken.pop(OPEN)
    undecided = spoken.pop(OPEN, 0)
    for role, count in spoken.most_common():
        voice = sheet.voice(role)
        if voice not in cast:
            through = f" (through 'as: {voice}')" if voice != role else ""
            problems.append(
                InputError(
                    f"{role} has {count} line{'s' * (count != 1)} in the cast sheet and no voice{through}",
                    where=str(sheet.file),
                    next_step=f"add {voice} to 'cast:' in the production file, or give {role} another role's voice "
                    f"in the sheet: 'roles: {role}: as: ANNA'",
                )
            )
    if undecided:
        first = next(line for line in sheet.lines.values() if line.role == OPEN)
        problems.append(
            InputError(
                f"{undecided} line{'s' * (undecided != 1)} of the cast sheet have no role yet, the first {first.key} "
                f"at {first.place}",
                where=str(sheet.file),
                next_step=f"write a role in place of '{OPEN}', or say 'unsure: {NARRATOR}' in the sheet",
            )
        )
    return problems


def apply_sheet(
    paragraphs: Sequence[str], speech: Sequence[Sequence[Speech]], sheet: CastSheet, chapter: int
) -> list[list[tuple[int, int, str]]]:
    """Each paragraph's stretches, in order and covering all of it: (start, end, role); marks go with the speech.

    White space between two stretches belongs to the one before it.

    Raises:
        InputError: the sheet does not have a line, or nobody has decided who says it and 'unsure:' names no role.
    """
    roles: list[dict[int, str]] = [{} for _ in paragraphs]
    for number, stretch, key in line_keys(paragraphs, speech, chapter):
        roles[number][stretch.start] = _role_of(sheet, key, paragraphs[number][stretch.start : stretch.end])
    return [
        _covering(text, speeches, roles[number])
        for number, (text, speeches) in enumerate(zip(paragraphs, speech, strict=True))
    ]


def _role_of(sheet: CastSheet, key: str, words: str) -> str:
    line = sheet.lines.get(key)
    role = sheet.unsure if line is None or line.role == OPEN else line.role
    if role:
        return sheet.voice(role)
    shown = words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1] + "…"
    if line is None:
        raise InputError(
            f"the cast sheet does not have the line {key}: {shown}",
            where=str(sheet.file),
            next_step="the script has changed: run `chapterhouse cast` again; it keeps what you decided",
        )
    raise InputError(
        f"nobody has decided who says {key}: {shown}",
        where=str(sheet.file),
        next_step=f"write a role in place of '{OPEN}', or say 'unsure: {NARRATOR}' in the sheet",
    )


def _covering(text: str, speeches: Sequence[Speech], roles: Mapping[int, str]) -> list[tuple[int, int, str]]:
    stretches: list[tuple[int, int, str]] = []
    at = 0
    for stretch in speeches:
        if text[at : stretch.start].strip():
            stretches.append((at, stretch.start, NARRATOR))
            at = stretch.start
        end = stretch.end + len(text[stretch.end :]) - len(text[stretch.end :].lstrip())
        stretches.append((at, end, roles[stretch.start]))
        at = end
    if at < len(text) or not stretches:
        stretches.append((at, len(text), NARRATOR))
    joined: list[tuple[int, int, str]] = []
    for start, end, role in stretches:
        if joined and joined[-1][2] == role:  # what one voice reads is not taken apart
            joined[-1] = (joined[-1][0], end, role)
        elif start < end:
            joined.append((start, end, role))
    return joined
