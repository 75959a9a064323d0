"""Loops over samples as machine code, by numba.

Compiled at first use (seconds), then kept beside the source, or in numba's cache where that cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(*fastmath: str) -> Callable[[Function], Function]:
    """Decorator: run a plain function on arrays as machine code, outside the interpreter's lock.

    Args:
        fastmath: what LLVM may assume of floating point, by its own names. Sums are only vectorised with
            ``"reassoc"``; extrema only with ``"nnan", "nsz"``, for input that is known to hold no NaN.
    """

    def decorate(function: Function) -> Function:
        try:
            made = numba.njit(nogil=True, cache=True, fastmath=set(fastmath))(function)
        except RuntimeError:  # numba found no folder that it may write its cache to
            made = numba.njit(nogil=True, fastmath=set(fastmath))(function)
        return cast(Function, made)

    return decorate
