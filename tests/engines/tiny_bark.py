"""Writes a tiny Bark checkpoint with random weights, laid out as on the hub; loaded as a user's own is."""

from __future__ import annotations

import json
import pickle
import string
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file

LONGEST_TOKENS = 24
"""The tiny model's cap on semantic tokens (Bark's own is 768)."""
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write_tiny_bark(folder: Path, *, seed: int = 0, max_new_tokens: int = LONGEST_TOKENS) -> Path:
    """A checkpoint of about 20 MB in ``folder``: model, generation config, tokenizer, preset v2/en_speaker_6."""
    import torch
    from transformers import BarkModel

    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BarkModel(_config())
        for name, weight in model.named_parameters():
            if "codec_model" not in name:
                weight.data.normal_(0, 1.0 if "attn" in name else 0.3)  # sharp: every token counts
        for layer in model.codec_model.quantizer.layers:
            layer.codebook.embed.normal_(0, 0.2)
    model.save_pretrained(folder)
    (folder / "generation_config.json").write_text(json.dumps(_generation_config(max_new_tokens)))
    _write_tokenizer(folder)
    write_preset(folder, "v2/en_speaker_6", prompt_arrays(6))
    write_preset(folder, "v2/en_speaker_9", prompt_arrays(9))
    return folder


def prompt_arrays(seed: int, seconds: float = 1.2) -> dict[str, np.ndarray]:
    """A random history prompt as Suno saves one."""
    numbers = np.random.default_rng(seed)
    fine = numbers.integers(0, 1024, (8, int(seconds * 75)))
    semantic = numbers.integers(0, 10_000, int(seconds * 49.9))
    return {"semantic_prompt": semantic, "coarse_prompt": fine[:2], "fine_prompt": fine}


def write_preset(folder: Path, name: str, arrays: dict[str, np.ndarray]) -> None:
    """Add a preset to a checkpoint's ``speaker_embeddings``."""
    index = folder / "speaker_embeddings_path.json"
    presets = json.loads(index.read_text()) if index.exists() else {"repo_or_path": "somebody/else"}
    presets[name] = {key: f"speaker_embeddings/{name}_{key}.npy" for key in arrays}
    for key, array in arrays.items():
        path = folder / presets[name][key]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, array)
    index.write_text(json.dumps(presets))


def _config():
    from transformers import EncodecConfig
    from transformers.models.bark.configuration_bark import (
        BarkCoarseConfig,
        BarkConfig,
        BarkFineConfig,
        BarkSemanticConfig,
    )

    size = {"num_layers": 1, "num_heads": 2, "hidden_size": 16, "block_size": 1024, "bias": False}
    return BarkConfig(
        semantic_config=BarkSemanticConfig(input_vocab_size=129_600, output_vocab_size=10_048, **size).to_dict(),
        coarse_acoustics_config=BarkCoarseConfig(input_vocab_size=12_096, output_vocab_size=12_096, **size).to_dict(),
        fine_acoustics_config=BarkFineConfig(input_vocab_size=1_056, output_vocab_size=1_056, **size).to_dict(),
        codec_config=EncodecConfig(
            num_filters=4, hidden_size=16, target_bandwidths=[1.5, 3.0, 6.0], num_lstm_layers=2
        ).to_dict(),
    )


def _generation_config(max_new_tokens: int) -> dict:
    """What is in the hub's file and matters; the rest are the defaults of transformers' classes."""
    return {
        "model_type": "bark",
        "sample_rate": 24_000,
        "codebook_size": 1024,
        "semantic_config": {"max_new_tokens": max_new_tokens, "eos_token_id": 10_000, "pad_token_id": 10_000},
        "coarse_acoustics_config": {"pad_token_id": 12_048, "max_coarse_history": 120},
        "fine_acoustics_config": {"max_fine_input_length": 128, "max_fine_history_length": 64},
    }


def _write_tokenizer(folder: Path) -> None:
    characters = string.ascii_letters + string.digits + ".,;:!?'-—…\"“”‘’()"
    words = [*SPECIAL_TOKENS, "the", "and", "##ing", *characters, *(f"##{c}" for c in characters)]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": False, "model_max_length": 512})
    )


