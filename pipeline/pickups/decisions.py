"""One decision about one line, as the file says it, and how a line is known when the script around it changes."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.materials import Chunk
from pipeline.production import Model

TEXT_SHOWN = 60
HASH_LENGTH = 8  # hexadecimal digits; only sentences of one role are compared, and there are some ten thousand
SLATE = r"^ch\d{2,}-\d{4,}$"
KEY_PREFIX = r"^[0-9a-f]{8,64}$"

Line = tuple[str, str, int, str]
"""What no two pickups have in common: role, words, which one, after what."""

TakeKey = Annotated[str, Field(pattern=KEY_PREFIX)]


def _has_words(text: str) -> str:
    if not any(map(str.isalnum, text)):
        raise ValueError("there is no word in it")
    return text


OneLine = Annotated[str, AfterValidator(lambda text: " ".join(text.split()))]
Spelling = Annotated[OneLine, Field(max_length=1000), AfterValidator(_has_words)]


class Redo(Model):
    """What is to be different when the line is read again."""

    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="Instead of the seed that follows from the line.")
    voice: OneLine | None = Field(None, min_length=1, description="Another voice of the role's engine.")
    speed: float | None = Field(None, ge=0.5, le=2.0, description="1.0 is the voice's own pace.")
    say: Spelling | dict[Spelling, Spelling] | None = Field(
        None, description="The whole line as it is to be read, or words of it: {Siobhan: shi-VAWN}."
    )

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_dump(exclude_none=True) or self.say == {}:
            raise ValueError("a redo needs a seed, a voice, a speed or a 'say'")
        return self


class Pickup(Model):
    """One line of the book and what was decided about it.

    A line is its role and its words (`words_of`); ``after`` and ``nth`` tell apart lines of the same words.
    """

    slate: str = Field(pattern=SLATE, description="Where it was when this was decided; a hint for people.")
    role: str = Field(min_length=1)
    text: OneLine = Field("", description="Its first words; a hint for people.")
    words: str = Field(pattern=r"^[0-9a-f]{8}(\.[0-9a-f]{8})*$", description="A short hash of each of its sentences.")
    after: str = Field("", pattern=r"^([0-9a-f]{8})?$", description="Hash of the sentence before it in the chapter.")
    nth: int = Field(1, ge=1, description="Which one, when the role says the same words several times.")
    redo: Redo | None = None
    use: TakeKey | None = Field(None, description="The take to use: its key, or the first 8 characters or more.")
    approve: TakeKey | None = Field(None, description="The take that is good as it is, whatever the checks say.")
    note: OneLine = ""

    @model_validator(mode="after")
    def _decides_something(self) -> Self:
        if self.redo is None and self.use is None and self.approve is None and not self.note:
            raise ValueError("a pickup needs 'redo', 'use', 'approve' or 'note'")
        return self

    @property
    def line(self) -> Line:
        """What no two pickups have in common."""
        return self.role, self.words, self.nth, self.after

    @property
    def order(self) -> tuple[int, int, str, str, int, str]:
        """By chapter and place."""
        chapter, _, number = self.slate.removeprefix("ch").partition("-")
        return int(chapter), int(number), *self.line


def words_of(chunk: Chunk) -> str:
    """The identity of what a chunk shows: a short hash of each of its sentences, joined by dots."""
    return ".".join(_hash(sentence.shown) for sentence in chunk.sentences) or _hash(chunk.shown)


def _hash(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:HASH_LENGTH]


def first_words(text: str) -> str:
    """As much of a line as tells a person which one it is."""
    return text if len(text) <= TEXT_SHOWN else re.sub(r"\s+\S*$", "", text[: TEXT_SHOWN - 1]) + " …"
