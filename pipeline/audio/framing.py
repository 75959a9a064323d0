"""Blocks of a stage's own size, counted from the start, so that what a stage does never depends on its caller's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.audio.sound import Samples


def framed(blocks: Iterable[Samples], length: int) -> Iterator[Samples]:
    """The same samples in blocks of ``length``, the last one shorter.

    Args:
        blocks: ``[n]`` each.
        length: of what is yielded.
    """
    return in_context(blocks, length, 0)


def in_context(blocks: Iterable[Samples], length: int, context: int) -> Iterator[Samples]:
    """Frames of ``context + n + context`` samples, ``n`` being ``length`` for all but the last; silence around.

    Args:
        blocks: ``[n]`` float32 each.
        length: of what each frame is about.
        context: samples beyond either end of it.
    """
    waiting = [np.zeros(context, np.float32)]
    count = context
    for block in blocks:
        waiting.append(block)
        count += len(block)
        if count >= length + 2 * context:
            joined = np.concatenate(waiting)
            while len(joined) >= length + 2 * context:
                yield joined[: length + 2 * context]
                joined = joined[length:]
            waiting, count = [joined], len(joined)
    joined = np.concatenate([*waiting, np.zeros(context, np.float32)])
    while len(joined) > 2 * context:
        yield joined[: length + 2 * context]
        joined = joined[length:]
