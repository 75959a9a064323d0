"""What an EPUB and an audiobook package say about the title alike."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.delivery.cover import Cover
from pipeline.delivery.tags import Tags
from pipeline.delivery.timeline import TitleTimeline, plain
from pipeline.production import Order

# Namespace of the titles' identifiers, itself a UUIDv5: of the project's name in the DNS namespace (RFC 9562, 6.6).
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "chapterhouse")
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"})
SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}


@dataclass(frozen=True)
class Publication:
    """A title as a package describes it; every text one line.

    Attributes:
        id: ``urn:uuid:…``; the same for the same title, author and language whatever the sound.
        title: never empty.
        author: empty where none is named.
        narrators: the narrator credit.
        language: BCP 47.
        direction: ``ltr`` or ``rtl``, by the language.
        copyright: copyright and phonogram lines.
        licence: of the recording.
        source: the edition that was read.
        about: disclosure, licence and source in sentences.
        cover: its picture.
        timeline: what is said when.
        stems: file name of each chapter, without suffix.
    """

    id: str
    title: str
    author: str
    narrators: str
    language: str
    direction: str
    copyright: str
    licence: str
    source: str
    about: str
    cover: Cover
    timeline: TitleTimeline
    stems: tuple[str, ...]

    @property
    def cover_name(self) -> str:
        return f"cover{SUFFIXES[self.cover.mime]}"


def publication_of(
    order: Order, tags: Tags, cover: Cover, timeline: TitleTimeline, stems: Sequence[str]
) -> Publication:
    """The publication of an order.

    Args:
        order: the production.
        tags: of the whole title.
        cover: checked.
        timeline: of the title.
        stems: file name of each chapter, without suffix.
    """
    production = order.production
    title = plain(production.title) or "Untitled"
    author = plain(production.author)
    name = "\n".join((title, author, production.language))
    return Publication(
        id=uuid.uuid5(NAMESPACE, name).urn,
        title=title,
        author=author,
        narrators=tags.narrators,
        language=production.language,
        direction="rtl" if production.language.split("-")[0] in RIGHT_TO_LEFT else "ltr",
        copyright=tags.copyright,
        licence=tags.licence,
        source=plain(production.rights.source),
        about=tags.comment,
        cover=cover,
        timeline=timeline,
        stems=tuple(stems),
    )
