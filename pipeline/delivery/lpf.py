"""The W3C audiobook: a publication manifest with a table of contents and the chapters' MP3s in one ``.lpf`` file.

Sources: W3C Audiobooks (Recommendation, 10 November 2020), Publication Manifest (same date), Lightweight Packaging
Format (Note, 19 March 2020). The sound is the same encoding as the format ``mp3`` makes.

Recommended and not said, because the production does not: ``abridged``, ``dateModified``, ``datePublished`` and the
title's ``url``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from pipeline.delivery.archive import Entry, write_archive
from pipeline.delivery.publication import Publication
from pipeline.delivery.tags import DISCLOSURE

MANIFEST, ENTRY_PAGE = "publication.json", "index.html"
CONFORMS_TO = "https://www.w3.org/TR/audiobooks/"
CONTEXT = ("https://schema.org", "https://www.w3.org/ns/pub-context")


def lpf_texts(publication: Publication) -> tuple[tuple[str, bytes], ...]:
    """Manifest and entry page, as they lie in the package."""
    manifest = json.dumps(_manifest(publication), ensure_ascii=False, indent=1) + "\n"
    return (MANIFEST, manifest.encode()), (ENTRY_PAGE, _entry_page(publication).encode())


def pack_lpf(
    sounds: Sequence[Path], making: Path, *, texts: Sequence[tuple[str, bytes]], publication: Publication
) -> None:
    """Write the package: texts deflated, cover and sound stored (LPF, section 3.2)."""
    entries: list[Entry] = [*texts, (publication.cover_name, publication.cover.path)]
    names = (_sound(stem) for stem in publication.stems)
    write_archive(making, [*entries, *zip(names, sounds, strict=True)])


def _manifest(publication: Publication) -> dict[str, object]:
    timeline = publication.timeline
    lengths_ms = [timeline.ms(chapter.end - chapter.start) for chapter in timeline.chapters]
    reading_order = [
        {
            "type": "LinkedResource",
            "url": _sound(stem),
            "encodingFormat": "audio/mpeg",
            "name": chapter.title,
            "duration": _duration(length_ms),
        }
        for chapter, stem, length_ms in zip(timeline.chapters, publication.stems, lengths_ms, strict=True)
    ]
    facts = {
        "@context": [*CONTEXT, {"language": publication.language, "direction": publication.direction}],
        "conformsTo": CONFORMS_TO,
        "type": "Audiobook",
        "id": publication.id,
        "name": publication.title,
        "author": publication.author,
        "readBy": publication.narrators,
        "inLanguage": publication.language,
        "readingProgression": publication.direction,
        "duration": _duration(sum(lengths_ms)),  # the sum of the items', as the Recommendation asks
        "description": publication.about,
        "copyrightNotice": publication.copyright,
        "license": publication.licence,
        "isBasedOn": publication.source,
        "accessMode": ["auditory"],
        "accessModeSufficient": [{"type": "ItemList", "itemListElement": ["auditory"]}],
        "accessibilityFeature": ["tableOfContents", "structuralNavigation"],
        "accessibilityHazard": ["none"],
        "accessibilitySummary": f"An audiobook, by chapters, with a table of contents. {DISCLOSURE}",
        "readingOrder": reading_order,
        "resources": [
            {
                "type": "LinkedResource",
                "url": publication.cover_name,
                "encodingFormat": publication.cover.mime,
                "rel": "cover",
                "name": "Cover",
            },
            {"type": "LinkedResource", "url": ENTRY_PAGE, "encodingFormat": "text/html", "rel": "contents"},
        ],
    }
    return {name: value for name, value in facts.items() if value}


def _entry_page(publication: Publication) -> str:
    chapters = zip(publication.timeline.chapters, publication.stems, strict=True)
    items = "\n".join(f'<li><a href="{_sound(stem)}">{escape(chapter.title)}</a></li>' for chapter, stem in chapters)
    said = [
        publication.author,
        publication.narrators and f"Read by {publication.narrators}",
        publication.copyright,
        publication.about,
    ]
    lines = "\n".join(f"<p>{escape(line)}</p>" for line in said if line)
    return f"""\
<!DOCTYPE html>
<html lang="{escape(publication.language)}" dir="{publication.direction}">
<head>
<meta charset="utf-8">
<title>{escape(publication.title)}</title>
<link rel="publication" href="{MANIFEST}">
</head>
<body>
<h1>{escape(publication.title)}</h1>
<img src="{publication.cover_name}" alt="Cover" width="320">
{lines}
<nav role="doc-toc">
<h2>Contents</h2>
<ol>
{items}
</ol>
</nav>
</body>
</html>
"""


def _sound(stem: str) -> str:
    return f"audio/{stem}.mp3"


def _duration(milliseconds: int) -> str:
    """ISO 8601: ``PT3723.456S``."""
    return f"PT{milliseconds // 1000}.{milliseconds % 1000:03d}S"
