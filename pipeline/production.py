"""The order: one YAML file as strict, frozen models. Every room receives only its own slice of it.

Unknown keys are errors. `pipeline.production_file` reads the file and gives errors their line and column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from pipeline.errors import Place
from pipeline.profiles import CHAINS, ChainName, Limit, Profile, ProfileName, profile_named
from pipeline.profiles.catalogue import NUMBERS_ONLY, any_encoding, ours

NARRATOR = "NARRATOR"
"""The role of every word that no other role is named for."""

Engine = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
RoleName = Annotated[str, Field(pattern=r"^[^\W_a-z][^a-z:\[\]]*$", min_length=1, max_length=40)]
SettingValue = str | int | float | bool | None
OVERSHOOT_DB = 0.5  # ours: what MP3 and AAC add to the peaks of voice, as in the podcast profiles


class Model(BaseModel):
    """Strict, frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Rights(Model):
    """Who owns what. Travels into the tags."""

    copyright: str = Field("", description="Copyright line of the text, e.g. '1851, public domain'.")
    producer: str = Field("", description="Phonogram (℗) line of the recording.")
    licence: str = Field("", description="Licence of the recording, by name or URL.")
    voices: str = Field("", description="Licence of the voices, by name or URL.")
    source: str = Field("", description="Edition that the script was taken from.")


ScriptFormat = Literal["auto", "markdown", "text", "epub", "docx", "html", "fountain", "ssml", "pdf"]


class Script(Model):
    """Where the words come from."""

    path: Annotated[Path, Field(strict=False)] = Field(description="The script, relative to the production file.")
    format: ScriptFormat = Field("auto", description="auto goes by the file's suffix and content.")


Policy = Literal["skip", "read", "announce"]


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Files = Annotated[tuple[Annotated[Path, Field(strict=False)], ...], BeforeValidator(_as_tuple)]


class Policies(Model):
    """What of a book is read beside its text. ``announce`` reads it after a word that says what it is."""

    footnotes: Policy = Field("skip", description="Footnotes and endnotes, after the paragraph they belong to.")
    tables: Policy = Field("skip", description="Row by row.")
    images: Policy = Field("skip", description="The description (alt text) of a picture.")
    captions: Policy = Field("read", description="Captions of tables and pictures.")
    page_numbers: Policy = Field("skip", description="Numbers of the printed edition's pages.")
    links: Policy = Field("skip", description="The address of a link; its text is read in any case.")
    emphasis: Literal["plain", "capitals"] = Field(
        "plain", description="capitals: what is set in bold or italics is stressed by engines that know how (Bark)."
    )
    headings: str = Field(
        "{heading}",
        description="How a chapter is announced: text with {heading}, {number}, {title}; empty: not at all.",
    )
    narrate: Texts = Field(
        (),
        description="Sections to read that are otherwise skipped, by kind (index, copyright, …), title or file name.",
    )
    leave_out: Texts = Field((), description="Sections not to read, by kind, title or file name.")

    @field_validator("headings")
    @classmethod
    def _known_fields(cls, text: str) -> str:
        for name in re.findall(r"{(.*?)}", text):
            if name not in ("heading", "number", "title"):
                raise ValueError(f"'{{{name}}}' stands for nothing; there are {{heading}}, {{number}} and {{title}}")
        return text


