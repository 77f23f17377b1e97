"""What refusals say, in the languages that callers read."""

import ast
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import AppError, Breach, ErrorKind, Phrase, breached, conflict
from shared.contracts.phrases import PHRASES, breach, in_language, preferred, spoken, told
from shared.contracts.refusals import FAULTS, REFUSALS


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


def _codes(folder: Path, makers: tuple[str, ...]) -> set[str]:
    """The codes that refusals of some makers bear, where they are written out."""
    calls = [node for file in folder.rglob("*.py") for node in ast.walk(ast.parse(file.read_text()))]
    made = [node for node in calls if isinstance(node, ast.Call) and getattr(node.func, "id", "") in makers]
    first = [node.args[0] for node in made if node.args]
    return {str(each.value) for each in first if isinstance(each, ast.Constant)}


@pytest.mark.parametrize("language", ["de", "pt"])
def test_every_refusal_of_records_is_said_in_every_language(language: str) -> None:
    codes = _codes(Path(__file__).parents[2] / "services" / "records", ("conflict", "forbidden"))
    assert len(codes) > 50
    assert codes - REFUSALS[language].keys() == set()


def test_languages_know_the_same_refusals_and_faults() -> None:
    assert REFUSALS["de"].keys() == REFUSALS["pt"].keys()
    assert FAULTS["de"].keys() == FAULTS["pt"].keys()
    assert {"field"} == {name for said in FAULTS.values() for text in said.values() for name in _names(text)}


def test_conflict_is_said_by_its_code_and_its_breach_with_it() -> None:
    sold_out = AppError(
        ErrorKind.CONFLICT, "sold_out", "It is sold out.", [Breach(field="offer", rule="sold_out", message="x")]
    )
    detail, breaches = told(sold_out, "de")
    assert (detail, [each.message for each in breaches]) == ("An diesem Tag ist es ausverkauft.", [detail])
    assert told(sold_out, "en")[0] == "It is sold out."
    assert told(conflict("unheard_of", "Odd."), "de")[0] == "Odd."


def test_own_words_of_a_refusal_come_before_the_catalogue() -> None:
    assert told(conflict("not_accepted", "Accept it.", {"de": "Nimm es an."}), "de")[0] == "Nimm es an."


def test_fault_of_rules_is_said_by_its_rule_unless_it_has_a_phrase_of_its_own() -> None:
    fault = Breach(field="kinds.a.sla", rule="contradiction", message="Work cannot …")
    assert spoken(fault, "pt").message.startswith("kinds.a.sla: não se aceita")
    assert spoken(breach("price", "limit", "at_most", bound=1), "de").message == "price darf höchstens 1 sein."
    detail, _ = told(breached([fault, fault]), "de")
    assert detail.count("kinds.a.sla") == 2
