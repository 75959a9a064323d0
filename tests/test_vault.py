"""The vault keeps whole materials or none, and never gives out a damaged one."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import StorageError
from pipeline.vault import Vault, content_key, new_file


def keep(vault: Vault, key: str, content: bytes = b"sound") -> None:
    def write(path: Path) -> dict[str, int]:
        path.write_bytes(content)
        return {"length": len(content)}

    vault.keep("takes", key, ".flac", write)


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    keep(Vault(tmp_path), "ab12")
    entry = Vault(tmp_path).fetch("takes", "ab12")
    assert entry is not None
    assert entry.path.read_bytes() == b"sound"
    assert entry.facts == {"length": 5}


def test_what_was_not_kept_is_not_found(tmp_path: Path) -> None:
    assert Vault(tmp_path).fetch("takes", "ab12") is None
    assert ("takes", "ab12") not in Vault(tmp_path)


@pytest.mark.parametrize("damage", ["flip", "cut", "delete", "card", "empty card"])
def test_a_damaged_material_is_set_aside_and_not_given_out(damage: str, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    keep(vault, "ab12")
    blob, card = tmp_path / "takes/ab/ab12.flac", tmp_path / "takes/ab/ab12.json"
    match damage:
        case "flip":
            blob.write_bytes(b"sOund")
        case "cut":
            blob.write_bytes(b"sou")
        case "delete":
            blob.unlink()
        case "card":
            card.write_text("{not json")
        case "empty card":
            card.write_text("")
    assert vault.fetch("takes", "ab12") is None
    assert ("takes", "ab12") not in vault
    keep(vault, "ab12")
    assert vault.fetch("takes", "ab12") is not None


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def write(path: Path) -> dict[str, int]:
        path.write_bytes(b"half")
        raise RuntimeError("the maker failed")

    with pytest.raises(RuntimeError):
        Vault(tmp_path).keep("takes", "ab12", ".flac", write)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_killed_while_writing_leaves_no_entry(tmp_path: Path) -> None:
    """kill -9 between the first byte and the rename: the next run finds no material, and can keep it."""
    code = (
        "import sys, time; from pathlib import Path; from pipeline.vault import Vault\n"
        "def write(path):\n"
        "    path.write_bytes(b'half'); print('writing', flush=True); time.sleep(60)\n"
        "Vault(Path(sys.argv[1])).keep('takes', 'ab12', '.flac', write)"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "writing\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert Vault(tmp_path).fetch("takes", "ab12") is None
    keep(Vault(tmp_path), "ab12")
    assert Vault(tmp_path).fetch("takes", "ab12") is not None


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - closed below; every write to it is ENOSPC
    with full, pytest.raises(StorageError, match="No space left") as caught, new_file(tmp_path / "x.flac"):
        full.write(b"x")
    assert caught.value.exit_code == 5
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"Not a directory|File exists"), new_file(tmp_path / "file" / "x.flac"):
        pass


def test_the_key_does_not_depend_on_the_order_of_the_facts() -> None:
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
    assert content_key({"a": 1, "b": 2}) != content_key({"a": 1, "b": 3})


def test_two_writers_of_one_key_do_no_harm(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.vault import Vault\n"
        "for _ in range(200):\n"
        "    Vault(Path(sys.argv[1])).keep('takes', 'ab12', '.flac', lambda p: p.write_bytes(b'same' * 999) and {})"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert Vault(tmp_path).fetch("takes", "ab12") is not None


def test_a_card_is_on_the_disk_only_after_its_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of renames is blob, then card: an entry without its blob can not appear."""
    renamed: list[str] = []
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        renamed.append(target.suffix)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    keep(Vault(tmp_path), "ab12")
    assert renamed == [".flac", ".json"]


def test_facts_are_added_to_a_card_and_read_without_the_blob(tmp_path: Path) -> None:
    keep(Vault(tmp_path), "ab12")
    Vault(tmp_path).annotate("takes", "ab12", heard="sound", length=6)
    (tmp_path / "takes/ab/ab12.flac").unlink()
    assert Vault(tmp_path).card("takes", "ab12") == {"length": 6, "heard": "sound"}


def test_an_annotated_entry_is_still_sound(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    keep(vault, "ab12")
    vault.annotate("takes", "ab12", verdicts=[{"check": "words", "passed": True}])
    entry = Vault(tmp_path).fetch("takes", "ab12")
    assert entry is not None
    assert entry.facts["verdicts"] == [{"check": "words", "passed": True}]


@pytest.mark.parametrize("card", [None, "", "{not json", "[]", '{"blob": 1, "sha256": 2, "facts": 3}'])
def test_annotating_what_has_no_card_does_nothing(card: str | None, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    keep(vault, "ab12")
    path = tmp_path / "takes/ab/ab12.json"
    path.unlink() if card is None else path.write_text(card)
    vault.annotate("takes", "ab12", heard="sound")
    assert vault.card("takes", "ab12") is None
    assert path.exists() == (card is not None)
    assert card is None or path.read_text() == card


def test_the_same_bytes_kept_again_keep_what_was_annotated(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    keep(vault, "ab12")
    vault.annotate("takes", "ab12", heard="sound")
    keep(vault, "ab12")
    assert vault.card("takes", "ab12") == {"length": 5, "heard": "sound"}
    keep(vault, "ab12", b"other")
    assert vault.card("takes", "ab12") == {"length": 5}  # what was heard belongs to the bytes that are gone
