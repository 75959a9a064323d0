from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.booth.slots import STAGE_VERSION, Slot, plan_takes
from pipeline.casting import CastVoice
from pipeline.engines import Abilities, Narrator, Reading, Unreadable, find_engine
from pipeline.engines.english import English
from pipeline.engines.ipa import LETTERS, NO_ENGLISH, SIGNS, ipa_of, misaki_of, strange_signs
from pipeline.engines.kokoro import VOICES_FOLDER
from pipeline.errors import Place
from pipeline.materials import Chunk, PauseReason
from pipeline.vault import content_key

VOCABULARY = json.loads((VOICES_FOLDER / "vocab.json").read_text(encoding="utf-8"))["vocab"]
TEXTS = ("Call me Ishmael!", "Mr. Ishmael's leg, Ishmael—so.", "The Ishmael went; so Ishmael came.", "St. Ishmael.")


@pytest.fixture(scope="module", params=[False, True], ids=["American", "British"])
def english(request: pytest.FixtureRequest) -> English:
    return English(british=request.param)


@pytest.fixture(scope="module")
def american() -> English:
    return English()


def sounds(narrator: Narrator, *readings: Reading) -> list[np.ndarray]:
    renditions = sorted(narrator.read(readings), key=lambda pair: pair[0])
    return [rendition.sound.samples for _, rendition in renditions]


def stretches(text: str, word: str, ipa: str) -> tuple[tuple[int, int, str], ...]:
    starts = [at for at in range(len(text)) if text.startswith(word, at)]
    return tuple((start, start + len(word), ipa) for start in starts)


@pytest.mark.parametrize("text", TEXTS)
def test_a_word_with_its_own_phonemes_given_is_read_as_before(text: str, english: English) -> None:
    (own,) = English.sentences(english, "Ishmael", 0)
    given_ipa = stretches(text, "Ishmael", ipa_of(own))
    assert given_ipa
    assert english.sentences(text, 0, given_ipa) == english.sentences(text, 0)


def assert_same_samples(narrator: Narrator, voice: str) -> None:
    same, other = stretches("Ishmael.", "Ishmael", "ˈɪʃ.meɪᵊl"), stretches("Ishmael.", "Ishmael", "ˈɪz.meɪᵊl")
    readings = [Reading("Ishmael.", voice, seed=3, pronunciations=said) for said in ((), same, other)]
    plain, explicit, changed = sounds(narrator, *readings)
    assert np.array_equal(plain, explicit)
    assert len(changed) != len(plain) or not np.array_equal(plain, changed)


def test_hibari_gives_the_same_samples_when_a_words_own_phonemes_are_given(hibari: Narrator) -> None:
    assert_same_samples(hibari, "heart")


@pytest.mark.slow
def test_kokoro_gives_the_same_samples_when_a_words_own_phonemes_are_given(kokoro: Narrator) -> None:
    assert_same_samples(kokoro, "am_michael")


def test_what_clings_to_a_given_word_is_said_with_it(american: English) -> None:
    text = "Goethe's; Proust's; Bush's; Goethe-like; Goethe' (Goethe)"
    said = (
        *stretches(text, "Goethe", "ˈɡɜːtə"),
        *stretches(text, "Proust", "pruːst"),
        *stretches(text, "Bush", "bʊʃ"),
    )
    (phonemes,) = american.sentences(text, 0, said)
    assert phonemes == "ɡˈɜɹtəz; pɹusts; bʊʃᵻz; ɡˈɜɹtəlˈIk; ɡˈɜɹtə (ɡˈɜɹtə)"


def test_a_phrase_is_said_as_one_and_its_neighbours_as_ever(american: English) -> None:
    text = "We left St Ives for the Isle."
    (phonemes,) = american.sentences(text, 0, ((8, 15, "sənt ˈaɪvz"),))
    assert phonemes == american.sentences("We left", 0)[0] + " sənt ˈIvz " + american.sentences("for the Isle.", 0)[0]


@pytest.mark.parametrize(
    ("ipa", "american", "british"),
    [
        ("ˈtʃɔɪs", "ʧˈYs", "ʧˈYs"),
        ("t͡ʃaʊˈdʒeɪ", "ʧWʤˈA", "ʧWʤˈA"),
        ("ˈkoʊ.tʃ.əʊ", "kˈOʧO", "kˈQʧQ"),
        ("ˈkɔːt.ʃɪp", "kˈɔtʃɪp", "kˈɔːtʃɪp"),
        ("skwɛə", "skwɛə", "skwɛː"),
        ("ˈstrɛŋθ", "stɹˈɛŋθ", "stɹˈɛŋθ"),
        ("ˌɪn.təˈnæʃ.n̩.l̩", "ˌɪntənˈæʃᵊnᵊl", "ˌɪntənˈaʃᵊnᵊl"),
        ("ʒɑ̃ pɔl", "ʒɑn pɔl", "ʒɑn pɔl"),
        ("ry ʁuʒ", "ɹu ɹuʒ", "ɹu ɹuʒ"),
        ("bax", "bɑk", "bak"),
        ("ɡøːtə", "ɡɜɹtə", "ɡɜːtə"),
        ("ˈpɛɾo", "pˈɛTO", "pˈɛɹQ"),
        ("kʷa̠ ɲɔkːi", "kwɑ njɔki", "kwa njɔki"),
        ("aɪ̯ç", "Iʃ", "Iʃ"),
        ("wɔtɚ", "wɔtəɹ", "wɔtə"),
    ],
)
def test_ipa_is_told_in_the_models_own_phonemes(ipa: str, american: str, british: str) -> None:
    assert (misaki_of(ipa), misaki_of(ipa, british=True)) == (american, british)


