"""English: what is written otherwise than it is spoken is read as a good reader reads it, and prose is left alone."""

from __future__ import annotations

import pytest

from pipeline.edits import speak
from pipeline.script.normalising import has_rules, normalise, say_as, unread


def said(text: str, language: str = "en", kind: str = "paragraph") -> str:
    return speak(text, normalise(text, language, kind=kind))


READ = {
    "numbers": [
        ("1,984 days", "one thousand nine hundred eighty-four days"),
        ("3.14, .5 and -40", "three point one four, point five and minus forty"),
        ("version 2.1.3", "version two dot one dot three"),
        ("2½ cups, 1/2, 2 1/2 hours", "two and a half cups, one half, two and a half hours"),
        ("agent 007 in room 101", "agent double oh seven in room one oh one"),
        ("a 5-year-old, 24/7, since 9/11", "a five-year-old, twenty-four seven, since nine eleven"),
        ("3 × 4 = 12, x² ± 3", "three times four equals twelve, x squared plus or minus three"),
        ("#1, No. 5, nos. 3-5", "number one, Number five, numbers three to five"),
        (
            "won 3-2; 16:9; 3x4; pp. 12-14 ff.",
            "won three to two; sixteen to nine; three by four; pages twelve to fourteen and following.",
        ),
        ("20-30%", "twenty to thirty percent"),
    ],
    "ordinals and fractions": [
        ("the 21st, 2d and 103rd", "the twenty-first, second and one hundred third"),
        ("3/8ths", "three eighths"),
    ],
    "years": [
        (
            "in 1984 there were 1984 people",
            "in nineteen eighty-four there were one thousand nine hundred eighty-four people",
        ),
        ("1905, 2005 and 2012", "nineteen oh five, two thousand five and twenty twelve"),
        ("1914–18", "nineteen fourteen to eighteen"),
        ("44 BC, AD 79, 1200 BC", "forty-four B C, A D seventy-nine, twelve hundred B C"),
        (
            "the 1990s, the '90s, the 1920s-30s",
            "the nineteen nineties, the nineties, the nineteen twenties to thirties",
        ),
        ("mid-1800s and the 19th century", "mid-eighteen hundreds and the nineteenth century"),
    ],
    "dates": [
        ("on May 5, 1890", "on May fifth, eighteen ninety"),
        ("on 3rd June 1945", "on the third of June nineteen forty-five"),
        ("on Sun., Jan. 3", "on Sunday, January third"),
        ("2020-01-05", "January fifth, twenty twenty"),
        ("May 5-7", "May fifth to seventh"),
    ],
    "times": [
        ("at 5 p.m. sharp", "at five P M sharp"),
        ("3:05 a.m., 14:30, 8:00", "three oh five A M, fourteen thirty, eight o’clock"),
        ("7 o'clock, 9am–5pm", "seven o'clock, nine A M to five P M"),
    ],
    "money": [
        ("$5.50, £1.2 million", "five dollars and fifty cents, one point two million pounds"),
        ("US$ 20, €3bn, $3-$4", "twenty US dollars, three billion euros, three dollars to four dollars"),
        ("£3 10s. 6d.", "three pounds ten shillings six pence"),
        ("2s. each", "two shillings each"),
    ],
    "units": [
        ("5 ft. 2 in. or 6'2\"", "five feet two inches or six foot two"),
        ("40 km/h at -5 °C", "forty kilometers per hour at minus five degrees Celsius"),
        ("1 kg, 5 lbs.", "one kilogram, five pounds"),
        ("40.7° N", "forty point seven degrees north"),
    ],
    "addresses": [
        ("at www.example.com/a_b", "at W W W dot example dot com slash a underscore b"),
        ("mail joe@mail.co.uk", "mail joe at mail dot C O dot U K"),
        (
            "1428 Elm St., Salem, OR 97301",
            "fourteen twenty-eight Elm Street, Salem, Oregon nine seven three zero one",
        ),
        ("1-800-555-0199", "one, eight hundred, five five five, zero one nine nine"),
    ],
    "Roman numerals": [
        ("Louis XVI and Henry VIII's wives", "Louis the sixteenth and Henry the eighth's wives"),
        ("Chapter XIV of World War II", "Chapter fourteen of World War two"),
        ("Act III, Scene ii", "Act three, Scene two"),
        ("King Charles I was", "King Charles the first was"),
        ("XXV.", "twenty-five."),
    ],
    "abbreviations": [
        ("St. John of Main St., Dr. No", "Saint John of Main Street, Doctor No"),
        ("along Mulholland Dr. at night", "along Mulholland Drive at night"),
        ("Lt. Col. Smith, Messrs. Brown & Co.", "Lieutenant Colonel Smith, Messieurs Brown and Company."),
        ("Henry Flower Esq, c/o P. O.", "Henry Flower Esq, care of P O."),
        ("Mr Darcy and Mrs. Bennet", "Mister Darcy and Missus Bennet"),
        ("e.g. this, i.e. that, &c.", "for example this, that is that, et cetera."),
        ("cats, dogs, etc.", "cats, dogs, et cetera."),
    ],
    "initialisms": [
        ("NASA and the FBI, U.S. Army, a Ph.D.", "Nasa and the F B I, U S Army, a P H D."),
        ("H.G. Wells", "H G Wells"),
    ],
    "capitals": [
        ("IT WAS THE BEST of times", "It was the best of times"),
        ("CHAPTER IV. THE STORM", "Chapter four. The storm"),
    ],
    "symbols": [
        ("A & B © 2020 ™ 😀 •", "A and B copyright twenty twenty"),
        ("and/or, he/she", "and or, he slash she"),
    ],
    "brackets": [
        ("He wrote [sic] and [Exit Hamlet] there.", "He wrote, sic, and Exit Hamlet there."),
        ("Nothing [so he said at least] could be", "Nothing, so he said at least, could be"),
        ("room 5 [sic]; could not.” [Here the tears ran.]", "room five, sic; could not.” Here the tears ran."),
        ("the [old] man and [h]e went", "the old man and he went"),
        ("Bohr [...] used it, Ma^{s}. Palk, }", "Bohr ... used it, Mas. Palk,"),
    ],
    "stray signs": [
        (">From his soul * * * * he = spoke", "From his soul he spoke"),
        ("love**; then a | b ~ c \\ d / =Note=", "love; then a b c d Note"),
        ("sure_ly_ _mis_managed foo_bar _a b_", "surely mismanaged foo bar a b"),
        ("5 * 3 = 15, a=b and x < y", "five times three equals fifteen, a equals b and x less than y"),
    ],
}


