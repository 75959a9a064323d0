"""French text as it is spoken."""

from __future__ import annotations

import pytest

from pipeline.edits import speak
from pipeline.script.normalising import normalise, unread
from tests.script.normalising.golden import percent, say

SPOKEN = {
    "21 voix et 80 pages": "vingt et une voix et quatre-vingts pages",
    "1 000 francs": "mille francs",
    "2 000 000 habitants": "deux millions d’habitants",
    "il a 71 ans, elle 95": "il a soixante et onze ans, elle quatre-vingt-quinze",
    "1,5 et 0,05": "un virgule cinq et zéro virgule zéro cinq",
    "le 1er mai 1968": "le premier mai mille neuf cent soixante-huit",
    "le 03/10/2012": "le trois octobre deux mille douze",
    "à 14h30": "à quatorze heures trente",
    "à 7 h 15": "à sept heures quinze",
    "au XIXe siècle": "au dix-neuvième siècle",
    "du XIIe et XIIIe siècle": "du douzième et treizième siècle",
    "François Ier et Louis XVI": "François premier et Louis seize",
    "la Ve République": "la cinquième République",
    "Chapitre XIV": "Chapitre quatorze",
    "l’an II": "l’an deux",
    "les années 90": "les années quatre-vingt-dix",
    "M. de Guise et Mme Fortier": "monsieur de Guise et madame Fortier",
    "MM. Dupont et Durand, Mlle Harmant": "messieurs Dupont et Durand, mademoiselle Harmant",
    "le Dr Joli et Me Drugeon": "le docteur Joli et maître Drugeon",
    "St-Germain et Ste Anne": "saint-Germain et sainte Anne",
    "au n° 9, p. 12": "au numéro neuf, page douze",
    "en 52 av. J.-C.": "en cinquante-deux avant Jésus-Christ.",
    "10 M€ et 15 %": "dix millions d’euros et quinze pour cent",
    "4 m. 90 et 3 fr. 50": "quatre mètres quatre-vingt-dix et trois francs cinquante",
    "1/2, 3/4 et 2 1/2": "un demi, trois quarts et deux et demi",
    "le 06 12 34 56 78": "le zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit",
    "1° Une chemise ; 2° Une paire": "primo Une chemise ; secundo Une paire",
    "par 45° de latitude": "par quarante-cinq degrés de latitude",
    "jean@free.com": "jean arobase free point com",
    "la SNCF": "la S N C F",
    "il est 21 h": "il est vingt et une heures",
}
UNTOUCHED = [
    "avec la lettre M écrite sur une carte",
    "le V de la victoire",
    "Le premier venu",
    "Ce fut la fin.",
    "Me voilà !",
    "C'est lui. Il vient.",
]


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_it_is_said_as_a_reader_would(written: str, spoken: str) -> None:
    assert say(written, "fr") == spoken


@pytest.mark.parametrize("written", SPOKEN)
def test_nothing_is_left_that_no_reader_could_say_and_nothing_more_is_found(written: str) -> None:
    spoken = say(written, "fr")
    assert unread(spoken, "fr") == []
    assert normalise(spoken, "fr") == ()


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prose_that_only_looks_like_it_stays(text: str) -> None:
    assert normalise(text, "fr") == ()


def test_a_heading_s_numeral_is_a_number() -> None:
    assert say("XLII", "fr", "heading") == "quarante-deux"
    assert say("I", "fr", "heading") == "un"


def test_published_cases_are_said_as_published() -> None:
    assert percent("fr", aside=False) >= 89
    assert percent("fr", aside=True) >= 93


def test_a_heading_in_capitals_is_not_shouted() -> None:
    assert say("CHAPITRE XIII : UNE VACANCE", "fr", "heading") == "Chapitre treize : Une Vacance"


def test_an_enumeration_is_in_latin() -> None:
    text = "1º. nous supposons; 2º nous donnons"
    assert speak(text, normalise(text, "fr")) == "primo. nous supposons; secundo nous donnons"
