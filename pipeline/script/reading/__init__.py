"""One file a format: what somebody wrote becomes a `Document`, its source text and its blocks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module
from pathlib import Path

from pipeline.production import ScriptFormat
from pipeline.script.blocks import Document, Ledger
from pipeline.script.reading.formats import contradiction, detect
from pipeline.script.reading.source import content_of, source_of

WRITTEN = ("markdown", "text", "fountain", "ssml")
"""Formats whose source text is the file itself; of the others it is what their reader takes out of it."""


def read_document(path: Path, format: ScriptFormat, roles: Collection[str]) -> Document:  # noqa: A002
    """The file taken apart by the reader of its format.

    Args:
        format: ``auto`` goes by the file's suffix and content.
        roles: the cast's roles.

    Raises:
        ProblemsError: the file is missing, unreadable, protected, or not of a format that can be read.
    """
    content = content_of(path)
    found = detect(path, content) if format == "auto" else format
    doubts = contradiction(path, found) if format == "auto" else ()
    module = import_module(
        f"pipeline.script.reading.{'plain' if found == 'text' else found}"
    )  # libraries at need only
    if found in WRITTEN:
        source, notices = source_of(path, content)
        ledger = Ledger(source)
        ledger.notices += [*doubts, *notices]
        read: Callable[..., Document] = module.read
        return read(source, ledger, roles)
    document: Document = module.read(path, content)
    document.ledger.notices[:0] = doubts
    return document
