"""What a file says about itself: who wrote it, who speaks, whose it is, and that the voice is synthetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.delivery.timeline import plain
from pipeline.materials import Master
from pipeline.production import Order, Rights

GENRE = "Audiobook"
DISCLOSURE = "The narration is synthetic speech, made with Chapterhouse."
UNDETERMINED = "und"
# ISO 639-1 → ISO 639-2/T: MP4 and ID3 want three letters.
# fmt: off
LONG_LANGUAGES = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan", "de": "deu", "el": "ell",
    "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra", "ga": "gle",
    "gl": "glg", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "is": "isl", "it": "ita",
    "ja": "jpn", "ko": "kor", "la": "lat", "lt": "lit", "lv": "lav", "ms": "msa", "nb": "nob", "nl": "nld",
    "nn": "nno", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv",
    "sr": "srp", "sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho",
}
# fmt: on


@dataclass(frozen=True)
class Tags:
    """The tags of one file; empty strings are left out.

    Attributes:
        title: of the file: the chapter's, or the whole title's.
        artist: the author, or the narrators where no author is named.
        album: the whole title.
        narrators: who is heard.
        track: the chapter's number, None for the whole title in one file.
        track_count: how many chapters there are.
        copyright: copyright and phonogram lines.
        licence: licence of the recording.
        language: BCP 47.
        comment: disclosure, licence and source.
    """

    title: str
    artist: str
    album: str
    narrators: str
    track: int | None
    track_count: int
    copyright: str
    licence: str
    language: str
    comment: str

    @property
    def long_language(self) -> str:
        """ISO 639-2 code, `UNDETERMINED` for a language that is not in our table."""
        first = self.language.split("-")[0].lower()
        return first if len(first) == 3 else LONG_LANGUAGES.get(first, UNDETERMINED)

    @property
    def track_of(self) -> str:
        """``3/12``; empty for the whole title."""
        return "" if self.track is None else f"{self.track}/{self.track_count}"


def tags_of(order: Order, narrators: str, masters: Sequence[Master], master: Master | None = None) -> Tags:
    """Tags of a chapter's file, or of the whole title when no ``master`` is named.

    Args:
        narrators: the narrator credit.
        masters: the title's chapters; a track's number is its place among them, credits counted.
    """
    production = order.production
    return Tags(
        title=plain(master.title or f"Chapter {master.number}") if master else plain(production.title),
        artist=plain(production.author or narrators),
        album=plain(production.title),
        narrators=plain(narrators),
        track=masters.index(master) + 1 if master else None,
        track_count=len(masters),
        copyright=_copyright(production.rights),
        licence=plain(production.rights.licence),
        language=production.language,
        comment=_comment(production.rights),
    )


def vorbis_comments(tags: Tags) -> dict[str, str]:
    """Tags for FLAC and Opus, by xiph.org's field names and those that players use for audiobooks."""
    return _filled(
        {
            "TITLE": tags.title,
            "ARTIST": tags.artist,
            "ALBUMARTIST": tags.artist,
            "ALBUM": tags.album,
            "TRACKNUMBER": "" if tags.track is None else str(tags.track),
            "TRACKTOTAL": "" if tags.track is None else str(tags.track_count),
            "GENRE": GENRE,
            "COMPOSER": tags.narrators,
            "NARRATOR": tags.narrators,
            "LANGUAGE": tags.language,
            "COPYRIGHT": tags.copyright,
            "LICENSE": tags.licence,
            "COMMENT": tags.comment,
        }
    )


def mp4_tags(tags: Tags) -> dict[bytes, str]:
    """Tags for M4B by iTunes' atoms. Audiobook players show the composer as the narrator."""
    atoms = {
        "©nam": tags.title,
        "©ART": tags.artist,
        "aART": tags.artist,
        "©alb": tags.album,
        "©wrt": tags.narrators,
        "©gen": GENRE,
        "cprt": tags.copyright,
        "©cmt": tags.comment,
        "desc": tags.comment,
    }
    return {name.encode("latin-1"): text for name, text in atoms.items() if text}


def mp4_freeform(tags: Tags) -> dict[str, str]:
    """What MP4 has no atom for."""
    return _filled({"NARRATOR": tags.narrators, "LICENSE": tags.licence, "LANGUAGE": tags.language})


def wav_info(tags: Tags) -> dict[str, str]:
    """Tags for WAV's LIST INFO, by the names that players and editors read."""
    return _filled(
        {
            "INAM": tags.title,
            "IART": tags.artist,
            "IPRD": tags.album,
            "ITRK": "" if tags.track is None else str(tags.track),
            "IGNR": GENRE,
            "ICOP": tags.copyright,
            "ICMT": tags.comment,
            "ILNG": tags.long_language,
        }
    )


def _filled(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _copyright(rights: Rights) -> str:
    producer = plain(rights.producer)
    marked = producer if not producer or producer.startswith(("℗", "(P)")) else f"℗ {producer}"
    return "; ".join(line for line in (plain(rights.copyright), marked) if line)


def _comment(rights: Rights) -> str:
    licence = f"Licence: {plain(rights.licence)}." if rights.licence else ""
    voices = f"Voices: {plain(rights.voices)}." if rights.voices else ""
    source = f"Text: {plain(rights.source)}." if rights.source else ""
    return " ".join(part for part in (DISCLOSURE, licence, voices, source) if part)
