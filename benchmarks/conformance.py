"""Write ``docs/conformance.md``: every signal of the standards that is defined by formula, expected and measured.

python benchmarks/conformance.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.metering.conformance import RATES_HZ, table  # noqa: E402

HEAD = f"""# Conformance of the meter

Written by `python benchmarks/conformance.py`; `tests/metering/` holds every line of it. The signals are made by
formula at {", ".join(f"{rate_hz / 1000:g}" for rate_hz in RATES_HZ)} kHz. Where a line has several readings, the one
that is farthest from what is expected is shown. Loudness in LUFS, range in LU, peaks in dBTP; tolerances are the
documents' own.

Not here: Tech 3341 cases 7 and 8 and Tech 3342 cases 5 and 6, which are recordings of programmes. BS.2217 gives its
gate tests and its sweep as files alone; those marked "ours" are made by formula to the same end. 10 kHz is not
measured at 22.05 kHz.

"""


def main() -> None:
    """Write and print the table."""
    text = HEAD + table()
    (ROOT / "docs" / "conformance.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
