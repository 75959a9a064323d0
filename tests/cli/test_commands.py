"""Every command does what its help says, and says what is wrong in the producer's words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.commands import EXIT_CODES, chapterhouse, main
from pipeline.errors import ProductionError
from tests.conftest import PRODUCTION, SCRIPT, Finished


def run(*arguments: str | Path) -> Result:
    """The command in this process; a `ProductionError` is in ``result.exception``."""
    return CliRunner().invoke(chapterhouse, [str(argument) for argument in arguments], standalone_mode=False)


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    (tmp_path / "harbour.md").write_text(SCRIPT)
    (tmp_path / "harbour.yaml").write_text(PRODUCTION)
    return tmp_path / "harbour.yaml"


def test_help_imports_no_model_library_and_no_prefect() -> None:
    """What makes ``chapterhouse --help`` answer at once."""
    code = (
        "import sys\nfrom pipeline.cli import main\n"
        "sys.argv = ['chapterhouse', '--help']\n"
        "try: main()\nexcept SystemExit as end: assert end.code == 0, end.code\n"
        "heavy = {'torch', 'transformers', 'prefect', 'onnxruntime', 'numpy', 'nltk', 'pydantic', 'rich'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("loaded: []\n")
    assert "Usage: chapterhouse" in done.stdout


def test_check_and_plan_load_no_model_and_no_prefect(harbour: Path) -> None:
    code = (
        "import sys\nfrom pipeline.cli.commands import chapterhouse\n"
        "for name in ('check', 'plan'): chapterhouse.main([name, sys.argv[1]], standalone_mode=False)\n"
        "print('loaded:', sorted({'torch', 'transformers', 'prefect', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(harbour)], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("loaded: []\n")


def test_the_help_lists_every_exit_code() -> None:
    kinds = [ProductionError, *ProductionError.__subclasses__()]
    documented = {int(code) for code in re.findall(r"^ +(\d+)  ", EXIT_CODES, re.MULTILINE)}
    assert {kind.exit_code for kind in kinds} | {0, 1, 2} <= documented
    assert EXIT_CODES.strip().splitlines()[-1] in run("--help").output


def test_check_says_what_there_is(harbour: Path) -> None:
    done = run("check", harbour)
    assert done.exit_code == 0
    assert "2 chapters" in done.output
    assert "every word is accounted for" in done.output
    assert not (harbour.parent / "build").exists(), "check writes nothing"


def test_check_finds_a_role_that_is_not_cast(harbour: Path) -> None:
    script = harbour.with_suffix(".md")
    script.write_text(SCRIPT.replace("TOM: I", "TIM: I"))
    error = run("check", harbour).exception
    assert isinstance(error, ProductionError)
    assert error.exit_code == 3
    assert "harbour.md:7:1" in str(error)
    assert "TOM" in str(error)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("voice: high", "voice: hihg", "did you mean 'high'"),
        ("engine: humming, voice: low", "engine: huming, voice: low", "no engine 'huming'"),
        ("deliver:", "engines: {humming: {dealy_s: 1}}\ndeliver:", "delay_s"),
        ("harbour.md", "harbor.md", "harbor.md"),
        ("script:", "language: de\nscript:", "hibari does not speak 'de'"),
        ("voice: low", "voice: low, speed: 1.5", "bark cannot read at speed 1.5"),
    ],
)
def test_check_finds_what_the_production_file_alone_does_not_show(
    before: str, after: str, words: str, harbour: Path
) -> None:
    text = PRODUCTION.replace(before, after)
    if "hibari" in words:
        text = text.replace("humming, voice: middle", "hibari, voice: heart")
    if "bark" in words:
        text = text.replace("humming, voice: low", "bark, voice: v2/en_speaker_1")
    harbour.write_text(text)
    error = run("check", harbour).exception
    assert isinstance(error, ProductionError), error
    assert error.exit_code == 3
    assert words in str(error)


def test_plan_counts_chunks_and_estimates(harbour: Path) -> None:
    plan = json.loads(run("plan", harbour, "--json").output)
    assert [chapter["title"] for chapter in plan["chapters"]] == ["The Harbour", "The Lamp"]
    assert all(chapter["chunks"] > 0 and chapter["in_vault"] == 0 for chapter in plan["chapters"])
    assert all(chapter["estimated_s"] > 2 for chapter in plan["chapters"])
    table = run("plan", harbour).output
    assert "The Lamp" in table
    assert "in all" in table


def test_what_init_writes_passes_check_and_the_schema(tmp_path: Path) -> None:
    written = run("init", tmp_path / "new", "--name", "first-book")
    assert written.exit_code == 0, written.exception
    production = tmp_path / "new" / "first-book.yaml"
    assert production.read_text().startswith("# yaml-language-server: $schema=./production.schema.json\n")
    assert run("check", production).exit_code == 0
    jsonschema = pytest.importorskip("jsonschema")
    from ruamel.yaml import YAML

    schema = json.loads((tmp_path / "new" / "production.schema.json").read_text())
    jsonschema.validate(YAML(typ="safe").load(production.read_text()), schema)


def test_every_default_that_init_shows_is_the_default(tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    from pipeline.production_file import load_order

    run("init", tmp_path, "--name", "book")
    file = tmp_path / "book.yaml"
    text = file.read_text()
    for name in ("pauses", "verify", "mix"):
        text = re.sub(rf"^# {name}:", f"{name}:", text, flags=re.MULTILINE)
    text = re.sub(r"^#(   \w+_s: )", r" \1", text, flags=re.MULTILINE)
    shown = YAML(typ="safe").load(text)
    plain = load_order(file).production
    file.write_text(text)
    assert load_order(file).production == plain
    assert len(shown["pauses"]) == 7


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "my-book.md").write_text("mine")
    error = run("init", tmp_path).exception
    assert isinstance(error, ProductionError)
    assert (tmp_path / "my-book.md").read_text() == "mine"
    assert not (tmp_path / "my-book.yaml").exists()


def test_schema_prints_a_json_schema() -> None:
    schema = json.loads(run("schema").output)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"title", "cast", "base"} <= set(schema["properties"])


def test_voices_lists_every_engine() -> None:
    listed = run("voices").output
    for voice in ("hibari/heart", "kokoro/am_michael", "bark/v2/en_speaker_6", "humming/low"):
        assert voice in listed
    german = run("voices", "--language", "de").output
    assert "v2/de_speaker_0" in german
    assert "hibari" not in german


def test_an_audition_renders_a_file_for_each_voice(tmp_path: Path) -> None:
    done = run(
        "voices", "audition", "Good evening.", "--voice", "humming/low", "--voice", "hibari/heart", "--to", tmp_path
    )
    assert done.exit_code == 0, done.exception
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hibari-heart.wav", "humming-low.wav"]


def test_an_audition_of_an_unknown_voice_is_told(tmp_path: Path) -> None:
    error = run("voices", "audition", "Good evening.", "--voice", "kokoro/am_micheal", "--to", tmp_path).exception
    assert isinstance(error, ProductionError)
    assert "am_michael" in str(error)


def test_a_missing_model_says_which_command_fetches_it_and_what_to_do_offline(
    harbour: Path, command: Callable[..., Finished], tmp_path: Path
) -> None:
    harbour.write_text(PRODUCTION.replace("humming, voice: middle", "bark, voice: v2/en_speaker_6"))
    done = command("render", harbour, HF_HOME=str(tmp_path / "no-models"))
    assert done.code == 4
    assert "chapterhouse models pull bark-small" in done.err
    assert "folder" in done.err
    assert "Traceback" not in done.err


def test_models_lists_what_can_be_fetched() -> None:
    listed = run("models", "list").output
    assert "bark-small" in listed
    assert "MIT" in listed


def test_doctor_finds_this_machine_ready(command: Callable[..., Finished]) -> None:
    done = command("doctor")
    assert done.code == 0, done.out
    assert "this machine is ready" in done.out
    assert "engine hibari: ready" in done.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    assert "chapterhouse" in run("completion", shell).output


def test_completion_completes(command: Callable[..., Finished]) -> None:
    done = command(_CHAPTERHOUSE_COMPLETE="bash_complete", COMP_WORDS="chapterhouse re", COMP_CWORD="1")
    assert "render" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["rendre"], 2, "No such command"),
        (["render"], 2, "Missing argument"),
        (["render", "nowhere.yaml"], 3, "no such production file"),
        (["serve", "nowhere.yaml"], 3, "no such production file"),
        (["models", "pull", "barque"], 3, "bark"),
        (["voices", "audition", "x", "--voice", "kokoro"], 3, "ENGINE/VOICE"),
    ],
)
def test_mistakes_end_with_their_exit_code_and_no_traceback(
    arguments: list[str], code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["chapterhouse", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


def test_serve_wants_a_schedule(harbour: Path) -> None:
    error = run("serve", harbour).exception
    assert isinstance(error, ProductionError)
    assert "schedule" in str(error)
