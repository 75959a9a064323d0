from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_bark import save_as_suno, write_original_bark

from pipeline.engines import find_engine
from pipeline.engines.bark.checkpoint import find_checkpoint, weight_files
from pipeline.engines.bark.gpt import Gpt
from pipeline.engines.bark.linear import Arithmetics
from pipeline.engines.bark.shapes import GptShape, Rules
from pipeline.engines.bark.tensor_files import read_pickled, read_tensors
from pipeline.engines.bark.tokenizer import load_tokenizer
from pipeline.engines.bark.weights import Stage, Weights, load_codec_weights, load_weights
from pipeline.errors import EngineError, MissingError

BARK = find_engine("bark")
STAGES = ("semantic", "coarse", "fine")
Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def tiny(tiny_checkpoint: Path) -> Weights:
    return load_weights(tiny_checkpoint)


@pytest.fixture(scope="module")
def saved(tiny_checkpoint: Path) -> Tensors:
    return load_file(tiny_checkpoint / "model.safetensors")


@pytest.fixture(scope="module")
def original(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Suno's files; read only."""
    folder = write_original_bark(tmp_path_factory.mktemp("original"), tiny_checkpoint)
    shutil.copy(tiny_checkpoint / "generation_config.json", folder)
    return folder


@pytest.fixture
def folder(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A checkpoint's small files, to which a test adds weights."""
    for name in ("config.json", "generation_config.json"):
        shutil.copy(tiny_checkpoint / name, tmp_path)
    return tmp_path


def copied(original: Path, folder: Path, *names: str) -> Path:
    for name in names or [path.name for path in original.iterdir()]:
        shutil.copy(original / name, folder)
    return folder


def assert_same(ours: Weights, expected: Weights) -> None:
    assert ours.rules == expected.rules
    pairs = [(getattr(ours, name).tensors, getattr(expected, name).tensors) for name in STAGES]
    for name in STAGES:
        assert getattr(ours, name).shape == getattr(expected, name).shape
    for tensors, wanted in [*pairs, (ours.codec, expected.codec)]:
        assert tensors.keys() == wanted.keys()
        assert all(torch.equal(tensors[name], wanted[name]) for name in wanted)


def test_a_checkpoint_has_its_tensors_under_sunos_names_and_no_masks(tiny: Weights, saved: Tensors) -> None:
    block = ["ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"]
    names = {f"{name}.weight" for name in ["wte", "wpe", "ln_f", "lm_head", *(f"h.0.{each}" for each in block)]}
    assert set(tiny.semantic.tensors) == set(tiny.coarse.tensors) == names
    assert {name for name in tiny.fine.tensors if name.startswith(("wte", "lm_head"))} == {
        *(f"wtes.{number}.weight" for number in range(8)),
        *(f"lm_heads.{number}.weight" for number in range(7)),
    }
    assert {name for name in tiny.fine.tensors if name.endswith(".bias")} == {
        "h.0.ln_1.bias",
        "h.0.ln_2.bias",
        "ln_f.bias",
    }
    for ours, theirs in (
        ("h.0.attn.c_attn.weight", "layers.0.attn.att_proj.weight"),
        ("h.0.attn.c_proj.weight", "layers.0.attn.out_proj.weight"),
        ("h.0.mlp.c_fc.weight", "layers.0.mlp.in_proj.weight"),
        ("h.0.mlp.c_proj.weight", "layers.0.mlp.out_proj.weight"),
        ("h.0.ln_1.weight", "layers.0.layernorm_1.weight"),
        ("h.0.ln_2.weight", "layers.0.layernorm_2.weight"),
        ("wpe.weight", "position_embeds_layer.weight"),
    ):
        assert torch.equal(tiny.coarse.tensors[ours], saved[f"coarse_acoustics.{theirs}"])
    assert not np.array_equal(tiny.fine.tensors["h.0.ln_1.bias"], tiny.fine.tensors["h.0.ln_2.bias"])


def test_the_fine_stages_heads_are_the_next_codebooks_tables_though_the_file_lacks_them(
    tiny: Weights, saved: Tensors, folder: Path
) -> None:
    assert not any("lm_heads" in name for name in saved)
    for number in range(7):
        assert tiny.fine.tensors[f"lm_heads.{number}.weight"] is tiny.fine.tensors[f"wtes.{number + 1}.weight"]
    config = json.loads((folder / "config.json").read_text())
    config["fine_acoustics_config"]["tie_word_embeddings"] = False
    (folder / "config.json").write_text(json.dumps(config))
    save_file(saved, folder / "model.safetensors")
    with pytest.raises(EngineError, match=r"'lm_heads.0.weight', .* and 4 more are missing"):
        load_weights(folder)


def test_every_name_means_what_it_means_in_transformers_where_there_are_biases_too(
    tiny_checkpoint: Path, folder: Path
) -> None:
    """The final states of each stage, of two layers with biases, are those of transformers' own classes."""
    from transformers import BarkCausalModel, BarkFineConfig, BarkFineModel, BarkSemanticConfig

    size = {"num_layers": 2, "num_heads": 2, "hidden_size": 16, "block_size": 32, "bias": True}
    size |= {"input_vocab_size": 30, "output_vocab_size": 30}
    causal, fine = BarkSemanticConfig(**size), BarkFineConfig(**size)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        peers = {"semantic": BarkCausalModel(causal), "coarse_acoustics": BarkCausalModel(causal)}
        peers["fine_acoustics"] = BarkFineModel(fine)
        for name, weight in ((n, w) for peer in peers.values() for n, w in peer.named_parameters()):
            weight.data.normal_(1.0 if "norm" in name and "weight" in name else 0.0, 0.5)
    tensors = {f"{stage}.{n}": t.clone() for stage, peer in peers.items() for n, t in peer.state_dict().items()}
    config = json.loads((folder / "config.json").read_text())
    config |= {f"{stage}_config": peer.config.to_dict() for stage, peer in peers.items()}
    (folder / "config.json").write_text(json.dumps(config, default=str))
    save_file(tensors, folder / "model.safetensors")
    weights = load_weights(folder)
    ids = torch.arange(20)[None]
    for stage, peer in zip(STAGES, peers.values(), strict=True):
        ours: Stage = getattr(weights, stage)
        tables = (
            [ours.tensors["wte.weight"]] if stage != "fine" else [ours.tensors[f"wtes.{n}.weight"] for n in (0, 1)]
        )
        x = sum(table[ids] for table in tables) + ours.tensors["wpe.weight"][:20]
        hidden = Gpt(ours, Arithmetics("cpu", "float32"), causal=stage != "fine").read(x)
        head = ours.tensors["lm_heads.0.weight" if stage == "fine" else "lm_head.weight"]
        peer.eval()
        with torch.inference_mode():
            wanted = peer(1, ids[:, :, None].repeat(1, 1, 8)) if stage == "fine" else peer(ids)
        torch.testing.assert_close(hidden[0, -1] @ head.T, wanted.logits[0, -1], rtol=0, atol=2e-5)


def test_shapes_and_rules_are_read_from_the_configurations(tiny: Weights) -> None:
    assert tiny.semantic.shape == GptShape(1, 2, 16, 1_024, 129_600, 10_048, bias=False)
    assert tiny.fine.shape == GptShape(1, 2, 16, 1_024, 1_056, 1_056, bias=False)
    assert tiny.rules == Rules(max_semantic_tokens=24, max_coarse_history=120, fine_window=128, fine_history=64)


def test_every_rule_is_found_under_the_name_that_transformers_saves_it_under(
    tiny_checkpoint: Path, folder: Path
) -> None:
    from transformers.models.bark.generation_configuration_bark import (
        BarkCoarseGenerationConfig,
        BarkFineGenerationConfig,
        BarkGenerationConfig,
        BarkSemanticGenerationConfig,
    )

    shutil.copy(tiny_checkpoint / "model.safetensors", folder)
    path = folder / "generation_config.json"
    path.unlink()
    assert load_weights(folder).rules == Rules()
    path.write_text(json.dumps(BarkGenerationConfig().to_dict()))  # its own save_pretrained falls over itself
    assert load_weights(folder).rules == Rules()
    theirs = BarkGenerationConfig.from_sub_model_configs(
        BarkSemanticGenerationConfig(
            eos_token_id=9_000,
            max_new_tokens=700,
            text_encoding_offset=9_048,
            text_pad_token=5,
            semantic_infer_token=6,
            semantic_vocab_size=9_000,
            max_input_semantic_length=200,
            semantic_rate_hz=40.5,
        ),
        BarkCoarseGenerationConfig(
            coarse_semantic_pad_token=7,
            coarse_rate_hz=70,
            n_coarse_codebooks=3,
            coarse_infer_token=8,
            max_coarse_input_length=201,
            max_coarse_history=600,
            sliding_window_len=30,
        ),
        BarkFineGenerationConfig(max_fine_history_length=500, max_fine_input_length=1_000),
        sample_rate=22_050,
        codebook_size=512,
    )
    path.write_text(json.dumps(theirs.to_dict()))
    config = json.loads((folder / "config.json").read_text())
    with pytest.raises(EngineError, match="codec of 24000 Hz, and the rules are for 22050 Hz"):
        load_weights(folder)
    config["codec_config"]["sampling_rate"] = 22_050
    (folder / "config.json").write_text(json.dumps(config))
    assert load_weights(folder).rules == Rules(
        max_text_tokens=200,
        text_offset=9_048,
        text_pad=5,
        semantic_infer=6,
        semantic_vocabulary=9_000,
        max_semantic_tokens=700,
        semantic_rate_hz=40.5,
        coarse_pad=7,
        coarse_infer=8,
        coarse_codebooks=3,
        max_coarse_input=201,
        max_coarse_history=600,
        sliding_window=30,
        frame_rate_hz=70,
        fine_window=1_000,
        fine_history=500,
        codebook_size=512,
        sample_rate_hz=22_050,
    )


def test_another_end_of_the_semantic_stage_than_the_engine_draws_is_refused(
    tiny_checkpoint: Path, folder: Path
) -> None:
    shutil.copy(tiny_checkpoint / "model.safetensors", folder)
    (folder / "generation_config.json").write_text('{"semantic_config": {"eos_token_id": 7}}')
    with pytest.raises(EngineError, match="ends with 7"):
        load_weights(folder)


def in_two_parts(tensors: Tensors, folder: Path, stem: str, save: Callable[[Tensors, Path], Any]) -> None:
    """As ``save_pretrained`` with a small ``max_shard_size`` lays them out."""
    name, suffix = stem.split(".")
    places = {each: f"{name}-0000{number % 2 + 1}-of-00002.{suffix}" for number, each in enumerate(tensors)}
    for part in set(places.values()):
        save({each: tensors[each] for each in tensors if places[each] == part}, folder / part)
    (folder / f"{stem}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


def old_weight_norm(tensors: Tensors) -> Tensors:
    """As on the hub, whose files are of 2023."""
    return {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): tensor
        for name, tensor in tensors.items()
    }


@pytest.mark.parametrize("form", ["safetensors in parts", "bin", "bin in parts", "16 bit"])
def test_every_form_of_a_hub_checkpoint_gives_the_same_weights(
    form: str, tiny: Weights, saved: Tensors, folder: Path
) -> None:
    if form == "safetensors in parts":
        in_two_parts(saved, folder, "model.safetensors", save_file)
    elif form == "bin":
        torch.save(old_weight_norm(saved), folder / "pytorch_model.bin")
    elif form == "bin in parts":
        in_two_parts(old_weight_norm(saved), folder, "pytorch_model.bin", torch.save)
    else:
        save_file({name: tensor.half() for name, tensor in saved.items()}, folder / "model.safetensors")
    ours = load_weights(folder)
    if form == "16 bit":
        assert {tensor.dtype for tensor in ours.semantic.tensors.values()} == {torch.float16}
        return
    assert_same(ours, tiny)
    assert len(weight_files(folder)) == (2 if "parts" in form else 1)
    codec, shape = load_codec_weights(folder)
    assert codec.keys() == tiny.codec.keys() and shape == tiny.codec_shape


def test_a_part_that_an_index_names_must_be_there_and_beside_it(saved: Tensors, folder: Path) -> None:
    in_two_parts(saved, folder, "model.safetensors", save_file)
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(EngineError, match=r"00002-of-00002\.safetensors' of the weights is not there"):
        load_weights(folder)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": f"../{folder.name}/model-00001-of-00002.safetensors"}}))
    with pytest.raises(EngineError, match="is not there"):
        load_weights(folder)


@pytest.mark.parametrize("size", ["_2", ""])
def test_sunos_own_files_give_the_same_weights(size: str, tiny: Weights, original: Path, tmp_path: Path) -> None:
    folder = original
    if not size:
        folder = copied(original, tmp_path)
        for path in folder.glob("*_2.pt"):
            path.rename(folder / path.name.replace("_2.pt", ".pt"))
    ours = load_weights(folder)
    assert_same(ours, tiny)
    assert ours.codec_shape == {}  # Meta's file says nothing of its shape: it is the one there is


def test_of_two_sizes_the_large_is_taken_and_halves_of_both_are_not_mixed(original: Path, tmp_path: Path) -> None:
    folder = copied(original, tmp_path)
    for name in ("text", "coarse", "fine"):
        shutil.copy(folder / f"{name}_2.pt", folder / f"{name}.pt")
    assert [path.name for path in weight_files(folder)][:3] == ["text_2.pt", "coarse_2.pt", "fine_2.pt"]
    (folder / "fine_2.pt").unlink()
    (folder / "text.pt").unlink()
    with pytest.raises(MissingError, match=r"fine_2.pt is not there(.|\n)*hf download suno/bark fine_2.pt"):
        find_checkpoint(str(folder))


def test_a_folder_of_originals_is_a_model_with_a_fingerprint_and_a_tokenizer(
    original: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    folder = copied(original, tmp_path)
    settings = BARK.check_settings({"model": str(folder)}, folder)
    before = BARK.fingerprint(settings)
    assert set(BARK.weights(settings)) == {path.name for path in folder.iterdir() if path.suffix in (".pt", ".th")}  # type: ignore[attr-defined]
    text = "Call me Ishmael, the King."
    ids = [load_tokenizer(each)(text, add_special_tokens=False)["input_ids"] for each in (folder, tiny_checkpoint)]
    assert ids[0] == ids[1] and len(ids[0]) > 8
    with (folder / "encodec_24khz-d7cc33bc.th").open("r+b") as file:
        file.seek(-100, 2)
        file.write(b"another")
    assert BARK.fingerprint(settings) != before


@pytest.mark.parametrize(
    ("lost", "complaint"),
    [
        ("vocab.txt", r"vocab.txt(.|\n)*hf download suno/bark vocab.txt"),
        ("encodec_24khz-d7cc33bc.th", r"no codec(.|\n)*hf download facebook/encodec_24khz"),
        ("coarse_2.pt", r"coarse_2.pt is not there(.|\n)*hf download suno/bark coarse_2.pt"),
    ],
)
def test_what_is_missing_beside_sunos_files_is_named_with_how_to_get_it(
    lost: str, complaint: str, original: Path, tmp_path: Path
) -> None:
    folder = copied(original, tmp_path)
    (folder / lost).unlink()
    settings = BARK.check_settings({"model": str(folder)}, folder)
    with pytest.raises(MissingError, match=complaint):
        BARK.fingerprint(settings)


class Order:
    """What a pickle runs when it is loaded without care."""

    def __init__(self, run: Callable[..., Any], *words: object) -> None:
        self.order = (run, words)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.order


@pytest.mark.parametrize("place", ["text_2.pt", "encodec_24khz-d7cc33bc.th", "pytorch_model.bin"])
@pytest.mark.parametrize("how", ["system", "exec", "getattr"])
def test_a_file_that_wants_to_run_something_is_refused_by_name_and_nothing_is_run(
    place: str, how: str, original: Path, folder: Path
) -> None:
    trace = folder / "trace"
    order = {
        "system": Order(os.system, f"touch {trace}"),
        "exec": Order(exec, f"open({str(trace)!r}, 'w')"),
        "getattr": Order(getattr, "", "upper"),
    }[how]
    if place != "pytorch_model.bin":
        (folder / "config.json").unlink()
        copied(original, folder)
    (folder / place).unlink(missing_ok=True)
    torch.save({"model": {}, "model_args": {}, "best_val_loss": order}, folder / place)
    with pytest.raises(EngineError, match=f"{how}' to be run.*not run") as caught:
        load_weights(folder)
    assert str(folder / place) in str(caught.value) and "fetch it again" in str(caught.value)
    assert not trace.exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 cut off", b"\x80\x02}q\x00.", b"version https://git-lfs", b"\x80"]
)
@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_a_file_that_is_no_file_of_weights_is_refused(content: bytes, name: str, folder: Path) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(EngineError) as caught:
        load_weights(folder)
    assert str(folder) in str(caught.value) and "next:" in str(caught.value)


@pytest.mark.parametrize("name", ["text_2.pt", "encodec_24khz-d7cc33bc.th"])
def test_a_file_of_which_only_a_half_came_is_refused(name: str, original: Path, tmp_path: Path) -> None:
    folder = copied(original, tmp_path)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EngineError, match=r"cannot be read(.|\n)*fetch the file again"):
        load_weights(folder)


