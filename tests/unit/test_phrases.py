"""What refusals say, in the languages that callers read."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import Breach, Phrase
from shared.contracts.phrases import PHRASES, breach, in_language, preferred, spoken


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", ["de", "pt"])
def test_every_language_has_every_phrase_with_the_same_parameters(language: str) -> None:
    told = PHRASES[language]
    assert {name: _names(text) for name, text in PHRASES["en"].items()} == {
        name: _names(told[name]) for name in PHRASES["en"]
    }


def test_other_languages_know_the_same_shapes() -> None:
    assert PHRASES["de"].keys() == PHRASES["pt"].keys()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-AT, en;q=0.8", "de"),
        ("fr, pt;q=0.5, de;q=0.6", "de"),
        ("PT-br", "pt"),
        ("fr, es", "en"),
        ("de;q=0, pt", "pt"),
        ("en;q=0.9, de;q=0.9", "en"),
        ("*", "en"),
        ("de;q=nonsense", "en"),
    ],
)
def test_language_is_the_one_the_caller_likes_best(accepted: str | None, language: str) -> None:
    assert preferred(accepted) == language


@given(st.text(max_size=300))
def test_any_header_names_a_language_of_the_catalogue(accepted: str) -> None:
    assert preferred(accepted) in PHRASES


def test_breach_is_said_in_english_unless_asked_otherwise() -> None:
    told = breach("price", "late_ceiling", "at_most", bound=5_000)
    assert told.message == "price must be at most 5000."
    assert spoken(told, "de").message == "price darf höchstens 5000 sein."
    assert spoken(told, "pt").message == "price tem de ser no máximo 5000."
    assert spoken(told, "fr").message == told.message


def test_hotels_own_words_come_first() -> None:
    said = Phrase(template="at_most", params={"field": "price", "bound": 1}, own={"de": "Zu teuer."})
    assert [in_language(said, "Too dear.", language) for language in ("de", "en")] == ["Zu teuer.", "Too dear."]


def test_template_without_its_parameters_falls_back_to_english() -> None:
    assert in_language(Phrase(template="at_most"), "Too much.", "de") == "Too much."
    assert in_language(Phrase(template="unheard_of"), "Too much.", "de") == "Too much."


def test_how_a_breach_is_said_never_travels() -> None:
    told = breach("price", "late_ceiling", "at_most", bound=5_000)
    assert told.model_dump().keys() == {"field", "rule", "message"}
    assert Breach.model_json_schema()["properties"].keys() == {"field", "rule", "message"}
