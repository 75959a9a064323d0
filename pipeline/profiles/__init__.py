"""What receivers of audio ask for: typed, each figure with its source and the date it was read."""

from pipeline.profiles.chain import Chain
from pipeline.profiles.profile import EncodingRule, Limit, Profile, Requirement, Source

__all__ = ["Chain", "EncodingRule", "Limit", "Profile", "Requirement", "Source"]