class Pronunciation(Model):
    """How a word is said, in the production's own lexicon."""

    say: str = Field("", description="Respelling, as the narrator should read it.")
    ipa: str = Field("", description="Phonemes in IPA, for engines that take them; others read 'say'.")
    language: str = Field("", description="BCP 47 tag: only in text of this language.")
    case: bool | None = Field(None, description="Only as it is written; default: when the entry has a capital.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.say and not self.ipa:
            raise ValueError("an entry needs 'say' or 'ipa'")
        return self


class Dialogue(Model):
    """Quoted speech of a novel given to roles. Off unless asked for."""

    mode: Literal["off", "cast"] = Field(
        "off", description="cast: speech goes to the roles that the cast sheet names; `chapterhouse cast` writes it."
    )
    sheet: Annotated[Path, Field(strict=False)] | None = Field(
        None, description="The cast sheet; default: <production>.cast.yaml beside the production file."
    )
    quotes: Literal["auto", "double", "single", "guillemets", "low-high", "dash"] = Field(
        "auto", description="Style of quotation marks; auto looks at the text."
    )


class Credits(Model):
    """Spoken before the first and after the last chapter, each as a chapter of its own; ACX asks for both.

    ``{title}``, ``{author}`` and ``{narrator}`` stand for what the production says.
    """

    opening: str | None = Field(None, description="Default, in English: title, author, narrator.")
    closing: str | None = Field(None, description="Default, in English: says that the title has ended.")

    @field_validator("opening", "closing")
    @classmethod
    def _known_names(cls, text: str | None) -> str | None:
        for name in re.findall(r"{(.*?)}", text or ""):
            if name not in CREDIT_NAMES:
                raise ValueError(f"'{{{name}}}' stands for nothing; there are {{title}}, {{author}} and {{narrator}}")
        return text


CREDIT_NAMES = frozenset({"title", "author", "narrator"})
OPENING_CREDITS, CLOSING_CREDITS = "Opening Credits", "Closing Credits"
SYNTHETIC_NARRATOR = "a synthetic voice"


class CastMember(Model):
    """The voice that a role speaks with."""

    engine: Engine = Field(description="Engine name; `chapterhouse voices` lists them.")
    voice: str = Field(
        min_length=1,
        description="A voice of the engine, or the path of a voice file (Bark: a history prompt .npz), "
        "relative to the production file.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Changes every random choice of this role's takes.")
    speed: float = Field(1.0, ge=0.5, le=2.0, description="1.0 is the voice's own pace.")
    gain_db: float = Field(0.0, ge=-24.0, le=24.0, description="Level of this role in the mix, dB.")
    understudy: str | None = Field(
        None, min_length=1, description="Another voice of the engine, for a chunk that this one cannot get right."
    )
    history: Literal["fixed", "paragraph"] = Field(
        "fixed",
        description="What a chunk goes on from. fixed: the voice's own prompt; paragraph: the take before it in its "
        "paragraph, at most twice in a row. Only engines that can (Bark).",
    )
    pace: float | None = Field(
        None,
        ge=0.4,
        le=2.5,
        description="How long the voice takes, in estimates; `chapterhouse calibrate` measures it on the takes. "
        "Default: what was measured for the engine.",
    )


class Pauses(Model):
    """Seconds of room tone after a chunk, by reason. A take's own silence is trimmed first."""

    clause_s: float = Field(0.15, ge=0, le=10, description="Where a sentence too long for one breath was split.")
    sentence_s: float = Field(0.45, ge=0, le=10)
    paragraph_s: float = Field(0.8, ge=0, le=10)
    line_s: float = Field(0.5, ge=0, le=10, description="Where another role speaks next.")
    section_s: float = Field(1.8, ge=0, le=20, description="At a scene break.")
    heading_s: float = Field(1.5, ge=0, le=20, description="After the chapter's announcement.")
    head_s: float = Field(0.75, ge=0, le=20, description="Before a chapter's first word.")
    tail_s: float = Field(3.0, ge=0, le=20, description="After a chapter's last word.")


class RetakeBudget(Model):
    """What a whole book may spend on retakes; the least of what is given counts. It is never exceeded."""

    retakes: int | None = Field(None, ge=0, description="Takes beside the first of each chunk.")
    seconds: float | None = Field(None, ge=0, description="Estimated seconds of speech.")
    share: float | None = Field(1.0, ge=0, le=10, description="Of the estimated speech of the whole book.")


class Verify(Model):
    """How takes are listened to, and what is done about one that fails."""

    mode: Literal["off", "free", "risk", "all"] = Field(
        "risk",
        description="off: nothing is checked; free: checks that need no model; risk: and the voice of every take, "
        "and the words of those that are likelier to be wrong, with a sample of the others; all: every take's words.",
    )
    recogniser: str = Field(
        "base",
        min_length=1,
        description="A faster-whisper model: base comes with the extra 'asr'; another size or a folder must be on "
        "this machine.",
    )
    sample: float = Field(0.05, ge=0, le=1, description="risk: share of the takes without risk that is heard anyway.")
    retakes: int = Field(4, ge=0, le=20, description="Takes of a chunk beside its first.")
    split: bool = Field(True, description="After new seeds, read a failing chunk in two at a clause.")
    budget: RetakeBudget = RetakeBudget()
    engine_limit_s: float = Field(
        600.0, ge=1, le=86400, description="An engine that gives nothing for so long is started anew."
    )


class Mix(Model):
    """How takes become a chapter."""

    trim_threshold_db: float = Field(
        -50.0, ge=-90, le=-20, description="Below this, relative to the take's active level, an edge is silence."
    )
    pre_roll_ms: float = Field(30.0, ge=0, le=500, description="Kept before the first sound.")
    post_roll_ms: float = Field(60.0, ge=0, le=500, description="Kept after the last sound.")
    fade_ms: float = Field(8.0, ge=5, le=20, description="Raised-cosine fade at both edges of a take.")
    match_voices: bool = Field(
        True, description="Bring every role to the loudness of the chapter's leading one before its gain_db."
    )
    room_tone_dbfs: float = Field(
        -70.0, ge=-90, le=-60, description="RMS of the room tone between takes, after mastering gain."
    )


RateHz = Literal[22050, 24000, 32000, 44100, 48000, 88200, 96000]
Bits = Literal[16, 24]
Channels = Literal[1, 2]


class MasterOverrides(Model):
    """Figures of the profile to depart from. They move what we aim at; the receiver's limits stay."""

    target: float | None = Field(None, ge=-40, le=-8, description="Level, in the unit that the profile measures.")
    ceiling_dbtp: float | None = Field(None, ge=-20, le=-0.1, description="Highest true peak.")
    rate_hz: RateHz | None = None
    channels: Channels | None = Field(None, description="2: the same sound in both.")
    bits: Bits | None = None
    chain: ChainName | None = Field(
        None,
        description="Mastering stages: voice; gentle: half of the dynamics; clean: high-pass alone; none: bit-exact.",
    )


class CustomLimit(Model):
    """What a figure may be; both ends inclusive."""

    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a limit needs a low or a high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        return self


class CustomLimits(Model):
    """Limits on a file's figures."""

    integrated_lufs: CustomLimit | None = None
    rms_dbfs: CustomLimit | None = None
    sample_peak_dbfs: CustomLimit | None = None
    noise_floor_dbfs: CustomLimit | None = None
    max_short_term_lufs: CustomLimit | None = None
    max_momentary_lufs: CustomLimit | None = None
    lra_lu: CustomLimit | None = None
    head_s: CustomLimit | None = None
    tail_s: CustomLimit | None = None
    seconds: CustomLimit | None = None
    longest_digital_silence_s: CustomLimit | None = None
    dc_offset: CustomLimit | None = None
    clipped_samples: CustomLimit | None = None


class CustomProfile(Model):
    """A profile of one's own, for a receiver that is not in the list."""

    measure: Literal["integrated_lufs", "rms_dbfs"] = Field(
        "integrated_lufs", description="integrated_lufs: loudness, ITU-R BS.1770; rms_dbfs: unweighted RMS."
    )
    target: float = Field(ge=-40, le=-8, description="Level, in the unit of the measure.")
    tolerance: float = Field(0.5, gt=0, le=6, description="How far from the target the level may be.")
    ceiling_dbtp: float = Field(-1.0, ge=-20, le=-0.1, description="Highest true peak of a delivered file, decoded.")
    rate_hz: RateHz = 44100
    channels: Channels = 1
    bits: Bits = 16
    chain: ChainName = "voice"
    limits: CustomLimits = CustomLimits()

    def profile(self) -> Profile:
        """As the rooms know it."""
        source = ours("the production file")
        limits = {figure: Limit(limit.low, limit.high, source) for figure, limit in self.limits if limit is not None}
        return Profile(
            name="custom",
            summary="The production file's own figures",
            measure=self.measure,
            target=self.target,
            tolerance=self.tolerance,
            target_source=source,
            ceiling_dbtp=self.ceiling_dbtp,
            ceiling_source=source,
            limiter_dbtp=self.ceiling_dbtp - OVERSHOOT_DB,
            limiter_source=ours("half a dB for what lossy encoders add on voice"),
            rate_hz=self.rate_hz,
            channels=self.channels,
            bits=self.bits,
            format_source=source,
            chain=CHAINS[self.chain],
            limits=limits | {"invalid_samples": NUMBERS_ONLY},
            encodings=any_encoding(source),
        )


class Mastering(Model):
    """What the finished chapters must meet."""

    profile: ProfileName = Field("acx", description="`chapterhouse profiles` lists them with every figure.")
    overrides: MasterOverrides = MasterOverrides()
    custom: CustomProfile | None = Field(None, description="The figures of 'profile: custom'.")

    @model_validator(mode="after")
    def _custom_has_figures(self) -> Self:
        if self.profile == "custom" and self.custom is None:
            raise ValueError("the profile 'custom' needs its figures under 'custom:', at least a target")
        if self.profile != "custom" and self.custom is not None:
            raise ValueError(f"'custom:' is for 'profile: custom', and the profile is '{self.profile}'")
        return self

    def resolved(self) -> Profile:
        """The profile with the producer's own figures.

        Overrides move what we aim at. The receiver's limits stay: who raises the ceiling beyond them is told that the
        file does not meet them.
        """
        profile = self.custom.profile() if self.custom is not None else profile_named(self.profile)
        chosen = self.overrides
        source = ours("the production file")
        if chosen.target is not None:
            profile = replace(profile, target=chosen.target, target_source=source)
        if chosen.ceiling_dbtp is not None:
            held = profile.limiter_dbtp
            profile = replace(
                profile,
                ceiling_dbtp=chosen.ceiling_dbtp,
                ceiling_source=source,
                limiter_dbtp=None if held is None else round(held + chosen.ceiling_dbtp - profile.ceiling_dbtp, 2),
                limits={
                    **profile.limits,
                    "true_peak_dbtp": Limit(None, profile.ceiling_dbtp, profile.ceiling_source),
                },
            )
        form = chosen.model_dump(include={"rate_hz", "channels", "bits"}, exclude_none=True)
        if form:
            profile = replace(profile, **form, format_source=source)
        return profile if chosen.chain is None else replace(profile, chain=CHAINS[chosen.chain])


Format = Literal[
    "wav", "flac", "mp3", "m4b", "opus", "sample", "acx",
    "vtt", "srt", "chapters", "transcript", "labels", "edl", "epub", "lpf",
]  # fmt: skip
PER_TITLE_TOO = frozenset({"wav", "flac", "mp3", "opus"})
LOSSY = frozenset({"mp3", "m4b", "opus", "sample", "acx", "epub", "lpf"})


class Delivery(Model):
    """One format to deliver."""

    format: Format = Field(
        description="wav, flac, mp3, opus: a file for each chapter; m4b: one file; sample: the retail sample; acx: a "
        "folder as ACX wants it; vtt, srt: captions; chapters, transcript: Podcasting 2.0 JSON; labels: Audacity; "
        "edl: edit list (CSV and Reaper); epub: read-along; lpf: W3C audiobook."
    )
    per: Literal["chapter", "title"] = Field(
        "chapter", description="wav, flac, mp3, opus: a file for each chapter, or one with chapter marks."
    )
    bitrate_kbps: int | None = Field(
        None, ge=24, le=320, description="Default: mp3, acx and sample 192, m4b 96, opus 48; not for wav and flac."
    )
    quality: int | None = Field(
        None, ge=0, le=9, description="mp3: variable bit rate, LAME's -V, 0 is best; instead of bitrate_kbps."
    )
    seconds: int | None = Field(
        None, ge=10, le=300, description="Longest retail sample; default 180. It ends at a pause."
    )

    @model_validator(mode="after")
    def _settings_have_a_use(self) -> Self:
        if self.format != "sample" and self.seconds is not None:
            raise ValueError("only a sample has a length in seconds")
        if self.format not in LOSSY and self.bitrate_kbps is not None:
            raise ValueError(f"{self.format} is lossless or text and has no bitrate_kbps")
        if self.quality is not None and self.format != "mp3":
            raise ValueError("only mp3 has a quality")
        if self.quality is not None and self.bitrate_kbps is not None:
            raise ValueError("bitrate_kbps is constant, quality is variable: give one of them")
        if self.per == "title" and self.format not in PER_TITLE_TOO:
            raise ValueError(f"{self.format} has no 'per: title'")
        return self


def _path_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def is_url(text: str) -> bool:
    """Whether a place is behind a URL such as ``s3://bucket/prefix``, and not a folder of this machine."""
    return "://" in text


class Paths(Model):
    """Folders, relative to the production file. None: under ``build/<production name>/`` beside it."""

    output: Annotated[Path, Field(strict=False)] | None = Field(None, description="Deliverables and report.")
    vault: Annotated[str, BeforeValidator(_path_as_text)] | None = Field(
        None,
        description="Takes, mixes and masters; may be shared by productions. A folder, or a URL such as "
        "s3://bucket/prefix; with a URL the default folder is the working copy.",
    )
    state: Annotated[Path, Field(strict=False)] | None = Field(
        None, description="What the run itself needs: lock, Prefect's database."
    )


class Schedule(Model):
    """When `chapterhouse serve` renders this production."""

    cron: str = Field(description="Five cron fields: minute hour day month weekday.")
    timezone: str = Field("UTC", description="IANA name, e.g. Europe/Berlin.")

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, cron: str) -> str:
        from cronsim import CronSim, CronSimError  # only productions with a schedule need it

        try:
            CronSim(cron, datetime.now())
        except CronSimError as error:
            raise ValueError(f"not a cron expression of five fields: {error}") from error
        return cron

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        from zoneinfo import available_timezones

        if name not in available_timezones():
            raise ValueError(f"'{name}' is not an IANA time zone such as Europe/Berlin")
        return name