def without(name: str) -> Callable[[Tensors], Tensors]:
    return lambda saved: {each: tensor for each, tensor in saved.items() if each != name}


WRONG: dict[str, Callable[[Tensors], Tensors]] = {
    "semantic: .*'h.0.ln_1.weight' is missing": without("semantic.layers.0.layernorm_1.weight"),
    "fine_acoustics: .*'h.0.ln_2.bias' is missing": without("fine_acoustics.layers.0.layernorm_2.bias"),
    "coarse_acoustics: .*'h.1.ln_1.weight' is not known": lambda saved: {
        **saved,
        "coarse_acoustics.layers.1.layernorm_1.weight": torch.ones(16),
    },
    "'lost.weight' is not known": lambda saved: {**saved, "lost.weight": torch.ones(2)},
    r"'h.0.attn.c_attn.weight' is \[16, 48\], and should be \[48, 16\]": lambda saved: {
        **saved,
        "semantic.layers.0.attn.att_proj.weight": saved["semantic.layers.0.attn.att_proj.weight"].T.contiguous(),
    },
    "'wpe.weight' holds torch.int64": lambda saved: {
        **saved,
        "coarse_acoustics.position_embeds_layer.weight": torch.ones((1024, 16), dtype=torch.int64),
    },
}


@pytest.mark.parametrize("complaint", WRONG)
def test_a_tensor_missing_unknown_or_of_a_wrong_shape_is_named_with_its_stage(
    complaint: str, saved: Tensors, folder: Path
) -> None:
    save_file(WRONG[complaint](saved), folder / "model.safetensors")
    with pytest.raises(EngineError, match=complaint):
        load_weights(folder)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"num_heads": 3}, "semantic: .*a width of 16 cannot be shared out among 3 heads"),
        ({"num_layers": None}, "semantic: .*'num_layers' is None, which is no size"),
        ({"hidden_size": 0}, "'hidden_size' is 0"),
    ],
)
def test_sizes_that_cannot_be_are_refused(
    changed: dict[str, Any], complaint: str, tiny_checkpoint: Path, folder: Path
) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["semantic_config"] |= changed
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").symlink_to(tiny_checkpoint / "model.safetensors")  # as in the hub's cache
    with pytest.raises(EngineError, match=complaint):
        load_weights(folder)


