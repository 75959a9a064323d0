"""A chapter mix: its takes where the timeline says, silence between them, and made only once."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.files import read_sound, write_sound
from pipeline.audio.sound import Sound
from pipeline.errors import Place, ProductionError
from pipeline.materials import ChapterChunks, ChapterMix, Chunk, PauseReason, Take
from pipeline.mixing import TakeLost, mix_chapter
from pipeline.production import Mix, Pauses
from pipeline.vault import Vault, content_key

RATE_HZ = 24000


def keep_take(vault: Vault, name: str, *, hz: float = 220.0, rate_hz: int = RATE_HZ, level: float = 0.3) -> Take:
    """A tone of 0.5 s between 0.2 s and 0.3 s of silence."""
    turns = hz * np.arange(rate_hz // 2) / rate_hz
    tone = level * np.sin(2 * np.pi * turns)
    samples = np.concatenate([np.zeros(rate_hz // 5), tone, np.zeros(3 * rate_hz // 10)]).astype(np.float32)
    key = content_key({"take": name})

    def write(path: Path) -> dict[str, object]:
        write_sound(path, Sound(samples, rate_hz))
        return {}

    vault.keep("takes", key, ".flac", write)
    return Take(key, f"{name}-t1", 1.0, 0, (), False)


def chapter_of(*pauses: PauseReason, roles: tuple[str, ...] = (), asked_s: float | None = None) -> ChapterChunks:
    chunks = []
    for index, pause in enumerate(pauses):
        role = roles[index] if roles else "NARRATOR"
        asked = asked_s if index == 0 else None
        slate = f"ch01-{index + 1:04d}"
        chunks.append(Chunk(slate, 1, role, f"Words {index}.", "", 1.0, pause, asked, Place("x.md"), 0, 1))
    return ChapterChunks(1, "One", tuple(chunks))


def mix(vault: Vault, chapter: ChapterChunks, takes: list[Take], **changed: object) -> ChapterMix:
    order: dict[str, object] = {"gains_db": {}, "pauses": Pauses(), "spec": Mix(), "vault": vault, **changed}
    return mix_chapter(chapter, takes, **order)  # type: ignore[arg-type]


THREE = (PauseReason.SENTENCE, PauseReason.PARAGRAPH, PauseReason.END)


def test_pauses_are_silent_and_exact_to_the_sample_in_the_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, name) for name in "abc"]
    pauses = Pauses(head_s=0.70001, sentence_s=0.333, paragraph_s=0.91, tail_s=2.5)
    made = mix(vault, chapter_of(*THREE), takes, pauses=pauses)
    samples = read_sound(made.path).samples
    edges = [(round(mark.start_s * RATE_HZ), round(mark.end_s * RATE_HZ)) for mark in made.marks]
    assert edges[0][0] == round(0.70001 * RATE_HZ)
    assert edges[1][0] - edges[0][1] == round(0.333 * RATE_HZ)
    assert edges[2][0] - edges[1][1] == round(0.91 * RATE_HZ)
    assert len(samples) - edges[2][1] == round(2.5 * RATE_HZ)
    spoken = np.zeros(len(samples), bool)
    for start, stop in edges:
        spoken[start:stop] = True
        assert (stop - start) / RATE_HZ == pytest.approx(0.03 + 0.5 + 0.06, abs=0.0201)
    assert not samples[~spoken].any() and np.abs(samples[spoken]).max() > 0.29
    assert made.seconds == len(samples) / RATE_HZ


def test_a_join_makes_no_click_even_when_a_take_is_cut_in_mid_sound(tmp_path: Path) -> None:
    """The trim threshold cuts a 40 Hz hum of constant level; no step in the mix is larger than the hum's own."""
    vault = Vault(tmp_path)
    hum = (0.5 * np.cos(2 * np.pi * 40 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)
    key = content_key({"take": "hum"})

    def write(path: Path) -> dict[str, object]:
        write_sound(path, Sound(hum, RATE_HZ))
        return {}

    vault.keep("takes", key, ".flac", write)
    take = Take(key, "hum-t1", 1.0, 0, (), False)
    made = mix(vault, chapter_of(PauseReason.SENTENCE, PauseReason.END), [take, take])
    hard_cut = np.abs(hum[0])
    assert hard_cut > 0.4
    own, fade = 0.5 * 2 * np.pi * 40 / RATE_HZ, 0.5 * np.pi / 2 / (0.008 * RATE_HZ)
    assert np.abs(np.diff(read_sound(made.path).samples)).max() < own + fade


def test_a_role_has_its_gain_and_another_has_none(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, "a"), keep_take(vault, "b")]
    chapter = chapter_of(PauseReason.LINE, PauseReason.END, roles=("ANNA", "TOM"))
    made = mix(vault, chapter, takes, gains_db={"ANNA": -6.0})
    samples = read_sound(made.path).samples
    peaks = [np.abs(samples[round(m.start_s * RATE_HZ) : round(m.end_s * RATE_HZ)]).max() for m in made.marks]
    assert 20 * np.log10(peaks[0] / peaks[1]) == pytest.approx(-6.0, abs=0.01)


