"""The stages in the order of the signal, at the mix's rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.audio.decibels import SILENCE_DB
from pipeline.audio.sound import Samples
from pipeline.mastering.compressing import compressed
from pipeline.mastering.de_essing import de_essed
from pipeline.mastering.filtering import equaliser, filtered, high_pass
from pipeline.mastering.levelling import levelled
from pipeline.mastering.surveying import Survey
from pipeline.profiles import Chain


def cleaned(blocks: Iterable[Samples], chain: Chain, rate_hz: int) -> Iterator[Samples]:
    """The first stage alone: what the survey listens to, so that no rumble is taken for speech."""
    return filtered(blocks, [high_pass(chain.high_pass, rate_hz)] if chain.high_pass else [])


def finished(blocks: Iterable[Samples], chain: Chain, surveyed: Survey, rate_hz: int) -> Iterator[Samples]:
    """Mono blocks through every stage of the chain up to the gain, as long and at the same place.

    High-pass and equaliser first, so that the dynamics do not answer to what they remove or lift; then the de-esser,
    which the compressor would otherwise work against; the slow leveller before the quick compressor, so that this one
    meets every phrase at the same level.

    Args:
        blocks: ``[n]`` float32 each.
        chain: which stages.
        surveyed: the mix after `cleaned`. Without speech there are no dynamics.
        rate_hz: samples per second.
    """
    sections = [high_pass(chain.high_pass, rate_hz)] if chain.high_pass else []
    blocks = filtered(blocks, [*sections, *equaliser(chain.equaliser, rate_hz)])
    speech_dbfs = surveyed.speech_dbfs
    if speech_dbfs > SILENCE_DB:
        if chain.de_esser:
            blocks = de_essed(blocks, chain.de_esser, speech_dbfs=speech_dbfs, rate_hz=rate_hz)
        if chain.leveller:
            blocks = levelled(blocks, chain.leveller, surveyed, rate_hz)
        if chain.compressor:
            blocks = compressed(blocks, chain.compressor, speech_dbfs=speech_dbfs, rate_hz=rate_hz)
    yield from blocks
