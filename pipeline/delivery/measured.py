"""The measurement of a delivered file, decoded; made once for the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.metering import Measurement, measure_file
from pipeline.vault import Vault, content_key

ROOM = "measurements"
STAGE = "measurement/1"  # raise it when the meter or the decoding would give another figure for the same file


def measured(vault: Vault, path: Path, sha256: str) -> Measurement:
    """What a file measures after it was decoded, from the vault or measured now.

    Args:
        vault: keeps it in its room ``measurements``.
        path: the file.
        sha256: of its content, as `pipeline.vault.file_sha256` gives it.

    Raises:
        InputError: it is no sound that can be decoded.
        StorageError: the vault cannot be written.
    """
    key = content_key({"stage": STAGE, "sha256": sha256})
    entry = vault.fetch(ROOM, key)
    if entry is None:

        def write(making: Path) -> Mapping[str, object]:
            making.write_text(json.dumps(measure_file(path).to_facts()), encoding="utf-8")
            return {"sha256": sha256}

        entry = vault.keep(ROOM, key, ".measurement", write)
    return Measurement.from_facts(json.loads(entry.path.read_text(encoding="utf-8")))
