from __future__ import annotations

from pathlib import Path

from pipeline.engines import ReadingLimits
from pipeline.materials import Chunk
from pipeline.script import chunk_manuscript, load_lexicon, read_manuscript

TEXT = "# One\n\nAhab came aboard.\n\nStarbuck saw him.\n\n# Two\n\nNobody saw Ahab's leg.\n\nThe sea was calm.\n"


def chunks_with(lexicon: dict[str, str], folder: Path) -> list[Chunk]:
    path = folder / "book.md"
    path.write_text(TEXT, encoding="utf-8")
    known = load_lexicon((), lexicon)
    manuscript = read_manuscript(path, format="auto", language="en", lexicon=known, roles=["NARRATOR"])
    limits = {"NARRATOR": ReadingLimits(target_s=3.0, max_s=6.0)}
    chapters, _ = chunk_manuscript(manuscript, limits=limits, language="en")
    return [chunk for chapter in chapters for chunk in chapter.chunks]


def test_a_new_entry_changes_what_is_spoken_in_the_chunks_that_hold_it_and_in_no_other(tmp_path: Path) -> None:
    before = chunks_with({"Starbuck": "STAR-buck"}, tmp_path)
    after = chunks_with({"Starbuck": "STAR-buck", "Ahab": "AY-hab", "Pequod": "PEE-kwod"}, tmp_path)
    assert [chunk.shown for chunk in before] == [chunk.shown for chunk in after]
    changed = [new.spoken for old, new in zip(before, after, strict=True) if old.spoken != new.spoken]
    assert changed == ["AY-hab came aboard.", "Nobody saw AY-hab's leg."]
