"""How often what nobody has listened to is wrong, judged by a sample of it."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import betaincinv

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """The share of wrong takes among those that were not listened to, and how sure that is.

    Attributes:
        sample_size: takes that were listened to only because the sample fell on them.
        failures: of those, wrong ones.
        unheard: takes that were not listened to.
        rate: failures / sample size; None where there was no sample.
        low: lower end of the interval that holds the true rate with `CONFIDENCE`.
        high: its upper end; 1.0 where there was no sample.
    """

    sample_size: int
    failures: int
    unheard: int
    rate: float | None
    low: float
    high: float

    def __str__(self) -> str:
        if not self.unheard:
            return "every take was listened to"
        takes = "1 take" if self.unheard == 1 else f"{self.unheard:,} takes"
        if self.rate is None:
            return f"of {takes} not listened to nothing is known: no sample of them was heard"
        return (
            f"of {takes} not listened to, an estimated {self.rate:.1%} ({self.low:.1%} to {self.high:.1%}) "
            f"have a wrong word, by a sample of {self.sample_size:,}"
        )


def unheard_errors(sample_size: int, failures: int, unheard: int) -> Estimate:
    """The exact interval of Clopper and Pearson (Biometrika 26, 1934), which never covers less than it promises.

    Args:
        sample_size: takes drawn at random from those without risk, and listened to.
        failures: those of them whose words were wrong.
        unheard: the rest of those without risk.
    """
    assert 0 <= failures <= sample_size and unheard >= 0, (sample_size, failures, unheard)
    if not sample_size:
        return Estimate(0, 0, unheard, None, 0.0, 1.0)
    tail, passes = (1 - CONFIDENCE) / 2, sample_size - failures
    low = float(betaincinv(failures, passes + 1, tail)) if failures else 0.0
    high = float(betaincinv(failures + 1, passes, 1 - tail)) if passes else 1.0
    return Estimate(sample_size, failures, unheard, failures / sample_size, low, high)
