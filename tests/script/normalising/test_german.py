"""German: what is written otherwise than it is spoken is read as a good reader reads it, and prose is left alone."""

from __future__ import annotations

import pytest

from pipeline.edits import speak
from pipeline.script.normalising import normalise, say_as


def said(text: str, kind: str = "paragraph") -> str:
    return speak(text, normalise(text, "de", kind=kind))


READ = {
    "dates": [
        ("am 3. Oktober 1990", "am dritten Oktober neunzehnhundertneunzig"),
        ("der 3. Oktober", "der dritte Oktober"),
        ("vom 3. bis 5. Oktober", "vom dritten bis fünften Oktober"),
        ("begann am 1.9.1939", "begann am ersten September neunzehnhundertneununddreißig"),
        ("2012-10-03", "dritter Oktober zweitausendzwölf"),
        ("am 5. Febr. kam er", "am fünften Februar kam er"),
    ],
    "ordinals": [
        ("im 19. Jahrhundert", "im neunzehnten Jahrhundert"),
        ("in der 3. Klasse", "in der dritten Klasse"),
        ("ein 3. Mann", "ein dritter Mann"),
        ("die 5. Auflage", "die fünfte Auflage"),
        ("der 3. und 4. Platz", "der dritte und vierte Platz"),
        ("III. Akt", "dritter Akt"),
    ],
    "rulers": [
        ("Friedrich III. starb", "Friedrich der Dritte starb"),
        ("mit Ludwig XIV. von Frankreich", "mit Ludwig dem Vierzehnten von Frankreich"),
        ("das Zeitalter Ludwigs XIV.", "das Zeitalter Ludwigs des Vierzehnten."),
        ("für Karl V. war", "für Karl den Fünften war"),
    ],
    "years": [
        (
            "1984 gab es 1984 Menschen",
            "neunzehnhundertvierundachtzig gab es tausendneunhundertvierundachtzig Menschen",
        ),
        ("1914–1918", "neunzehnhundertvierzehn bis neunzehnhundertachtzehn"),
        ("die 2000er, die 90er", "die zweitausender, die neunziger"),
    ],
    "numbers": [
        ("1.000 und 3,5", "tausend und drei Komma fünf"),
        ("-3 °C, 20 %, 10 km/h", "minus drei Grad Celsius, zwanzig Prozent, zehn Kilometer pro Stunde"),
        ("ein 47-jähriger Mann", "ein siebenundvierzigjähriger Mann"),
        ("2 1/2 Stunden, 3/4", "zweieinhalb Stunden, drei Viertel"),
        ("1 Mann und 1 Frau", "ein Mann und eine Frau"),
    ],
    "money": [
        ("€ 5,50", "fünf Euro fünfzig Cent"),
        ("3,5 Mio. €", "drei Komma fünf Millionen Euro"),
        ("1 €", "ein Euro"),
    ],
    "times": [
        ("14:30 Uhr, 8.30 Uhr, 1 Uhr", "vierzehn Uhr dreißig, acht Uhr dreißig, ein Uhr"),
        ("4:20 Minuten", "vier Minuten zwanzig Sekunden"),
    ],
    "abbreviations": [
        ("z. B. Nr. 5, d.h. S. 12 ff.", "zum Beispiel Nummer fünf, das heißt Seite zwölf folgende."),
        ("§ 3 Abs. 2", "Paragraph drei Absatz zwei"),
        ("Hrsg. von Dr. Müller", "Herausgeber von Doktor Müller"),
        ("Goethestr. 5 in St. Gallen", "Goethestraße fünf in Sankt Gallen"),
        ("100 v. Chr. war", "hundert vor Christus war"),
    ],
    "initialisms": [("DDR und NATO, GmbH", "D D R und Nato, G M B H")],
}


@pytest.mark.parametrize(("text", "spoken"), [pair for pairs in READ.values() for pair in pairs])
def test_a_reader_says_it_so(text: str, spoken: str) -> None:
    assert said(text) == spoken


UNTOUCHED = [
    "Er sagte so. Sie ging ab. Das war der Art. Ich bin es.",
    "„Nein“, sagte er, „das ist ZU viel.“ – Im Mai kam sie.",
    "Ein Halb und ein Ganzes; der Dritte im Bunde, usw war nie sein Wort.",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prose_is_left_alone(text: str) -> None:
    assert normalise(text, "de") == ()


def test_a_number_that_ends_a_sentence_is_no_ordinal() -> None:
    assert said("Er zählte bis 3. Dann ging er.") == "Er zählte bis drei. Dann ging er."


def test_a_hint_reads_it_as_it_says() -> None:
    assert say_as("1984", "year", "de") == "neunzehnhundertvierundachtzig"
    assert say_as("1984", "cardinal", "de") == "tausendneunhundertvierundachtzig"
    assert say_as("3.10.2020", "date", "de") == "dritter Oktober zweitausendzwanzig"
    assert say_as("14:30 Uhr", "time", "de") == "vierzehn Uhr dreißig"


def test_figures_that_are_no_mixed_number_do_not_become_one() -> None:
    assert said("5 24/7 %") == "fünf vierundzwanzig Schrägstrich sieben Prozent"
