"""How English words sound, by the dictionary in the package hibari-tts, read without importing the package.

Loaded at the first word that is asked for; texts that agree word for word never ask.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_STRESS = str.maketrans("", "", "ˈˌː")
# Sounds that accents and careless readers exchange are one: flaps, r-colour, reduced vowels (misaki's letters).
_ALIKE = str.maketrans("ɾʔɹɜəᵊɪᵻɑɒɔ", "ttr" + "ʌʌʌ" + "ii" + "ɑɑɑ")


@lru_cache(maxsize=4096)
def sounds_of(word: str) -> str | None:
    """The sounds of an English word (lower case, no apostrophe), a character each; None if not known."""
    known = _dictionary().get(word)
    if known is None and word.endswith("s"):
        stem = _dictionary().get(word[:-1])
        known = stem + "z" if stem else None
    return known


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, str]:
    spec = find_spec("hibari")
    assert spec and spec.submodule_search_locations, "hibari-tts is a dependency of this package"
    assets = Path(spec.submodule_search_locations[0]) / "assets"
    sounds: dict[str, str] = {}
    for name in ("us_silver", "us_gold"):  # the better one overrides
        with gzip.open(assets / f"lexicon_{name}.json.gz", "rt", encoding="utf-8") as file:
            for word, said in json.load(file).items():
                ipa = said.get("DEFAULT") if isinstance(said, dict) else said
                if ipa:
                    sounds[word.casefold().replace("'", "")] = ipa.translate(_STRESS).translate(_ALIKE)
    return sounds
