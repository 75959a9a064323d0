"""The script as characters: decoding, and where each character stands in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.materials import Notice, Source
from pipeline.script.blocks import Ledger
from pipeline.script.reading.encodings import Guess, guess_encoding, looks_like_utf8

MAX_BYTES = 64 << 20  # the longest novels are some 10 MB

CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f]+")  # tab, line feed, vertical tab and form feed part words
BYTE_ORDER_MARKS = (  # The Unicode Standard 16.0, 23.8; the longest first
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
NULS_OF_UTF16 = 0.2  # share of the bytes at even or at odd places; Latin script has nearly 1, others their spaces

_LATE = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # what Windows-1252 has at 0x80 … 0x9F
_TAIL = f"\u0080-\u00bf{_LATE}"  # a byte of a UTF-8 sequence but its first, read as Windows-1252
MANY = 3  # places; so many are no chance
LOST = "\ufffd"
MOJIBAKE = re.compile(rf"[Â-ß][{_TAIL}]|[à-ï][{_TAIL}]{{2}}|[ð-ô][{_TAIL}]{{3}}")


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
    """The characters of a text file.

    Raises:
        ProblemsError: the file is missing, unreadable, binary, in an encoding that cannot be told, or holds control
            characters or characters that were spoilt by an earlier conversion.
    """
    return open_source(path)[0]


def open_source(path: Path) -> tuple[Source, tuple[Notice, ...]]:
    """As `read_source`, with what a producer should know of the encoding."""
    return source_of(path, content_of(path))


def source_of(path: Path, content: bytes) -> tuple[Source, tuple[Notice, ...]]:
    """As `open_source`, of a file whose bytes are known."""
    text, notices = decode(path, content)
    source = Source(path, text, starts_of_lines(text))
    ledger = Ledger(source)
    doubts = _check_characters(text, ledger)
    ledger.close()
    return source, (*notices, *doubts)


def content_of(path: Path) -> bytes:
    """The bytes of a script.

    Raises:
        ProblemsError: the file is missing, unreadable or larger than `MAX_BYTES`.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise whole(path, f"the script is larger than {MAX_BYTES >> 20} MiB", "split it into several productions")
        return path.read_bytes()
    except FileNotFoundError:
        raise whole(path, "there is no such script", "check 'script: path:' in the production file") from None
    except OSError as error:
        raise whole(path, f"the script cannot be read: {error.strerror}", "check the path and its rights") from None


def decode(path: Path, content: bytes) -> tuple[str, tuple[Notice, ...]]:
    """The characters of a text file: byte order mark gone, every line end a line feed; and the encoding if guessed.

    Raises:
        ProblemsError: the bytes are no text, or in an encoding that cannot be told.
    """
    if content.startswith(b"PK\x03\x04"):
        raise whole(path, "the script is a zip archive (a Word file or an EPUB?)", "export it as Markdown or text")
    encoding = _marked(content) or _unmarked_utf16(content)
    if encoding is None and (nul := content.find(b"\x00")) >= 0:
        raise whole(path, f"the script is a binary file: a zero byte at byte {nul}", "export it as Markdown or text")
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding or looks_like_utf8(content):
            raise _undecodable(path, content, error, (encoding or "utf-8").removesuffix("-sig").upper()) from None
    else:
        return _tidied(text), ()
    guess = guess_encoding(content)
    if guess.rival is not None or not guess.encoding:
        raise _doubtful(path, content, guess)
    text = _tidied(content.decode(guess.encoding))
    return text, (_guessed(path, text, guess),)


def whole(path: Path, what: str, next_step: str) -> ProblemsError:
    """An error about a file as a whole."""
    return ProblemsError([InputError(what, where=Place(str(path)), next_step=next_step)])


def _marked(content: bytes) -> str | None:
    return next((encoding for mark, encoding in BYTE_ORDER_MARKS if content.startswith(mark)), None)


def _unmarked_utf16(content: bytes) -> str | None:
    """UTF-16 without its mark: the zero bytes are at every other place only."""
    sample = content[: 1 << 16]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) < 4 or len(content) % 2 or max(even, odd) < NULS_OF_UTF16 * len(sample) / 2 or min(even, odd):
        return None
    encoding = "utf-16-be" if even else "utf-16-le"
    return None if CONTROL.search(sample.decode(encoding, "ignore")) else encoding


