"""The 130 voice presets that come with Bark's checkpoints."""

from __future__ import annotations

from pipeline.engines import VoiceCard

LANGUAGES = ("en", "de", "es", "fr", "hi", "it", "ja", "ko", "pl", "pt", "ru", "tr", "zh")
_FEMALE = {
    "en": {9},
    "de": {3, 8},
    "es": {8, 9},
    "fr": {1, 2, 5},
    "hi": {0, 3, 4, 9},
    "it": {2, 7, 9},
    "ja": {0, 1, 3, 4, 5, 7, 8, 9},
    "ko": {0},
    "pl": {4, 6, 9},
    "pt": set(),
    "ru": {5, 6, 9},
    "tr": {4, 5},
    "zh": {4, 6, 7, 9},
}
"""By two public listings that agree (they differ on hi 1); the rest are male."""

PRESETS = {
    card.name: card
    for card in (
        VoiceCard(f"v2/{language}_speaker_{number}", language, "female" if number in _FEMALE[language] else "male")
        for language in LANGUAGES
        for number in range(10)
    )
}
"""Name → card, in the order of listings."""
