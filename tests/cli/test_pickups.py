"""`chapterhouse pickups`: lines named in three ways, decisions written, recorded again, told what will happen."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.commands import chapterhouse
from pipeline.cli.line_finding import find_line, the_book
from pipeline.errors import InputError
from pipeline.flows.callsheet import draw_up
from pipeline.materials import Chunk, Verdict
from pipeline.pickups import Pickup, load_pickups
from pipeline.production_file import load_order
from pipeline.vault import Vault, content_key
from tests.conftest import PRODUCTION, SCRIPT

GOOD = asdict(Verdict("words", True, 0.0, 0.1))
BAD = asdict(Verdict("words", False, 0.5, 0.1, "2 words missing: 'it twice'"))


def run(*arguments: str | Path) -> Result:
    """The command in this process; a `ProductionError` is in ``result.exception``."""
    return CliRunner().invoke(chapterhouse, ["pickups", *map(str, arguments)], standalone_mode=False)


def output(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert done.exception is None, done.exception
    return done.output


def error(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert isinstance(done.exception, InputError), (done.exception, done.output)
    return str(done.exception)


def keep(vault: Vault, chunk: Chunk, attempt: int, *verdicts: dict[str, Any]) -> str:
    key = content_key({"line": chunk.slate, "attempt": attempt})
    facts = {
        "shown": chunk.shown,
        "spoken": chunk.spoken,
        "role": chunk.role,
        "voice": "low",
        "speed": 1.0,
        "seed": 1000 + attempt,
        "attempt": attempt,
        "seconds": 1.5,
        "verdicts": list(verdicts),
    }

    def write(path: Path) -> dict[str, Any]:
        path.write_bytes(f"{chunk.slate} {attempt}".encode())
        return facts

    vault.keep("takes", key, ".flac", write)
    return key


@pytest.fixture
def harbour(rendered: Path, tmp_path: Path) -> Path:
    """A copy of `rendered` for each test."""
    return Path(shutil.copytree(rendered, tmp_path, dirs_exist_ok=True), "harbour.yaml")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production as a run leaves it: one good take of every line, and of Tom's three that all failed."""
    tmp_path = tmp_path_factory.mktemp("harbour")
    (tmp_path / "harbour.md").write_text(SCRIPT)
    (tmp_path / "harbour.yaml").write_text(PRODUCTION)
    order = load_order(tmp_path / "harbour.yaml")
    sheet = draw_up(order)
    rows = []
    for chapter in sheet.chapters:
        for number, chunk in enumerate(chapter.chunks):
            verdicts = [BAD, BAD, BAD] if chunk.role == "TOM" else [GOOD]
            keys = [keep(sheet.vault, chunk, attempt, verdict) for attempt, verdict in enumerate(verdicts, 1)]
            attempts = [
                {
                    "key": key,
                    "seed": 1000 + attempt,
                    "seconds": 1.5,
                    "voice": "low",
                    "speed": 1.0,
                    "verdicts": [verdict],
                }
                for attempt, (key, verdict) in enumerate(zip(keys, verdicts, strict=True), 1)
            ]
            rows.append(
                {
                    "slate": chunk.slate,
                    "chapter": chunk.chapter,
                    "key": keys[0],
                    "role": chunk.role,
                    "shown": chunk.shown,
                    "spoken": chunk.spoken,
                    "start_s": 0.75 + 4 * number,
                    "end_s": 3.75 + 4 * number,
                    "flagged": verdicts[0] is BAD,
                    "heard": True,
                    "sampled": False,
                    "approved": False,
                    "attempts": attempts,
                }
            )
    order.output.mkdir(parents=True)
    (order.output / "takes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def decision(production: Path, words: str) -> Pickup | None:
    order = load_order(production)
    chunks = [chunk for chapter in draw_up(order).chapters for chunk in chapter.chunks]
    chunk = next(chunk for chunk in chunks if words in chunk.shown)
    return load_pickups(production.with_suffix(".pickups.yaml")).on(chunks).of(chunk)


TOM = "ch01-0004"


def tom_keys(production: Path) -> list[str]:
    told = json.loads(output("list", production, "--json"))
    return [take["key"] for take in told["lines"][0]["takes"]]


def test_flagged_lines_are_listed_with_time_text_reason_and_the_path_of_every_take(harbour: Path) -> None:
    told = output("list", harbour)
    assert f"{TOM}  1@0:12.8  TOM  I saw it twice." in told
    assert told.count("2 words missing: 'it twice'") == 3
    for path in (harbour.parent / "build/harbour/vault/takes").glob("*/*.flac"):
        assert (str(path) in told) == path.read_bytes().startswith(TOM.encode())
    assert "1 of 8 lines flagged, 0 decided about" in told
    assert "pickups redo harbour.yaml ch01-0004" in told
    assert "1 of 5 lines" in output("list", harbour, "--chapter", "1")
    assert "0 of 3 lines" in output("list", harbour, "--chapter", "2")
    assert "there is no chapter 7" in error("list", harbour, "--chapter", "7")


def test_every_line_is_listed_on_request_and_for_programs_as_json(harbour: Path) -> None:
    told = json.loads(output("list", harbour, "--all", "--json"))
    assert [line["flagged"] for line in told["lines"]] == [True] + 7 * [False]
    assert [take["circled"] for take in told["lines"][0]["takes"]] == [True, False, False]
    assert told["lines"][0]["decision"] is None
    assert len(output("list", harbour, "--all").splitlines()) == 7 + 7 + 2


def test_before_the_first_run_ends_the_takes_are_found_by_their_cards(harbour: Path) -> None:
    (harbour.parent / "build/harbour/deliverables/takes.jsonl").unlink()
    told = output("list", harbour)
    assert f"{TOM}  –  TOM  I saw it twice." in told
    assert told.count("2 words missing") == 3
    assert "nothing has been rendered yet" in error("redo", harbour, "1@0:05", "--later")


def test_a_line_is_named_by_slate_by_time_or_by_words(harbour: Path) -> None:
    book = the_book(load_order(harbour))
    for named in (TOM, "CH01-0004", "1@0:12.8", "1@13", "0:00:13", "1@0:15.9", "i saw, it TWICE", "saw it"):
        chunk, number = find_line(book, named)
        assert (chunk.slate, number) == (TOM, None), named
    assert find_line(book, "ch01-0004-t2") == (chunk, 2)


def test_a_time_in_the_title_counts_the_chapters_before_it(harbour: Path) -> None:
    book = the_book(load_order(harbour))
    chapter_s = 3.75 + 4 * 4 + 3.0  # five lines and the tail
    assert find_line(book, f"0:00:{chapter_s + 5:.1f}")[0].slate == "ch02-0002"
    for named, what in {
        "1@9:00": "past the end of chapter 1",
        "9:00:00": "past the end of chapter 2",
        "3@1": "there is no chapter 3 in the last run\n  next: there are 1 … 2",
    }.items():
        with pytest.raises(InputError, match=what):
            find_line(book, named)


def test_a_name_that_fits_no_line_or_several_says_which_there_are(harbour: Path) -> None:
    several = error("redo", harbour, "the", "--later")
    assert "lines have the words 'the'" in several
    assert "\n    ch01-0003  1@0:08.8  ANNA  Did you see the light?" in several
    book = the_book(load_order(harbour))
    for named, what in {
        "I saw it thrice": "the nearest are ch01-0004",
        "ch01-0044": "there is no line ch01-0044 in this script\n  next: the nearest are ch01-0004",
        "…": "names no line",
    }.items():
        with pytest.raises(InputError, match=what) as caught:
            find_line(book, named)
        assert caught.value.exit_code == 3


def test_a_slate_that_means_another_line_since_the_last_run_is_not_guessed_at(harbour: Path) -> None:
    script = harbour.with_suffix(".md")
    script.write_text(SCRIPT.replace("TOM: I saw", "TOM: Who is there now?\n\nTOM: I saw"))
    told = error("redo", harbour, TOM, "--later")
    assert "ch01-0004 was 'I saw it twice.' and is now 'Who is there now?'" in told
    assert "ch01-0005  1@0:12.8" in output("redo", harbour, "1@13", "--later")
    script.write_text(SCRIPT.replace("TOM: I saw it twice.", "TOM: Never."))
    assert "at 1@13 stands 'I saw it twice.', which is no longer in the script" in error("redo", harbour, "1@13")


def test_redo_with_nothing_given_takes_the_next_seed_and_goes_on_from_there(harbour: Path) -> None:
    told = output("redo", harbour, TOM, "--later", "--note", "swallowed")
    assert "next render: records this line again, and mixes and masters chapter 1 again" in told
    for seed in (1, 2):
        found = decision(harbour, "saw it")
        assert found and found.redo and (found.redo.seed, found.note) == (seed, "swallowed")
        output("redo", harbour, TOM, "--later")
    output("redo", harbour, TOM, "--later", "--seed", "1000")
    output("redo", harbour, TOM, "--later")
    found = decision(harbour, "saw it")
    assert found and found.redo and found.redo.seed == 1004, "1001 to 1003 are the seeds of its takes"


def test_redo_takes_voice_speed_and_respelling_together_and_one_after_the_other(harbour: Path) -> None:
    output("redo", harbour, TOM, "--later", "--voice", "high", "--speed", "0.8")
    output("redo", harbour, TOM, "--later", "--say", "twice=two times")
    found = decision(harbour, "saw it")
    assert found is not None
    assert found.redo is not None
    assert found.redo.model_dump(exclude_none=True) == {"voice": "high", "speed": 0.8, "say": {"twice": "two times"}}
    output("redo", harbour, TOM, "--later", "--say", "I sore it two times.")
    found = decision(harbour, "saw it")
    assert found and found.redo and found.redo.say == "I sore it two times."


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--voice", "tenor"], "tenor"),
        (["--say", "Siobhan=shi-VAWN"], "'Siobhan' is not in the line 'I saw it twice.'"),
        (["--say", "saw=sore", "--say", "all of it"], "a whole line cannot be respelled together with single words"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(options: list[str], what: str, harbour: Path) -> None:
    assert what in error("redo", harbour, TOM, "--later", *options)
    assert not harbour.with_suffix(".pickups.yaml").exists()


def test_a_speed_that_the_engine_does_not_have_is_refused(harbour: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engines.humming.HummingEngine.speeds", (0.9, 1.1))
    assert "humming cannot read at speed 0.5" in error("redo", harbour, TOM, "--later", "--speed", "0.5")
    assert "choose 0.9 … 1.1" in error("redo", harbour, TOM, "--later", "--speed", "0.5")


@pytest.fixture
def recorder(harbour: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Stands in for the booth: keeps a take of the line that it is asked for."""
    asked: list[str] = []

    def record_line(order: Any, slate: str, _listener: Any) -> Any:
        asked.append(slate)
        sheet = draw_up(order)
        chunk = next(chunk for chapter in sheet.chapters for chunk in chapter.chunks if chunk.slate == slate)
        assert order.file.with_suffix(".pickups.yaml").exists(), "decided first: what is recorded follows from it"
        return SimpleNamespace(key=keep(sheet.vault, chunk, 4, GOOD))

    module = ModuleType("pipeline.flows.pickup")
    module.record_line = record_line  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pipeline.flows.pickup", module)
    return lambda: asked


def test_redo_records_the_line_at_once_and_says_where_to_listen(harbour: Path, recorder: Callable[..., Any]) -> None:
    told = output("redo", harbour, TOM)
    assert recorder() == [TOM]
    (path,) = [
        path
        for path in (harbour.parent / "build/harbour/vault/takes").glob("*/*.flac")
        if path.read_bytes() == f"{TOM} 4".encode()
    ]
    assert str(path) in told
    assert "next render: uses the new reading, and mixes and masters chapter 1 again" in told
    assert path.stem in tom_keys(harbour), "and the list has it"


def test_another_take_is_used_by_its_key_or_its_number(harbour: Path) -> None:
    keys = tom_keys(harbour)
    told = output("use", harbour, TOM, keys[1][:8])
    assert "next render: records nothing, and mixes and masters chapter 1 again with this take" in told
    found = decision(harbour, "saw it")
    assert found and found.use and keys[1].startswith(found.use)
    output("use", harbour, f"{TOM}-t3", "--note", "better")
    found = decision(harbour, "saw it")
    assert found and found.use and keys[2].startswith(found.use) and found.note == "better"
    assert "nothing changes" in output("use", harbour, TOM, keys[0])


def test_a_take_that_is_not_there_or_another_lines_is_refused_with_those_there_are(harbour: Path) -> None:
    keys = tom_keys(harbour)
    anna = content_key({"line": "ch01-0003", "attempt": 1})
    assert "is of another line: ANNA 'Did you see the light?'" in error("use", harbour, TOM, anna[:10])
    unknown = error("use", harbour, TOM, "00000000")
    assert "there is no take '00000000' of this line" in unknown
    assert all(key[:12] in unknown for key in keys)
    assert "there is no take 't9'" in error("use", harbour, f"{TOM}-t9")
    assert "this line has 3 takes" in error("use", harbour, TOM)
    assert "there is no take" in error("use", harbour, TOM, keys[0][:7])


def test_a_flagged_take_is_approved_as_it_is(harbour: Path) -> None:
    told = output("approve", harbour, "saw it twice", "--note", "he swallows it on purpose")
    assert told.endswith("next render: records nothing and flags this line no more\n")
    found = decision(harbour, "saw it")
    assert found and found.approve and found.use is None
    assert tom_keys(harbour)[0].startswith(found.approve)
    output("approve", harbour, f"{TOM}-t2")
    found = decision(harbour, "saw it")
    assert found and found.approve and found.approve == found.use, "not the circled one: it is used, too"
    assert f'"approve": "{found.approve}"' in output("list", harbour)


def test_a_redo_takes_back_what_was_chosen_and_clear_takes_back_everything(harbour: Path) -> None:
    output("approve", harbour, f"{TOM}-t2")
    output("redo", harbour, TOM, "--later")
    found = decision(harbour, "saw it")
    assert found and found.redo and (found.use, found.approve) == (None, None)
    assert "this line is what it was before" in output("clear", harbour, TOM)
    assert decision(harbour, "saw it") is None
    assert "nothing was decided about ch01-0004" in error("clear", harbour, TOM)


def test_a_decision_about_a_line_that_is_gone_is_told_by_list(harbour: Path) -> None:
    output("redo", harbour, TOM, "--later")
    harbour.with_suffix(".md").write_text(SCRIPT.replace("I saw it twice", "I saw it thrice"))
    told = output("list", harbour)
    assert (
        f"note: {harbour.with_suffix('.pickups.yaml')}:5:3: the line 'I saw it twice.' (TOM, once ch01-0004)" in told
    )
    assert "the nearest one now is ch01-0004, 'I saw it thrice.'" in told
