"""How words are said: lexicons read, looked up and written, and the words a producer should look at."""

from pipeline.script.lexicon.entries import Entry, Level
from pipeline.script.lexicon.loading import load_lexicon, read_lexicon
from pipeline.script.lexicon.lookup import Lexicon, Speak, speaker_of

__all__ = ["Entry", "Level", "Lexicon", "Speak", "load_lexicon", "read_lexicon", "speaker_of"]
