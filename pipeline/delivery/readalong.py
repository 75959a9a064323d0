"""The read-along: an EPUB 3.3 with Media Overlays. The text lights up chunk by chunk while the chapter plays.

The sound is the chapters' MP3, the same encoding as the format ``mp3`` makes, so that it is encoded once. It is a
core media type of EPUB, and at a constant bit rate readers find every place in it (the W3C advises against variable
rates under overlays: w3c/epub-specs #2978). Its LAME header tells how much to skip at the start; a reader that
ignores it plays everything 25 to 51 ms late, less than the pause around any sentence.

A clip lasts until the next one begins, the first from the chapter's start and the last to its end: reading systems go
from clip to clip at once, so a pause that belongs to no clip would not be heard, and clips that touch are played
without a seek between them. The clips of a chapter therefore are as long as its sound, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from pipeline.delivery.archive import Entry, write_archive
from pipeline.delivery.publication import Publication
from pipeline.delivery.tags import DISCLOSURE
from pipeline.delivery.timeline import Cue, TimedChapter, TitleTimeline, clock
from pipeline.production import NARRATOR, Pauses

MIMETYPE = "mimetype"
FOLDER = "EPUB"
# EPUB wants the time of the last change, and equal titles must be equal bytes: a date that says nothing.
MODIFIED = "1980-01-01T00:00:00Z"
ACTIVE_CLASS = "-epub-media-overlay-active"
CHAPTER_ID, TITLE_ID = "chapter", "title"  # of a chapter's text and of its heading
TOLERANCE_S = 0.002  # of a pause: two samples at 24 kHz and rounding
STYLE = f"""\
body {{ margin: 5%; line-height: 1.5; }}
h1 {{ line-height: 1.2; }}
hr {{ width: 20%; margin: 2em auto; }}
img.cover {{ display: block; max-width: 100%; max-height: 60vh; margin: 0 auto 2em; }}
.role {{ font-variant: small-caps; }}
.{ACTIVE_CLASS} {{ background-color: #ffe08a; color: #1a1a1a; }}
"""
CONTAINER = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
 <rootfiles>
  <rootfile full-path="{FOLDER}/package.opf" media-type="application/oebps-package+xml"/>
 </rootfiles>
</container>
"""
# schema.org terms of EPUB Accessibility 1.1, section 2.2, with the values of the W3C's vocabulary.
ACCESSIBILITY = (
    ("accessMode", "textual"),
    ("accessMode", "auditory"),
    ("accessModeSufficient", "textual"),
    ("accessModeSufficient", "auditory"),
    ("accessibilityFeature", "synchronizedAudioText"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "displayTransformability"),
    ("accessibilityHazard", "none"),
    ("accessibilitySummary", f"The whole text is read aloud and lights up as it is read. {DISCLOSURE}"),
)


def epub_texts(publication: Publication, pauses: Pauses) -> tuple[tuple[str, bytes], ...]:
    """Everything in the EPUB but sound and cover, in the order in which it lies there.

    Scenes are found by the pauses: one ends where a pause is as long as a scene break's.
    """
    timeline = publication.timeline
    files = {
        MIMETYPE: "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        f"{FOLDER}/package.opf": _package(publication),
        f"{FOLDER}/nav.xhtml": _navigation(publication),
        f"{FOLDER}/style.css": STYLE,
        f"{FOLDER}/title.xhtml": _title_page(publication),
    }
    for chapter, stem in zip(timeline.chapters, publication.stems, strict=True):
        files[f"{FOLDER}/text/{stem}.xhtml"] = _chapter(publication, chapter, pauses)
        files[f"{FOLDER}/overlay/{stem}.smil"] = _overlay(timeline, chapter, stem)
    return tuple((name, text.encode()) for name, text in files.items())


def pack_epub(
    sounds: Sequence[Path], making: Path, *, texts: Sequence[tuple[str, bytes]], publication: Publication
) -> None:
    """Write the EPUB: texts, cover and the chapters' MP3s, copied in blocks."""
    entries: list[Entry] = [*texts, (f"{FOLDER}/{publication.cover_name}", publication.cover.path)]
    names = (f"{FOLDER}/audio/{stem}.mp3" for stem in publication.stems)
    write_archive(making, [*entries, *zip(names, sounds, strict=True)], bare=frozenset({MIMETYPE}))


def clips(timeline: TitleTimeline, chapter: TimedChapter) -> Iterator[tuple[str, int, int]]:
    """What lights up and when: the id of a text and milliseconds from the chapter's start. They follow without a gap.

    A chunk that begins less than a millisecond after the one before it gets no clip: it would have no length.
    """
    whole_ms = timeline.ms(chapter.end - chapter.start)
    begins = [(_id(place), timeline.ms(cue.start - chapter.start)) for place, cue in enumerate(chapter.cues)]
    begins = [(begins[0][0] if begins else TITLE_ID, 0), *begins[1:], ("", whole_ms)]
    for (name, begin_ms), (_, end_ms) in pairwise(begins):
        if end_ms > begin_ms:
            yield name, begin_ms, end_ms


def heading_length(chapter: TimedChapter) -> int:
    """How many of the chapter's first cues are its title read aloud; 0 when it is not read."""
    title = _letters(chapter.title)
    said = ""
    for count, cue in enumerate(chapter.cues, 1):
        said += _letters(cue.text)
        if said == title != "":
            return count
        if not title.startswith(said):
            break
    return 0


def paragraphs(cues: Sequence[Cue], pauses: Pauses, rate_hz: int) -> Iterator[tuple[list[Cue], bool]]:
    """Cues gathered into paragraphs, and whether a scene ended before each."""
    gathered: list[Cue] = []
    scene = False
    for cue in cues:
        if gathered:
            last = gathered[-1]
            if cue.opens_line:
                yield gathered, scene
                gathered, scene = [], (cue.start - last.end) / rate_hz + TOLERANCE_S >= pauses.section_s
        gathered.append(cue)
    if gathered:
        yield gathered, scene


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _id(place: int) -> str:
    return f"c{place + 1:04d}"


def _package(publication: Publication) -> str:
    chapters = tuple(zip(publication.timeline.chapters, publication.stems, strict=True))
    spread = ' page-progression-direction="rtl"' if publication.direction == "rtl" else ""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" \
xml:lang={quoteattr(publication.language)} dir="{publication.direction}">
 <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
{_lines(_metadata(publication))}
 </metadata>
 <manifest>
{_lines(_manifest(publication, [stem for _, stem in chapters]))}
 </manifest>
 <spine{spread}>
  <itemref idref="title-page"/>
{_lines(f'<itemref idref="text-{place}"/>' for place, _ in enumerate(chapters, 1))}
 </spine>
</package>
"""


def _metadata(publication: Publication) -> Iterator[str]:
    yield f'<dc:identifier id="id">{publication.id}</dc:identifier>'
    yield f"<dc:title>{escape(publication.title)}</dc:title>"
    yield f"<dc:language>{escape(publication.language)}</dc:language>"
    if publication.author:
        yield f'<dc:creator id="author">{escape(publication.author)}</dc:creator>'
        yield '<meta refines="#author" property="role" scheme="marc:relators">aut</meta>'
    if publication.narrators:
        yield f'<dc:contributor id="narrator">{escape(publication.narrators)}</dc:contributor>'
        yield '<meta refines="#narrator" property="role" scheme="marc:relators">nrt</meta>'
        yield _meta("media:narrator", publication.narrators)
    rights = ". ".join(
        filter(
            None, (publication.copyright, publication.licence and f"Licence of the recording: {publication.licence}")
        )
    )
    if rights:
        yield f"<dc:rights>{escape(rights)}</dc:rights>"
    if publication.source:
        yield f"<dc:source>{escape(publication.source)}</dc:source>"
    yield f"<dc:description>{escape(publication.about)}</dc:description>"
    yield _meta("dcterms:modified", MODIFIED)
    yield '<meta name="cover" content="cover"/>'  # EPUB 2's way, which many shelves still go by
    yield from (_meta(f"schema:{name}", value) for name, value in ACCESSIBILITY)
    yield _meta("media:active-class", ACTIVE_CLASS)
    total_ms = 0
    for place, chapter in enumerate(publication.timeline.chapters, 1):
        length_ms = publication.timeline.ms(chapter.end - chapter.start)
        total_ms += length_ms
        yield f'<meta property="media:duration" refines="#overlay-{place}">{clock(length_ms)}</meta>'
    yield _meta("media:duration", clock(total_ms))  # 3.3, 9.3.5.1: the sum of the overlays


def _manifest(publication: Publication, stems: Sequence[str]) -> Iterator[str]:
    cover = f'href="{publication.cover_name}" media-type="{publication.cover.mime}"'
    yield '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    yield '<item id="style" href="style.css" media-type="text/css"/>'
    yield f'<item id="cover" {cover} properties="cover-image"/>'
    yield '<item id="title-page" href="title.xhtml" media-type="application/xhtml+xml"/>'
    for place, stem in enumerate(stems, 1):
        yield (
            f'<item id="text-{place}" href="text/{stem}.xhtml" media-type="application/xhtml+xml" '
            f'media-overlay="overlay-{place}"/>'
        )
        yield f'<item id="overlay-{place}" href="overlay/{stem}.smil" media-type="application/smil+xml"/>'
        yield f'<item id="sound-{place}" href="audio/{stem}.mp3" media-type="audio/mpeg"/>'


def _navigation(publication: Publication) -> str:
    entries = [("title.xhtml", publication.title)]
    for chapter, stem in zip(publication.timeline.chapters, publication.stems, strict=True):
        entries.append((f"text/{stem}.xhtml", chapter.title))
    items = _lines(f'<li><a href="{target}">{escape(text)}</a></li>' for target, text in entries)
    heading = f"<h1>{escape(publication.title)}</h1>"
    body = f'<nav epub:type="toc" role="doc-toc" id="toc">\n{heading}\n<ol>\n{items}\n</ol>\n</nav>'
    return _page(publication, publication.title, body, to_style="style.css")


def _title_page(publication: Publication) -> str:
    said = [
        publication.author,
        publication.narrators and f"Read by {publication.narrators}",
        publication.copyright,
        publication.about,
    ]
    body = "\n".join(
        (
            f'<section epub:type="titlepage" aria-labelledby="{TITLE_ID}">',
            f'<img class="cover" src="{publication.cover_name}" alt="Cover"/>',
            f'<h1 id="{TITLE_ID}">{escape(publication.title)}</h1>',
            *(f"<p>{escape(line)}</p>" for line in said if line),
            "</section>",
        )
    )
    return _page(publication, publication.title, body, to_style="style.css")


def _chapter(publication: Publication, chapter: TimedChapter, pauses: Pauses) -> str:
    ids = {cue: _id(place) for place, cue in enumerate(chapter.cues)}

    def spans(cues: Sequence[Cue]) -> str:
        return " ".join(f'<span id="{ids[cue]}">{escape(cue.text)}</span>' for cue in cues)

    spoken = heading_length(chapter)
    lines = [
        f'<section id="{CHAPTER_ID}" epub:type="chapter" role="doc-chapter" aria-labelledby="{TITLE_ID}">',
        f'<h1 id="{TITLE_ID}">{spans(chapter.cues[:spoken]) or escape(chapter.title)}</h1>',
    ]
    for cues, scene in paragraphs(chapter.cues[spoken:], pauses, publication.timeline.rate_hz):
        role = cues[0].role
        who = "" if role == NARRATOR else f'<span class="role">{escape(role)}</span>: '
        lines += ["<hr/>"] if scene else []
        lines.append(f"<p>{who}{spans(cues)}</p>")
    return _page(publication, chapter.title, "\n".join((*lines, "</section>")), to_style="../style.css")


def _page(publication: Publication, title: str, body: str, *, to_style: str) -> str:
    language = quoteattr(publication.language)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" \
lang={language} xml:lang={language} dir="{publication.direction}">
<head>
<title>{escape(title)}</title>
<link rel="stylesheet" type="text/css" href="{to_style}"/>
</head>
<body>
{body}
</body>
</html>
"""


def _overlay(timeline: TitleTimeline, chapter: TimedChapter, stem: str) -> str:
    text = f"../text/{stem}.xhtml"
    pairs = _lines(
        f'<par id="p-{name}"><text src="{text}#{name}"/>'
        f'<audio src="../audio/{stem}.mp3" clipBegin="{clock(begin_ms)}" clipEnd="{clock(end_ms)}"/></par>'
        for name, begin_ms, end_ms in clips(timeline, chapter)
    )
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">
<body epub:textref="{text}#{CHAPTER_ID}" epub:type="bodymatter chapter">
{pairs}
</body>
</smil>
"""


def _meta(name: str, value: str) -> str:
    return f'<meta property="{name}">{escape(value)}</meta>'


def _lines(lines: Iterator[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)
