"""Whatever happens to the narrator's process, every reading gets its own sound or is given up by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.booth.narrating import NarratorAside, NoSound
from pipeline.engines import Narrator, Reading, Rendition, Unreadable, find_engine
from pipeline.engines.held import load_narrator
from pipeline.errors import EngineError, MissingError
from tests.booth import faulty


class Aside(NarratorAside):
    """A faulty narrator aside, with its diary and what was told of its troubles."""

    def __init__(self, folder: Path, *args: object, limit_s: float | None = 60.0) -> None:
        self.diary = folder / "diary"
        self.diary.touch()
        self.troubles: list[str] = []
        super().__init__(faulty.Narrator, str(self.diary), *args, limit_s=limit_s, on_trouble=self.troubles.append)

    def noted(self, what: str) -> list[str]:
        return [line.split()[1] for line in self.diary.read_text().splitlines() if line.startswith(what)]


def readings(*texts: str) -> list[Reading]:
    return [Reading(text, "v", seed=number) for number, text in enumerate(texts)]


def read_all(narrator: Narrator, wanted: Sequence[Reading]) -> list[Rendition]:
    done = list(narrator.read(wanted))
    assert sorted(index for index, _ in done) == list(range(len(wanted)))
    return [rendition for _, rendition in sorted(done, key=lambda pair: pair[0])]


def assert_undisturbed(renditions: Sequence[Rendition], wanted: Sequence[Reading]) -> None:
    for rendition, reading in zip(renditions, wanted, strict=True):
        assert not isinstance(rendition, NoSound)
        assert rendition.sound.samples.tobytes() == faulty.sound_of(reading).samples.tobytes()


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aside]:
    """For tests that do the process no harm."""
    with Aside(tmp_path_factory.mktemp("unharmed")) as aside:
        yield aside


def test_renditions_come_through_whole_whatever_they_hold(unharmed: Aside) -> None:
    assert isinstance(unharmed, Narrator) and unharmed.sample_rate == faulty.RATE
    wanted = readings("one", "cut", "nan", "silent")
    plain, cut, nan, silent = read_all(unharmed, wanted)
    assert_undisturbed([plain, cut], wanted[:2])
    assert (cut.truncated, cut.uncertainty, cut.loops, plain.truncated) == (True, 1.5, 2, False)
    assert list(np.flatnonzero(np.isnan(nan.sound.samples))) == [3]
    assert not silent.sound.samples.any() and len(silent.sound.samples)
    assert read_all(unharmed, []) == []
    reference = unharmed.reference("v")
    assert reference is not None
    assert reference.samples.tobytes() == faulty.sound_of(Reading("", "v", seed=7)).samples.tobytes()
    assert unharmed.reference("none") is None


def test_what_an_engine_tells_of_its_tokens_comes_through_too(unharmed: Aside) -> None:
    wanted = readings("tokens", "plain")
    told, plain = read_all(unharmed, wanted)
    assert dict(told.facts) == {"stop": "end", "semantic_tokens": 150}
    expected = faulty.generation_of(wanted[0], 150)
    assert {name: array.tolist() for name, array in told.generation.items()} == {
        name: array.tolist() for name, array in expected.items()
    }
    assert (dict(plain.facts), dict(plain.generation)) == ({}, {})


def test_a_consumer_that_stops_early_does_not_lose_the_loaded_narrator(unharmed: Aside) -> None:
    wanted = readings(*"abcdef")
    stream = unharmed.read(wanted)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert_undisturbed(read_all(unharmed, wanted), wanted)
    assert len(unharmed.noted("start")) == 1


def test_any_other_error_of_the_engine_is_raised_as_it_is(unharmed: Aside) -> None:
    with pytest.raises(EngineError, match="OddError: 1 and 2"):
        list(unharmed.read(readings("odd error")))
    assert not unharmed.troubles


def test_a_narrator_that_leaves_a_reading_out_is_found_out(unharmed: Aside) -> None:
    with pytest.raises(EngineError, match="no sound for 1 of 2"):
        list(unharmed.read(readings("a", "left out")))


def test_an_installed_engine_reads_aside_as_it_reads_here() -> None:
    wanted = [Reading("Call me Ishmael.", "low", seed=seed) for seed in range(3)]
    with NarratorAside(load_narrator, "humming", {"rate_hz": 16_000}) as aside:
        for there, here in zip(
            read_all(aside, wanted), read_all(find_engine("humming").load({"rate_hz": 16_000}), wanted), strict=True
        ):
            assert there.sound.samples.tobytes() == here.sound.samples.tobytes()
            assert there.sound.rate_hz == aside.sample_rate == 16_000


def test_a_child_killed_in_the_middle_of_a_batch_is_replaced_and_the_rest_read_in_halves(tmp_path: Path) -> None:
    wanted = readings("a", "b", "c", "killed", "d", "e", "f", "g", "unreadable", "h")
    renditions: dict[int, Rendition] = {}
    with Aside(tmp_path) as aside:
        with pytest.raises(Unreadable, match="there is no word") as caught:
            renditions.update(aside.read(wanted))
        assert caught.value.index == 8 and caught.value.next_step == "write one"  # its place in the whole
        assert aside.noted("batch") == ["10", "5", "2"]
        assert len(set(aside.noted("start"))) == 2
        (trouble,) = aside.troubles
        assert "SIGKILL" in trouble and "7 readings" in trouble and "5 at a time" in trouble


def test_a_crash_is_survived_and_the_rest_read_as_before(tmp_path: Path) -> None:
    wanted = readings("a", "crashes", "b", "c")
    with Aside(tmp_path) as aside:
        assert_undisturbed(read_all(aside, wanted), wanted)
        assert aside.noted("batch") == ["4", "3"]
        assert aside.reference("killed") is not None  # asked for again when the process is killed at it
        assert len(aside.noted("start")) == 3 and len(aside.troubles) == 2


@pytest.mark.slow
def test_after_a_second_crash_readings_go_one_by_one_and_the_one_that_crashes_each_time_is_given_up(
    tmp_path: Path,
) -> None:
    wanted = readings("a", "crashes", "b", "c")
    with Aside(tmp_path, 99) as aside:
        renditions = read_all(aside, wanted)
        assert_undisturbed([renditions[0], *renditions[2:]], [wanted[0], *wanted[2:]])
        given_up = renditions[1]
        assert isinstance(given_up, NoSound) and "SIGSEGV" in given_up.reason
        assert len(given_up.sound.samples) == 0 and given_up.sound.rate_hz == faulty.RATE
        assert aside.noted("batch") == ["4", "3", "1", "1", "1", "1"]
        assert "left without a sound" in aside.troubles[-1]


def test_a_batch_too_large_for_memory_is_halved_until_it_fits_and_later_ones_start_there_and_grow(
    tmp_path: Path,
) -> None:
    wanted = readings(*"abcdefgh")
    with Aside(tmp_path, 1, 3) as aside:
        for _ in range(3):
            assert_undisturbed(read_all(aside, wanted), wanted)
        halved, at_two, grown = ["8", "4", *"2222"], [*"2222"], ["4", *"2222"]
        assert aside.noted("batch") == [*halved, *at_two, *grown]
        assert len(aside.noted("start")) == 1  # nobody was killed


def test_a_reading_that_is_too_large_alone_is_tried_once_more_and_then_given_up(tmp_path: Path) -> None:
    wanted = readings("a", "b", "huge")
    with Aside(tmp_path, 99) as aside:
        *read, given_up = read_all(aside, wanted)
        assert_undisturbed(read, wanted[:2])
        assert aside.noted("batch") == ["3", "1", "1"]
        assert "left without a sound" in aside.troubles[-1]
        assert isinstance(given_up, NoSound) and given_up.reason == "the engine ran out of memory"
        assert len(given_up.sound.samples) == 0 and given_up.sound.rate_hz == faulty.RATE


def test_an_engine_that_hangs_is_killed_and_goes_on_reading_by_reading(tmp_path: Path) -> None:
    wanted = readings("a", "hangs", "b")
    with Aside(tmp_path, limit_s=2.0) as aside:
        assert_undisturbed(read_all(aside, wanted), wanted)
        assert aside.noted("batch") == ["3", "1", "1"]
        assert "gave nothing for 2 s" in aside.troubles[0]


@pytest.mark.slow
def test_a_reading_that_hangs_each_time_is_given_up(tmp_path: Path) -> None:
    wanted = readings("hangs", "a")
    with Aside(tmp_path, 99, limit_s=2.0) as aside:
        given_up, read = read_all(aside, wanted)
        assert isinstance(given_up, NoSound) and "2 s" in given_up.reason
        assert_undisturbed([read], wanted[1:])


def test_an_engine_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    with (
        NarratorAside(faulty.not_there, "") as aside,
        pytest.raises(MissingError, match="not on this machine") as caught,
    ):
        list(aside.read(readings("a")))
    assert caught.value.next_step == "run: chapterhouse models pull it"


@pytest.mark.slow
def test_an_engine_that_dies_while_it_loads_is_tried_twice_and_then_an_error(tmp_path: Path) -> None:
    diary, troubles = tmp_path / "diary", list[str]()
    aside = NarratorAside(faulty.dies_while_loading, str(diary), on_trouble=troubles.append)
    with aside, pytest.raises(EngineError, match=r"cannot work.*SIGKILL.*2 times"):
        list(aside.read(readings("a")))
    assert diary.read_text().count("start") == 2 and len(troubles) == 1


def test_an_engine_that_says_that_it_is_at_work_may_take_longer_than_its_limit(tmp_path: Path) -> None:
    """Many readings at once have their first sound late: that is not taken for a hang, and only sounds come out."""
    diary = tmp_path / "diary"
    diary.touch()
    wanted = readings("one", "two")
    with NarratorAside(faulty.SlowNarrator, str(diary), 5, 0.5, limit_s=2.0) as aside:
        assert_undisturbed(read_all(aside, wanted), wanted)
    assert diary.read_text().count("start") == 1
