"""The shield where it is needed: in an environment that pip has just filled."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LOAD_ALL = """
from pipeline.engines.torchaudio_shield import shield_torchaudio
print(shield_torchaudio())
import encodec, torch
from transformers import BarkModel
print(torch.ones(2).sum().item())
"""


def new_environment(folder: Path, *, with_pip: bool) -> tuple[Path, Path]:
    """A new venv's python and its site-packages."""
    venv.create(folder, with_pip=with_pip, symlinks=True)
    python = folder / "bin" / "python"
    site = next((folder / "lib").glob("python3.*")) / "site-packages"
    return python, site


def test_a_new_environment_with_a_broken_torchaudio_installed_first_loads_bark_and_encodec(tmp_path: Path) -> None:
    python, site = new_environment(tmp_path / "venv", with_pip=False)
    parent = sysconfig.get_paths()["purelib"]
    (site / "parent.pth").write_text(f"import site; site.addsitedir({parent!r})\n{REPOSITORY}\n")
    (site / "torchaudio").mkdir()
    (site / "torchaudio" / "__init__.py").write_text(
        "import ctypes\nctypes.CDLL('/nowhere/_torchaudio.abi3.so')  # OSError, as a build for another torch\n"
    )
    metadata = site / "torchaudio-2.11.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: torchaudio\nVersion: 2.11.0\n")
    (metadata / "RECORD").write_text("torchaudio/__init__.py,,\n")
    unshielded = subprocess.run([python, "-c", "import torchaudio"], capture_output=True, text=True, check=False)
    assert "_torchaudio.abi3.so" in unshielded.stderr
    shielded = subprocess.run([python, "-c", LOAD_ALL], capture_output=True, text=True, check=False)
    assert shielded.returncode == 0, shielded.stderr
    assert shielded.stdout.split() == ["False", "2.0"]


@pytest.mark.slow
def test_a_plain_pip_install_gives_an_environment_that_loads_everything(tmp_path: Path) -> None:
    python, _ = new_environment(tmp_path / "venv", with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(REPOSITORY)], check=True)
    loaded = subprocess.run([python, "-c", LOAD_ALL], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    read = (
        "from pipeline.engines import Reading, find_engine\n"
        "for name in ('hibari', 'kokoro'):\n"
        "    engine = find_engine(name); voice = engine.voices()[0].name\n"
        "    print(list(engine.load({}).read([Reading('Call me Ishmael.', voice)]))[0][1].sound.seconds)\n"
    )
    spoken = subprocess.run([python, "-c", read], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert spoken.returncode == 0, spoken.stderr
    assert all(0.5 < float(line) < 3 for line in spoken.stdout.split())
    assert sys.executable != str(python)
