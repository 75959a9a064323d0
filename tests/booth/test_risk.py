from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest

from pipeline.booth.expecting import Expected, VoiceReference
from pipeline.booth.lengths import PASSAGE_PACE, length_off, spoken_length
from pipeline.booth.listening import LAST_STOP_S, TakeMeasure
from pipeline.booth.risk import RISKY, Risk, listens, risk_of
from pipeline.booth.soundcheck import passage
from pipeline.hearing import FollowedWord, Heard
from pipeline.materials import Verdict
from pipeline.script.duration import estimate_seconds

TEXT = "The boats were lowered in the grey of the morning, and nobody on the beach said a word."
VOICE = VoiceReference(
    pace=0.80,
    pace_spread=0.05,
    pitch_hz=190.0,
    pitch_spread=0.5,
    level_dbfs=-24.0,
    noise_floor_dbfs=-90.0,
    embedding=(1.0, 0.0),
    similarity=0.9,
)
EXPECTED = Expected(4.5, VOICE)


def take(seconds: float | None = None, **other: float | None) -> TakeMeasure:
    """A take with nothing odd about it, or with what is said here."""
    usual_s = spoken_length(TEXT, "en")
    assert usual_s is not None
    speech_s = usual_s if seconds is None else seconds
    measured = TakeMeasure(
        seconds=speech_s + 0.6,
        finite=True,
        speech_start_s=0.2,
        speech_end_s=0.2 + speech_s,
        gap_s=0.3,
        gap_at_s=2.0,
        tail_10ms_db=-60.0,
        tail_50ms_db=-60.0,
        active_dbfs=-24.0,
        noise_floor_dbfs=-90.0,
        clipped_share=0.0,
        dc_offset=0.0,
        pitch_hz=190.0,
        pitch_course=(190.0, 191.0, 189.0),
        pitch_jump=0.1,
        voiced_share=0.6,
        harmonicity=0.9,
        gap_harmonicity=0.0,
        gap_flatness=0.0,
    )
    return replace(measured, **other)  # type: ignore[arg-type]


def risk(measured: TakeMeasure, text: str = TEXT, *verdicts: Verdict, heard: Heard | None = None) -> Risk:
    return risk_of(text, "en", measured, EXPECTED, verdicts, heard=heard)


def test_a_take_with_nothing_odd_is_not_listened_to() -> None:
    assert risk(take()).score < RISKY
    assert risk(take()).reasons in ((), ("shorter than its text",), ("longer than its text",))


@pytest.mark.parametrize("missing", ["in the grey of the morning,", "nobody on", "said a word"])
def test_a_take_as_long_as_the_text_without_some_of_its_words_is_listened_to(missing: str) -> None:
    shorter = spoken_length(TEXT.replace(missing, ""), "en")
    found = risk(take(shorter))
    assert found.score >= RISKY
    assert found.reasons[0] == "shorter than its text"


def test_a_take_as_long_as_the_text_and_four_words_more_is_listened_to() -> None:
    longer = spoken_length(TEXT + " He could not say why.", "en")
    assert risk(take(longer)).reasons[0] == "longer than its text"


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"gap_s": 1.0}, "1.0 s of silence inside"),
        ({"tail_10ms_db": -15.0}, "ends abruptly"),
        ({"pitch_jump": 8.0}, "its pitch jumps"),
        ({"pitch_hz": 240.0}, "another pitch than usual"),
        ({"active_dbfs": -30.0}, "louder or softer than usual"),
        ({"noise_floor_dbfs": -60.0}, "noisier than usual"),
    ],
)
def test_every_odd_measure_raises_the_risk_and_says_so(odd: dict[str, float], reason: str) -> None:
    found = risk(take(**odd))
    assert found.score > risk(take()).score
    assert reason in found.reasons


@pytest.mark.parametrize(
    ("text", "reason"),
    [("Oh no.", "very short"), (TEXT + " In 1851.", "digits"), (TEXT + " Ask the FBI.", "capitals")],
)
def test_texts_that_engines_misread_raise_the_risk_and_say_so(text: str, reason: str) -> None:
    assert reason in risk(take(spoken_length(text, "en")), text).reasons


