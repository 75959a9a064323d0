"""A title's own certificate: its deliverables, judged by the profile of its production."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.casting import CastVoice
from pipeline.delivery.certificate import Certificate, Kind, Subject, TitleFacts, VoiceCredit, certify
from pipeline.delivery.pieces import AUDIO_SUFFIXES
from pipeline.delivery.tags import DISCLOSURE
from pipeline.materials import Deliverable, Master
from pipeline.production import Order
from pipeline.profiles import Requirement
from pipeline.vault import Vault


def certify_title(
    order: Order,
    masters: Sequence[Master],
    deliverables: Sequence[Deliverable],
    cast: Mapping[str, CastVoice],
    *,
    vault: Vault,
    together: Sequence[Requirement] = (),
) -> Certificate:
    """Judge every sound of a title that was delivered; texts are passed over.

    Files in a format that the receiver does not take, an M4B beside ACX's MP3s, are for others: of them the sound
    alone is asked. The retail sample needs no room tone.

    Args:
        order: the production.
        masters: what the files were made from.
        deliverables: as they lie in the production's output folder.
        cast: role → voice.
        vault: keeps the measurements.
        together: what was found out about the title as a whole.

    Raises:
        StorageError: the vault cannot be written.
    """
    profile = order.production.master.resolved()
    subjects = tuple(_subjects(deliverables, order.output))
    about = _about(order, masters, cast)
    return certify(subjects, profile, ffmpeg=find_ffmpeg(), vault=vault, about=about, together=together)


def _subjects(deliverables: Sequence[Deliverable], output: Path) -> Iterator[Subject]:
    for item in deliverables:
        if item.path.suffix in AUDIO_SUFFIXES:
            name = item.path.relative_to(output).as_posix()
            yield Subject(item.path, name, _kind(item, output), for_receiver=item.format == "acx")


def _kind(item: Deliverable, output: Path) -> Kind:
    if item.path.stem == "sample":
        return "sample"
    return "title" if item.path.parent == output else "chapter"


def _about(order: Order, masters: Sequence[Master], cast: Mapping[str, CastVoice]) -> TitleFacts:
    production = order.production
    rates = [master.source_rate_hz for master in masters if master.source_rate_hz]
    return TitleFacts(
        title=production.title,
        author=production.author,
        language=production.language,
        disclosure=DISCLOSURE,
        rights={name: str(text) for name, text in production.rights.model_dump().items() if text},
        voices=tuple(
            VoiceCredit(role, voice.engine.name, Path(voice.voice).name, voice.engine.licence)
            for role, voice in cast.items()
        ),
        source_rate_hz=min(rates, default=0),
    )
