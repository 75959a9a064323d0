"""Bark as transformers runs it: the slow reference, one reading at a time.

The four stages are called one by one, as ``BarkModel.generate`` does, so that a reading without a sound is found
before the codec crashes on it. Readings are not batched: in transformers a short reading next to a longer one gets
other fine codes than alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.audio.sound import Sound
from pipeline.engines import Reading, Rendition, Unreadable
from pipeline.engines.bark.prompts import FRAME_RATE_HZ, HistoryPrompt
from pipeline.engines.bark.tokens import Scores, most_frequent_run
from pipeline.errors import InputError

if TYPE_CHECKING:
    import torch

MAX_TEXT_TOKENS = 256  # suno-ai/bark generation.py; BarkProcessor cuts a longer text without a word
REFERENCE_S = 7.0  # of a history prompt, from its end: what the model itself hears of it, and a little more


@dataclass(frozen=True)
class Sampling:
    """How Bark draws its tokens. A temperature of 0 takes the likeliest token.

    Attributes:
        text_temperature: of the semantic stage.
        waveform_temperature: of the coarse stage.
        fine_temperature: of the fine stage.
        min_eos_p: the semantic stage ends once the end's probability is over this; 0: only when the end is drawn.
    """

    text_temperature: float = 0.6
    waveform_temperature: float = 0.6
    fine_temperature: float = 0.5
    min_eos_p: float = 0.05

    def changed(self, pairs: Sequence[tuple[str, object]]) -> Sampling:
        """With a reading's own options.

        Raises:
            InputError: an unknown option or a value out of range.
        """
        for name, value in pairs:
            if name not in self.__dataclass_fields__:
                raise InputError(
                    f"Bark has no sampling option '{name}'",
                    next_step=f"use one of: {', '.join(self.__dataclass_fields__)}",
                )
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 2:
                raise InputError(f"Bark's {name} must be a number between 0 and 2, not {value!r}")
        return replace(self, **{name: float(value) for name, value in pairs})  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class _Spoken:
    """What was drawn for one reading.

    Attributes:
        codes: ``[1, 8, T]``, 75 frames a second.
        semantic: without the end.
        truncated: no end was drawn.
        uncertainty: mean entropy of the semantic tokens, nats; None where the likeliest were taken.
    """

    codes: torch.Tensor
    semantic: Sequence[int]
    truncated: bool
    uncertainty: float | None


@dataclass(frozen=True)
class BarkNarrator:
    """A loaded Bark.

    Attributes:
        model: transformers' ``BarkModel``, its codec in float32.
        tokenizer: the checkpoint's BERT tokenizer.
        find_prompt: voice → its history prompt.
        sampling: for readings that bring no options of their own.
        threads: torch's threads on a CPU; sums, and so samples, depend on it.
    """

    model: Any
    tokenizer: Any
    find_prompt: Callable[[str], HistoryPrompt]
    sampling: Sampling
    threads: int
    sample_rate: int

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Yield ``(index, rendition)`` in the order given.

        A rendition is truncated when the model ran into its cap (768 semantic tokens, 15.39 s) before it drew an end.

        Raises:
            Unreadable: over 256 text tokens, nothing to say, or the model ended before it began.
            InputError: an unknown sampling option.
        """
        for index, reading in enumerate(readings):
            with _own_numbers(reading.seed, self.model.device, self.threads):
                rendition = self._read_one(index, reading)
            yield index, rendition

    def reference(self, voice: str) -> Sound | None:
        """The last seconds of the voice's history prompt, decoded from its own fine codes; the same each time.

        Raises:
            InputError: the file is not a history prompt.
            MissingError: the preset is not in the checkpoint.
        """
        import torch

        fine = self.find_prompt(voice).fine[:, -round(REFERENCE_S * FRAME_RATE_HZ) :]  # [8, T]
        with _own_numbers(0, self.model.device, self.threads):
            return self._decoded(torch.from_numpy(fine.copy())[None].to(self.model.device))

    def _read_one(self, index: int, reading: Reading) -> Rendition:
        if reading.speed != 1.0:
            raise Unreadable(
                f"Bark cannot read at {reading.speed:g} times its pace",
                index=index,
                next_step="leave 'speed' at 1.0 for Bark's voices",
            )
        ids = self._text_ids(index, reading.text)
        sampling = self.sampling.changed(reading.sampling)
        spoken = self._codes(index, ids, self.find_prompt(reading.history or reading.voice), sampling)
        return Rendition(
            self._decoded(spoken.codes),
            truncated=spoken.truncated,
            uncertainty=spoken.uncertainty,
            loops=most_frequent_run(spoken.semantic),
        )

    def _decoded(self, codes: torch.Tensor) -> Sound:
        """The sound of ``[1, 8, T]`` codes."""
        import torch

        with torch.inference_mode():
            wave = self.model.codec_decode(codes)  # [1, n]
        return Sound(np.ascontiguousarray(wave[0].float().cpu().numpy()), self.sample_rate)

    def _text_ids(self, index: int, text: str) -> list[int]:
        """BERT ids of the text, whole.

        Raises:
            Unreadable: none, more than 256, or a word without an id.
        """
        words = text.split()
        ids: list[int] = self.tokenizer(" ".join(words), add_special_tokens=False, verbose=False)["input_ids"]
        if not any(map(str.isalnum, text)):
            raise Unreadable(f"there is no word to read in '{text[:60]}'", index=index)
        if len(ids) > MAX_TEXT_TOKENS:
            raise Unreadable(
                f"{len(ids)} text tokens are more than the {MAX_TEXT_TOKENS} that Bark reads at once",
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

    def _codes(self, index: int, ids: list[int], prompt: HistoryPrompt, sampling: Sampling) -> _Spoken:
        """What the three transformers make of a text.

        Raises:
            Unreadable: the semantic stage ended at once.
        """
        import torch

        semantic_config, coarse_config, fine_config = self._configs
        device = self.model.device
        history = {
            "semantic_prompt": torch.from_numpy(prompt.semantic).to(device),
            "coarse_prompt": torch.from_numpy(prompt.coarse).to(device),
            "fine_prompt": torch.from_numpy(prompt.fine).to(device),
        }
        padding = MAX_TEXT_TOKENS - len(ids)
        scores = Scores()
        with torch.inference_mode():
            semantic = self.model.semantic.generate(
                torch.tensor([ids + [0] * padding], device=device),  # [1, 256]
                semantic_generation_config=semantic_config,
                history_prompt=history,
                attention_mask=torch.tensor([[1] * len(ids) + [0] * padding], device=device),
                min_eos_p=sampling.min_eos_p or None,
                stopping_criteria=[scores],
                return_dict_in_generate=True,
                output_scores=True,
                **_drawing(sampling.text_temperature),
            )  # [1, S], 49.9 a second
            tokens = [token for token in semantic[0].tolist() if token != semantic_config.semantic_pad_token]
            if self._frames(len(tokens)) < 1:
                raise Unreadable(
                    "Bark ended the reading before its first sound", index=index, next_step="try another seed"
                )
            coarse = self.model.coarse_acoustics.generate(
                semantic,
                semantic_generation_config=semantic_config,
                coarse_generation_config=coarse_config,
                codebook_size=self.model.generation_config.codebook_size,
                history_prompt=history,
                **_drawing(sampling.waveform_temperature),
            )  # [1, 2 T]
            codes = self.model.fine_acoustics.generate(
                coarse,
                semantic_generation_config=semantic_config,
                coarse_generation_config=coarse_config,
                fine_generation_config=fine_config,
                codebook_size=self.model.generation_config.codebook_size,
                history_prompt=history,
                temperature=fine_temperature(sampling.fine_temperature),
            )  # [1, 8, T]
            uncertainty = scores.mean_entropy(len(tokens)) if sampling.text_temperature > 0 else None
        return _Spoken(codes, tokens, truncated=len(tokens) == semantic.shape[1], uncertainty=uncertainty)

    @property
    def _configs(self) -> tuple[Any, Any, Any]:
        from transformers.models.bark import generation_configuration_bark

        kinds: Any = generation_configuration_bark
        ours = self.model.generation_config
        return (
            kinds.BarkSemanticGenerationConfig(**ours.semantic_config),
            kinds.BarkCoarseGenerationConfig(**ours.coarse_acoustics_config),
            kinds.BarkFineGenerationConfig(**ours.fine_acoustics_config),
        )

    def _frames(self, semantic_tokens: int) -> int:
        """Codec frames for a number of semantic tokens; transformers' rounding."""
        semantic_config, coarse_config, _ = self._configs
        return int(semantic_tokens * coarse_config.coarse_rate_hz / semantic_config.semantic_rate_hz)


def _drawing(temperature: float) -> dict[str, Any]:
    """Explicit always: transformers' own defaults draw nothing, and a checkpoint's may be anything."""
    return {"do_sample": True, "temperature": temperature} if temperature > 0 else {"do_sample": False}


def fine_temperature(temperature: float) -> float | None:
    """As transformers' fine stage wants it: None for the likeliest, never exactly 1.0, which it takes for None."""
    if temperature == 0:
        return None
    return math.nextafter(1.0, 2.0) if temperature == 1.0 else temperature


@contextmanager
def _own_numbers(seed: int, device: torch.device, threads: int) -> Iterator[None]:
    """Torch's random numbers start at ``seed`` inside, and outside go on as if nothing had been drawn."""
    import torch

    before = torch.get_num_threads()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)
