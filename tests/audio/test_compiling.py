"""Compiled loops work where nothing can be kept, and give what Python gives."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from pipeline.audio.compiling import compiled


def total(samples: np.ndarray) -> float:
    result = 0.0
    for sample in samples:
        result += sample
    return result


def test_a_loop_gives_what_python_gives() -> None:
    samples = np.random.default_rng(0).standard_normal(1001)
    assert compiled()(total)(samples) == total(samples)
    assert compiled("reassoc")(total)(samples) == pytest.approx(total(samples), abs=1e-10)


def test_where_no_folder_can_be_written_nothing_is_kept_and_all_works(monkeypatch: pytest.MonkeyPatch) -> None:
    real = numba.njit

    def njit(*functions: object, cache: bool = False, **options: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function 'total': no locator available for file")
        return real(*functions, **options)  # numba decorates functions of its own when they are first wanted

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled()(total)(np.ones(7)) == 7.0
