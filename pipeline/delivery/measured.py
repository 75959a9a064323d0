"""The measurement of a delivered file, decoded; made once for the same bytes. And of what it was made from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipeline.audio.decoding import open_audio
from pipeline.audio.sound import Samples
from pipeline.delivery.programme import Programme
from pipeline.metering import Measurement, Meter
from pipeline.vault import Vault, content_key

ROOM = "measurements"
STAGE = "measurement/1"  # raise it when the meter or the decoding would give another figure for the same file

Listen = Callable[[Samples], None]
"""Gets each decoded block, ``[n, channels]`` float32; what it raises stops the measuring."""


def measured(vault: Vault, path: Path, sha256: str, listen: Listen | None = None) -> Measurement:
    """What a file measures after it was decoded, from the vault or measured now.

    Args:
        vault: keeps it in its room ``measurements``.
        path: the file.
        sha256: of its content, as `pipeline.vault.file_sha256` gives it.
        listen: hears the sound while it is measured; not called when the vault has the measurement.

    Raises:
        InputError: it is no sound that can be decoded.
        StorageError: the vault cannot be written.
    """

    def measure() -> Measurement:
        with open_audio(path) as sound:
            return _metered(sound.blocks(), Meter(sound.rate_hz, sound.channels, sound.frames), listen)

    return _kept(vault, measured_key(sha256), measure)


def original(vault: Vault, programme: Programme, listen: Listen | None = None) -> Measurement:
    """What a programme measures before it is encoded; kept as `measured` keeps it."""

    def measure() -> Measurement:
        meter = Meter(programme.rate_hz, programme.channels, programme.sample_count)
        return _metered(programme.blocks(), meter, listen)

    return _kept(vault, original_key(programme), measure)


def measured_key(sha256: str) -> str:
    """The key of a file's measurement; see `measured`."""
    return content_key({"stage": STAGE, "sha256": sha256})


def original_key(programme: Programme) -> str:
    """The key of a programme's measurement; see `original`."""
    return content_key({"stage": STAGE, "programme": programme.facts()})


def _metered(blocks: Iterable[Samples], meter: Meter, listen: Listen | None) -> Measurement:
    for block in blocks:
        if listen is not None:
            listen(block)
        meter.add(block)
    return meter.measurement()


def _kept(vault: Vault, key: str, measure: Callable[[], Measurement]) -> Measurement:
    entry = vault.fetch(ROOM, key)
    if entry is None:

        def write(making: Path) -> Mapping[str, object]:
            making.write_text(json.dumps(measure().to_facts()), encoding="utf-8")
            return {}

        entry = vault.keep(ROOM, key, ".measurement", write)
    return Measurement.from_facts(json.loads(entry.path.read_text(encoding="utf-8")))