def _tidied(text: str) -> str:
    """Line ends of one kind, and without the Ctrl-Z at the end of files from CP/M and DOS."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")


def _check_characters(text: str, ledger: Ledger) -> tuple[Notice, ...]:
    """Problems with what is no text or was spoilt; notices of what only may have been."""
    for match in CONTROL.finditer(text):
        code = f"U+{ord(match[0][0]):04X}"
        ledger.problem(f"control character {code} in the script", match.start(), "delete it; it cannot be read aloud")
    if (lost := text.find(LOST)) >= 0:
        what = f"a character that an earlier conversion lost, U+FFFD ({text.count(LOST)} of them)"
        ledger.problem(what, lost, "take the text from where it came from again, or type what should stand there")
    spoilt = [match for match in MOJIBAKE.finditer(text) if _meant(match)] if not text.isascii() else []
    if not spoilt:
        return ()
    what = f"'{spoilt[0][0]}' may be meant as '{_meant(spoilt[0])}': a text decoded wrongly before it was saved"
    more = f" ({len(spoilt)} such places)" if len(spoilt) > 1 else ""
    if len(spoilt) < MANY and not any(len(match[0]) > 2 for match in spoilt):  # it may be what the author wrote
        return (Notice(what + more, ledger.source.place(spoilt[0].start())),)
    ledger.problem(what + more, spoilt[0].start(), "take the original again, or mend it: ftfy FILE -o MENDED")
    return ()


def _meant(match: re.Match[str]) -> str:
    """The character that UTF-8 read as Windows-1252 stands for; empty where it may be what the author wrote.

    A capital with an accent at the end of a shouted word, before a quotation mark or a no-break space, is no fault.
    """
    around = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
    in_word = any(letter.isascii() and letter.isalpha() for letter in around)
    if not in_word or around[0].isupper() or (match[0][0] != "Â" and match[0][1] == "\xa0"):
        return ""
    try:
        raw = b"".join(bytes([ord(letter)]) if letter < "\u00a0" else letter.encode("cp1252") for letter in match[0])
        meant = raw.decode("utf-8")
    except UnicodeError:
        return ""
    return meant if meant.isprintable() or meant.isspace() else ""


def _guessed(path: Path, text: str, guess: Guess) -> Notice:
    match = re.search(r"[^\s\x00-\x7f]", text)
    at = match.start() if match else 0
    line = (text.count("\n", 0, at) + 1, text[text.rfind("\n", 0, at) + 1 :].split("\n", 1)[0])
    shown = next((word for word in line[1].split() if not word.isascii()), "")
    what = f"not UTF-8; read as {guess.encoding.upper()}: look whether '{shown}' is right: {line[1].strip()[:80]}"
    return Notice(what, Place(str(path), line[0]))


def _doubtful(path: Path, content: bytes, guess: Guess) -> ProblemsError:
    first = next(index for index, byte in enumerate(content) if byte > 0x7F)
    what = f"the script is not UTF-8: byte 0x{content[first]:02X} at byte offset {first}"
    if guess.rival is not None:
        what += f"; it may be {guess.encoding.upper()} ('{guess.sample}') or {guess.rival.upper()} ('{guess.other}')"
    place = Place(str(path), content.count(b"\n", 0, first) + 1)
    return ProblemsError([InputError(what, where=place, next_step=_convert(path, guess.encoding or "WINDOWS-1252"))])


def _undecodable(path: Path, content: bytes, error: UnicodeDecodeError, encoding: str) -> ProblemsError:
    line = content.count(b"\n", 0, error.start) + 1
    byte = f"byte 0x{content[error.start]:02X} at byte offset {error.start}"
    what = f"the script is {encoding} but for {byte}: two encodings in one file, or a damaged one"
    problem = InputError(what, where=Place(str(path), line), next_step="type that character again and save as UTF-8")
    return ProblemsError([problem])


def _convert(path: Path, encoding: str) -> str:
    return f"save it as UTF-8, or: iconv -f {encoding.upper()} -t UTF-8 {path.name} > utf8-{path.name}"
