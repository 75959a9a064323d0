"""The vault keeps whole materials or none, and never gives out a damaged one."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import StorageError
from pipeline.vault import Vault, content_key, file_sha256, new_file
from pipeline.vault.stocktaking import shelved, unused


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


@pytest.mark.parametrize("known", ["to this vault", "to another"])
@pytest.mark.parametrize("damage", ["flip", "cut", "delete", "swap", "swap both", "card", "empty card", "list"])
def test_a_damaged_material_is_set_aside_and_told_and_not_given_out(damage: str, known: str, tmp_path: Path) -> None:
    """Also where the very vault has kept, and so verified, what is then damaged."""
    vault = Vault(tmp_path)
    keep(vault, "ab12")
    keep(vault, "ab34", b"Sound")
    if known == "to another":
        vault = Vault(tmp_path)
    blob, card = tmp_path / "takes/ab/ab12.flac", tmp_path / "takes/ab/ab12.json"
    match damage:
        case "flip":
            blob.write_bytes(b"sOund")
        case "cut":
            blob.write_bytes(b"sou")
        case "delete":
            blob.unlink()
        case "swap":
            shutil.copyfile(blob.with_stem("ab34"), blob)
        case "swap both":
            shutil.copyfile(card.with_stem("ab34"), card)
            shutil.copyfile(blob.with_stem("ab34"), blob)
        case "list":
            card.write_text("[1, 2]")
        case "card":
            card.write_text("{not json")
        case "empty card":
            card.write_text("")
    assert vault.fetch("takes", "ab12") is None
    assert ("takes", "ab12") not in vault
    (told,) = vault.set_aside
    assert (told.room, told.key) == ("takes", "ab12")
    assert told.reason.startswith("its ")
    assert told.facts == ({"length": 5} if damage in ("flip", "cut", "delete", "swap") else {})
    assert (tmp_path / "corrupt/takes/ab12.json").exists()
    keep(vault, "ab12")
    assert vault.fetch("takes", "ab12") is not None
    assert vault.fetch("takes", "ab34") is not None


def test_an_entry_without_its_card_is_none_and_can_be_made_again(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    keep(vault, "ab12")
    (tmp_path / "takes/ab/ab12.json").unlink()
    assert vault.fetch("takes", "ab12") is None
    keep(vault, "ab12", b"other")
    entry = vault.fetch("takes", "ab12")
    assert entry is not None
    assert entry.path.read_bytes() == b"other"


def test_what_was_verified_is_not_hashed_again_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(Vault(tmp_path), "ab12")
    hashed: list[Path] = []

    def counted(path: Path) -> str:
        hashed.append(path)
        return file_sha256(path)

    monkeypatch.setattr("pipeline.vault.shelves.file_sha256", counted)
    vault = Vault(tmp_path)
    for _ in range(3):
        assert vault.fetch("takes", "ab12") is not None
    assert len(hashed) == 1
    keep(vault, "ab34")
    assert vault.fetch("takes", "ab34") is not None
    assert len(hashed) == 2, "it was hashed when it was kept"
    blob, before = tmp_path / "takes/ab/ab12.flac", (tmp_path / "takes/ab/ab12.flac").stat()
    blob.write_bytes(b"sOund")
    os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a restored backup or a wrong clock leaves it
    assert vault.fetch("takes", "ab12") is None
    assert vault.is_sound("takes", "ab34")
    assert len(hashed) == 5, "looked at, looked at again under the lock; and read once more when asked for"


@pytest.mark.parametrize("when_s", [0, 4_000_000_000], ids=["1970", "2096"])
def test_no_clock_matters(when_s: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times in the past or the future, and a clock that is set back while a run is at work, change nothing."""
    vault = Vault(tmp_path)
    keep(vault, "ab12")
    for path in tmp_path.rglob("ab12.*"):
        os.utime(path, (when_s, when_s))
    monkeypatch.setattr(time, "time", lambda: 1.0)
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    for seen in (vault, Vault(tmp_path)):
        assert seen.fetch("takes", "ab12") is not None
        seen.annotate("takes", "ab12", when=when_s)
        keep(seen, "ab34")
        assert seen.card("takes", "ab12") == {"length": 5, "when": when_s}
        assert not seen.set_aside
    found = [*shelved(tmp_path, "takes")]
    assert [one.key for one in found] == ["ab12", "ab34"]
    old = [one.key for one in unused(found, {"takes": set()}, written_before=time.time() - 86400)]
    assert old == [], "what was not written a day before now stays"


