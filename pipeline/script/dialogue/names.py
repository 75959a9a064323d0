"""The names of a book: which of them are one person, and whether he or she is meant."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.script.dialogue.tags import FEMALE, MALE, TITLES

SAME_TITLE = {"Doctor": "Dr", "Mister": "Mr", "Professor": "Prof", "Capt": "Captain", "Col": "Colonel",
              "Gen": "General", "Reverend": "Rev", "D": "don", "Don": "don", "Doña": "doña"}  # fmt: skip
OFTEN = 5  # ours: a first name that stands alone so often is what the person is called
ADDED = frozenset({"Old", "Young", "Little", "Poor"})


def parsed(name: str) -> tuple[str, tuple[str, ...]]:
    """Title (as written most often, without its full stop) and the words of the name proper."""
    words = [word for word in name.replace(".", ". ").split() if word]
    title = ""
    while len(words) > 1 and words[0].rstrip(".") in TITLES:
        first = words.pop(0).rstrip(".")
        if first not in ADDED:
            title = SAME_TITLE.get(first, first)
    return title, tuple(word.rstrip(".") for word in words)


def gender_of(name: str) -> str:
    """By its title; empty when that does not tell."""
    return TITLES.get(parsed(name)[0], "")


def canonical_names(counts: Mapping[str, int], also: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For every name the name of its person: the one that is used most.

    Two names are one person when one is the other with a title or with more names, and no third name fits as well;
    ``also`` (name → other names) says what no rule can know.
    """
    said = {alias: name for name, aliases in also.items() for alias in aliases}
    names = list(counts)
    full = [name for name in names if len(parsed(name)[1]) > 1]
    group: dict[str, str] = {}
    for name in names:
        group[name] = _fuller(name, full, names, counts)
    for name in names:  # to the end of the chain
        while group[group[name]] != group[name]:
            group[name] = group[group[name]]
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name, head in group.items():
        members[head].append(name)
    chosen = {
        name: max(together, key=lambda each: (counts[each], len(each)))
        for together in members.values()
        for name in together
    }
    for name in also:
        first = chosen.get(name, name)
        chosen.update({key: name for key, value in chosen.items() if value == first})
        chosen[name] = name
    return chosen | said


def _fuller(name: str, full: Sequence[str], names: Sequence[str], counts: Mapping[str, int]) -> str:
    """The one name that says more of the same person; the name itself when there is none or more than one."""
    title, words = parsed(name)
    if len(words) > 1:
        return next((other for other in full if parsed(other) == ("", words)), name) if title else name
    people = {key: other for other in full if words[0] in ((key := parsed(other)[1])[0], key[-1])}
    titled = {parsed(other)[0]: other for other in names if parsed(other)[1] == words}
    titled.pop("", None)
    if title:
        return name if len(titled) > 1 else _with_surname(name, title, people)
    if any(key[-1] == words[0] and counts.get(key[0], 0) >= OFTEN for key in people):
        return name  # Rose Chassevent is called Rose: Chassevent is her father
    men = [other for title, other in titled.items() if TITLES[title] != FEMALE]
    if len(men) == 1:  # a surname alone is a man's, where there are ladies of that name
        return men[0]
    return next(iter(people.values())) if len(people) == 1 and len(titled) < 2 else name


def _with_surname(name: str, title: str, people: Mapping[tuple[str, ...], str]) -> str:
    """``Mr. Holmes`` is the only man of that surname."""
    surname = parsed(name)[1][0]
    fitting = [
        other for key, other in people.items() if key[-1] == surname and gender_of(other) in ("", TITLES[title])
    ]
    return fitting[0] if len(fitting) == 1 else name


def genders(names: Iterable[str], sentences: Iterable[str]) -> dict[str, str]:
    """Each name's gender: its title's, or that of the pronouns which follow it in its sentence, two to one."""
    found = {name: gender_of(name) for name in names}
    unknown = [name for name, gender in found.items() if not gender]
    if not unknown:
        return found
    votes: dict[str, Counter[str]] = {name: Counter() for name in unknown}
    follows = re.compile(
        rf"\b({'|'.join(map(re.escape, sorted(unknown, key=len, reverse=True)))})\b[^.!?;“”\"]{{1,60}}?\b"
        r"(?:(he|his|him|himself)|(she|her|herself))\b"
    )
    for sentence in sentences:
        for match in follows.finditer(sentence):
            votes[match[1]][MALE if match[2] else FEMALE] += 1
    for name, count in votes.items():
        if count[MALE] >= 2 * count[FEMALE] + 1:
            found[name] = MALE
        elif count[FEMALE] >= 2 * count[MALE] + 1:
            found[name] = FEMALE
    return found
