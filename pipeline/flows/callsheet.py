"""The call sheet: a production drawn up for recording. Everything a run must know before a model is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from pipeline.booth import Judge, Listening, Slot, choose, circled_in_vault, plan_takes, settled_in_vault
from pipeline.casting import CastVoice, resolve_cast
from pipeline.delivery import check_cover
from pipeline.engines import ReadingLimits
from pipeline.errors import InputError, MissingError, Place
from pipeline.flows.cards import Cards
from pipeline.flows.decided import pickups_on
from pipeline.flows.wording import WORDING
from pipeline.hearing.ears import EarsAside, check_ears
from pipeline.materials import ChapterChunks, Manuscript, Notice, Take
from pipeline.pickups import Pickups
from pipeline.production import CLOSING_CREDITS, OPENING_CREDITS, Order, Verify
from pipeline.profiles import Profile
from pipeline.script import (
    Lexicon,
    chunk_manuscript,
    engine_pace,
    load_lexicon,
    read_credits,
    read_manuscript,
    remarks,
)
from pipeline.script.dialogue import recasting
from pipeline.vault import Vault, open_vault


@dataclass(frozen=True)
class CallSheet:
    """Chapters, cast and vault of one production.

    Attributes:
        notices: what the producer should know, such as sentences too long for one breath.
        manuscript: the script as it was read, with the account of its words.
        pickups: what a person has decided about single lines.
        verify: how takes are listened to on this machine.
        names: words of the lexicon and how they are respelled.
    """

    order: Order
    cast: Mapping[str, CastVoice]
    chapters: tuple[ChapterChunks, ...]
    notices: tuple[Notice, ...]
    manuscript: Manuscript
    pickups: Pickups
    verify: Verify
    names: tuple[str, ...] = ()

    @cached_property
    def vault(self) -> Vault:
        """One for the whole run: it remembers what it has verified and what it has set aside."""
        return open_vault(self.order)

    @property
    def profile(self) -> Profile:
        """What the chapters are mastered to and the files are judged by."""
        return self.order.production.master.resolved()

    @property
    def narrators(self) -> str:
        """The narrator credit: as written, or the voices by name."""
        if self.order.production.narrator:
            return self.order.production.narrator
        voices = dict.fromkeys(
            f"{voice.engine.name}/{voice.voice.rpartition('/')[2]}" for voice in self.cast.values()
        )
        return f"synthetic voices {', '.join(voices)}"

    @property
    def paces(self) -> Mapping[str, float]:
        """How long each role's voice takes, in estimates."""
        return _paces(self.cast, self.order.production.language)

    def slots(self, chapter: ChapterChunks) -> list[Slot]:
        """The slots of a chapter's chunks, in order.

        Raises:
            MissingError: an engine's model is not on this machine.
        """
        return self._planned[0][chapter.number]

    @property
    def refused(self) -> tuple[Notice, ...]:
        """Chosen takes that cannot be used, and why. Raises as `slots`."""
        return self._planned[1]

    @cached_property
    def _planned(self) -> tuple[Mapping[int, list[Slot]], tuple[Notice, ...]]:
        refused: list[Notice] = []

        def refuse(slot: Slot, why: str) -> None:
            if slot.pickup is not None:
                refused.append(Notice(f"{slot.chunk.slate}: {why}", self.pickups.place(slot.pickup)))

        slots = {}
        for chapter in self.chapters:
            planned = plan_takes(chapter.chunks, self.cast, self.order.production.language, self.pickups)
            slots[chapter.number] = choose(planned, self.vault, self.verify, refused=refuse)
        return slots, tuple(refused)

    @cached_property
    def ears(self) -> EarsAside:
        """Who hears; a process that is started when it is first asked."""
        return EarsAside(self.verify.recogniser)

    def judge(self, vault: Vault | None = None) -> Judge:
        """Who listens to takes, in this production's vault or another."""
        return Judge(vault or self.vault, self.verify, Listening(self.ears, WORDING, self.names))

    def settled(self) -> Mapping[int, list[Slot]]:
        """The slots of each chapter; those that go on from another's take know it as far as the vault's cards do.

        Raises:
            MissingError: an engine's model is not on this machine.
        """
        cards = Cards(self.vault)
        slots = [slot for chapter in self.chapters for slot in self.slots(chapter)]
        found = iter(settled_in_vault(slots, cards, verify=self.verify, judge=self.judge(cards)))
        return {chapter.number: [*islice(found, len(chapter.chunks))] for chapter in self.chapters}

    def circled(self, slots: Sequence[Slot]) -> list[Take | None]:
        """What the vault's takes of some slots come to; None for what must be recorded or listened to."""
        return circled_in_vault(slots, self.vault, verify=self.verify, judge=self.judge())


