"""Where transformers' Bark and Suno's own differ, ours does as Suno's: against a slow reference without any cache.

The reference knows nothing of batches, windows of a cache or masks. It looks at the whole sequence anew for every
token, by transformers' network, and chooses as the published algorithm does (suno-ai/bark, ``generation.py``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from bark_models import bark_of, generations, random_model, random_prompt, weights_of

from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.prompts import HistoryPrompt
from pipeline.engines.bark.sampling import COARSE, FINE, SEMANTIC, drawing, gumbel
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.shapes import Rules

pytestmark = pytest.mark.usefixtures("one_thread")
RULES = Rules(max_semantic_tokens=40, max_coarse_history=120, fine_window=128, fine_history=64)


@pytest.fixture(scope="module")
def model() -> Any:
    """One whose second codebook would rather draw the 48 spare tokens, and which ends now and then."""
    model = random_model(1, 2, 16, seed=11)
    model.coarse_acoustics.lm_head.weight.data[12_048:] = 9.0 * model.coarse_acoustics.lm_head.weight.data[11_100]
    return model


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(text_temperature=0.9, waveform_temperature=0.8, fine_temperature=0.7, min_eos_p=0.0),
        Sampling(text_temperature=0.7, text_top_k=40, waveform_top_k=9, min_eos_p=0.0),
        Sampling(text_temperature=0.8, text_top_p=0.6, waveform_top_p=0.7, min_eos_p=0.0),
        Sampling(text_temperature=0.7, min_eos_p=5.5e-5),
        Sampling(text_temperature=0.7, min_eos_p=0.0, max_s=0.5),
    ],
    ids=["plain", "top-k", "top-p", "least chance of an end", "most seconds"],
)
def test_a_reading_is_drawn_as_suno_draws_it(model: Any, sampling: Sampling) -> None:
    request = Request([5, 77, 901], random_prompt(8, 1.3), sampling, seed=21)
    company = [replace(request, seed=n, prompt=None) for n in range(2)]
    made = generations(bark_of(weights_of(model, RULES)), [*company, request])[-1]
    with torch.inference_mode():
        semantic = suno_semantic(model, request)
        coarse = suno_coarse(model, request, semantic)
        fine = suno_fine(model, request, coarse)
    assert made.spoken.tokens.tolist() == semantic
    np.testing.assert_array_equal(made.codes[:2], coarse)
    np.testing.assert_array_equal(made.codes, fine)


def test_the_least_chance_and_the_most_seconds_did_end_readings(model: Any) -> None:
    """Or the two cases above would show nothing."""
    request = Request([5, 77, 901], random_prompt(8, 1.3), Sampling(text_temperature=0.7, min_eos_p=5.5e-5), seed=21)
    limited = replace(request, sampling=Sampling(text_temperature=0.7, min_eos_p=0.0, max_s=0.5))
    ended, cut = generations(bark_of(weights_of(model, RULES)), [request, limited])
    assert ended.spoken.stop == "end" and 0 < len(ended.spoken.tokens) < 40
    assert cut.spoken.stop == "limit" and len(cut.spoken.tokens) == 25  # the first that takes it over 0.5 s


def chosen(logits: torch.Tensor, temperature: float, top_k: float, top_p: float, noise: torch.Tensor) -> int:
    """A token: the likeliest kept, then the temperature, then the draw."""
    kept = logits.clone().double()
    if top_p < 1:
        order = np.argsort(-kept.numpy())
        sums = np.cumsum(torch.softmax(kept, 0).numpy()[order])
        first_over = int(np.argmax(sums > top_p))
        kept[torch.from_numpy(order[first_over + 1 :].copy())] = -torch.inf
    if top_k:
        kept[kept < kept.topk(int(top_k)).values[-1]] = -torch.inf
    return int((kept / temperature + noise).argmax())


def noise_of(request: Request, stage: int, step: int, tokens: int) -> torch.Tensor:
    return gumbel(drawing([request.seed], stage, [1.0]).keys, torch.tensor([step]), tokens)[0].double()


def suno_semantic(model: Any, request: Request) -> list[int]:
    text = np.pad(np.array(request.text_ids) + 10_048, (0, 256 - len(request.text_ids)), constant_values=129_595)
    voice = request.prompt.semantic[-256:] if request.prompt is not None else np.zeros(0, np.int64)
    voice = np.pad(voice, (0, 256 - len(voice)), constant_values=10_000)
    embed, options, tokens = model.semantic.input_embeds_layer, request.sampling, []
    summed = embed(torch.from_numpy(text)) + embed(torch.from_numpy(voice))
    for step in range(RULES.max_semantic_tokens):
        after = embed(torch.tensor([129_599, *tokens]))
        logits = model.semantic(inputs_embeds=torch.cat([summed, after])[None]).logits[0, -1, :10_001]
        noise = noise_of(request, SEMANTIC, step, 10_001)
        token = chosen(logits, options.text_temperature, options.text_top_k, options.text_top_p, noise)
        p_end = torch.softmax(logits / options.text_temperature, 0)[-1]
        if token == 10_000 or (options.min_eos_p and p_end >= options.min_eos_p):
            break
        tokens.append(token)
        if options.max_s and len(tokens) / 49.9 > options.max_s:
            break
    return tokens


def suno_coarse(model: Any, request: Request, semantic: list[int]) -> np.ndarray:
    """The second codebook is drawn from its own 1,024 tokens; transformers lets the 48 behind them in."""
    ratio, options = 75 / 49.9 * 2, request.sampling
    kept = int(RULES.max_coarse_history / ratio)
    voice, before = _histories(request.prompt, kept, ratio)
    spoken = np.concatenate([voice, semantic]).astype(np.int64)
    drawn: list[int] = []
    wanted = 2 * int(len(semantic) * 75 / 49.9)
    while len(drawn) < wanted:
        here = len(voice) + round(len(drawn) / ratio)
        around = spoken[max(0, here - kept) :][:256]
        around = np.pad(around, (0, 256 - len(around)), constant_values=12_048)
        start = [*around, 12_050, *[*before, *drawn][-RULES.max_coarse_history :]]
        window: list[int] = []
        for step in range(min(60, wanted - len(drawn))):
            first = 10_000 + 1_024 * (step % 2)
            logits = model.coarse_acoustics(torch.tensor([[*start, *window]])).logits[0, -1, first : first + 1_024]
            noise = noise_of(request, COARSE, step, 1_024)
            token = chosen(
                logits, options.waveform_temperature, options.waveform_top_k, options.waveform_top_p, noise
            )
            window.append(first + token)
        drawn += window
    codes = np.array(drawn).reshape(-1, 2).T - 10_000
    return codes - [[0], [1_024]]


def _histories(prompt: HistoryPrompt | None, kept: int, ratio: float) -> tuple[np.ndarray, list[int]]:
    if prompt is None:
        return np.zeros(0, np.int64), []
    flat = np.add(prompt.coarse, [[10_000], [11_024]]).T.ravel()
    voice = min(kept, len(prompt.semantic) // 2 * 2, int(len(flat) / ratio))
    return prompt.semantic[-voice:], flat[-round(voice * ratio) :][:-2].tolist()


def suno_fine(model: Any, request: Request, coarse: np.ndarray) -> np.ndarray:
    voice = request.prompt.fine[:, -RULES.fine_history :] if request.prompt is not None else np.zeros((8, 0), int)
    given, new = voice.shape[1], coarse.shape[1]
    frames = np.full((8, max(RULES.fine_window, given + new)), 1_024)
    frames[:, :given], frames[:2, given : given + new] = voice, coarse
    loops = max(0, -(-(new - (RULES.fine_window - given)) // RULES.fine_history)) + 1
    for loop in range(loops):
        start = min(loop * RULES.fine_history, frames.shape[1] - RULES.fine_window)
        fill = min(given + loop * RULES.fine_history, frames.shape[1] - RULES.fine_history) - start
        window = frames[:, start : start + RULES.fine_window]
        for codebook in range(2, 8):
            logits = model.fine_acoustics(codebook, torch.from_numpy(window.T[None].copy())).logits[0, fill:, :1_024]
            for place, row in enumerate(logits):
                noise = noise_of(request, FINE + codebook, loop * RULES.fine_window + place, 1_024)
                token = chosen(row, request.sampling.fine_temperature, 0, 1, noise)
                window[codebook, fill + place] = token
    return frames[:, given : given + new]
