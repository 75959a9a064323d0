"""What receivers of audio ask for: typed, each figure with its source and the date it was read."""

from pipeline.profiles.catalogue import CHAINS, PROFILES, ChainName, ProfileName, profile_named
from pipeline.profiles.chain import Chain
from pipeline.profiles.profile import Codec, EncodingRule, Limit, NameRule, Profile, Requirement, Source
from pipeline.profiles.requirements import FIGURES, requirements_of

__all__ = [
    "CHAINS",
    "FIGURES",
    "PROFILES",
    "Chain",
    "ChainName",
    "Codec",
    "EncodingRule",
    "Limit",
    "NameRule",
    "Profile",
    "ProfileName",
    "Requirement",
    "Source",
    "profile_named",
    "requirements_of",
]
