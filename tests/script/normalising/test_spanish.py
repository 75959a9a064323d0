"""Spanish text as it is spoken."""

from __future__ import annotations

import pytest

from pipeline.edits import speak
from pipeline.script.normalising import normalise, unread
from tests.script.normalising.golden import percent, say

SPOKEN = {
    "Tenía 21 años.": "Tenía veintiún años.",
    "21 casas y 200 páginas": "veintiuna casas y doscientas páginas",
    "la noche del 21 muchas personas": "la noche del veintiuno muchas personas",
    "21 por ciento": "veintiuno por ciento",
    "Desde 1999 muchas personas": "Desde mil novecientos noventa y nueve muchas personas",
    "2.000.000 habitantes": "dos millones de habitantes",
    "Mide 1,75 m.": "Mide uno coma setenta y cinco metros.",
    "El 1 de mayo de 1808": "El primero de mayo de mil ochocientos ocho",
    "el 3/10/2012": "el tres de octubre de dos mil doce",
    "a las 9:15 y a las 21.30": "a las nueve y cuarto y a las veintiuna y media",
    "a las 5:00 p. m. salió": "a las cinco de la tarde salió",
    "en el siglo XIX": "en el siglo diecinueve",
    "los siglos XVI y XVII": "los siglos dieciséis y diecisiete",
    "Capítulo XIV. La huida": "Capítulo catorce. La huida",
    "Alfonso X y Luis XVI": "Alfonso décimo y Luis dieciséis",
    "Isabel II de España": "Isabel segunda de España",
    "la II Guerra Mundial": "la segunda Guerra Mundial",
    "los años 90 y los '80": "los años noventa y los ochenta",
    "el 1.er piso, la 2.ª vez": "el primer piso, la segunda vez",
    "El Sr. Pérez y la Sra. Ruiz": "El señor Pérez y la señora Ruiz",
    "Dijo D. Juan a D.ª Inés": "Dijo don Juan a doña Inés",
    "¿Viene V. conmigo?": "¿Viene usted conmigo?",
    "los EE. UU. en 2020": "los Estados Unidos en dos mil veinte",
    "n.º 5, pág. 12": "número cinco, página doce",
    "libros, mapas, etc. Después salió": "libros, mapas, etcétera. Después salió",
    "5,50 € y 21 £": "cinco euros con cincuenta céntimos y veintiuna libras",
    "el 5,4 %": "el cinco coma cuatro por ciento",
    "1/2 taza y 3/4 l": "media taza y tres cuartos de litro",
    "en el año 44 a. C.": "en el año cuarenta y cuatro antes de Cristo.",
    "ana@gmail.com": "ana arroba gmail punto com",
    "+34 612 34 56 78": "más treinta y cuatro, seis uno dos, treinta y cuatro, cincuenta y seis, setenta y ocho",
    "-3 grados": "menos tres grados",
    "El ADN y la ONG": "El A D N y la O N G",
}
UNTOUCHED = [
    "—No. Las tengo educándose en Francia.",
    "Franklin D. Roosevelt",
    "Hace medio siglo vi la guerra.",
    "El rey vivía en Madrid.",
    "«¿Y si vas mañana?»",
]


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_it_is_said_as_a_reader_would(written: str, spoken: str) -> None:
    assert say(written, "es") == spoken


@pytest.mark.parametrize("written", SPOKEN)
def test_nothing_is_left_that_no_reader_could_say_and_nothing_more_is_found(written: str) -> None:
    spoken = say(written, "es")
    assert unread(spoken, "es") == []
    assert normalise(spoken, "es") == ()


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prose_that_only_looks_like_it_stays(text: str) -> None:
    assert normalise(text, "es") == ()


def test_a_chapter_s_numeral_is_a_number_in_a_heading_only() -> None:
    assert say("IV", "es", "heading") == "cuatro"
    assert say("XIV. La huida", "es", "heading") == "catorce. La huida"
    assert normalise("I love you", "es") == ()


def test_the_first_of_a_month_is_said_as_in_the_region() -> None:
    assert say("el 1 de enero", "es-ES") == "el uno de enero"
    assert say("el 1 de enero", "es-MX") == "el primero de enero"


def test_published_cases_are_said_as_published() -> None:
    assert percent("es", aside=False) >= 80
    assert percent("es", aside=True) >= 77


def test_a_heading_in_capitals_is_not_shouted() -> None:
    assert say("CAPÍTULO XIV. EL GABINETE AZUL", "es", "heading") == "Capítulo catorce. El Gabinete Azul"


def test_a_numeral_before_a_headings_title_is_a_number() -> None:
    text = "XX La salida"
    assert speak(text, normalise(text, "es", kind="heading")) == "veinte. La salida"