def _formats(value: Any) -> Any:
    """``[flac, mp3]`` is short for ``[{format: flac}, {format: mp3}]``."""
    if isinstance(value, list):
        return tuple({"format": item} if isinstance(item, str) else item for item in value)
    return value


class Production(Model):
    """One title, from script to deliverables."""

    title: str = Field(min_length=1, max_length=300)
    author: str = Field("", max_length=300)
    narrator: str = Field("", description="Narrator credit; default: the voices, named as synthetic.")
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47 tag.")
    cover: Annotated[Path, Field(strict=False)] | None = Field(
        None, description="JPEG or PNG, square; default: one is drawn."
    )
    rights: Rights = Rights()
    script: Script
    credits: Credits | None = Field(None, description="Spoken credits; `credits: {}` takes the defaults.")
    cast: dict[RoleName, CastMember] = Field(
        description=f"Role → voice. {NARRATOR} reads everything that no other role is named for."
    )
    engines: dict[Engine, dict[str, SettingValue]] = Field(
        default_factory=dict, description="Settings of an engine, e.g. bark: {model: suno/bark-small}."
    )
    lexicon: dict[str, str | Pronunciation] = Field(
        default_factory=dict, description="Spelling → respelling, or {say, ipa, language, case}; whole words."
    )
    lexicons: Files = Field(
        (),
        description="Files of more words (.csv or W3C .pls), the house's first, then the series'; the last wins.",
    )
    reading: Policies = Policies()
    dialogue: Dialogue = Dialogue()
    pauses: Pauses = Pauses()
    verify: Verify = Verify()
    mix: Mix = Mix()
    master: Mastering = Mastering()
    deliver: Annotated[tuple[Delivery, ...], BeforeValidator(_formats)] = Field(
        (Delivery(format="flac"), Delivery(format="mp3"), Delivery(format="m4b"))
    )
    paths: Paths = Paths()
    schedule: Schedule | None = None

    @field_validator("cast")
    @classmethod
    def _has_a_narrator(cls, cast: dict[str, CastMember]) -> dict[str, CastMember]:
        if NARRATOR not in cast:
            raise ValueError(f"the cast needs a {NARRATOR}")
        return cast

    @model_validator(mode="after")
    def _credits_speak_the_language(self) -> Self:
        if self.credits is not None and self.language.partition("-")[0] != "en":
            missing = [name for name in ("opening", "closing") if getattr(self.credits, name) is None]
            if missing:
                raise ValueError(
                    f"the default credits are English: write 'credits: {missing[0]}:' in {self.language}"
                )
        return self

    def spoken_credits(self) -> tuple[str, str] | None:
        """What is said before the first and after the last chapter; None when nothing is."""
        if self.credits is None:
            return None
        by = f" Written by {self.author}." if self.author else ""
        read = f" Narrated by {self.narrator or SYNTHETIC_NARRATOR}."
        opening = self.credits.opening or f"{self.title}.{by}{read}"
        closing = self.credits.closing or f"This has been {self.title}.{by}{read} The end."
        names = {"{title}": self.title, "{author}": self.author, "{narrator}": self.narrator or SYNTHETIC_NARRATOR}
        return _filled_in(opening, names), _filled_in(closing, names)

    @field_validator("deliver")
    @classmethod
    def _formats_once(cls, deliver: tuple[Delivery, ...]) -> tuple[Delivery, ...]:
        formats = [(delivery.format, delivery.per) for delivery in deliver]
        if not formats:
            raise ValueError("at least one format must be delivered")
        if len(set(formats)) != len(formats):
            raise ValueError("a format is listed twice")
        return deliver