def test_a_fine_stage_of_other_codebooks_than_the_codecs_is_refused(tiny_checkpoint: Path, folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["fine_acoustics_config"] |= {"n_codes_given": 2}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").symlink_to(tiny_checkpoint / "model.safetensors")
    with pytest.raises(EngineError, match="8 codebooks of 2, not 8 of 1"):
        load_weights(folder)


def test_sunos_files_are_checked_too(saved: Tensors, original: Path, tmp_path: Path) -> None:
    folder = copied(original, tmp_path)
    coarse = {n.removeprefix("coarse_acoustics."): t for n, t in saved.items() if n.startswith("coarse_acoustics.")}
    save_as_suno(folder / "coarse_2.pt", "coarse", without("layers.0.mlp.in_proj.weight")(coarse))
    with pytest.raises(EngineError, match=r"coarse_2.pt: .*'h.0.mlp.c_fc.weight' is missing"):
        load_weights(folder)
    torch.save(coarse, folder / "coarse_2.pt")
    with pytest.raises(EngineError, match=r"coarse_2.pt: .*no 'model' and 'model_args'"):
        load_weights(folder)


def test_loading_reads_no_weights_before_they_are_used(tmp_path: Path) -> None:
    """Files of 32 MB each; memory grows by less than a quarter of one."""
    big = {"model": {"a": torch.zeros(8 << 20)}, "model_args": {}}
    torch.save(big, tmp_path / "big.pt")
    save_file(big["model"], tmp_path / "big.safetensors")
    del big
    before = resident_bytes()
    kept = [read_pickled(tmp_path / "big.pt"), read_tensors([tmp_path / "big.safetensors"])]
    assert len(kept) == 2 and resident_bytes() - before < 8 << 20


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