def test_what_is_discarded_is_gone_with_its_blob_and_nothing_else(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    for key in ("ab12", "ab123", "ab34"):
        keep(vault, key)
    (tmp_path / "takes/ab/ab34.json").unlink()
    vault.discard("takes", ["ab12", "ab34"])
    assert sorted(path.name for path in tmp_path.glob("takes/*/*")) == ["ab123.flac", "ab123.json"]
    assert vault.fetch("takes", "ab12") is None
    assert not vault.set_aside


def test_an_unreadable_folder_is_told_and_nothing_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault(tmp_path)
    keep(vault, "ab12")

    def refused(path: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("pipeline.vault.shelves.file_sha256", refused)
    with pytest.raises(StorageError, match="cannot read: Permission denied"):
        Vault(tmp_path).fetch("takes", "ab12")
    assert ("takes", "ab12") in vault


def test_a_blob_that_the_disk_cannot_read_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(Vault(tmp_path), "ab12")

    def broken(path: Path) -> str:
        raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr("pipeline.vault.shelves.file_sha256", broken)
    vault = Vault(tmp_path)
    assert vault.fetch("takes", "ab12") is None
    assert [one.reason for one in vault.set_aside] == ["the disk cannot read its content"]


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
        "for _ in range(50):\n"
        "    Vault(Path(sys.argv[1])).keep('takes', 'ab12', '.flac', lambda p: p.write_bytes(b'same' * 999) and {})"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert Vault(tmp_path).fetch("takes", "ab12") is not None


def test_two_runs_share_one_vault(tmp_path: Path) -> None:
    """Two real processes keep, annotate and fetch the same keys, each under its own name: nothing is torn or lost."""
    code = (
        "import sys; from pathlib import Path; from pipeline.vault import Vault\n"
        "vault, name = Vault(Path(sys.argv[1])), sys.argv[2]\n"
        "keys = [f'ab{number:02d}' for number in range(5)]\n"
        "for number in range(20):\n"
        "    key = keys[number % 5]\n"
        "    if number < 10 or not vault.fetch('takes', key):\n"
        "        vault.keep('takes', key, '.flac', lambda p: p.write_bytes(key.encode() * 9999) and {'n': key})\n"
        "    vault.annotate('takes', key, **{f'{name}{number}': number})\n"
        "    assert vault.card('takes', key)['n'] == key\n"
        "assert not vault.set_aside, vault.set_aside\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in ("one", "two")]
    assert [run.wait(60) for run in runs] == [0, 0]
    vault = Vault(tmp_path)
    assert vault.count("takes") == 5
    for number, key in enumerate(vault.keys("takes")):
        entry = vault.fetch("takes", key)
        assert entry is not None
        mine = {f"{name}{count}": count for name in ("one", "two") for count in range(number, 20, 5)}
        assert entry.facts == {"n": key, **mine}, "every fact of both runs is there"
    assert not vault.set_aside
    assert not list((tmp_path / "making").iterdir())


def test_different_bytes_for_one_key_never_look_damaged(tmp_path: Path) -> None:
    """Two machines' engines may differ in the last bit: who reads sees one take or the other, whole."""
    code = (
        "import sys; from pathlib import Path; from pipeline.vault import Vault\n"
        "vault, name = Vault(Path(sys.argv[1])), sys.argv[2].encode()\n"
        "for _ in range(20):\n"
        "    vault.keep('takes', 'ab12', '.flac', lambda p: p.write_bytes(name * 9999) and {'by': name.decode()})\n"
        "    entry = vault.fetch('takes', 'ab12')\n"
        "    assert entry and not vault.set_aside, vault.set_aside\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in ("one", "two")]
    assert [run.wait(60) for run in runs] == [0, 0]
    entry = Vault(tmp_path).fetch("takes", "ab12")
    assert entry is not None
    assert entry.path.read_bytes() == entry.facts["by"].encode() * 9999


def test_killed_while_annotating_leaves_a_whole_card(tmp_path: Path) -> None:
    """kill -9 in the middle of a stream of annotations: the entry is sound, with what was written last."""
    keep(Vault(tmp_path), "ab12")
    code = (
        "import sys; from itertools import count; from pathlib import Path; from pipeline.vault import Vault\n"
        "vault = Vault(Path(sys.argv[1]))\n"
        "for number in count(1):\n"
        "    vault.annotate('takes', 'ab12', number=number, text='x' * 20_000); print(number, flush=True)"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    written = [int(writer.stdout.readline()) for _ in range(20)][-1]
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    vault = Vault(tmp_path)
    vault.annotate("takes", "ab12", after=True)  # the dead one's lock is gone with it
    entry = vault.fetch("takes", "ab12")
    assert entry is not None
    assert entry.facts["number"] >= written
    assert entry.facts["after"]
    vault.clear_leftovers()
    assert not list((tmp_path / "making").iterdir())


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
