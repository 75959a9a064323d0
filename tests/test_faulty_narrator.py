from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.audio.sound import Samples
from pipeline.engines import Reading, find_engine

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import faulty

RATE_HZ = 24_000
TEXT = "The boats were lowered in the grey of the morning, and nobody on the whole beach said a word until noon."


def narrators(share: float = 1.0, seed: int = 5) -> tuple[Any, faulty.FaultyNarrator]:
    inner = find_engine("humming").load({})
    return inner, faulty.FaultyNarrator(inner, [(inner, "low")], seed, share)


def readings(count: int) -> list[Reading]:
    return [Reading(TEXT, "middle", seed=seed) for seed in range(count)]


def sounds(narrator: Any, read: list[Reading]) -> list[Samples]:
    return [rendition.sound.samples for _, rendition in sorted(narrator.read(read), key=lambda pair: pair[0])]


def test_what_goes_wrong_follows_from_the_reading_and_the_seed_alone() -> None:
    _, narrator = narrators(share=0.5)
    forward = sounds(narrator, readings(12))
    backward = sounds(narrator, readings(12)[::-1])[::-1]
    assert all(np.array_equal(one, other) for one, other in zip(forward, backward, strict=True))
    plans = [narrators(0.5, seed)[1].plan(readings(1)[0]) for seed in range(20)]
    assert len({plan and plan.fault for plan in plans}) > 5


def test_takes_without_a_fault_are_the_inner_narrators_own_and_the_share_is_kept() -> None:
    inner, narrator = narrators(share=0.3)
    read = readings(200)
    right = [reading for reading in read if narrator.plan(reading) is None]
    assert 110 < len(right) < 170  # 140 and 4.6 standard deviations
    assert all(
        np.array_equal(a, b) for a, b in zip(sounds(inner, right[:9]), sounds(narrator, right[:9]), strict=True)
    )


def test_every_kind_occurs_and_changes_the_sound() -> None:
    inner, narrator = narrators()
    read = readings(200)
    plans = [narrator.plan(reading) for reading in read]
    kinds = Counter(plan.fault.kind for plan in plans if plan)
    assert set(kinds) == set(faulty.KINDS)
    first = {
        kind: next(r for r, plan in zip(read, plans, strict=True) if plan and plan.fault.kind == kind)
        for kind in kinds
    }
    right, wrong = sounds(inner, list(first.values())), sounds(narrator, list(first.values()))
    assert not any(len(a) == len(b) and np.allclose(a, b) for a, b in zip(right, wrong, strict=True))


@pytest.mark.parametrize(("kind", "fewest", "most"), [("drop-1", 1, 1), ("drop-2", 2, 2), ("drop-3", 3, 6)])
def test_so_many_words_are_dropped_and_no_other(kind: str, fewest: int, most: int) -> None:
    for seed in range(30):
        plan = faulty.KINDS[kind].plan(TEXT, np.random.default_rng(seed))
        left, dropped = plan.text.rstrip(".").split(), plan.fault.what.rstrip(".").split()
        assert fewest <= len(dropped) <= most
        assert Counter(word.strip(",.") for word in [*left, *dropped]) == Counter(
            word.strip(",.") for word in TEXT.split()
        )


def test_a_repeated_phrase_is_said_twice_and_two_words_are_replaced_by_two() -> None:
    for seed in range(20):
        repeat = faulty.KINDS["repeat"].plan(TEXT, np.random.default_rng(seed))
        assert f"{repeat.fault.what} {repeat.fault.what}" in repeat.text
        replaced = faulty.KINDS["replace-2"].plan(TEXT, np.random.default_rng(seed)).text.split()
        assert sum(a != b for a, b in zip(replaced, TEXT.split(), strict=True)) == 2


def test_another_voice_speaks_as_loud_as_the_narrator() -> None:
    inner, narrator = narrators()
    swapped = next(r for r in readings(200) if (plan := narrator.plan(r)) and plan.fault.kind == "voice-swap")
    (right,), (wrong,) = sounds(inner, [swapped]), sounds(narrator, [swapped])
    assert faulty.speech_rms(wrong) == pytest.approx(faulty.speech_rms(right), rel=0.01)
    (low,) = sounds(inner, [Reading(TEXT, "low", seed=swapped.seed)])
    assert np.corrcoef(low, wrong)[0, 1] > 0.999


@pytest.mark.parametrize("colour", ["white", "pink", "hum"])
def test_noise_has_the_power_and_the_colour_that_it_says(colour: str) -> None:
    noise = faulty._noise_of(colour, RATE_HZ * 2, RATE_HZ, np.random.default_rng(1)).astype(np.float64)
    assert np.sqrt(np.mean(np.square(noise))) == pytest.approx(1.0, abs=1e-3)
    power = np.abs(np.fft.rfft(noise)) ** 2
    hz = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)
    low, high = (np.mean(power[(hz > a) & (hz < 2 * a)]) for a in (500, 4000))
    steps_db = 10 * np.log10(low / high)
    assert {"white": abs(steps_db) < 1, "pink": abs(steps_db - 9) < 1.5, "hum": power[100] > 100 * low}[colour]


def test_a_cut_ends_loud_and_a_dropout_is_as_long_as_it_says() -> None:
    (whole,) = sounds(narrators()[0], [Reading(TEXT, "middle")])
    cut = faulty.KINDS["cut-words"].plan(TEXT, np.random.default_rng(2))
    assert cut.treat is not None
    ended = cut.treat(whole, RATE_HZ)
    assert 0.9 < (faulty.speech_end(whole, RATE_HZ) - len(ended)) / RATE_HZ < 2.3
    assert abs(ended[-1]) > 0.1
    dropout = faulty.KINDS["dropout"].plan(TEXT, np.random.default_rng(2))
    assert dropout.treat is not None
    muted = dropout.treat(whole, RATE_HZ)
    assert np.count_nonzero(muted != whole) <= 1.5 * RATE_HZ
    assert len(muted) == len(whole)
