"""What is known of Bark before its weights are loaded, and how they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pipeline.audio.sound import Sound
from pipeline.engines import Abilities, ReadingLimits, Settings, VoiceCard
from pipeline.engines.bark.checkpoint import checked_model, checkpoint_fingerprint, find_checkpoint, weight_files
from pipeline.engines.bark.codec import decode_codes, load_codec
from pipeline.engines.bark.options import HIGHEST, Sampling
from pipeline.engines.bark.presets import LANGUAGES, PRESETS
from pipeline.engines.bark.prompts import HistoryPrompt, preset_prompt, read_prompt
from pipeline.engines.bark.tokenizer import load_tokenizer
from pipeline.engines.bark.weights import load_codec_weights, load_weights
from pipeline.engines.fingerprints import file_hash, package_versions, short_hash
from pipeline.engines.machine import seems_to_have_gpu
from pipeline.engines.models import quiet_hub
from pipeline.engines.settings import Setting, Value, checked_name, checked_settings
from pipeline.engines.torchaudio_shield import shield_torchaudio
from pipeline.errors import InputError, MissingError

if TYPE_CHECKING:
    from pipeline.engines.bark.linear import Arithmetic, Arithmetics
    from pipeline.engines.bark.narrator import BarkNarrator

CODE_VERSION = 2
TOGETHER_ON_GPU = 512  # four times the slots (`memory.MOST_SLOTS`): as many cohorts are sorted by length together
TOGETHER_ON_CPU = 32
WINDOW_S = 0.975 * 512 / 75
"""Speech for one pass of the fine stage: it draws 512 new frames, at 75 a second, behind 512 of the history prompt.

Behind a prompt of under 6.83 s there is room for more; half of Suno's presets are as long or longer. The margin is
for the error of estimates, 4.5 % on average (`pipeline/script/duration.py`), and small: a chunk that runs over pays
for what it would have paid for anyway. On six novels the windows save 5.1 % of the passes without a margin, 4.8 %
with this one, 4.6 % with 4.5 and 3.8 % with 11 %; for a voice 8 % slower than estimated it is 6.0, 6.1, 6.2 and 6.0
% (``benchmarks/chunking.py --windows``).
"""
_DEFAULTS = Sampling()
_KNOWN = {
    "model": Setting("suno/bark-small"),
    "device": Setting("auto", choices=("auto", "cpu", "cuda")),
    "dtype": Setting("auto", choices=("auto", "float32", "bfloat16", "float16", "int8")),
    "algorithm": Setting("exact", choices=("exact", "fast")),
    "slots": Setting(0, low=0, high=1024),
    "threads": Setting(0, low=0, high=256),
    "draws": Setting(3, low=1, high=10),
    **{
        name: Setting(getattr(_DEFAULTS, name), low=0.0, high=HIGHEST[name])
        for name in _DEFAULTS.__dataclass_fields__
    },
}


class BarkEngine:
    """Suno's Bark.

    Settings: ``model`` (hub id or folder), ``device``, ``dtype`` (auto: bfloat16 where the device computes in 16
    bits, else float32), ``algorithm`` (``fast`` shortens history and windows by choice), ``slots`` (readings at
    once; 0: as many as are useful and fit), ``threads`` (of a CPU; 0: all), ``draws`` (draws of a reading until its
    semantic tokens are faultless), and the sampling (`options.Sampling`).
    """

    name = "bark"
    summary = "130 expressive voices in 13 languages; wants a fetched model, and better a GPU"
    licence = "MIT"
    languages: tuple[str, ...] = LANGUAGES
    speeds = (1.0, 1.0)  # Bark has no control of pace
    abilities = Abilities(
        sounds=frozenset({"laughter", "laughs", "sighs", "music", "gasps", "clears throat"}),  # suno-ai/bark, README
        sings=True,
        capitals=True,
        # Around the default of 0.6: cooler keeps closer to the text, hotter gets out of a rut.
        samplings=((("text_temperature", 0.5),), (("text_temperature", 0.7),)),
        rolls=True,
    )

    def limits(self, settings: Settings) -> ReadingLimits:
        """Bark stops at 15.39 s and wanders off the text when it sees that it will not fit.

        It reads 256 word pieces (suno-ai/bark, ``generation.py``) of BERT's multilingual vocabulary, whose shortest
        piece is a character: 256 characters always fit, in every script.
        """
        together = _together(self._full(settings))
        return ReadingLimits(target_s=8.0, max_s=12.0, max_characters=256, together=together, window_s=WINDOW_S)

    def voices(self) -> Sequence[VoiceCard]:
        """The 130 presets; a history prompt file (.npz) is a voice too."""
        return list(PRESETS.values())

    def check_settings(self, settings: Settings, base: Path) -> Settings:
        """Defaults filled in, ``model`` as a hub id or an absolute path. Raises InputError."""
        full = checked_settings(self.name, settings, _KNOWN)
        return {**full, "model": checked_model(str(full["model"]), base)}

    def check_voice(self, voice: str, settings: Settings, base: Path) -> str:
        """A preset's name, or the absolute path of a history prompt.

        Raises:
            InputError: no such preset, or not a history prompt.
        """
        if not voice.endswith(".npz"):
            return checked_name(self.name, voice, PRESETS)
        path = (base / Path(voice).expanduser()).resolve()
        read_prompt(path)
        return str(path)

    def fingerprint(self, settings: Settings) -> str:
        """Over the code, torch's and transformers' versions, the checkpoint, the numbers computed with, the kind of
        device (of a GPU its model and the slots, that decide its kernels), the algorithm, the draws and the sampling.

        Raises:
            MissingError: the checkpoint is not on this machine.
        """
        full = self._full(settings)
        checkpoint = checkpoint_fingerprint(find_checkpoint(str(full["model"])))
        versions = package_versions("torch", "transformers")
        how = (_device_kind(full), full["algorithm"], full["draws"], repr(_sampling(full)))
        return short_hash(self.name, CODE_VERSION, versions, checkpoint, *map(str, how))

    def weights(self, settings: Settings) -> Mapping[str, str]:
        """The checkpoint's files of weights, each read whole: 10 s and more. Raises MissingError."""
        checkpoint = find_checkpoint(str(self._full(settings)["model"]))
        return {path.name: file_hash(path) for path in weight_files(checkpoint)}

    def voice_fingerprint(self, voice: str, settings: Settings) -> str:
        """Over the history prompt's arrays. Raises as `find_prompt`."""
        return self.find_prompt(voice, settings).fingerprint

    def find_prompt(self, voice: str, settings: Settings) -> HistoryPrompt:
        """The history prompt of a checked voice.

        Raises:
            InputError: the file is not a history prompt.
            MissingError: the checkpoint, or the preset in it, is not on this machine.
        """
        if voice.endswith(".npz"):
            return read_prompt(Path(voice))
        return preset_prompt(find_checkpoint(str(self._full(settings)["model"])), voice)

    def audition(self, voice: str, settings: Settings) -> Sound:
        """What a history prompt itself sounds like, decoded by Meta's Encodec; Bark need not be loaded.

        Raises:
            MissingError: the checkpoint, which holds Encodec's weights, is not on this machine.
        """
        checkpoint = find_checkpoint(str(self._full(settings)["model"]))
        return decode_codes(load_codec(*load_codec_weights(checkpoint)), self.find_prompt(voice, settings).fine)

    def load(self, settings: Settings) -> BarkNarrator:
        """Bark in memory: three transformers and the codec.

        Raises:
            MissingError: the checkpoint is not on this machine, or there is no CUDA device.
            EngineError: the checkpoint cannot be read.
        """
        full = self._full(settings)
        checkpoint = find_checkpoint(str(full["model"]))
        quiet_hub()
        shield_torchaudio()
        from pipeline.engines.bark.bark import Bark, planned
        from pipeline.engines.bark.narrator import BarkNarrator

        weights = load_weights(checkpoint)
        if full["algorithm"] == "fast":
            weights = replace(weights, rules=weights.rules.faster())
        where = arithmetics_of(full)
        codec = load_codec(weights.codec, weights.codec_shape)  # float32: its LSTM loses too much in 16 bits
        plan = planned(weights, where, int(full["slots"] or 0))
        return BarkNarrator(
            bark=Bark(weights, where, plan, draws=int(full["draws"] or 1)),
            codec=codec.to(where.device),
            tokenizer=load_tokenizer(checkpoint),
            find_prompt=lru_cache(maxsize=32)(partial(self.find_prompt, settings=full)),
            sampling=_sampling(full),
            threads=int(full["threads"] or 0),
            sample_rate=weights.rules.sample_rate_hz,
        )

    def memory(self, settings: Settings) -> str:
        """What it will take of memory, in a phrase; the weights are looked at, not loaded.

        Raises:
            MissingError: the checkpoint is not on this machine, or there is no CUDA device.
            EngineError: the checkpoint cannot be read.
        """
        from pipeline.engines.bark.bark import planned

        full = self._full(settings)
        shield_torchaudio()
        weights = load_weights(find_checkpoint(str(full["model"])))
        return str(planned(weights, arithmetics_of(full), int(full["slots"] or 0)))

    def _full(self, settings: Settings) -> dict[str, Value]:
        return checked_settings(self.name, settings, _KNOWN)


