"""Captions: read back by strict parsers that know nothing of the writer."""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from dataclasses import dataclass, replace

import pytest

from pipeline.delivery.captions import SRT_COLUMNS, VTT_COLUMNS, srt, vtt
from pipeline.delivery.tags import DISCLOSURE
from pipeline.delivery.timeline import TitleTimeline, timeline_of
from pipeline.materials import Sentence
from pipeline.production import NARRATOR

from .spoken import FAMILY, TAGS, odd_masters, spoken

STAMP = r"(\d{2,}):([0-5]\d):([0-5]\d)"


@dataclass(frozen=True)
class Shown:
    name: str
    role: str
    lines: tuple[str, ...]
    start_ms: int
    end_ms: int


def milliseconds(hours: str, minutes: str, seconds: str, rest: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)


def read_vtt(text: str) -> tuple[list[Shown], list[str]]:
    """Cues and notes of a WebVTT file by the syntax of W3C WebVTT, section 4; anything else fails."""
    assert text.startswith("WEBVTT\n\n") and "\0" not in text and "\r" not in text
    cues, notes = [], []
    for block in text.removeprefix("WEBVTT\n\n").rstrip("\n").split("\n\n"):
        lines = block.split("\n")
        assert all(lines), "a blank line inside a block"
        if lines[0] == "NOTE":
            assert "-->" not in block
            notes.append("\n".join(lines[1:]))
            continue
        name, times, *rest = lines
        assert "-->" not in name and rest
        timing = re.fullmatch(rf"{STAMP}\.(\d{{3}}) --> {STAMP}\.(\d{{3}})", times)
        assert timing, times
        body = "\n".join(rest)
        voice = re.match(r"<v ([^<>\n]+)>", body)
        body = body[voice.end() :] if voice else body
        assert "-->" not in body and not set("<>") & set(body)
        assert re.sub(r"&(amp|lt|gt);", "", body).count("&") == 0
        found = timing.groups()
        shown = tuple(html.unescape(line) for line in body.split("\n"))
        role = html.unescape(voice[1]) if voice else ""
        cues.append(Shown(name, role, shown, milliseconds(*found[:4]), milliseconds(*found[4:])))
    return cues, notes


def read_srt(text: str) -> list[Shown]:
    cues = []
    for number, block in enumerate(filter(None, text.rstrip("\n").split("\n\n")), 1):
        count, times, *lines = block.split("\n")
        assert count == str(number) and lines and all(lines)
        timing = re.fullmatch(rf"{STAMP},(\d{{3}}) --> {STAMP},(\d{{3}})", times)
        assert timing, times
        assert not set("<>") & set("".join(lines))
        found = timing.groups()
        cues.append(Shown(count, "", tuple(lines), milliseconds(*found[:4]), milliseconds(*found[4:])))
    return cues


def check_times(cues: list[Shown]) -> None:
    assert all(cue.start_ms < cue.end_ms for cue in cues)
    assert all(first.end_ms <= second.start_ms for first, second in itertools.pairwise(cues))


def words_of(cues: list[Shown]) -> str:
    return "".join("".join(cue.lines) for cue in cues).replace(" ", "")


@pytest.fixture
def odd() -> TitleTimeline:
    return timeline_of(odd_masters())


def test_every_word_of_an_odd_title_is_in_the_vtt_once_and_in_order(odd: TitleTimeline) -> None:
    cues, notes = read_vtt(vtt(odd, odd.chapters, TAGS))
    check_times(cues)
    said = "".join(cue.text for chapter in odd.chapters for cue in chapter.cues)
    assert words_of(cues) == said.replace(" ", "")
    assert DISCLOSURE in notes[0] and TAGS.copyright in notes[0]


def test_every_word_of_an_odd_title_is_in_the_srt_once_and_in_order(odd: TitleTimeline) -> None:
    cues = read_srt(srt(odd, odd.chapters))
    check_times(cues)
    said = "".join(cue.text for chapter in odd.chapters for cue in chapter.cues)
    shown = re.sub(r"(ANNA|NARRATOR):", "", words_of(cues))
    assert shown == said.replace(" ", "").replace("<", "‹").replace(">", "›")


def test_captions_have_two_lines_at_most_and_each_fits(odd: TitleTimeline) -> None:
    def width(line: str) -> int:
        seen = [sign for sign in line if unicodedata.category(sign) not in {"Mn", "Me", "Cf"}]
        return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in seen)

    read = ((read_vtt(vtt(odd, odd.chapters, TAGS))[0], VTT_COLUMNS), (read_srt(srt(odd, odd.chapters)), SRT_COLUMNS))
    for cues, columns in read:
        assert max(len(cue.lines) for cue in cues) == 2
        assert max(width(line) for cue in cues for line in cue.lines) <= columns


