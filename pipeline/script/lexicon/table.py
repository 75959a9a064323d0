"""Lexicons as tables: one word a row, under the header ``word,say,ipa,language,case``, as spreadsheets write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from pipeline.errors import InputError, Place
from pipeline.materials import Notice
from pipeline.script.lexicon.entries import Entry, Level, all_checked

COLUMNS = ("word", "say", "ipa", "language", "case")
REMARKS = frozenset({"count", "why", "now", "sentence", "place", "note", "notes", "remark", "remarks", "comment"})
"""Columns that may stand beside them: what `chapterhouse lexicon suggest` says, and a person's own notes."""

DELIMITERS = ",;\t"
YES, NO = frozenset({"yes", "true", "1", "x"}), frozenset({"no", "false", "0"})


def read_table(content: bytes, name: str, level: Level, notify: Callable[[Notice], None]) -> list[Entry]:
    """The entries of a table with a header; the columns in any order, parted by commas, semicolons or tabs.

    Args:
        content: UTF-8 or UTF-16, with or without a byte order mark (UTF-16: with).
        name: of the file, for errors.
        notify: told of columns nobody knows and of words that are not filled in yet.

    Raises:
        ProblemsError: every row that cannot be used, with its line.
        InputError: no table with such a header.
    """
    text = _decoded(content, name)
    rows = _rows(text, name)
    _, header = next(rows, (1, []))
    columns = [title.strip().lower() for title in header]
    if "word" not in columns or not {"say", "ipa"} & set(columns):
        raise InputError(
            "a lexicon's first line names its columns: word, and say or ipa",
            where=Place(name, 1, 1),
            next_step=f"begin the file with the line '{','.join(COLUMNS)}'",
        )
    for title in columns:
        if title and title not in COLUMNS and title not in REMARKS:
            notify(Notice(f"the column '{title}' is not used", Place(name, 1)))
    entries: list[Entry] = []
    problems: list[InputError] = []
    empty: list[int] = []
    for line, cells in rows:
        fields = {title: cell.strip() for title, cell in zip(columns, cells, strict=False)}
        if not any(fields.values()):
            continue
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            step = "put a cell that holds the delimiter in double quotes"
            problems.append(InputError("more cells than the header has", where=Place(name, line), next_step=step))
        elif fields.get("word") and not fields.get("say") and not fields.get("ipa"):
            empty.append(line)
        else:
            entries += _entry(fields, level, Place(name, line), problems)
    if empty:
        words = "1 word has" if len(empty) == 1 else f"{len(empty)} words have"
        notify(Notice(f"{words} neither 'say' nor 'ipa' yet", Place(name, empty[0])))
    return all_checked(entries, problems)


def table_of(entries: Iterable[Entry]) -> str:
    """The entries as CSV with a header; reading it gives them back (level and place apart)."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for entry in entries:
        case = "" if entry.case is None else "yes" if entry.case else "no"
        rows.writerow([entry.word, entry.say, entry.ipa, entry.language, case])
    return out.getvalue()


def _decoded(content: bytes, name: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        step = "save the file as UTF-8 (Excel: 'CSV UTF-8')"
        raise InputError("not UTF-8 text", where=Place(name, line), next_step=step) from None


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins at."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            step = "look at the quotes in this line: one inside a cell is written twice"
            raise InputError(f"not a table: {error}", where=Place(name, line), next_step=step) from None
        yield line, row


def _entry(fields: dict[str, str], level: Level, place: Place, problems: list[InputError]) -> list[Entry]:
    case = fields.get("case", "").lower()
    if case and case not in YES | NO:
        problems.append(InputError(f"'case' cannot be '{case}'", where=place, next_step="write yes, no or nothing"))
        return []
    return [
        Entry(
            word=fields.get("word", ""),
            say=fields.get("say", ""),
            ipa=fields.get("ipa", ""),
            language=fields.get("language", ""),
            case=None if not case else case in YES,
            level=level,
            place=place,
        )
    ]
