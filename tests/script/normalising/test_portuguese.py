"""Portuguese text as it is spoken."""

from __future__ import annotations

import pytest

from pipeline.script.normalising import normalise, unread
from tests.script.normalising.golden import say

SPOKEN = {
    "2 meninas e 2 meninos": "duas meninas e dois meninos",
    "21 casas e 200 páginas": "vinte e uma casas e duzentas páginas",
    "16 dias": "dezesseis dias",
    "1.000.000 habitantes": "um milhão de habitantes",
    "1,5": "um vírgula cinco",
    "em 1 de maio de 1974": "em primeiro de maio de mil novecentos e setenta e quatro",
    "15/03/2024": "quinze de março de dois mil e vinte e quatro",
    "às 14h30": "às catorze horas e trinta",
    "das 8h às 18h": "das oito horas às dezoito horas",
    "no século XIX": "no século dezenove",
    "os séculos V e VI": "os séculos quinto e sexto",
    "D. João VI e Luís XIV": "dom João sexto e Luís catorze",
    "D. Maria II e D. Inês": "dona Maria segunda e dona Inês",
    "Capítulo XIV": "Capítulo catorze",
    "a II Guerra Mundial": "a segunda Guerra Mundial",
    "os anos 90": "os anos noventa",
    "o Sr. Silva e a Sr.ª Rita": "o senhor Silva e a senhora Rita",
    "a V. Ex.ª, Dr.ª Ana": "a vossa excelência, doutora Ana",
    "S. Paulo, S. Antônio e S. Luzia": "são Paulo, santo Antônio e santa Luzia",
    "n.º 5, pág. 12": "número cinco, página doze",
    "R$ 12,05 e US$ 3 milhões": "doze reais e cinco centavos e três milhões de dólares americanos",
    "6$400 réis": "seis mil e quatrocentos réis",
    "30:000 homens": "trinta mil homens",
    "5 km e 25°C": "cinco quilômetros e vinte e cinco graus Celsius",
    "3/4 e 5/12": "três quartos e cinco doze avos",
    "a 1ª vez e o 3.º lugar": "a primeira vez e o terceiro lugar",
    "ana@gmail.com": "ana arroba gmail ponto com",
    "(11) 99999-8888": "um um, nove nove nove nove nove, oito oito oito oito",
    "a.C. e etc.": "antes de Cristo e etcétera.",
}
UNTOUCHED = [
    "Franklin D. Roosevelt",
    "Vi a casa dele.",
    "E o rei partiu.",
    "Ele disse que sim.",
]


@pytest.mark.parametrize(("written", "spoken"), SPOKEN.items())
def test_it_is_said_as_a_reader_would(written: str, spoken: str) -> None:
    assert say(written, "pt") == spoken


@pytest.mark.parametrize("written", SPOKEN)
def test_nothing_is_left_that_no_reader_could_say_and_nothing_more_is_found(written: str) -> None:
    spoken = say(written, "pt")
    assert unread(spoken, "pt") == []
    assert normalise(spoken, "pt") == ()


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prose_that_only_looks_like_it_stays(text: str) -> None:
    assert normalise(text, "pt") == ()


def test_portugal_counts_its_own_way() -> None:
    assert say("16 dias, 2.000.000.000", "pt-PT") == "dezasseis dias, dois mil milhões"
    assert say("1 de maio", "pt-PT") == "um de maio"


def test_a_heading_in_capitals_is_not_shouted() -> None:
    assert say("CAPÍTULO IV. AMOR DE PERDIÇÃO", "pt", "heading") == "Capítulo quatro. Amor De Perdição"