def _filled_in(text: str, names: Mapping[str, str]) -> str:
    return re.sub("|".join(map(re.escape, names)), lambda name: names[name[0]], text)


def dotted(path: Sequence[str | int]) -> str:
    """``("cast", "ANNA", "voice")`` as ``cast.ANNA.voice``."""
    return ".".join(map(str, path))


class Order(Model):
    """A production together with the file it came from; all paths absolute.

    Attributes:
        file: the production file.
        production: what it says, with ``base:`` merged in.
        places: where each value was written, by its dotted path (``cast.ANNA.voice``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    file: Path
    production: Production
    places: dict[str, Place] = {}

    def place(self, *path: str | int) -> Place:
        """Where a value, or else the nearest one around it, was written."""
        for length in range(len(path), 0, -1):
            found = self.places.get(dotted(path[:length]))
            if found is not None:
                return found
        return Place(str(self.file))

    @property
    def name(self) -> str:
        """The production file's name without its suffix; names folders and logs."""
        return self.file.stem

    @property
    def folder(self) -> Path:
        return self.file.parent

    def resolve(self, path: Path) -> Path:
        """``path`` as seen from the production file's folder, absolute."""
        return (self.folder / path.expanduser()).resolve()

    def _own(self, chosen: Path | None, default: str) -> Path:
        return self.resolve(chosen) if chosen is not None else self.folder / "build" / self.name / default

    @property
    def output(self) -> Path:
        return self._own(self.production.paths.output, "deliverables")

    @property
    def vault(self) -> Path:
        """The vault's folder; where the vault is behind a URL, its working copy on this machine."""
        chosen = self.production.paths.vault
        return self._own(Path(chosen) if chosen and not is_url(chosen) else None, "vault")

    @property
    def vault_url(self) -> str | None:
        """Where the vault is behind a URL: that one."""
        chosen = self.production.paths.vault
        return chosen if chosen and is_url(chosen) else None

    @property
    def state(self) -> Path:
        return self._own(self.production.paths.state, "state")

    @property
    def script(self) -> Path:
        return self.resolve(self.production.script.path)