def test_a_chunk_starts_and_ends_to_the_millisecond_however_many_captions_it_has(odd: TitleTimeline) -> None:
    cues, _ = read_vtt(vtt(odd, odd.chapters, TAGS))
    for cue in (cue for chapter in odd.chapters for cue in chapter.cues):
        own = [shown for shown in cues if re.fullmatch(re.escape(cue.slate) + r"(\.\d+)?", shown.name)]
        assert own[0].start_ms == odd.ms(cue.start)
        assert own[-1].end_ms == odd.ms(cue.end)
        assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(own))


def test_a_chapters_file_counts_from_the_chapters_start(odd: TitleTimeline) -> None:
    alone, _ = read_vtt(vtt(odd, [odd.chapters[3]], TAGS))
    assert alone[0].start_ms == 500
    assert alone[-1].end_ms == 30000


def test_times_inside_a_chunk_go_by_its_characters() -> None:
    text = "One two three four five six seven. " * 6
    timeline = timeline_of([spoken(1, "x", [(NARRATOR, text, 1.0, 11.0)], seconds=12)])
    cues, _ = read_vtt(vtt(timeline, timeline.chapters, TAGS))
    assert [cue.lines for cue in cues] == [("One two three four five six seven.",) * 2] * 3
    assert [cue.start_ms for cue in cues] == [1000, 4333, 7667]


def told(*sentences: tuple[str, str]) -> TitleTimeline:
    """A title of one chunk of nine seconds, its sentences shown and spoken."""
    master = spoken(1, "x", [(NARRATOR, " ".join(shown for shown, _ in sentences), 0, 9.0)], seconds=9)
    said = tuple(Sentence(shown, said, 0, 1) for shown, said in sentences)
    return timeline_of([replace(master, marks=(replace(master.marks[0], sentences=said),))])


def test_captions_end_where_the_chunks_sentences_do() -> None:
    doctor = "The doctor was called at once."
    smith = "Mr. J. Smith of the harbour office, who had waited there since the morning, said nothing at all."
    timeline = told((doctor, doctor), (smith, smith), ("He left.", "He left."))
    cues, _ = read_vtt(vtt(timeline, timeline.chapters, TAGS))
    assert next(" ".join(cue.lines) for cue in cues) == doctor
    assert not any(" ".join(cue.lines).endswith(("Mr.", "J.")) for cue in cues)
    assert " ".join(cues[-1].lines) == "He left."


def test_a_sentence_is_shown_for_as_long_as_its_spoken_form_takes() -> None:
    timeline = told(("5 x", "five times"), ("In 1984 " + "so " * 25 + ".", "so " * 9), ("z", "z"))
    cues, _ = read_vtt(vtt(timeline, timeline.chapters, TAGS))
    letters = [9, 18, 1]
    assert cues[1].start_ms == pytest.approx(9000 * letters[0] / sum(letters), abs=1)


def test_joined_emoji_are_never_torn() -> None:
    timeline = timeline_of([spoken(1, "x", [(NARRATOR, FAMILY * 60, 0, 9.0)], seconds=9)])
    lines = [line for cue in read_srt(srt(timeline, timeline.chapters)) for line in cue.lines]
    assert len(lines) > 2
    assert all(line == FAMILY * (len(line) // len(FAMILY)) for line in lines)


def test_a_narrator_alone_is_not_named_and_with_roles_every_voice_is() -> None:
    alone = timeline_of([spoken(1, "x", [(NARRATOR, "Rain.", 0, 1)], seconds=2)])
    assert [cue.role for cue in read_vtt(vtt(alone, alone.chapters, TAGS))[0]] == [""]
    assert "NARRATOR" not in srt(alone, alone.chapters)
    words = [(NARRATOR, "Rain.", 0, 1), ("ANNA", "Yes.", 1, 2), ("ANNA", "More.", 2, 3), (NARRATOR, "It fell.", 3, 4)]
    several = timeline_of([spoken(1, "x", words, seconds=5)])
    assert [cue.role for cue in read_vtt(vtt(several, several.chapters, TAGS))[0]] == [role for role, *_ in words]
    shown = [cue.lines[0] for cue in read_srt(srt(several, several.chapters))]
    assert shown == ["NARRATOR: Rain.", "ANNA: Yes.", "More.", "NARRATOR: It fell."]


def test_a_chunk_shorter_than_its_captions_shows_them_all_at_once() -> None:
    timeline = timeline_of([spoken(1, "x", [(NARRATOR, "word " * 60, 0.0, 0.002)], seconds=1)])
    (cue,), _ = read_vtt(vtt(timeline, timeline.chapters, TAGS))
    assert " ".join(cue.lines) == ("word " * 60).strip()
    assert (cue.start_ms, cue.end_ms) == (0, 2)


def test_a_chapter_without_words_is_a_file_without_cues() -> None:
    timeline = timeline_of([spoken(1, "x", [], seconds=1)])
    cues, notes = read_vtt(vtt(timeline, timeline.chapters, TAGS))
    assert not cues and len(notes) == 1
    assert read_srt(srt(timeline, timeline.chapters)) == []
