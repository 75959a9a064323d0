"""Each case runs in a Python of its own: an import happens only once in a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOAD_ENCODEC = """
from pipeline.engines.torchaudio_shield import shield_torchaudio
real = shield_torchaudio()
import encodec
import torchaudio
print(real, torchaudio.__version__, encodec.EncodecModel.__name__)
"""


def run_python(code: str, *first_on_path: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, first_on_path))}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def write_torchaudio(folder: Path, code: str) -> Path:
    (folder / "torchaudio").mkdir()
    (folder / "torchaudio" / "__init__.py").write_text(code)
    return folder


def test_a_half_imported_broken_torchaudio_does_not_keep_encodec_from_loading(tmp_path: Path) -> None:
    broken = write_torchaudio(tmp_path, "import torchaudio.lib\nraise OSError('libtorch_cuda.so: cannot open')\n")
    (tmp_path / "torchaudio" / "lib.py").write_text("")
    run = run_python(LOAD_ENCODEC, broken)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["False", "0", "EncodecModel"]


@pytest.mark.parametrize("failure", ["RuntimeError('another torch')", "ModuleNotFoundError('torchaudio')"])
def test_whatever_is_wrong_with_torchaudio_it_is_stood_in_for(failure: str, tmp_path: Path) -> None:
    broken = write_torchaudio(tmp_path, f"raise {failure}\n")
    run = run_python(
        "from pipeline.engines.torchaudio_shield import shield_torchaudio as shield\n"
        "assert shield() is False\nimport torchaudio\nprint(torchaudio.reason)",
        broken,
    )
    assert run.returncode == 0 and failure.partition("(")[0] in run.stdout, run.stderr


def test_a_working_torchaudio_is_left_alone(tmp_path: Path) -> None:
    working = write_torchaudio(tmp_path, "__version__ = '9.9'\nclass transforms: Spectrogram = Resample = None\n")
    run = run_python(LOAD_ENCODEC, working)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split()[:2] == ["True", "9.9"]


def test_the_stand_in_says_why_it_is_empty(tmp_path: Path) -> None:
    broken = write_torchaudio(tmp_path, "raise OSError('no libsox')\n")
    code = (
        "from pipeline.engines.torchaudio_shield import shield_torchaudio as shield\n"
        "assert shield() is False and shield() is False\n"
        "import torchaudio, importlib.util\n"
        "assert importlib.util.find_spec('torchaudio') is torchaudio.__spec__\n"
        "torchaudio.load('a.wav')\n"
    )
    run = run_python(code, broken)
    assert "torchaudio.load is not available" in run.stderr and "no libsox" in run.stderr


@pytest.mark.parametrize("module", ["", ".hibari", ".kokoro", ".humming", ".bark", ".models"])
def test_describing_an_engine_loads_no_model_library(module: str) -> None:
    code = (
        f"import sys, pipeline.engines{module}\n"
        "print([m for m in ('torch', 'transformers', 'onnxruntime', 'hibari', 'encodec', 'huggingface_hub')"
        " if m in sys.modules])"
    )
    assert run_python(code).stdout.strip() == "[]"


def test_listings_limits_and_settings_load_no_model_library() -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.engines import engine_names, find_engine\n"
        "for name in engine_names():\n"
        "    engine = find_engine(name); settings = engine.check_settings({}, Path.cwd())\n"
        "    engine.voices(), engine.limits(settings)\n"
        "    engine.check_voice(engine.voices()[0].name, settings, Path.cwd())\n"
        "print([m for m in ('torch', 'transformers', 'onnxruntime', 'hibari', 'encodec') if m in sys.modules])"
    )
    run = run_python(code)
    assert run.stdout.strip() == "[]", run.stderr
