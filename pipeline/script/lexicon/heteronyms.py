"""English words that are written alike and said in two ways: the reader must understand the sentence to choose."""

from __future__ import annotations

HARD = {
    "read": "reed (will read), red (has read)",
    "reread": "re-REED (will), re-RED (has)",
    "lead": "leed (to guide), led (the metal)",
    "leads": "leeds (guides), leds (of the metal)",
    "tear": "teer (from the eye), tair (to rip)",
    "tears": "teers (from the eye), tairs (rips)",
    "wind": "wind (air), wynd (to turn)",
    "winds": "winds (air), wynds (turns)",
    "winding": "WYN-ding (turning), WIN-ding (of air)",
    "bow": "boh (arrow, knot), bau (to bend; of a ship)",
    "bows": "bohz (arrows, knots), bauz (bends; of a ship)",
    "bowed": "bohd (curved), baud (bent)",
    "row": "roh (line; with oars), rau (quarrel)",
    "rows": "rohz (lines; with oars), rauz (quarrels)",
    "live": "liv (to be alive), lyve (alive)",
    "lives": "livz (is alive), lyvez (more than one life)",
    "wound": "woond (injury), wownd (turned)",
    "bass": "bayss (voice, music), bass (fish)",
    "sow": "soh (seed), sau (pig)",
    "dove": "duv (bird), dohv (has dived)",
    "bowing": "BOH-ing (curving), BAU-ing (bending)",
    "slough": "sluff (to shed), slau (marsh)",
    "mow": "moh (to cut), mau (of hay)",
    "axes": "AX-iz (tools), AX-eez (of a graph)",
    "bases": "BAY-siz (of a base), BAY-seez (of a basis)",
    "routed": "ROOT-id (sent), ROUT-id (beaten)",
    "learned": "lernd (has), LER-nid (scholarly)",
    "blessed": "blest (has), BLES-id (holy)",
    "aged": "ayjd (has), AY-jid (old)",
    "cursed": "curst (has), CUR-sid (damnable)",
    "beloved": "bi-LUVD (is), bi-LUV-id (dear)",
    "crooked": "crookt (has), CROOK-id (bent)",
    "resume": "ri-ZOOM (go on), REZ-uh-may (of a career)",
    "resumes": "ri-ZOOMZ (goes on), REZ-uh-mayz (of careers)",
    "polish": "POL-ish (to shine), POH-lish (of Poland)",
    "nice": "nyss (pleasant), neess (the city)",
    "reading": "REE-ding (a book), RED-ing (the town)",
    "ensign": "EN-sin (naval), EN-syne (flag)",
}
"""Word → its readings. A tagger of parts of speech chooses wrongly among these often enough to be worth an ear."""

_STRESSED = (
    "abuse abuses close closes closer does excuse excuses house houses use uses minute object objects present "
    "presents record records desert deserts invalid invalids refuse conduct content contents contract contracts "
    "converse convert converts convict convicts digest entrance essay excise exploit exploits export exports "
    "extract extracts import imports incense incline insult insults intimate attribute attributes moderate "
    "perfect permit permits perfume produce progress project projects protest protests rebel rebels reject "
    "rejects separate subject subjects survey surveys suspect suspects torment torments transport transports "
    "alternate animate appropriate articulate combat compact compound compounds compress confine confines "
    "conflict conflicts consort consorts console consoles contest contests contrast contrasts deliberate delegate "
    "desolate discharge duplicate elaborate estimate estimates frequent graduate graduates implant increase "
    "increases legitimate mouth mouths precipitate predicate proceeds prostrate relay retard segment transfer "
    "transfers"
)
STRESSED = frozenset(_STRESSED.split())
"""Said one way as a noun or adjective, another as a verb: a tagger is mostly right about these."""
