"""What a full stop may belong to without ending a sentence, and the words that begin one after all.

Spelt without the last full stop. Sources: style guides' and dictionaries' own lists of abbreviations, and what the
published sets of ``tests/script/sets`` hold.
"""

from __future__ import annotations

from functools import lru_cache

_TITLES = (
    "Mr Mrs Ms Messrs Mme Mmes Mlle Mlles MM Dr Drs Prof Rev Revd Hon Capt Cpt Cmdr Col Gen Lt Lieut Maj Sgt Sergt "
    "Adm Gov St Ste Sta Sto SS Mt Ft Pres Sen Rep Supt Insp Fr Br Sir "
    "Sr Sra Srta Sres Sras Dña Dª Dn Lic Ing Arq Abg Dra Excmo Excma Ilmo Ilma Exmo Exma Rvdo Mons Gral Cap Cnel "
    "Hr Hrn Frl Dipl Mag Stud kath evang "
    "Sig Sigg Sig.ra Sig.na Sig.re Dott Dott.ssa Prof.ssa Avv Arch Geom Rag On Cav Comm Dir Amm psicol "
    "Me Mgr Vve Cie Cdt "
    "viz i.e e.g cf resp inkl exkl zzgl abzgl sog bzw d.h vgl ggf ca evtl p.ej v.gr ad.es es p.ex "
    "ehem geb gest verh verw hl Hl Skt Ges bes insb allg bsd bspw"
)
TITLES = frozenset(_TITLES.split())
"""Always followed by what they belong to: ``Mr.``, ``St.``, ``i.e.``."""

_FOREIGN = {
    "en": "MM Me On es Fr Cap Dir Mag Arch Comm Stud Hl hl Br Sto Sta Sr SS Sir ca Rag Cav Amm",
    "de": "Me On es Sir Br Cap Col SS MM",
    "es": "Me On es Mag Sir hl SS MM Hon",
    "fr": "On es Mag Sir Cap hl SS Sen Col",
    "it": "Me Sir hl MM Sen Col",
    "pt": "Me On es Sir Mag hl SS MM Hon",
}
"""Words, or ends of sentences, in one language though they are titles in another."""

_NUMBERED = (
    "no nos nr nrn num núm n° nº no° ch chap p pp pg vol vols fig figs art arts sec sect par para párr párrf l ll bk "
    "abb s taf bd kap abs anm str tel ext apdo pág págs cap pag pagg ed eds ms mss op opp c ca v vv vs est tit cl "
    "al inc § rm apt ste "
    "jan feb mar apr jun jul aug sept sep oct nov dec jän märz okt dez ene abr ago dic janv févr avr juil août déc "
    "gen mag giu lug set ott fev out dez "
    "mon tue tues wed thu thur thurs fri sat sun lun mié jue vie sáb dom mer gio ven sab seg ter qua qui sex"
)
NUMBERED = frozenset(_NUMBERED.split())
"""Belong to the number after them, in lower or upper case: ``No. 5``, ``Nov. 23``; otherwise they may end."""

ORDINARY = frozenset(
    ("art", "al", "est", "mar", "mon", "out", "par", "sat", "set", "sex", "sun", "ter", "tit", "wed")
)
"""Of those, the English words; in lower case they are just that."""

_ENDINGS = (
    "etc co inc ltd bros jr sr esq usw etw ecc u.a u.ä u.s.w etc.pp a.m p.m ph.d m.d b.a m.a d.c b.c a.d v.chr n.chr "
    "s.a e.v"
)
ENDINGS = frozenset(_ENDINGS.split())
"""May well be a sentence's last word; that they are shows by what comes next."""

_STARTERS = {
    "en": "he she it they we you i the a an this that these those there here what who whom whose why how when "
    "where which if in on at but and or so then yes no not well now oh ah my his her our your their its "
    "as for from to with after before while let do did does don't is are was were have has had can could "
    "will would should may might nobody nothing everyone everybody somebody some many most all perhaps "
    "maybe suddenly once one another both it's that's there's he's she's they're we're you're i'm i've "
    "i'll i'd didn't what's who's never still even just because although though since until also however "
    "of by please",
    "de": "er sie es wir ihr ich du der die das den dem ein eine einen einem dieser diese dieses und aber oder "
    "doch da dann so was wer wie wo wann warum weshalb wenn als in im am an auf mit nach nun ja nein "
    "nicht mein meine sein seine ihre man hier dort alle viele niemand jeder auch noch nur zu zum zur bei "
    "von vor ob weil obwohl jetzt",
    "es": "él ella ellos ellas el la los las lo un una unos unas yo tú nosotros usted ustedes esto eso este "
    "esta ese esa aquel aquella y pero o no sí si cuando como cómo qué quién dónde cuándo en de por para "
    "con después entonces a al del su sus mi mis se me te le les hay era fue es ya ahora también",
    "fr": "il elle ils elles on nous vous je j'ai tu le la les un une des du ce cet cette ces c'est c'était et "
    "mais ou donc or non oui si quand comme que qui quoi où en dans à au aux après puis alors son sa ses "
    "mon ma mes leur leurs pour par avec sans sur il's ne pas qu'il qu'elle d'abord",
    "it": "egli lui lei loro io tu noi voi il lo la i gli le un uno una questo questa quello quella e ma o no "
    "sì se quando come che chi cosa dove in di per con da dopo poi allora suo sua mio mia non mi ti si ci "
    "era fu è",
    "pt": "ele ela eles elas o a os as um uma eu tu nós você vocês isto isso este esta esse essa aquele aquela "
    "e mas ou não sim se quando como que quem onde em no na nos nas de do da por para com depois então "
    "seu sua meu minha era foi é já agora também ao à",
}


@lru_cache(maxsize=16)
def titles(language: str) -> frozenset[str]:
    """Abbreviations that never end a sentence of this primary language."""
    return TITLES - frozenset(_FOREIGN.get(language, "").split())


@lru_cache(maxsize=16)
def starters(language: str) -> frozenset[str]:
    """Small words, in lower case, that in upper case begin a sentence."""
    return frozenset(_STARTERS.get(language, _STARTERS["en"]).split())
