"""Italian text as it is spoken."""

from __future__ import annotations

import pytest

from pipeline.script.normalising import normalise, unread
from tests.script.normalising.golden import percent, say

SPOKEN = {
    "1 studente, 1 settimana, 21 anni": "uno studente, una settimana, ventuno anni",
    "l'11 marzo 1918": "l'undici marzo millenovecentodiciotto",
    "nel 1956": "nel millenovecentocinquantasei",
    "1.000.000 abitanti": "un milione di abitanti",
    "3,14": "tre virgola quattordici",
    "il 1 maggio": "il primo maggio",
    "il 15/10/2012": "il quindici ottobre duemiladodici",
    "alle 9.15 e alle 13:30": "alle nove e quindici e alle tredici e trenta",
    "alle ore 4 1/2": "alle ore quattro e mezzo",
    "nel XIX secolo e nel secolo XX": "nel diciannovesimo secolo e nel secolo ventesimo",
    "il XV e XVI secolo": "il quindicesimo e sedicesimo secolo",
    "Luigi XVI e Pio IX": "Luigi sedicesimo e Pio nono",
    "Elisabetta II": "Elisabetta seconda",
    "la II guerra mondiale": "la seconda guerra mondiale",
    "Capitolo XIV": "Capitolo quattordici",
    "gli anni '90 e dopo il '70": "gli anni novanta e dopo il settanta",
    "dell'Ottocento e dell''800": "dell'Ottocento e dell'ottocento",
    "il sig. Rossi e la sig.ra Bianchi": "il signor Rossi e la signora Bianchi",
    "il dott. Verdi e il prof.": "il dottor Verdi e il professore.",
    "S. Pietro, S. Maria e S. Antonio": "san Pietro, santa Maria e sant’Antonio",
    "pag. 5, n. 3, art. 6": "pagina cinque, numero tre, articolo sei",
    "libri, carte ecc. Poi uscì": "libri, carte eccetera. Poi uscì",
    "nel 44 a.C.": "nel quarantaquattro avanti Cristo.",
    "il 3% e 5 €": "il tre percento e cinque euro",
    "30 km e 100 mq": "trenta chilometri e cento metri quadrati",
    "3/4 di litro": "tre quarti di litro",
    "la 2ª volta, il 3° posto": "la seconda volta, il terzo posto",
    "mario@libero.com": "mario chiocciola libero punto com",
    "a 30° sotto zero": "a trenta gradi sotto zero",
}
UNTOUCHED = [
    "Poi I popoli si mossero.",
    "Ve la do io.",
    "Di nuovo qui. I miei amici vennero.",
    "Il non si dice.",
    "Vi amo.",
]


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_it_is_said_as_a_reader_would(written: str, spoken: str) -> None:
    assert say(written, "it") == spoken


@pytest.mark.parametrize("written", SPOKEN)
def test_nothing_is_left_that_no_reader_could_say_and_nothing_more_is_found(written: str) -> None:
    spoken = say(written, "it")
    assert unread(spoken, "it") == []
    assert normalise(spoken, "it") == ()


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prose_that_only_looks_like_it_stays(text: str) -> None:
    assert normalise(text, "it") == ()


def test_num2words_slips_are_put_right() -> None:
    assert say("1818 21000", "it") == "milleottocentodiciotto ventunmila"


def test_published_cases_are_said_as_published() -> None:
    assert percent("it", aside=False) >= 77
    assert percent("it", aside=True) >= 69


def test_a_heading_in_capitals_is_not_shouted() -> None:
    assert say("LE IDEE DI DANIELE CORTIS", "it", "heading") == "Le Idee Di Daniele Cortis"
