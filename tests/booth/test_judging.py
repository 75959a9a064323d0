"""Takes are heard as the policy asks; what is wrong is cut off or read again; what is known is not asked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.files import read_sound
from pipeline.audio.sound import Sound
from pipeline.booth import Booth, Judge, Listening, NoSound, Slot, ladder, plan_takes
from pipeline.booth.lengths import spoken_length
from pipeline.booth.soundcheck import passage
from pipeline.booth.takes import keep, keep_part
from pipeline.engines import Abilities, Reading, Rendition
from pipeline.engines.humming import HummingEngine
from pipeline.flows.wording import WORDING
from pipeline.hearing import FollowedWord, HeardWord, Quality, Transcript
from pipeline.hearing.ears import Unheard
from pipeline.materials import Take
from pipeline.production import RetakeBudget, Verify
from pipeline.vault import Vault, file_sha256
from tests.booth.chunks import chunk, voice

RATE = 24_000
TEXT = "The boats came in before noon, and nobody on the quay said a word."
LINES = passage("en") or ()


def length_s(text: str) -> float:
    """Of a take that says a text, 0.3 s of silence at its end included."""
    return (spoken_length(text, "en") or 0.0) + 0.3


class Speaking(HummingEngine):
    """What it hums passes for words."""

    abilities = Abilities(varies=True)


class Reader:
    """Reads as long as what it says should take. The n-th reading of a text is as ``said[n]`` says: its sound's first
    sample tells the ears which; the last one goes for all that follow."""

    sample_rate = RATE

    def __init__(self, *said: str) -> None:
        self.said, self.readings = said, list[Reading]()

    @property
    def takes(self) -> list[Reading]:
        return [reading for reading in self.readings if reading.text not in LINES]

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        for index, reading in enumerate(readings):
            number = sum(before.text == reading.text for before in self.readings)
            self.readings.append(reading)
            said = "" if reading.text in LINES else self.said[min(number, len(self.said) - 1)]
            if said == "given up":
                yield index, NoSound(Sound(np.zeros(0, np.float32), RATE), reason="the engine gave nothing for 600 s")
            else:
                yield index, Rendition(Sound(self.tone(reading, said), RATE))

    @staticmethod
    def tone(reading: Reading, said: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        count = round(length_s(said if " " in said else reading.text) * RATE)
        words = np.arange(count) % 8_400 < 6_000  # 0.25 s each, 0.1 s apart
        samples = 0.2 * np.sin(np.arange(count) / 20) * words
        samples[round(-0.3 * RATE) :] = 0
        samples[0] = sum(map(ord, said)) / 65_536
        return np.asarray(samples, np.float32)

    def reference(self, voice: str) -> None: ...


class FakeEars:
    """Hears what the first sample tells; counts what it is asked."""

    def __init__(self, *texts: str) -> None:
        self.texts = {sum(map(ord, text)): text for text in (*texts, TEXT)}
        self.asked: list[str] = []

    def said(self, sound: Sound) -> str:
        return self.texts.get(round(float(sound.samples[0]) * 65_536), TEXT)

    def voice(self, sound: Sound) -> tuple[tuple[float, ...], float | None]:
        self.asked.append("voice")
        if self.said(sound) == "deadly":
            raise Unheard("the ears' process was killed, 2 times at one take")
        return ((0.0, 1.0) if self.said(sound) == "another voice" else (1.0, 0.0)), None

    def quality(self, sound: Sound) -> Quality:
        self.asked.append("quality")
        return Quality(3.5, 4.0, 3.2)

    def words(self, sound: Sound, language: str, times: bool = False) -> Transcript:
        self.asked.append("words")
        said = self.said(sound)
        text = TEXT if said == "another voice" else said
        words = text.split()
        step_s = sound.seconds / max(len(words), 1)
        moments = [HeardWord(word, n * step_s, (n + 0.8) * step_s, 1.0) for n, word in enumerate(words)]
        return Transcript(text, tuple(moments) if times else ())

    def follow(self, sound: Sound, text: str, language: str) -> tuple[FollowedWord, ...]:
        self.asked.append("follow")
        return tuple(FollowedWord(word, -0.1) for word in text.split())


class EarsThatHearTheEnd(FakeEars):
    """They hear the text alone where the end of a take was cut off."""

    def said(self, sound: Sound) -> str:
        said = super().said(sound)
        return said if sound.seconds > length_s(said) - 0.1 else TEXT


def slots(text: str = TEXT) -> list[Slot]:
    """Of an estimated length that is the text's own."""
    said = replace(chunk(1, text), estimated_s=WORDING.estimate_s(text, "en"))
    return plan_takes([said], {"NARRATOR": voice(engine=Speaking())}, "en")


