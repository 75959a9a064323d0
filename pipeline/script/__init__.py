"""The script room: a file somebody wrote becomes a Manuscript, and a Manuscript becomes chunks to be recorded.

No word is lost, added or moved on the way; both halves check that on every run.
"""

from pipeline.script.accounting import UnaccountedWords, account, count_words
from pipeline.script.chunking import chunk_manuscript
from pipeline.script.credits import read_credits
from pipeline.script.duration import TooFewTakes, calibrate, engine_pace, estimate_seconds
from pipeline.script.lexicon import Lexicon, load_lexicon
from pipeline.script.preparing import read_manuscript
from pipeline.script.remarks import remarks

__all__ = [
    "Lexicon",
    "TooFewTakes",
    "UnaccountedWords",
    "account",
    "calibrate",
    "chunk_manuscript",
    "count_words",
    "engine_pace",
    "estimate_seconds",
    "load_lexicon",
    "read_credits",
    "read_manuscript",
    "remarks",
]
