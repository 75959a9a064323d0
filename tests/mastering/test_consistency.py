"""A title whose chapters, voices or opening differ too much is told so, with who differs from whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.mastering import consistency
from pipeline.materials import Master
from pipeline.profiles import Requirement, profile_named

ACX, PODCAST = profile_named("acx"), profile_named("podcast-apple")


def master(number: int, level: float, measure: str = "loudness", **voices: float) -> Master:
    first = Requirement("loudness" if measure == "loudness" else "RMS level", "dB", level, None, None)
    lufs = level if measure == "loudness" else -19.0
    return Master(
        number=number,
        title=f"Chapter {number}",
        key=str(number),
        path=Path("x.flac"),
        rate_hz=44100,
        channels=1,
        sample_count=44100,
        lufs=lufs,
        dbtp=-3.0,
        requirements=(first,),
        waveform=(),
        marks=(),
        voices_lufs=voices,
    )


def test_chapters_within_one_decibel_are_one_book() -> None:
    lines = consistency([master(1, -16.0), master(2, -16.4), master(3, -15.6)], PODCAST)
    assert [line.name for line in lines] == ["level from chapter to chapter", "first chapter against the others"]
    assert all(line.met and not line.remark for line in lines)
    assert lines[0].measured == pytest.approx(0.8)


def test_a_chapter_that_sticks_out_is_named() -> None:
    spread, opening = consistency([master(1, -16.0), master(2, -18.2), master(3, -16.0), master(4, -16.0)], PODCAST)
    assert not spread.met
    assert "chapter 2 has -18.20" in spread.remark
    assert opening.met


def test_an_opening_louder_than_the_body_is_told() -> None:
    _, opening = consistency([master(1, -14.5), master(2, -16.0), master(3, -16.1)], PODCAST)
    assert not opening.met
    assert opening.measured == pytest.approx(1.55)
    assert "chapter 1 has -14.50" in opening.remark


def test_where_rms_is_asked_for_rms_is_compared() -> None:
    spread, _ = consistency([master(1, -20.0, "rms"), master(2, -22.0, "rms")], ACX)
    assert spread.measured == pytest.approx(2.0)


def test_voices_are_compared_over_the_whole_title() -> None:
    masters = [
        master(1, -16.0, ANNA=-16.0, TOM=-18.0),
        master(2, -16.0, ANNA=-16.2, TOM=-25.0),
        master(3, -16.0, ANNA=-15.8, TOM=-21.5),
    ]
    voices = consistency(masters, PODCAST)[-1]
    assert voices.name == "level from voice to voice"
    assert voices.measured == pytest.approx(5.5)
    assert not voices.met
    assert "TOM has -21.50, ANNA -16.00" in voices.remark


def test_one_chapter_of_one_voice_has_nothing_to_differ_from() -> None:
    assert consistency([master(1, -16.0, ANNA=-16.0)], PODCAST) == ()
