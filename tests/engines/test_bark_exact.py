"""Token for token what transformers' BarkModel draws, taking the likeliest, one reading at a time there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bark_models import GREEDY, bark_of, generations, random_model, random_prompt, tensors_of, tokens_of, weights_of

from pipeline.engines.bark.prompts import HistoryPrompt
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.shapes import Rules

TINY = Rules(max_semantic_tokens=64, max_coarse_history=120, fine_window=128, fine_history=64)
pytestmark = pytest.mark.usefixtures("one_thread")
SHAPES = ((1, 2, 16, False), (2, 2, 32, True), (3, 4, 64, False))
VOICES = {"nobody": None, "a long voice": (3, 9.0), "a short voice": (4, 1.2)}


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def model(request: pytest.FixtureRequest) -> Any:
    layers, heads, width, bias = request.param
    return random_model(layers, heads, width, bias=bias, seed=layers)


def test_the_likeliest_tokens_of_all_three_stages_are_transformers_own(model: Any) -> None:
    """Three voices in one batch here, one by one there; 64 semantic tokens are four coarse and two fine windows."""
    prompts = [None if voice is None else random_prompt(*voice) for voice in VOICES.values()]
    requests = [Request([100 + n, 200, 300 + n][: 2 + n], prompt, GREEDY, n) for n, prompt in enumerate(prompts)]
    ours = generations(bark_of(weights_of(model, TINY)), requests)
    for request, made in zip(requests, ours, strict=True):
        semantic, codes = transformers_own(model, TINY, request.text_ids, request.prompt)
        assert len(set(semantic)) > 1, "a model that says one thing proves nothing"
        assert tokens_of(made)[0] == semantic
        np.testing.assert_array_equal(made.codes, codes)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [3.0, 14.0])
def test_so_they_are_under_the_rules_of_the_published_checkpoints(seconds: float) -> None:
    """With 500 semantic tokens the fine stage needs a second window of 1,024 frames."""
    model, rules = random_model(2, 4, 64, seed=7), Rules(max_semantic_tokens=500)
    request = Request([5, 6, 7], random_prompt(1, seconds), GREEDY, 0)
    (made,) = generations(bark_of(weights_of(model, rules)), [request])
    semantic, codes = transformers_own(model, rules, request.text_ids, request.prompt)
    assert tokens_of(made)[0] == semantic
    np.testing.assert_array_equal(made.codes, codes)


@pytest.mark.parametrize("fixed", [False, True], ids=["as many rows as there are", "fixed rows, as on a GPU"])
def test_int8_and_sixteen_bits_draw_tokens_too(fixed: bool) -> None:
    weights = weights_of(random_model(1, 2, 32), replace(TINY, max_semantic_tokens=10))
    for arithmetic in ("int8", "bfloat16", "float16"):
        (made,) = generations(bark_of(weights, arithmetic=arithmetic, fixed=fixed), [_request(0)])
        assert made.codes.shape == (8, 15) and 0 <= made.codes.min() <= made.codes.max() < 1024


def test_the_fast_algorithm_gives_as_many_frames_of_other_codes() -> None:
    rules = replace(Rules(), max_semantic_tokens=150)
    weights = weights_of(random_model(1, 2, 32), rules)
    exact, fast = (
        generations(bark_of(replace(weights, rules=each)), [_request(0)])[0] for each in (rules, rules.faster())
    )
    assert exact.spoken.tokens.tolist() == fast.spoken.tokens.tolist()
    assert exact.codes.shape == fast.codes.shape and not np.array_equal(exact.codes, fast.codes)


def _request(seed: int) -> Request:
    return Request([11, 12], random_prompt(2, 3.0), GREEDY, seed)


def transformers_own(
    model: Any, rules: Rules, text_ids: Any, prompt: HistoryPrompt | None
) -> tuple[list[int], np.ndarray]:
    """Semantic tokens without the end, and codes ``[8, T]``."""
    import torch
    from transformers.models.bark import generation_configuration_bark as kinds

    semantic_config = kinds.BarkSemanticGenerationConfig(max_new_tokens=rules.max_semantic_tokens)
    coarse_config = kinds.BarkCoarseGenerationConfig(max_coarse_history=rules.max_coarse_history)
    fine_config = kinds.BarkFineGenerationConfig(
        max_fine_history_length=rules.fine_history, max_fine_input_length=rules.fine_window
    )
    padding = rules.max_text_tokens - len(text_ids)
    common: dict[str, Any] = {"semantic_generation_config": semantic_config, "history_prompt": tensors_of(prompt)}
    acoustic = common | {"coarse_generation_config": coarse_config, "codebook_size": 1024}
    with torch.inference_mode():
        semantic = model.semantic.generate(
            torch.tensor([[*text_ids, *[0] * padding]]),
            attention_mask=torch.tensor([[1] * len(text_ids) + [0] * padding]),
            do_sample=False,
            **common,
        )
        tokens = [token for token in semantic[0].tolist() if token != rules.semantic_end]
        coarse = model.coarse_acoustics.generate(semantic, do_sample=False, **acoustic)
        fine = model.fine_acoustics.generate(
            coarse, fine_generation_config=fine_config, temperature=1.0, **acoustic
        )  # there 1.0 stands for the likeliest
    return tokens, fine[0].numpy()