def draw_up(order: Order) -> CallSheet:
    """Read the script, resolve the cast and cut the chunks. No model is loaded, nothing is written.

    Raises:
        InputError: the script, the lexicon or the cast is wrong.
    """
    production = order.production
    cast = resolve_cast(order)
    noted: list[Notice] = []
    places = {word: order.place("lexicon", word) for word in production.lexicon}
    lexicon = load_lexicon(production.lexicons, production.lexicon, places=places, notify=noted.append)
    engines = {role: voice.engine for role, voice in cast.items()}
    manuscript = read_manuscript(
        order.script,
        format=production.script.format,
        language=production.language,
        roles=cast,
        lexicon=lexicon,
        policies=production.reading,
        engine_of=engines.get,
        recast=recasting(order, cast),
    )
    limits = {role: voice.limits for role, voice in cast.items()}
    paces = _paces(cast, production.language)
    chapters, notices = chunk_manuscript(manuscript, limits=limits, language=production.language, paces=paces)
    if not chapters:
        raise InputError("the script has no chapter with words in it", where=str(order.script))
    opening, closing = _credits(order, lexicon, last=chapters[-1].number, limits=limits, paces=paces)
    place = Place(str(order.script))
    remarked = remarks(chapters, engines, language=production.language, place=place)
    notices = (*check_cover(order), *_room_notices(order), *noted, *manuscript.notices, *remarked, *notices)
    everything = (*opening, *chapters, *closing)
    pickups = pickups_on(order, cast, [chunk for chapter in everything for chunk in chapter.chunks])
    verify, unheard = _verify(order)
    names = tuple(
        {entry.word: None for entry in lexicon.entries} | {entry.say: None for entry in lexicon.entries if entry.say}
    )
    return CallSheet(
        order, cast, everything, (*notices, *pickups.notices, *unheard), manuscript, pickups, verify, names
    )


def _verify(order: Order) -> tuple[Verify, tuple[Notice, ...]]:
    """How takes are listened to: as ordered, or, where nothing is ordered and nobody here can hear, without ears."""
    verify = order.production.verify
    if verify.mode in ("off", "free"):
        return verify, ()
    try:
        check_ears(verify.recogniser)
    except MissingError as error:
        if {"mode", "recogniser"} & verify.model_fields_set:
            raise
        notice = Notice(f"{error.what}: words and voices are not checked ({error.next_step})", Place(str(order.file)))
        return verify.model_copy(update={"mode": "free"}), (notice,)
    return verify, ()


def _paces(cast: Mapping[str, CastVoice], language: str) -> dict[str, float]:
    return {role: voice.pace or engine_pace(voice.engine.name, language) for role, voice in cast.items()}


def _room_notices(order: Order) -> Iterator[Notice]:
    """Where the pauses at a chapter's ends are not what the profile's receiver asks for."""
    profile = order.production.master.resolved()
    for end in ("head_s", "tail_s"):
        seconds, limit = getattr(order.production.pauses, end), profile.limits.get(end)
        if limit is not None and not (limit.low or 0.0) <= seconds <= (limit.high or seconds):
            least = f"{limit.low or 0:g}"
            asked = f"at least {least} s" if limit.high is None else f"{least} to {limit.high:g} s"
            place = "head" if end == "head_s" else "tail"
            yield Notice(
                f"{profile.name} asks for {asked} of room tone at the {place} of a file, and "
                f"'pauses: {end}:' is {seconds:g}",
                order.place("pauses", end),
            )


def _credits(
    order: Order, lexicon: Lexicon, *, last: int, limits: Mapping[str, ReadingLimits], paces: Mapping[str, float]
) -> tuple[tuple[ChapterChunks, ...], tuple[ChapterChunks, ...]]:
    """Opening and closing credits as chapters 0 and ``last + 1``: the book's own chapters keep their numbers."""
    production = order.production
    spoken = production.spoken_credits()
    if spoken is None:
        return (), ()
    chunked = []
    for text, key, title, number in zip(
        spoken, ("opening", "closing"), (OPENING_CREDITS, CLOSING_CREDITS), (0, last + 1), strict=True
    ):
        place = order.place("credits", key)
        read = read_credits(
            text,
            number=number,
            title=title,
            language=production.language,
            lexicon=lexicon,
            place=place,
        )
        chunked.append(chunk_manuscript(read, limits=limits, language=production.language, paces=paces)[0])
    return chunked[0], chunked[1]