def write_original_bark(folder: Path, checkpoint: Path, *, size: str = "_2", codec: str = "meta") -> Path:
    """The weights of a tiny checkpoint as Suno published Bark, with all that its files hold beside them.

    Args:
        size: what is added to the files' names: ``_2`` (the large Bark) or nothing (the small one).
        codec: ``meta``: Meta's file; else the name of a sub folder as transformers lays Encodec out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = load_file(checkpoint / "model.safetensors")
    for stage, theirs in (("text", "semantic"), ("coarse", "coarse_acoustics"), ("fine", "fine_acoustics")):
        own = {n.removeprefix(f"{theirs}."): t for n, t in tensors.items() if n.startswith(f"{theirs}.")}
        save_as_suno(folder / f"{stage}{size}.pt", stage, own)
    (folder / "vocab.txt").write_bytes((checkpoint / "vocab.txt").read_bytes())
    config = json.loads((checkpoint / "config.json").read_text())["codec_config"]
    saved = {n.removeprefix("codec_model."): t for n, t in tensors.items() if n.startswith("codec_model.")}
    if codec == "meta":
        import torch

        torch.save(_as_meta_saves(saved), folder / "encodec_24khz-d7cc33bc.th", _use_new_zipfile_serialization=False)
    else:
        (folder / codec).mkdir()
        (folder / codec / "config.json").write_text(json.dumps(config))
        save_file(saved, folder / codec / "model.safetensors", {"format": "pt"})
    return folder


def save_as_suno(path: Path, stage: str, tensors: dict) -> None:
    """One stage in one of Suno's files: weights, optimizer, and a loss that is a number of numpy 1."""
    import torch

    model = {f"_orig_mod.{_in_sunos_words(name)}": tensor for name, tensor in tensors.items()}
    if stage == "fine":
        for number in range(7):
            model[f"_orig_mod.lm_heads.{number}.weight"] = model[f"_orig_mod.transformer.wtes.{number + 1}.weight"]
    sizes = {"n_layer": 1, "n_head": 2, "n_embd": 16, "block_size": 1024, "bias": False, "dropout": 0.0}
    words = {
        "text": {"input_vocab_size": 129_600, "output_vocab_size": 10_048},
        "coarse": {"vocab_size": 12_096},
        "fine": {"vocab_size": 1_056, "n_codes_total": 8, "n_codes_given": 1},
    }
    saved = {
        "model": model,
        "optimizer": {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(4)}}, "param_groups": [{}]},
        "model_args": sizes | words[stage],
        "iter_num": 100,
        "best_val_loss": np.float32(2.5),
        "config": {"out_dir": "out", "compile": True, "learning_rate": 1e-4},
    }
    torch.save(saved, path, pickle_module=_NumpyOne)


class _NumpyOne:
    """A pickle module that calls numpy's maker of numbers as numpy 1 did."""

    __name__ = "pickle"

    class Pickler(pickle._Pickler):
        def save_global(self, obj: object, name: str | None = None) -> None:
            if obj is np.float64(0).__reduce__()[0]:
                self.write(pickle.GLOBAL + b"numpy.core.multiarray\nscalar\n")
                self.memoize(obj)
            else:
                super().save_global(obj, name)


def _in_sunos_words(name: str) -> str:
    own = {
        "input_embeds_layer": "wte",
        "input_embeds_layers": "wtes",
        "position_embeds_layer": "wpe",
        "layers": "h",
        "layernorm_1": "ln_1",
        "layernorm_2": "ln_2",
        "layernorm_final": "ln_f",
        "att_proj": "c_attn",
        "in_proj": "c_fc",
        "out_proj": "c_proj",
    }
    words = ".".join(own.get(word, word) for word in name.split("."))
    return words if words.startswith("lm_head") else f"transformer.{words}"


def _as_meta_saves(saved: dict) -> dict:
    """transformers' Encodec in the words of Meta's, with the decoder's upward layers at 3, 6, 9 and 12."""
    upward = [f"decoder.layers.{number}.conv." for number in (3, 6, 9, 12)]
    renamed = {}
    for name, tensor in saved.items():
        twice = "convtr.convtr." if name.startswith(tuple(upward)) else "conv.conv."
        words = name.replace(".conv.", f".{twice}").replace("coder.layers.", "coder.model.")
        words = words.replace("quantizer.layers.", "quantizer.vq.layers.").replace(".codebook.", "._codebook.")
        words = words.replace("parametrizations.weight.original0", "weight_g")
        renamed[words.replace("parametrizations.weight.original1", "weight_v")] = tensor
    return renamed
