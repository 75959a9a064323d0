"""Estimates add up, follow a voice's pace, and a pace is told from takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.script import TooFewTakes, calibrate, engine_pace, estimate_seconds

TEXT = "The boats were out all night and nobody in the harbour knew it."  # 3.9 s


def test_a_pace_scales_an_estimate() -> None:
    assert estimate_seconds(TEXT, "en", 0.8) == pytest.approx(0.8 * estimate_seconds(TEXT, "en"))


@given(st.lists(st.text("ab1,. é字क।", max_size=8), max_size=5))
def test_estimates_of_words_add_up(words: list[str]) -> None:
    whole = estimate_seconds(" ".join(words), "en")
    assert whole == pytest.approx(sum(estimate_seconds(word, "en") for word in words))


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "hi", "it", "ja", "ko", "pl", "pt", "ru", "tr", "zh"])
def test_a_sentence_in_every_language_of_bark_takes_seconds(language: str) -> None:
    said = {
        "zh": "从前有一个小渔村，村里的人每天清晨都出海打鱼。",
        "ja": "むかしむかし、ある小さな村に、年老いた漁師が住んでいました。",
        "ko": "옛날 옛적에 작은 마을에 늙은 어부가 살고 있었습니다.",
        "hi": "एक समय की बात है, एक छोटे से गाँव में एक बूढ़ा मछुआरा रहता था।",
        "ru": "Жил когда-то в маленькой деревне у моря старый рыбак.",
    }
    text = said.get(language, "Once upon a time an old fisherman lived in a small village.")
    assert 3.0 < estimate_seconds(text, language) < 6.0


def test_the_pace_of_takes_is_their_median_and_no_outlier_moves_it() -> None:
    usual = estimate_seconds(TEXT, "en")
    takes = [(TEXT, "en", 0.9 * usual)] * 20 + [(TEXT, "en", 1.1 * usual)] * 21 + [(TEXT, "en", 90.0)] * 5
    assert calibrate(takes) == pytest.approx(1.1)


def test_short_takes_and_few_takes_tell_no_pace() -> None:
    with pytest.raises(TooFewTakes, match="29 takes"):
        calibrate([(TEXT, "en", 4.0)] * 29 + [("Yes.", "en", 1.0)] * 100)


def test_engines_that_were_measured_have_a_pace_and_others_the_usual_one() -> None:
    assert (engine_pace("hibari", "en-US"), engine_pace("kokoro", "en")) == (0.92, 0.97)
    assert engine_pace("hibari", "fr") == engine_pace("bark", "en") == 1.0
