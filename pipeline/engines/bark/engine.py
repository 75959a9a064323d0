"""What is known of Bark before its weights are loaded, and how they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pipeline.audio.sound import Sound
from pipeline.engines import Abilities, ReadingLimits, Settings, VoiceCard
from pipeline.engines.bark.checkpoint import checked_model, checkpoint_fingerprint, find_checkpoint, weight_files
from pipeline.engines.bark.codec import decode_codes, load_codec
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.presets import LANGUAGES, PRESETS
from pipeline.engines.bark.prompts import HistoryPrompt, preset_prompt, read_prompt
from pipeline.engines.bark.tokenizer import load_tokenizer
from pipeline.engines.bark.weights import load_codec_weights
from pipeline.engines.fingerprints import file_hash, package_versions, short_hash
from pipeline.engines.machine import seems_to_have_gpu
from pipeline.engines.models import quiet_hub
from pipeline.engines.settings import Setting, Value, checked_name, checked_settings
from pipeline.engines.torchaudio_shield import shield_torchaudio
from pipeline.errors import EngineError, MissingError

CODE_VERSION = 1
TOGETHER_ON_GPU = 256  # 64 and more are read side by side; what ends early makes room for those that wait
TOGETHER_ON_CPU = 32
WINDOW_S = 0.975 * 512 / 75
"""Speech for one pass of the fine stage: it draws 512 new frames, at 75 a second, behind 512 of the history prompt.

Less a margin for the error of estimates, which is 4.5 % on average (`pipeline/script/duration.py`). A small one: a
chunk that runs over pays for what it would have paid for anyway. On six novels the windows save 5.1 % of the passes
without a margin, 4.8 % with this one, 4.6 % with 4.5 and 3.8 % with 11 %; for a voice 8 % slower than estimated it is
6.0, 6.1, 6.2 and 6.0 % (``benchmarks/chunking.py --windows``).
"""
_DEFAULTS = Sampling()
_KNOWN = {
    "model": Setting("suno/bark-small"),
    "device": Setting("auto", choices=("auto", "cpu", "cuda")),
    "dtype": Setting("float32", choices=("float32", "bfloat16", "float16")),
    "threads": Setting(1, low=1, high=256),
    "text_temperature": Setting(_DEFAULTS.text_temperature, low=0.0, high=2.0),
    "waveform_temperature": Setting(_DEFAULTS.waveform_temperature, low=0.0, high=2.0),
    "fine_temperature": Setting(_DEFAULTS.fine_temperature, low=0.0, high=2.0),
    "min_eos_p": Setting(_DEFAULTS.min_eos_p, low=0.0, high=1.0),
}


class BarkEngine:
    """Suno's Bark.

    Settings: ``model`` (hub id or folder), ``device``, ``dtype``, ``threads`` (on a CPU: faster with more, but
    each number of threads has its own takes), and the sampling: ``text_temperature``, ``waveform_temperature``,
    ``fine_temperature``, ``min_eos_p``.
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
        together = _together(str(self._full(settings)["device"]))
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
        """Over the code, torch's and transformers' versions, the checkpoint, the kind of device (a GPU's model,
        or a CPU's threads), the number type and the sampling.

        Raises:
            MissingError: the checkpoint is not on this machine.
        """
        full = self._full(settings)
        checkpoint = checkpoint_fingerprint(find_checkpoint(str(full["model"])))
        kind = _device_kind(str(full["device"]), int(full["threads"] or 1))
        versions = package_versions("torch", "transformers")
        return short_hash(self.name, CODE_VERSION, versions, checkpoint, kind, full["dtype"], repr(_sampling(full)))

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

    def load(self, settings: Settings) -> "BarkNarrator":
        """Bark in memory: three transformers and the codec.

        Raises:
            MissingError: the checkpoint is not on this machine, or there is no CUDA device.
            EngineError: the checkpoint cannot be read.
        """
        full = self._full(settings)
        checkpoint = find_checkpoint(str(full["model"]))
        quiet_hub()
        shield_torchaudio()
        import torch
        import transformers
        from transformers import BarkModel

        log: Any = transformers.logging
        log.set_verbosity_error()  # it warns of how its own Bark calls itself
        log.disable_progress_bar()
        device = _device(str(full["device"]))
        try:
            model: Any = BarkModel.from_pretrained(
                checkpoint, local_files_only=True, dtype=getattr(torch, str(full["dtype"]))
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EngineError(
                f"the Bark checkpoint cannot be read: {error}",
                where=str(checkpoint),
                next_step="check its files: chapterhouse models verify bark-small",
            ) from error
        model.codec_model.float()  # its LSTM loses too much in 16 bits, and it is 0.1 % of the time
        from pipeline.engines.bark.narrator import BarkNarrator
        return BarkNarrator(
            model=model.to(torch.device(device)).eval(),
            tokenizer=load_tokenizer(checkpoint),
            find_prompt=lru_cache(maxsize=32)(partial(self.find_prompt, settings=full)),
            sampling=_sampling(full),
            threads=int(full["threads"] or 1),
            sample_rate=int(model.generation_config.sample_rate),
        )

    def _full(self, settings: Settings) -> dict[str, Value]:
        return checked_settings(self.name, settings, _KNOWN)


def _sampling(full: Settings) -> Sampling:
    return _DEFAULTS.changed([(name, full[name]) for name in _DEFAULTS.__dataclass_fields__])


def _together(device: str) -> int:
    """Readings wanted at once; where the device is to be found out, without asking torch, which takes seconds."""
    return TOGETHER_ON_GPU if device == "cuda" or (device == "auto" and seems_to_have_gpu()) else TOGETHER_ON_CPU


def _device(wanted: str) -> str:
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise MissingError(
            "there is no CUDA device on this machine", next_step="set engines.bark.device to auto or cpu"
        )
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def _device_kind(wanted: str, threads: int) -> str:
    device = _device(wanted)
    if device == "cpu":
        return f"cpu, {threads} threads"
    import torch

    return f"cuda, {torch.cuda.get_device_name()}"
