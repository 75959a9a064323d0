"""The command line: ``chapterhouse``. Alone shows errors, and turns them into exit codes."""

from pipeline.cli.commands import main

__all__ = ["main"]
