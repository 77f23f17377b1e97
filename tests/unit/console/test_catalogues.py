"""The words of the console: every one in every language, each with the same places for its values."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from services.console.adapters.speech import tongue
from services.console.domain.due import due
from services.console.domain.tongue import LANGUAGES, SPOKEN, _, day, money, negotiated, ngettext, percent
from services.console.domain.vocabulary import WORDS
from services.console.domain.words import plain
from services.records.workflows import CATALOGUE
from tests.words import LOCALE, brought_up_to_date, catalogue, wanted

TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLACE = re.compile(r"\{\w+\}")


@pytest.fixture(params=["en", *TRANSLATED])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    before = SPOKEN.set(tongue(request.param))
    yield request.param
    SPOKEN.reset(before)


def forms(text: object) -> tuple[str, ...]:
    return tuple(str(each) for each in text) if isinstance(text, tuple | list) else (str(text),)


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_message_is_said_in_every_language(name: str) -> None:
    missing = [message.id for message in catalogue(name) if message.id and not all(forms(message.string))]
    assert missing == []


@pytest.mark.parametrize("name", TRANSLATED)
def test_catalogue_holds_what_the_code_says_and_nothing_else(name: str) -> None:
    assert (LOCALE / f"{name}.po").read_bytes() == brought_up_to_date(name), "run `python -m tests.words`"


@pytest.mark.parametrize("name", TRANSLATED)
def test_values_have_the_same_places_in_every_language(name: str) -> None:
    odd = [
        message.id
        for message in catalogue(name)
        if message.id
        and {tuple(sorted(PLACE.findall(form))) for form in forms(message.string)}
        != {tuple(sorted(PLACE.findall(forms(message.id)[-1])))}
    ]
    assert odd == []


def test_words_of_the_workflows_are_known_to_the_catalogues() -> None:
    said = {word if isinstance(word, str) else word[0] for word in wanted()}
    kinds = CATALOGUE.kinds.values()
    titles = {kind.label for kind in kinds} | {plain(spec.name) for kind in kinds for spec in kind.fields}
    codes = {code for kind in kinds for spec in kind.fields for code in spec.choices}
    codes |= {cause for kind in kinds for cause in kind.causes} | {kind.code for kind in kinds}
    unknown = (titles | {plain(code) for code in codes}) - said
    assert sorted(unknown) == []
    assert len(WORDS) == len(set(WORDS))


def test_a_code_nobody_named_is_still_shown_as_words(language: str) -> None:
    assert plain("towel_swan_folding") == "Towel swan folding"


def test_times_and_money_are_written_as_readers_write_them(language: str) -> None:
    written = {
        "en": ("Sat 21 Nov 2026", "€1,234.50", "19%"),
        "de": ("Sa. 21 Nov. 2026", "1.234,50\xa0€", "19\xa0%"),
        "pt": ("sábado 21 nov. 2026", "1\xa0234,50\xa0€", "19%"),
    }
    assert (day(dt.date(2026, 11, 21)), money(123450, "EUR"), percent(0.19)) == written[language]


def test_counted_things_have_a_form_for_one_and_for_many(language: str) -> None:
    written = {"en": ("1 night", "3 nights"), "de": ("1 Nacht", "3 Nächte"), "pt": ("1 noite", "3 noites")}
    assert (ngettext("{count} night", "{count} nights", 1), ngettext("{count} night", "{count} nights", 3)) == written[
        language
    ]


def test_due_clock_speaks_the_language(language: str) -> None:
    now = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)
    late = {"en": "Late by 12 min", "de": "12 min zu spät", "pt": "Atraso de 12 min"}
    assert due(now - dt.timedelta(minutes=12), now).words == late[language]
    assert _("Board") == {"en": "Board", "de": "Tafel", "pt": "Quadro"}[language]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,pt;q=0.5,en;q=0.4", "pt"),
        ("en;q=0.2,pt-BR;q=0.9", "pt"),
        ("de;q=0,en", "en"),
        ("x" * 500, "en"),
        (";;;q=x,,", "en"),
    ],
)
def test_language_is_the_best_that_the_reader_asked_for(header: str, language: str) -> None:
    assert negotiated(header) == language
