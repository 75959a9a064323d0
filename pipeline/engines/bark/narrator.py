"""Bark as a narrator: texts and voices in, sounds out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pipeline.audio.sound import Sound
from pipeline.engines import Reading, Rendition, Unreadable
from pipeline.engines.bark.bark import Bark, Generation
from pipeline.engines.bark.codec import decode_batch
from pipeline.engines.bark.faults import expected_length, most_frequent_run
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.prompts import FRAME_RATE_HZ, HistoryPrompt
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.waiting import Wanted

REFERENCE_S = 7.0  # of a history prompt, from its end: what the model itself hears of it, and a little more
EMPTY_S = 0.5  # of silence stand for a reading that ended before its first sound; no check lets it pass
SILENT_BELOW = 10 ** (-60 / 20)
SILENT_END_S = 1.0


@dataclass(frozen=True)
class BarkNarrator:
    """A loaded Bark.

    Attributes:
        bark: the model.
        codec: Meta's ``EncodecModel``.
        tokenizer: BERT's, multilingual and cased.
        find_prompt: voice → its history prompt.
        sampling: for readings that bring no options of their own.
        threads: torch's, on a CPU; 0 is one for each core. Readings do not depend on it.
    """

    bark: Bark
    codec: Any
    tokenizer: Any
    find_prompt: Callable[[str], HistoryPrompt]
    sampling: Sampling
    threads: int
    sample_rate: int

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Yield ``(index, rendition)`` as readings are done, in any order.

        A rendition is truncated when the model ran into its cap (768 semantic tokens, 15.39 s) before it drew an end.

        Raises:
            Unreadable: over 256 text tokens, nothing to say, or another pace; before anything is read.
            InputError: an unknown sampling option.
            MemoryError: there is none for a single reading.
        """
        return (done for done in self.work(readings) if done is not None)

    def work(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition] | None]:
        """The same, with None after each step on the way: many readings at once take minutes to the first sound."""
        wanted = [self._wanted(index, reading) for index, reading in enumerate(readings)]
        done = self.bark.generate(wanted)
        while True:
            with _threads(self.threads):
                some = next(done, None)
            if some is None:
                return
            if some:
                yield from self._sounded(some)
            else:
                yield None

    def reference(self, voice: str) -> Sound:
        """What the end of a voice's history prompt itself sounds like."""
        fine = self.find_prompt(voice).fine[:, -round(REFERENCE_S * FRAME_RATE_HZ) :]
        with _threads(1):
            return decode_batch(self.codec, [fine])[0]

    def _sounded(self, some: Sequence[tuple[int, Generation]]) -> Iterator[tuple[int, Rendition]]:
        spoken = [(index, made) for index, made in some if made.codes.shape[1]]
        with _threads(1):  # the codec's sums do depend on threads
            sounds = decode_batch(self.codec, [made.codes for _, made in spoken])
        for (index, made), sound in zip(spoken, sounds, strict=True):
            yield index, _rendition(made, sound)
        silence = Sound(np.zeros(round(EMPTY_S * self.sample_rate), np.float32), self.sample_rate)
        for index, made in some:
            if not made.codes.shape[1]:
                yield index, _rendition(made, silence)

    def _wanted(self, index: int, reading: Reading) -> Wanted:
        if reading.speed != 1.0:
            raise Unreadable(
                f"Bark has no control of pace, and {reading.speed:g} was asked for",
                index=index,
                next_step="leave 'speed' at 1.0 for Bark's voices",
            )
        ids = self._text_ids(index, reading.text)
        sampling = self.sampling.changed(reading.sampling)
        request = Request(ids, self.find_prompt(reading.history or reading.voice), sampling, reading.seed)
        return Wanted(request, expected_length(reading.text, reading.language))

    def _text_ids(self, index: int, text: str) -> list[int]:
        """BERT ids of the text, whole.

        Raises:
            Unreadable: none, more than 256, or a word without an id.
        """
        words = text.split()
        ids: list[int] = self.tokenizer(" ".join(words), add_special_tokens=False, verbose=False)["input_ids"]
        most = self.bark.rules.max_text_tokens
        if not any(map(str.isalnum, text)):
            raise Unreadable(f"there is no word to read in '{text[:60]}'", index=index)
        if len(ids) > most:
            raise Unreadable(
                f"{len(ids)} text tokens are more than the {most} that Bark reads at once",
                index=index,
                next_step="split the sentence",
            )
        if self.tokenizer.unk_token_id in ids:
            unknown = [word for word in words if self.tokenizer.unk_token_id in self.tokenizer(word)["input_ids"]]
            raise Unreadable(
                f"Bark's tokenizer does not know '{' '.join(unknown)}'",
                index=index,
                next_step="respell it in the production file's lexicon",
            )
        return ids


def _rendition(made: Generation, sound: Sound) -> Rendition:
    spoken = made.spoken
    frames, silent_end = made.codes.shape[1], silent_end_s(sound)
    facts: dict[str, str | int | float] = {
        "stop": spoken.stop,
        "draws": made.draws,
        "semantic_tokens": len(spoken.tokens),
        "frames": frames,
        "silent_end_s": silent_end,
        "faults": " ".join([*made.faults, *(["silence"] if silent_end > SILENT_END_S else [])]),
    }
    generation = {"semantic_prompt": spoken.tokens, "coarse_prompt": made.codes[:2], "fine_prompt": made.codes}
    return Rendition(
        sound,
        truncated=spoken.stop != "end",
        uncertainty=spoken.uncertainty,
        loops=most_frequent_run(spoken.tokens.tolist()),
        facts=facts,
        generation=generation if frames else {},
    )


def silent_end_s(sound: Sound) -> float:
    """Seconds at the end in which no sample is over -60 dBFS."""
    loud = np.flatnonzero(np.abs(sound.samples) > SILENT_BELOW)
    last = int(loud[-1]) + 1 if len(loud) else 0
    return round((len(sound.samples) - last) / sound.rate_hz, 3)


@contextmanager
def _threads(wanted: int) -> Iterator[None]:
    """Torch's threads inside; 0 leaves them as they are."""
    before = torch.get_num_threads()
    torch.set_num_threads(wanted or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
