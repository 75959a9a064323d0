"""A title's certificate names its deliverables, its voices and its rights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.casting import resolve_cast
from pipeline.delivery.certificate import certificate_json
from pipeline.delivery.certifying import certify_title
from pipeline.materials import Deliverable, Master
from pipeline.production import Order
from pipeline.vault import Vault

from .narrated import encode, mp3, narration


def deliverable(path: Path, form: str) -> Deliverable:
    content = path.read_bytes()
    return Deliverable(path, form, hashlib.sha256(content).hexdigest(), len(content))


def test_a_title_is_judged_by_its_productions_profile_and_says_what_it_was_made_from(
    make_order: Callable[..., Order], make_master: Callable[..., Master], vault: Vault, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    for folder in ("mp3", "acx", "vtt"):
        (output / folder).mkdir(parents=True)
    sound = narration(4.0)
    captions = output / "vtt" / "01_a.vtt"
    captions.write_text("WEBVTT")
    files = [
        deliverable(mp3(output / "mp3" / "01_a.mp3", sound), "mp3"),
        deliverable(mp3(output / "acx" / "01_A.mp3", sound), "acx"),
        deliverable(mp3(output / "acx" / "sample.mp3", narration(4.0, tail_s=0.7)), "acx"),
        deliverable(encode(output / "the-road.m4b", sound, "-c:a", "aac", "-f", "ipod"), "m4b"),
        deliverable(captions, "vtt"),
    ]
    order = make_order()
    masters = [replace(make_master(1, "A"), source_rate_hz=24000)]
    certificate = certify_title(order, masters, files, resolve_cast(order), vault=vault)
    assert [(file.name, file.kind, file.met) for file in certificate.files] == [
        ("mp3/01_a.mp3", "chapter", True),
        ("acx/01_A.mp3", "chapter", True),
        ("acx/sample.mp3", "sample", True),
        ("the-road.m4b", "title", True),
    ]
    assert [file.sha256 for file in certificate.files] == [item.sha256 for item in files[:4]]
    facts = json.loads(certificate_json(certificate))
    assert facts["verdict"] == "met"
    assert facts["profile"]["name"] == "acx"
    assert "synthetic" in facts["disclosure"]
    assert facts["source_rate_hz"] == 24000
    assert facts["rights"]["licence"] == "CC BY 4.0"
    assert facts["voices"] == [
        {"role": "NARRATOR", "engine": "humming", "voice": "low", "licence": facts["voices"][0]["licence"]}
    ]
    assert facts["voices"][0]["licence"]
    assert vault.count("measurements") == 3  # two files hold the same bytes
