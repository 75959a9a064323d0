"""The lexicon of a production: the book's own, the files it names, and what the production file itself says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pipeline.errors import InputError, Place
from pipeline.materials import Notice
from pipeline.production import Pronunciation
from pipeline.script.lexicon.entries import Entry, Level, checked
from pipeline.script.lexicon.lookup import Lexicon
from pipeline.script.lexicon.pls import read_pls
from pipeline.script.lexicon.table import read_table

MAX_BYTES = 64_000_000
Notify = Callable[[Notice], None]


def load_lexicon(
    files: Sequence[Path],
    own: Mapping[str, str | Pronunciation],
    *,
    book: Sequence[tuple[str, bytes]] = (),
    places: Mapping[str, Place] | None = None,
    notify: Notify = lambda _notice: None,
) -> Lexicon:
    """Every entry that a production has; a later source wins over an earlier one.

    Args:
        files: ``.csv``, ``.tsv``, ``.txt`` or ``.pls``, in order: the house's, then the series'.
        own: spelling → respelling or pronunciation, of the production file; wins over all.
        book: name and content of each PLS file that the manuscript holds; wins over nothing.
        places: where each of ``own`` is written.
        notify: told what a file holds that is not used.

    Raises:
        ProblemsError: every entry that cannot be used, with file, line and column.
        InputError: a file cannot be read, or the production file's own entry is empty.
    """
    entries: list[Entry] = []
    sources: list[int] = []
    shelves = [read_pls(content, name, Level.BOOK, notify) for name, content in book]
    shelves += [
        read_lexicon(path, level=Level.SERIES if number else Level.HOUSE, notify=notify)
        for number, path in enumerate(files)
    ]
    shelves.append([checked(_own(word, said, (places or {}).get(word))) for word, said in own.items()])
    for number, shelf in enumerate(shelves):
        entries += shelf
        sources += [number] * len(shelf)
    return Lexicon(tuple(entries), tuple(sources))


def read_lexicon(path: Path, *, level: Level = Level.PROJECT, notify: Notify = lambda _notice: None) -> list[Entry]:
    """The entries of one file, by its suffix or, failing that, its first character.

    Raises:
        ProblemsError: every entry that cannot be used.
        InputError: the file is missing, too large or no lexicon.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        step = "correct the path under 'lexicons:'"
        raise InputError(f"the lexicon cannot be read: {error.strerror}", where=str(path), next_step=step) from None
    if len(content) > MAX_BYTES:
        raise InputError(f"{len(content):,} bytes is too large for a lexicon", where=str(path))
    is_pls = path.suffix.lower() in (".pls", ".xml") or content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
    return (read_pls if is_pls else read_table)(content, str(path), level, notify)


def _own(word: str, said: str | Pronunciation, place: Place | None) -> Entry:
    if isinstance(said, str):
        return Entry(word, said, place=place)
    return Entry(word, said.say, said.ipa, said.language, said.case, place=place)
