"""``chapterhouse measure`` measures what it can, tells what it cannot, and its JSON can be relied on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from pipeline.cli.commands import chapterhouse
from pipeline.metering import measure_file
from tests.conftest import Finished

KEYS = [
    "path", "seconds", "rate_hz", "channels", "integrated_lufs", "max_momentary_lufs", "max_short_term_lufs",
    "lra_lu", "true_peak_dbtp", "sample_peak_dbfs", "rms_dbfs", "noise_floor_dbfs", "head_s", "tail_s",
]  # fmt: skip


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(chapterhouse, ["measure", *map(str, arguments)])


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Stereo noise, a file that is cut off, silence."""
    noise = 0.1 * np.random.default_rng(0).standard_normal((96000, 2))
    paths = [tmp_path / name for name in ("noise ü.wav", "cut.wav", "silence.flac")]
    soundfile.write(paths[0], noise, 48000)
    soundfile.write(paths[1], noise, 48000)
    paths[1].write_bytes(paths[1].read_bytes()[:50_000])
    soundfile.write(paths[2], np.zeros(96000), 48000)
    return paths


def test_json_is_one_object_a_line_with_these_keys_in_this_order(files: list[Path]) -> None:
    done = run("--json", files[0], files[2])
    assert done.exit_code == 0
    results = [json.loads(line) for line in done.stdout.splitlines()]
    for result, path in zip(results, (files[0], files[2]), strict=True):
        assert list(result) == KEYS
        found = measure_file(path)
        assert result == {"path": str(path)} | {name: getattr(found, name) for name in KEYS[1:]}
        assert all(np.isfinite(value) for name, value in result.items() if name != "path")
    assert results[1]["integrated_lufs"] == results[1]["noise_floor_dbfs"] == -120.0


def test_what_cannot_be_read_is_told_and_the_others_are_measured(files: list[Path]) -> None:
    done = run("--json", *files, "nothing.mp3")
    assert done.exit_code == 3
    assert [json.loads(line)["path"] for line in done.stdout.splitlines()] == [str(files[0]), str(files[2])]
    assert f"error: {files[1]}: is cut off" in done.stderr
    assert "nothing.mp3: cannot be read: No such file" in done.stderr
    assert done.stderr.count("next:") == 2


def test_the_table_has_the_further_figures(files: list[Path]) -> None:
    done = run(files[0], files[2])
    assert done.exit_code == 0
    for words in ("0:02, 48 kHz, 2 channels", "integrated loudness", "true peak", "clipped samples", "correlation"):
        assert words in done.stdout
    assert "mono" in done.stdout
    assert "silence" in done.stdout


def test_the_command_itself_exits_with_3(command: object, files: list[Path]) -> None:
    done: Finished = command("measure", "--json", *files)  # type: ignore[operator]
    assert done.code == 3
    assert len(done.out.splitlines()) == 2
    assert "Traceback" not in done.err


def test_no_file_is_a_wrong_command_line() -> None:
    assert run("--json").exit_code == 2
