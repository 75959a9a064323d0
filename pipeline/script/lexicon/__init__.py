"""How words are said: lexicons read, looked up and written, and the words a producer should look at."""

from pipeline.script.lexicon.entries import Entry, Level
from pipeline.script.lexicon.loading import load_lexicon, read_lexicon
from pipeline.script.lexicon.lookup import Lexicon
from pipeline.script.lexicon.pls import pls_of
from pipeline.script.lexicon.respelling import respell
from pipeline.script.lexicon.suggesting import Doubt, Suggestion, suggest
from pipeline.script.lexicon.table import table_of

__all__ = [
    "Doubt",
    "Entry",
    "Level",
    "Lexicon",
    "Suggestion",
    "load_lexicon",
    "pls_of",
    "read_lexicon",
    "respell",
    "suggest",
    "table_of",
]
