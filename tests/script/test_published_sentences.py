"""How many sentences of published sets are found as their makers find them."""

from __future__ import annotations

import pytest

from pipeline.script.sentences import splitter

from .sets import cases


@pytest.mark.parametrize("name, total, right", [("golden", 48, 47), ("literary", 113, 112)])
def test_a_set_scores_as_reported(name: str, total: int, right: int) -> None:
    every = list(cases(name))
    wrong = [
        f"{language}: {found}"
        for language, sentences, text in every
        if (found := [text[start:end] for start, end in splitter(language)(text)]) != sentences
    ]
    assert len(every) == total
    assert len(wrong) <= total - right, "\n".join(wrong)