def _sampling(full: Settings) -> Sampling:
    return _DEFAULTS.changed([(name, full[name]) for name in _DEFAULTS.__dataclass_fields__])


def _together(full: Settings) -> int:
    """Readings wanted at once. Where the device is to be found out, torch is not asked: its import takes seconds."""
    on_gpu = full["device"] == "cuda" or (full["device"] == "auto" and seems_to_have_gpu())
    return max(TOGETHER_ON_GPU if on_gpu else TOGETHER_ON_CPU, int(full["slots"] or 0))


def _device(wanted: str) -> str:
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise MissingError(
            "there is no CUDA device on this machine", next_step="set engines.bark.device to auto or cpu"
        )
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def arithmetics_of(full: Settings) -> Arithmetics:
    """Where and in which numbers the settings want it.

    Raises:
        MissingError: there is no CUDA device.
        InputError: these numbers are not for this device.
    """
    from pipeline.engines.bark.linear import Arithmetics, best_arithmetic

    device, wanted = _device(str(full["device"])), str(full["dtype"])
    if wanted == "int8" and device == "cuda":
        raise InputError(
            "engines.bark.dtype: int8 is for processors, and a GPU would be used",
            next_step="leave dtype away for bfloat16, or set engines.bark.device to cpu",
        )
    arithmetic = best_arithmetic(device) if wanted == "auto" else cast("Arithmetic", wanted)
    return Arithmetics(device, arithmetic, fixed=device == "cuda")


def _device_kind(full: Settings) -> str:
    where = arithmetics_of(full)
    if where.device == "cpu":
        return f"cpu, {where.arithmetic}"
    import torch

    return f"cuda, {torch.cuda.get_device_name()}, {where.arithmetic}, {full['slots']} slots"
