"""The script as characters: decoding, and where each character stands in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.materials import Source
from pipeline.script.blocks import Ledger

MAX_BYTES = 64 << 20  # the longest novels are some 10 MB

CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f]+")


def starts_of_lines(text: str) -> tuple[int, ...]:
    """Offset of the first character of every line."""
    return (0, *(match.end() for match in re.finditer("\n", text)))


def rows(text: str, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Start and end of every line from offset ``begin`` on, line ends left out."""
    while begin <= len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        yield begin, end
        begin = end + 1


def read_source(path: Path) -> Source:
    """The characters of a script.

    Raises:
        ProblemsError: the file is missing, unreadable, binary, not UTF-8, or holds control characters.
    """
    text = _decode(path, _content(path))
    source = Source(path, text, starts_of_lines(text))
    ledger = Ledger(source)
    for match in CONTROL.finditer(text):
        code = f"U+{ord(match[0][0]):04X}"
        ledger.problem(f"control character {code} in the script", match.start(), "delete it; it cannot be read aloud")
    ledger.close()
    return source


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _whole(
                path, f"the script is larger than {MAX_BYTES >> 20} MiB", "split it into several productions"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise _whole(path, "there is no such script", "check 'script: path:' in the production file") from None
    except OSError as error:
        raise _whole(path, f"the script cannot be read: {error.strerror}", "check the path and its rights") from None


def _decode(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _whole(path, "the script is UTF-16, not UTF-8", _convert(path, "UTF-16"))
    if content.startswith(b"PK\x03\x04"):
        raise _whole(path, "the script is a zip archive (a Word file or an EPUB?)", "export it as Markdown or text")
    if (nul := content.find(b"\x00")) >= 0:
        raise _whole(path, f"the script is a binary file: a zero byte at byte {nul}", "export it as Markdown or text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"the script is not UTF-8: byte 0x{content[error.start]:02X} at byte offset {error.start}"
        problem = InputError(what, where=Place(str(path), line), next_step=_convert(path, "WINDOWS-1252"))
        raise ProblemsError([problem]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _convert(path: Path, encoding: str) -> str:
    return f"save it as UTF-8, or: iconv -f {encoding} -t UTF-8 {path.name} > utf8-{path.name}"


def _whole(path: Path, what: str, next_step: str) -> ProblemsError:
    return ProblemsError([InputError(what, where=Place(str(path)), next_step=next_step)])
