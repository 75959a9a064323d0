from __future__ import annotations

import json
import re

import numpy as np
import pytest

from pipeline.engines import Narrator, Reading, Unreadable
from pipeline.engines.english import English, in_passes, phoneme_ids
from pipeline.engines.kokoro import VOICES_FOLDER


@pytest.fixture(scope="module")
def english() -> English:
    return English()


def test_a_text_of_several_sentences_gives_the_phonemes_of_each(english: English) -> None:
    assert english.sentences("Hello there. Call me Ishmael!", 0) == ["həlˈO ðˈɛɹ.", "kˈɔl mˌi ˈɪʃmAᵊl!"]


def test_british_voices_read_by_the_british_dictionary() -> None:
    assert English(british=True).sentences("Hello there.", 0) == ["həlˈQ ðˈɛː."]


@pytest.mark.parametrize("text", ["The sign says 東京 here.", "It was אמת again.", "一二三"])
def test_a_word_that_has_no_pronunciation_is_named_not_dropped(english: English, text: str) -> None:
    with pytest.raises(Unreadable, match=r"東京|אמת|一二三") as caught:
        english.sentences(text, 7)
    assert caught.value.index == 7


@pytest.mark.parametrize("text", ["naïve Łódź", "Dvořák’s coöperation", "Þórr and Ångström", "$5.00 and 10% of ½"])
def test_accented_words_and_signs_are_read(english: English, text: str) -> None:
    assert english.sentences(text, 0)


def test_a_very_long_unknown_word_is_read_to_its_end(english: English) -> None:
    word = "supercalifragilisticexpialidociouslywonderfulness"
    assert english.sentences(word, 0)[0].endswith("nsˈɛs")
    assert len(english.sentences(word, 0)[0]) > 40


def test_passes_hold_every_phoneme_in_order_and_none_is_over_the_limit() -> None:
    numbers = np.random.default_rng(0)
    sentences = [
        "".join(numbers.choice(list("abcde ,;"), size)).strip() + " xyz." for size in (30, 900, 5, 399, 401, 1200)
    ]
    passes = in_passes(sentences, 400)
    assert "".join(passes).replace(" ", "") == "".join(sentences).replace(" ", "")
    assert all(len(each) <= 400 for each in passes)


def test_a_short_text_is_one_pass() -> None:
    assert in_passes(["abc.", "def."], 400) == ["abc. def."]


def test_a_phoneme_outside_the_vocabulary_is_refused() -> None:
    vocabulary = json.loads((VOICES_FOLDER / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    assert phoneme_ids("həlˈO", vocabulary, 0)[0] == 0
    with pytest.raises(Unreadable, match="ж"):
        phoneme_ids("həlˈOж", vocabulary, 3)


def test_hibari_reads_a_text_over_one_pass_to_its_end(hibari: Narrator) -> None:
    sentence = "Whenever I find myself growing grim about the mouth, it is high time to get to sea. "
    (_, once), (_, ten_times) = sorted(
        hibari.read([Reading(sentence, "heart"), Reading(sentence * 10, "heart")]), key=lambda pair: pair[0]
    )
    assert ten_times.sound.seconds == pytest.approx(10 * once.sound.seconds, rel=0.15)


def test_kokoro_refuses_more_phonemes_than_it_can_take_and_says_how_many(kokoro: Narrator) -> None:
    with pytest.raises(Unreadable, match=r"\b\d{3} phonemes are more than the 510") as caught:
        list(kokoro.read([Reading("It is high time to get to sea. " * 20, "af_heart")]))
    assert caught.value.index == 0


@pytest.mark.parametrize(
    ("text", "word", "never"),
    [
        ("But no. So far gone am I.", "nˈO", "nˈʌmbəɹ"),
        ("I ate the fig.", "fˈɪɡ", "fˈɪɡjəɹ"),
        ("We looked at the Sun. It was low.", "sˈʌn", "sˈʌndˌA"),
    ],
)
def test_a_word_before_a_full_stop_is_not_taken_for_an_abbreviation(text: str, word: str, never: str) -> None:
    phonemes = " ".join(English().sentences(text, 0))
    assert word in phonemes
    assert never not in phonemes


@pytest.mark.parametrize("name", ["James Morland", "Henry Crawford", "King Charles", "Peter Ivanov"])
def test_a_name_after_a_kings_name_is_not_taken_for_a_number(name: str) -> None:
    assert "zˈɪɹ" not in " ".join(English().sentences(f"It was {name}.", 0))
    assert "ði ˈAθ" in " ".join(English().sentences("It was Henry VIII.", 0))


@pytest.mark.parametrize("said", ["I’m", "don’t", "won't", "didn’t"])
def test_a_contraction_beside_a_dash_is_read(said: str) -> None:
    assert English().sentences(f"Not that—{said} go.", 0)


def test_an_abbreviation_before_a_figure_is_read_in_full() -> None:
    phonemes = " ".join(English().sentences("He lives at no. 7, see fig. 3.", 0))
    assert "nˈʌmbəɹ" in phonemes
    assert "fˈɪɡjəɹ" in phonemes


@pytest.mark.parametrize(
    "text", ["“Colonel Pym?”", '"Colonel Pym?"', "«Colonel Pym?»", "„Colonel Pym?“", '("Colonel Pym?")']
)
def test_the_first_word_of_a_speech_is_looked_up_like_any_other(text: str, english: English) -> None:
    assert "kˈɜɹnᵊl pˈɪm?" in " ".join(english.sentences(f"She said: {text}", 0))


def test_quotation_marks_change_nothing_in_what_is_said(english: English) -> None:
    quoted = "“Have you seen it,” he asked, “the white whale?” She said “no” again."
    assert english.sentences(quoted, 0) == english.sentences(re.sub("[“”]", "", quoted), 0)
