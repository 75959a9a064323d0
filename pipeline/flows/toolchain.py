"""What turns a production into bytes: programs and libraries with their versions, and the kind of machine."""

from __future__ import annotations

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import soundfile

from pipeline import __version__
from pipeline.audio.ffmpeg import find_ffmpeg

LIBRARIES = (
    "numpy", "scipy", "numba", "soxr", "soundfile", "torch", "transformers", "onnxruntime", "encodec", "hibari-tts",
)  # fmt: skip
"""Those whose arithmetic or files end up in the sound."""
INSTRUCTION_SETS = ("fma", "avx2", "avx512f", "avx512_vnni", "amx_tile", "asimd", "sve")
"""What libraries choose their inner loops by, as ``/proc/cpuinfo`` names it; sums differ in their last bits."""


def versions() -> dict[str, str]:
    """Version by name. No library is imported for it but soundfile, which tells libsndfile's.

    Raises:
        MissingError: there is no ffmpeg.
    """
    found = {"chapterhouse": __version__, "python": platform.python_version()}
    found |= {name: _installed(name) for name in LIBRARIES}
    found["libsndfile"] = str(soundfile.__libsndfile_version__)
    found["ffmpeg"] = find_ffmpeg().version
    return found


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def machine() -> dict[str, str]:
    """System, architecture and processor, by name."""
    described = _cpuinfo(Path("/proc/cpuinfo"))
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cpu": _field(described, "model name") or platform.processor() or "unknown",
        "instructions": " ".join(name for name in INSTRUCTION_SETS if name in _flags(described)),
    }


def _cpuinfo(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _flags(described: str) -> set[str]:
    return set((_field(described, "flags") or _field(described, "Features")).split())


def _field(described: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*)$", described, re.MULTILINE)
    return found[1].strip() if found else ""