@pytest.mark.parametrize("british", [False, True])
def test_every_word_of_the_dictionary_keeps_its_phonemes_through_ipa(british: bool) -> None:
    import hibari

    name = f"lexicon_{'gb' if british else 'us'}_gold.json.gz"
    entries = json.loads(gzip.decompress((Path(hibari.__file__).parent / "assets" / name).read_bytes()))
    words = random.Random(7).sample(sorted(word for word, said in entries.items() if isinstance(said, str)), 4000)
    irregular = re.compile("(?<![ɑɔɛɜəiu])ː|[ˈˌ](?![AIOQWYaiuæɑɒɔəɛɜɪʊʌᵊᵻ])")  # a few British entries' slips
    for word in words:
        phonemes = entries[word].replace("ʔ", "t").replace("ɾ", "T")
        if not irregular.search(phonemes):
            assert misaki_of(ipa_of(phonemes), british=british) == phonemes, word


@given(st.text(st.sampled_from(sorted(LETTERS - NO_ENGLISH) + sorted(SIGNS) + ["\u0303", "\u0361", "\u0329", "ã"])))
def test_every_ipa_sign_becomes_phonemes_that_the_models_have(ipa: str) -> None:
    for british in (False, True):
        assert set(misaki_of(ipa, british=british)) <= set(VOCABULARY)


@pytest.mark.parametrize(("ipa", "named"), [("kǃa", "ǃ"), ("ʜa", "ʜ"), ("ka7", "7")])
def test_a_sound_that_english_has_not_is_named_with_its_word(ipa: str, named: str, american: English) -> None:
    with pytest.raises(Unreadable, match=f"{named} in '{ipa}', the phonemes of 'Xam'") as caught:
        american.sentences("The Xam people.", 5, ((4, 7, ipa),))
    assert caught.value.index == 5


def test_a_sign_outside_the_alphabet_is_found() -> None:
    assert strange_signs("ˈk7a\u0303ж") == ["7", "ж"]


def slot(engine_name: str, voice: str, pronunciations: tuple[tuple[int, int, str], ...] = ()) -> Slot:
    engine = find_engine(engine_name)
    settings = engine.check_settings({}, Path())
    cast = CastVoice("NARRATOR", engine, voice, 5, 1.0, 0.0, settings, engine.limits(settings))
    text, place = "Call me Ishmael.", Place("book.md", 1)
    chunk = Chunk("ch01-0001", 1, "NARRATOR", text, text, 1.0, PauseReason.END, None, place, 0, len(text))
    return plan_takes([replace(chunk, pronunciations=pronunciations)], {"NARRATOR": cast}, "en")[0]


def test_a_take_without_pronunciations_keeps_its_key_and_one_with_them_has_another() -> None:
    engine = find_engine("humming")
    facts = {
        "engine": "humming",
        "engine_fingerprint": engine.fingerprint({}),
        "voice_fingerprint": engine.voice_fingerprint("low", {}),
        "text": "Call me Ishmael.",
        "language": "en",
        "seed": 5,
        "speed": 1.0,
        "stage": STAGE_VERSION,
    }
    assert slot("humming", "low").key == content_key(facts)
    said = ((8, 15, "ˈɪʃ.meɪl"),)
    keys = {slot("humming", "low", each).key for each in ((), said, ((8, 15, "ˈɪz.meɪl"),))}
    assert len(keys) == 3
    assert slot("humming", "low", said).reading.pronunciations == said


def test_phonemes_change_nothing_for_an_engine_that_takes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_engine("humming"), "abilities", Abilities())
    deaf = slot("humming", "low", ((8, 15, "ˈɪʃ.meɪl"),))
    assert deaf.key == slot("humming", "low").key
    assert deaf.reading.pronunciations == ()


def test_the_stand_in_hums_the_phonemes_it_is_given() -> None:
    narrator = find_engine("humming").load({})
    text = "Call me Ishmael."
    plain, said, respelt = sounds(
        narrator,
        Reading(text, "low"),
        Reading(text, "low", pronunciations=((8, 15, "ˈɪʃmeɪl"),)),
        Reading("Call me ɪʃmeɪl.", "low"),
    )
    assert np.array_equal(said, respelt)
    assert not np.array_equal(plain, said)
