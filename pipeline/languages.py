"""Language tags (BCP 47)."""

from functools import lru_cache


@lru_cache(maxsize=256)
def primary(tag: str) -> str:
    """The primary subtag, lower case: ``en`` of ``en-GB``."""
    return tag.partition("-")[0].lower()