def test_a_voice_near_the_limit_raises_the_risk() -> None:
    assert "the voice is not quite its own" in risk(take(), heard=Heard(voice=(0.82, 0.572))).reasons
    assert "the voice is not quite its own" not in risk(take(), heard=Heard(voice=(1.0, 0.0))).reasons


def followed(**unlikely: float) -> Heard:
    """The words of the text, all heard as clearly as can be but those given here."""
    return Heard(followed=tuple(FollowedWord(word, unlikely.get(word, -0.2)) for word in TEXT.split()))


def test_two_unlikely_words_in_a_row_are_reason_enough_and_one_or_two_apart_are_not() -> None:
    assert risk(take(), heard=followed()).score < 0.1
    together = risk(take(), heard=followed(lowered=-7.0, **{"in": -7.0}))
    assert together.score >= RISKY
    assert together.reasons[0] == "other words seem to be said"
    assert risk(take(), heard=followed(lowered=-7.0)).score < RISKY
    assert risk(take(), heard=followed(lowered=-7.0, beach=-7.0)).score < RISKY


def test_a_word_outside_the_dictionary_may_be_unlikely() -> None:
    text = TEXT.replace("boats were", "Quohog Tashtego")
    names = tuple(FollowedWord(word, -7.0 if word in ("Quohog", "Tashtego") else -0.2) for word in text.split())
    assert risk(take(spoken_length(text, "en")), text, heard=Heard(followed=names)).score < RISKY


def test_an_unsure_engine_raises_the_risk() -> None:
    expected = Expected(4.5, replace(VOICE, uncertainty=2.0))
    unsure = risk_of(TEXT, "en", take(uncertainty=2.6), expected, ())
    assert unsure.reasons[0] == "the model was less sure than usual"
    assert unsure.score >= RISKY


def test_a_take_that_failed_a_check_is_certainly_at_risk() -> None:
    found = risk(take(), TEXT, Verdict("whole", False, 1.0, 0.0, "cut off at the model's limit"))
    assert found.score == 1.0
    assert found.reasons[0] == "cut off at the model's limit"


def test_without_a_sound_check_or_in_another_language_nothing_is_asserted_of_the_length() -> None:
    assert length_off(take(), TEXT, "en", None) is None
    assert length_off(take(), "Guten Tag.", "de", VOICE) is None
    assert risk_of("Die Boote lagen still am Strand, und niemand sprach.", "de", take(), Expected(4.5), ()).score == 0


def test_a_voice_asked_to_read_faster_is_held_against_less_time() -> None:
    usual_s = spoken_length(TEXT, "en")
    assert usual_s is not None
    same = length_off(take(usual_s), TEXT, "en", VOICE)
    faster = length_off(take(usual_s / 1.25), TEXT, "en", VOICE, speed=1.25)
    assert same is not None
    assert faster is not None
    assert abs(faster) == pytest.approx(abs(same), abs=0.5)


def test_a_voice_that_takes_as_long_as_the_lengths_say_has_the_pace_that_they_assume() -> None:
    paces = []
    for line in passage("en") or ():
        usual_s = spoken_length(line, "en")
        assert usual_s is not None
        paces.append((usual_s + LAST_STOP_S) / estimate_seconds(line, "en"))
    assert median(paces) == pytest.approx(PASSAGE_PACE, abs=0.002)


def test_the_sample_follows_from_the_key_and_has_the_share_asked_for() -> None:
    drawn = [listens(Risk(0.1), key=f"take-{number}", sample=0.05) for number in range(4000)]
    assert drawn == [listens(Risk(0.1), key=f"take-{number}", sample=0.05) for number in range(4000)]
    assert all(listened == sampled for listened, sampled in drawn)
    assert 150 < sum(listened for listened, _ in drawn) < 250  # 200 and 3.6 standard deviations


def test_a_risky_take_is_listened_to_and_is_no_part_of_the_sample() -> None:
    assert all(listens(Risk(RISKY), key=str(number), sample=1.0) == (True, False) for number in range(50))
    assert listens(Risk(0.0), key="any", sample=0.0) == (False, False)
