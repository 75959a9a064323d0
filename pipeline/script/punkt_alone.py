"""nltk's Punkt without the rest of nltk.

``import nltk`` takes 2.4 s of CPU, most of it for scipy.stats and, where it is installed, scikit-learn. Punkt needs
four modules of it and is there in 0.1 s, and every command that reads a script needs Punkt.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType


def punkt_module() -> ModuleType:
    """``nltk.tokenize.punkt``. Whoever imports nltk afterwards gets all of it, as ever.

    Raises:
        ModuleNotFoundError: nltk is not installed.
    """
    spec = None if "nltk" in sys.modules else find_spec("nltk")
    if spec is None or not spec.submodule_search_locations:
        return importlib.import_module("nltk.tokenize.punkt")
    root = spec.submodule_search_locations[0]
    for name, folder in (("nltk", root), ("nltk.tokenize", f"{root}/tokenize")):
        package = ModuleType(name)
        package.__path__ = [folder]
        sys.modules[name] = package
    try:
        return importlib.import_module("nltk.tokenize.punkt")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "nltk"]:
            del sys.modules[name]