@pytest.mark.parametrize(("text", "spoken"), [pair for pairs in READ.values() for pair in pairs])
def test_a_reader_says_it_so(text: str, spoken: str) -> None:
    assert said(text) == spoken


UNTOUCHED = [
    '"No. I will not go," he said. "No."',
    "He sat in the sun. Then May came. Art. Fig. Mar. They marched on.",
    "I am what I am; Malcolm X took vitamin C. I said so to Charles, and Charles I know.",
    "In part I agree. That is the Part I love, and Mark I trust.",
    "J. R. Smith left; it was a good chap. It is done.",
    "I will NOT go, and that is THAT.",
    "She said 'tis a well-known jack-in-the-box — or so — and no more…",
    "“You're late,” said Type C of Grade D in Appendix C.",
    "There is no mix of it, no ill and no mild.",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_prose_is_left_alone(text: str) -> None:
    assert normalise(text, "en") == ()


def test_edits_are_the_smallest_stretch_and_say_why() -> None:
    text = "Louis XVI paid Mr. Smith $5."
    found = [(text[edit.start : edit.end], edit.spoken, edit.why) for edit in normalise(text, "en")]
    assert found == [
        ("XVI", "the sixteenth", "roman"),
        ("Mr.", "Mister", "abbreviation"),
        ("$5", "five dollars", "money"),
    ]


def test_britain_says_and_and_puts_the_day_first() -> None:
    assert said("105", "en-GB") == "one hundred and five"
    assert said("105", "en-US") == said("105", "en") == "one hundred five"
    assert said("3/4/2020", "en-GB") == "the third of April twenty twenty"
    assert said("3/4/2020", "en-US") == "March fourth, twenty twenty"
    assert said("5 km", "en-GB") == "five kilometres"


def test_in_a_heading_a_lone_numeral_is_a_number_and_capitals_are_a_type_face() -> None:
    assert said("I. THE NASA YEARS", kind="heading") == "one. The Nasa Years"
    assert said("V", kind="heading") == "five"
    assert said("CHAPTER XXV DR. SEWARD'S DIARY", kind="heading") == "Chapter twenty-five Doctor Seward's Diary"
    assert said("XX A Plea", kind="heading") == "twenty. A Plea"
    assert said("V") == "V"


@pytest.mark.parametrize(
    ("text", "how", "spoken"),
    [
        ("1984", "cardinal", "one thousand nine hundred eighty-four"),
        ("1984", "year", "nineteen eighty-four"),
        ("1984", "digits", "one nine eight four"),
        ("3", "ordinal", "third"),
        ("B2", "characters", "B two"),
        ("555 0199", "telephone", "five five five, zero one nine nine"),
        ("3/4", "fraction", "three quarters"),
        ("3/4/2020", "date", "March fourth, twenty twenty"),
        ("May 5", "date", "May fifth"),
        ("14:30", "time", "fourteen thirty"),
        ("$5", "currency", "five dollars"),
        ("5 kg", "measure", "five kilograms"),
        ("xiv", "roman", "fourteen"),
    ],
)
def test_a_hint_reads_it_as_it_says(text: str, how: str, spoken: str) -> None:
    assert say_as(text, how, "en") == spoken


@pytest.mark.parametrize(
    ("text", "how"), [("abc", "cardinal"), ("hello", "date"), ("IIII5", "roman"), ("5", "colour"), ("", "digits")]
)
def test_a_hint_that_does_not_fit_is_refused(text: str, how: str) -> None:
    with pytest.raises(ValueError, match=r"no|hint"):
        say_as(text, how, "en")


def test_what_no_reader_could_say_is_found() -> None:
    text = "five {x} and 3"
    assert [text[start:end] for start, end in unread(text, "en")] == ["{", "}", "3"]
    assert unread("twenty-one, “yes” — it's fine…", "en") == []


def test_a_language_without_rules_reads_whole_numbers_where_it_can() -> None:
    assert not has_rules("pl")
    assert has_rules("en-GB")
    assert speak("Ma 5 lat", normalise("Ma 5 lat", "pl")) == "Ma pięć lat"
    assert normalise("5 岁", "zh") == ()
    with pytest.raises(ValueError, match="no rules"):
        say_as("5", "cardinal", "zh")
