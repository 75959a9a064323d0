"""The ears' process may die: it is started anew, and a take that kills it twice costs no more than itself."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.sound import Sound
from pipeline.errors import MissingError
from pipeline.hearing.ears import NICE, EarsAside, Unheard, check_ears
from tests.hearing.failing import FailingEars


def sound(samples: int) -> Sound:
    return Sound(np.zeros(samples, np.float32), 16_000)


def test_ears_that_are_killed_are_started_anew_and_asked_again(tmp_path: Path) -> None:
    troubles: list[str] = []
    with EarsAside(f"{tmp_path}/diary-1", FailingEars) as ears:
        ears.on_trouble = troubles.append
        assert ears.voice(sound(1)) == ((1.0, float(os.nice(0) + NICE)), None)
        assert ears.words(sound(1), "en", True).text == "en True"
        assert ears.follow(sound(1), "Hello.", "en")[0].text == "Hello."
    assert len(troubles) == 1 and "killed" in troubles[0] and "anew" in troubles[0]


def test_a_take_that_kills_them_twice_is_given_up_and_the_next_is_heard(tmp_path: Path) -> None:
    with EarsAside(f"{tmp_path}/diary-2", FailingEars) as ears:
        with pytest.raises(Unheard, match="2 times"):
            ears.voice(sound(1))
        with pytest.raises(Unheard, match="memory"):
            ears.voice(sound(2))
        assert ears.voice(sound(3)) == ((3.0, float(os.nice(0) + NICE)), None)


def test_a_model_that_is_missing_is_told_as_it_is(tmp_path: Path) -> None:
    with EarsAside(f"{tmp_path}/diary-0", FailingEars) as ears, pytest.raises(MissingError, match="no such model"):
        ears.quality(sound(3))


def test_what_must_be_installed_is_named_before_anything_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.hearing.ears.find_spec", lambda name: None if name == "speechmos" else object())
    with pytest.raises(MissingError, match="speechmos must be installed") as caught:
        check_ears("base")
    assert "chapterhouse[asr]" in str(caught.value.next_step)


def test_a_recogniser_that_is_no_models_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.hearing.ears.find_spec", lambda _name: object())
    with pytest.raises(MissingError, match=r"no model\.bin"):
        check_ears(str(tmp_path))