def policy(**changes: object) -> Verify:
    return Verify(**({"mode": "all", "retakes": 2, "split": False, "budget": RetakeBudget(share=None)} | changes))  # type: ignore[arg-type]


def recorded(vault: Vault, reader: Reader, ears: FakeEars, verify: Verify | None = None) -> Take:
    verify = verify or policy()
    with Booth(slots(), vault=vault, verify=verify, judge=Judge(vault, verify, Listening(ears, WORDING))) as booth:
        while batch := booth.next_batch():
            booth.record(batch, reader)
        (take,) = booth.circled(slots()) or ()
    return take


def test_a_voice_has_its_sound_check_before_its_first_take_and_never_again(tmp_path: Path) -> None:
    vault, reader = Vault(tmp_path), Reader(TEXT)
    take = recorded(vault, reader, FakeEars())
    assert take.passed and take.heard and not take.sampled
    assert [reading.text for reading in reader.readings] == [*LINES, TEXT]
    again, ears = Reader(TEXT), FakeEars()
    assert recorded(vault, again, ears) == replace(take, reused=True)
    assert again.readings == [] and ears.asked == []


def test_missing_words_have_the_chunk_read_again_and_are_told(tmp_path: Path) -> None:
    short = "The boats came in before noon, and nobody said a word."
    vault, reader = Vault(tmp_path), Reader(short, TEXT)
    take = recorded(vault, reader, FakeEars(short))
    assert take.passed and take.attempts == 2
    first = next(card for card in vault.cards("takes") if card["attempt"] == 1)
    assert "3 words missing: 'on the quay'" in [verdict["reason"] for verdict in first["verdicts"]]
    assert first["heard"]["transcript"]["text"] == short


def test_another_voice_has_the_chunk_read_again(tmp_path: Path) -> None:
    take = recorded(Vault(tmp_path), Reader("another voice", TEXT), FakeEars("another voice"))
    assert take.passed and take.attempts == 2


def test_words_added_at_the_end_are_cut_off_instead(tmp_path: Path) -> None:
    long, vault = f"{TEXT} Thank you for watching.", Vault(tmp_path)
    reader = Reader(long)

    take = recorded(vault, reader, EarsThatHearTheEnd(long))
    assert take.passed and take.attempts == 1 and len(reader.takes) == 1
    entry = vault.fetch("takes", take.key)
    assert entry is not None
    start_s, end_s = entry.facts["trimmed"]
    assert start_s == 0.0 and take.seconds == pytest.approx(end_s, abs=1e-4) == pytest.approx(
        length_s(long) * 13.9 / 18, abs=0.2
    )
    assert read_sound(entry.path).seconds == pytest.approx(end_s, abs=1e-4)
    assert recorded(vault, Reader(TEXT), FakeEars(long)) == replace(take, reused=True)


def test_a_cut_take_that_the_vault_lost_is_cut_again(tmp_path: Path) -> None:
    long, vault = f"{TEXT} Thank you for watching.", Vault(tmp_path)
    take = recorded(vault, Reader(long), EarsThatHearTheEnd(long))
    vault.discard("takes", [take.key])
    again = Reader(TEXT)
    assert recorded(Vault(tmp_path), again, EarsThatHearTheEnd(long)).key == take.key
    assert again.readings == []


