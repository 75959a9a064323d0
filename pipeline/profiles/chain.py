"""Which stages a master goes through, and with which figures.

Levels are relative to the programme's own speech level, so that what a stage does to a voice does not depend on how
loud the mix happens to be. Sources: `docs/mastering.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class HighPass:
    """Butterworth, second order: 12 dB per octave below the corner.

    Attributes:
        corner_hz: where it is 3 dB down.
    """

    corner_hz: float = 70.0  # below any voice's fundamental


@dataclass(frozen=True)
class Band:
    """One band of an equaliser (R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients").

    Attributes:
        kind: a bell lifts or lowers around ``centre_hz``, a shelf everything below or above it.
        centre_hz: centre of the bell; where a shelf is half way, in dB.
        gain_db: at the centre, or on the shelf.
        q: of the filter.
    """

    kind: Literal["bell", "low_shelf", "high_shelf"]
    centre_hz: float
    gain_db: float
    q: float


@dataclass(frozen=True)
class DeEsser:
    """Lowers one band while it is louder than sibilants should be, and nothing else.

    Attributes:
        low_hz: lower edge of the band, 3 dB down.
        high_hz: its upper edge.
        threshold_db: level of the band against the programme's speech level from which it is lowered.
        ratio: decibels that go in for each that comes out, above the threshold.
        most_db: it is never lowered by more.
        attack_s: time constant of the gain going down.
        release_s: time constant of its coming back.
    """

    low_hz: float = 5000.0
    high_hz: float = 9000.0
    threshold_db: float = -6.0
    ratio: float = 3.5
    most_db: float = 5.0
    attack_s: float = 0.001
    release_s: float = 0.050


@dataclass(frozen=True)
class Leveller:
    """Brings phrases nearer to the programme's level, slowly, and leaves pauses as they are.

    Attributes:
        strength: share of a phrase's distance from the programme's level that is made good.
        most_db: furthest that the gain goes, up or down.
        window_s: speech is averaged over so long, pauses not counted.
        bridge_s: a pause shorter than this belongs to the phrase.
        ramp_s: what the gain takes from a phrase to the pause beside it.
        active_db: speech is what is louder than this against the programme's level.
    """

    strength: float = 0.6
    most_db: float = 4.0
    window_s: float = 4.0
    bridge_s: float = 0.3
    ramp_s: float = 0.12
    active_db: float = -20.0


@dataclass(frozen=True)
class Compressor:
    """Feed-forward, soft knee.

    Source: Giannoulis, Massberg, Reiss, "Digital Dynamic Range Compressor Design", JAES 60 (2012).

    Attributes:
        threshold_db: of the sound's envelope against the programme's speech level; the middle of the knee.
        ratio: decibels that go in for each that comes out, above the knee.
        knee_db: width of the knee.
        attack_s: time constant of the gain going down.
        release_s: time constant of its coming back.
    """

    threshold_db: float = 6.0
    ratio: float = 2.0
    knee_db: float = 8.0
    attack_s: float = 0.010
    release_s: float = 0.120


@dataclass(frozen=True)
class Chain:
    """The mastering stages in the order of the signal; None, or no band, leaves a stage out.

    Gain to the target, the profile's rate, room tone, limiter and the profile's sample size follow on any chain that
    is not ``bare``.

    Attributes:
        high_pass: against rumble.
        equaliser: bands, one after the other.
        de_esser: against sharp sibilants.
        leveller: of phrases.
        compressor: of syllables.
        shaped_dither: shape the noise of rounding to 16 bits to where the ear is dull, at 44.1 and 48 kHz.
        bare: nothing at all is done: the master holds the mix's very samples, 32-bit float, at the mix's rate.
    """

    high_pass: HighPass | None = HighPass()
    equaliser: tuple[Band, ...] = (
        Band("bell", centre_hz=300.0, gain_db=-1.0, q=1.0),  # against boxiness
        Band("bell", centre_hz=3500.0, gain_db=0.5, q=0.8),  # for consonants
    )
    de_esser: DeEsser | None = DeEsser()
    leveller: Leveller | None = Leveller()
    compressor: Compressor | None = Compressor()
    shaped_dither: bool = False
    bare: bool = False


VOICE = Chain()
"""The whole chain: what a voice is finished with unless a profile says otherwise."""

GENTLE = Chain(
    equaliser=(), de_esser=None, leveller=Leveller(strength=0.4, most_db=2.0), compressor=Compressor(ratio=1.5)
)
"""No equaliser, no de-esser, and half of the dynamics."""

CLEAN = Chain(equaliser=(), de_esser=None, leveller=None, compressor=None)
"""The high-pass alone: for archives and for what has been mastered elsewhere."""

NONE = Chain(None, (), None, None, None, bare=True)
"""Bit-exact: no stage, no gain, no other rate, no room tone, no dither."""
