"""What ``chapterhouse init`` writes: a commented production and a script that renders as it stands."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import InputError
from pipeline.production_file import production_schema
from pipeline.vault import write_text

PRODUCTION = """\
# yaml-language-server: $schema=./production.schema.json
# A Chapterhouse production: one title, from script to deliverables. `chapterhouse render {name}.yaml` makes it.
# Everything that is commented out shows its default.

title: My Book
author: A. Writer
# narrator: ""            # narrator credit; default: the voices, named as synthetic
language: en
# cover: cover.jpg        # square JPEG or PNG; default: one is drawn
rights:
  copyright: 2026 A. Writer
  # licence: ""
  # source: ""            # edition that the script was taken from

script:
  path: {name}.md         # EPUB, DOCX, HTML, Markdown, plain text, Fountain, SSML or PDF

cast:                     # role -> voice; `chapterhouse voices` lists them
  NARRATOR:               # reads everything that no other role is named for
    engine: hibari
    voice: heart
    # speed: 1.0
    # seed: 0             # another seed gives another reading
    # gain_db: 0.0
  TOM:
    engine: kokoro
    voice: am_michael

# engines:                # settings of an engine
#   bark: {{model: suno/bark-small}}   # `chapterhouse models pull bark-small` fetches it

lexicon:                  # spelling: respelling, whole words; `chapterhouse lexicon suggest {name}.yaml` finds some
  Cholmondeley: Chumley
# lexicons: [house.pls, series.csv]

# reading:                # what is read beside the text
#   footnotes: skip       # skip, read, announce; the same for tables, images, page_numbers, links
#   captions: read
#   headings: "{{heading}}"   # or "Chapter {{number}}. {{title}}"
#   narrate: []           # sections that are skipped otherwise: copyright, index, a chapter's title, …
#   leave_out: []

# dialogue:               # quoted speech of a novel given to roles; `chapterhouse cast {name}.yaml` writes the sheet
#   mode: off

# pauses:                 # seconds of room tone after a chunk, by reason
#   sentence_s: 0.45
#   paragraph_s: 0.8
#   line_s: 0.5           # another role speaks next
#   section_s: 1.8        # scene break
#   heading_s: 1.5
#   head_s: 0.75          # before a chapter's first word
#   tail_s: 3.0           # after its last

# verify: {{mode: risk, retakes: 4}}   # off, free, risk or all: how closely takes are listened to
# mix: {{fade_ms: 8, room_tone_dbfs: -70}}

master:
  profile: acx            # `chapterhouse profiles` lists them all with every figure
  # overrides: {{target: -19.5}}   # what to aim at; the receiver's limits stay

deliver: [flac, mp3, m4b]

# paths:                  # default: build/{name}/ beside this file
#   output: build/{name}/deliverables
#   vault: build/{name}/vault
#   state: build/{name}/state

# schedule:               # `chapterhouse serve {name}.yaml` renders at these times
#   cron: "0 6 * * 1"
#   timezone: Europe/Berlin
"""

SCRIPT = """\
# Chapter One

A heading starts a chapter. Blank lines separate paragraphs, and a line that begins with a name in
capitals is spoken by that role.

TOM: Like this one. Mr. Cholmondeley says so too.

[pause 1s]

A pause can be asked for, as just now.

---

Three dashes make a scene break. Anything else in square brackets is an error, and is never spoken.

# Chapter Two

Every chapter becomes a file of its own, and a mark in the audiobook.
"""


def write_starter(folder: Path, name: str) -> Path:
    """Write ``<name>.yaml``, ``<name>.md`` and the schema into ``folder``; the production's path.

    Raises:
        InputError: a file of that name is there already.
    """
    production, script = folder / f"{name}.yaml", folder / f"{name}.md"
    for path in (production, script):
        if path.exists():
            raise InputError("is there already", where=str(path), next_step="choose another --name or folder")
    write_text(script, SCRIPT)
    write_text(folder / "production.schema.json", production_schema() + "\n")
    write_text(production, PRODUCTION.format(name=name))
    return production