def test_the_highest_rate_among_the_takes_is_the_mixs_and_others_are_resampled_to_it(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, "low", hz=1000.0), keep_take(vault, "high", rate_hz=44100)]
    made = mix(vault, chapter_of(PauseReason.LINE, PauseReason.END), takes)
    assert made.rate_hz == 44100
    start = round(made.marks[0].start_s * 44100)
    heard = read_sound(made.path).samples[start + 4410 : start + 4410 + 8820]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert np.argmax(spectrum) * 44100 / len(heard) == pytest.approx(1000.0, abs=5.0)


def test_a_pause_asked_for_by_the_script_is_laid_instead(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, name) for name in "abc"]
    made = mix(vault, chapter_of(*THREE, asked_s=2.0), takes)
    assert made.marks[1].start_s - made.marks[0].end_s == pytest.approx(2.0, abs=1e-9)
    assert made.marks[2].start_s - made.marks[1].end_s == pytest.approx(Pauses().paragraph_s, abs=1e-9)


def test_a_rerun_returns_the_same_mix_without_touching_a_take(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, name) for name in "abc"]
    first = mix(vault, chapter_of(*THREE), takes)
    for path in (tmp_path / "takes").rglob("*.*"):
        path.unlink()
    assert mix(vault, chapter_of(*THREE), takes) == first


def test_a_chapter_that_is_renumbered_is_not_mixed_again_and_has_new_marks(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, name) for name in "abc"]
    chapter = chapter_of(*THREE)
    first = mix(vault, chapter, takes)
    moved = tuple(replace(chunk, slate=chunk.slate.replace("ch01", "ch02")) for chunk in chapter.chunks)
    again = mix(vault, ChapterChunks(2, "Two", moved), takes)
    assert again.key == first.key and vault.count("mixes") == 1
    assert [mark.slate for mark in again.marks] == ["ch02-0001", "ch02-0002", "ch02-0003"]


@pytest.mark.parametrize(
    "changed",
    [
        {"gains_db": {"NARRATOR": 1.0}},
        {"pauses": Pauses(sentence_s=0.46)},
        {"pauses": Pauses(tail_s=2.0)},
        {"spec": Mix(fade_ms=9.0)},
    ],
)
def test_whatever_can_be_heard_makes_another_mix(tmp_path: Path, changed: dict[str, object]) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, name) for name in "abc"]
    assert mix(vault, chapter_of(*THREE), takes).key != mix(vault, chapter_of(*THREE), takes, **changed).key


@pytest.mark.parametrize(
    "changed",
    [{"gains_db": {"TOM": 1.0}}, {"pauses": Pauses(section_s=9.0)}, {"spec": Mix(room_tone_dbfs=-65.0)}],
)
def test_what_cannot_be_heard_in_the_mix_does_not(tmp_path: Path, changed: dict[str, object]) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, name) for name in "abc"]
    assert mix(vault, chapter_of(*THREE), takes).key == mix(vault, chapter_of(*THREE), takes, **changed).key


def test_two_vaults_hold_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        vault = Vault(tmp_path / name)
        made.append(mix(vault, chapter_of(*THREE), [keep_take(vault, take) for take in "abc"]))
    assert made[0].key == made[1].key
    assert made[0].path.read_bytes() == made[1].path.read_bytes()


def test_a_lost_or_damaged_take_is_named_so_that_it_can_be_recorded_again(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = [keep_take(vault, name) for name in "abc"]
    entry = vault.fetch("takes", takes[1].key)
    assert entry is not None
    entry.path.write_bytes(b"rot")
    with pytest.raises(TakeLost) as caught:
        mix(vault, chapter_of(*THREE), takes)
    assert isinstance(caught.value, ProductionError) and caught.value.key == takes[1].key
    assert pickle.loads(pickle.dumps(caught.value)).key == takes[1].key
    assert vault.count("mixes") == 0