@pytest.mark.parametrize(("sample", "heard"), [(0.0, False), (1.0, True)])
def test_under_risk_a_take_without_any_is_heard_only_when_the_sample_falls_on_it(
    tmp_path: Path, sample: float, heard: bool
) -> None:
    ears = FakeEars()
    take = recorded(Vault(tmp_path), Reader(TEXT), ears, policy(mode="risk", sample=sample))
    assert take.passed and (take.heard, take.sampled) == (heard, heard)
    assert ears.asked.count("words") == heard


def test_another_policy_hears_nothing_twice(tmp_path: Path) -> None:
    vault, ears = Vault(tmp_path), FakeEars()
    recorded(vault, Reader(TEXT), ears, policy(mode="risk", sample=1.0))
    assert ears.asked.count("words") == 1
    reader, more = Reader(TEXT), FakeEars()
    take = recorded(vault, reader, more)
    assert take.heard and not take.sampled and reader.readings == []
    assert more.asked.count("words") == 0


def test_takes_recorded_without_ears_are_heard_later_and_only_the_passage_is_read(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    recorded(vault, Reader(TEXT), FakeEars(), policy(mode="off"))
    reader = Reader(TEXT)
    take = recorded(vault, reader, FakeEars())
    assert take.heard and take.reused and take.passed
    assert [reading.text for reading in reader.readings] == [*LINES]


def test_a_take_that_the_ears_cannot_hear_is_flagged_and_heard_by_the_next_run(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    take = recorded(vault, Reader("deadly"), FakeEars("deadly"), policy(retakes=0))
    assert not take.passed
    assert "killed" in take.verdicts[-1].reason
    reader = Reader(TEXT)
    assert recorded(vault, reader, FakeEars(), policy(retakes=0)).passed
    assert reader.readings == []


def test_a_reading_that_was_given_up_is_tried_again_then_flagged_and_recorded_by_the_next_run(tmp_path: Path) -> None:
    vault, reader = Vault(tmp_path), Reader("given up")
    take = recorded(vault, reader, FakeEars(), policy(retakes=1))
    assert not take.passed and len(reader.takes) == 2
    assert take.verdicts[-1].reason == "the engine gave nothing for 600 s"
    silence = vault.fetch("takes", take.key)
    assert silence is not None and not read_sound(silence.path).samples.any()
    better = recorded(vault, Reader(TEXT), FakeEars(), policy(retakes=1))
    assert better.passed and better.attempts == 1 and better.key != take.key


def test_a_cut_take_that_is_recorded_elsewhere_has_the_same_bytes(tmp_path: Path) -> None:
    long, here, elsewhere = f"{TEXT} Thank you for watching.", Vault(tmp_path / "here"), Vault(tmp_path / "elsewhere")
    take = recorded(here, Reader(long), EarsThatHearTheEnd(long))
    entry = here.fetch("takes", take.key)
    assert entry is not None
    attempt = ladder(slots()[0], policy())[0]
    ((_, rendition),) = Reader(long).read(attempt.readings)
    start_s, end_s = entry.facts["trimmed"]
    again = keep_part(keep(attempt, [rendition], elsewhere), take.key, (start_s, end_s), elsewhere)
    assert file_sha256(again.path) == file_sha256(entry.path)


def test_without_ears_a_take_that_was_cut_is_whole_again_and_stays_so(tmp_path: Path) -> None:
    long, vault = f"{TEXT} Thank you for watching.", Vault(tmp_path)
    part = recorded(vault, Reader(long), EarsThatHearTheEnd(long))
    whole = recorded(vault, Reader(TEXT), FakeEars(), policy(mode="free"))
    again = recorded(Vault(tmp_path), Reader(TEXT), FakeEars(), policy(mode="free"))
    assert whole == again and whole.key != part.key and not whole.heard
