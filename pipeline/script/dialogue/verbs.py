"""Verbs that introduce speech, third person as novels print them, six languages. Drawn up by reading, not copied."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.languages import primary

SPEECH_VERBS = {
    "en": (
        "said says asked asks replied replies answered answers cried cries exclaimed exclaims whispered whispers "
        "shouted shouts muttered mutters murmured murmurs continued continues added adds returned rejoined remarked "
        "observed responded demanded inquired enquired repeated called declared began resumed went ejaculated "
        "protested insisted interrupted interposed sighed laughed groaned growled gasped screamed shrieked yelled "
        "sobbed stammered faltered suggested explained announced pleaded begged retorted snapped roared bellowed "
        "whimpered hissed commented concluded pursued proceeded persisted agreed admitted assented affirmed ventured "
        "urged drawled chuckled panted breathed echoed commanded ordered thundered grumbled snarled sneered wailed "
        "quoth queried questioned moaned mumbled hinted assured objected acquiesced croaked squeaked piped chimed "
        "giggled warned reflected mused soliloquized apologized scolded corrected vociferated sang told"
    ),
    "de": (
        "sagte sagt sprach spricht fragte fragt antwortete antwortet erwiderte erwidert entgegnete entgegnet rief "
        "ruft schrie flüsterte flüstert murmelte meinte meint versetzte begann fuhr bemerkte erklärte versicherte "
        "lachte seufzte stammelte brummte wiederholte unterbrach stotterte bat befahl setzte ergänzte schluchzte "
        "stöhnte hauchte zischte brüllte knurrte gab äußerte"
    ),
    "fr": (
        "dit dis répondit répond demanda demande s'écria s'écrie cria reprit reprend murmura murmure répliqua "
        "ajouta ajoute continua fit fis interrompit observa déclara balbutia soupira exclama s'exclama pensa songea "
        "répéta repartit riposta poursuivit insista gronda hurla chuchota bégaya objecta interrogea affirma "
        "annonça commença conclut expliqua répondis demandai repris m'écriai ajoutai disait demandait répondait "
        "criait murmurait disais grommela gémit dirent répondirent s'écrièrent crièrent protesta remarqua"
    ),
    "es": (
        "dijo dice respondió responde preguntó pregunta exclamó contestó contesta replicó repuso gritó murmuró "
        "añadió agregó prosiguió continuó observó susurró interrumpió repitió dijeron decía declaró indicó afirmó "
        "manifestó balbuceó balbució suspiró insistió objetó gruñó interrogó advirtió pensó exclamaba preguntaba "
        "contestaba respondía gritaba murmuraba dije respondí pregunté contesté exclamé repliqué añadí exclamaron "
        "gritaron respondieron contestaron preguntaron apuntó rugió saltó"
    ),
    "it": (
        "disse dice rispose risponde chiese chiede domandò domanda esclamò gridò mormorò soggiunse aggiunse riprese "
        "continuò replicò ripeté ripetè osservò interruppe sussurrò balbettò fece dicevano diceva rispondeva "
        "domandava gridava mormorava urlò sospirò insisté ribatté proseguì concluse dissi risposi domandai chiesi "
        "esclamai dissero risposero gridarono borbottò"
    ),
    "pt": (
        "disse diz respondeu responde perguntou pergunta exclamou gritou murmurou replicou acrescentou continuou "
        "tornou observou redarguiu retorquiu atalhou acudiu bradou prosseguiu repetiu interrompeu suspirou "
        "sussurrou insistiu balbuciou explicou declarou dizia respondia perguntava gritava exclamava interrogou "
        "disseram responderam exclamaram volveu concluiu ponderou confirmou disse-lhe perguntei respondi"
    ),
}  # fmt: skip

CLITICS = {
    "en": "",
    "de": "",
    "fr": r"(?:(?:lui|leur|me|m'|m’|nous|se|s'|s’)\s*)?",
    "es": r"(?:(?:se|le|les|me|nos|lo|la)\s+){0,2}",
    "it": r"(?:(?:gli|le|mi|si|ci|loro|se)\s+)?",
    "pt": r"(?:(?:lhe|me|se|lhes|nos)\s+)?",
}


def family(language: str) -> str:
    """The language whose rules are taken: its own, or English."""
    short = primary(language)
    return short if short in SPEECH_VERBS else "en"


@lru_cache(maxsize=8)
def verb_pattern(language: str) -> str:
    """A regular expression (source) of one speech verb with what clings to it; both apostrophes."""
    verbs = sorted(SPEECH_VERBS[family(language)].split(), key=len, reverse=True)
    joined = "|".join(re.escape(verb).replace("'", "['’]") for verb in verbs)
    return rf"(?:{CLITICS[family(language)]}(?:{joined}))"
