"""Words of messages: every code that the contracts and the channels know is said in every language, none as a code."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from services.console.adapters.speech import tongue
from services.console.domain import talk_words as words
from services.console.domain.tongue import LANGUAGES, SPOKEN
from services.console.domain.words import said
from services.integrations.domain.templates import TEMPLATES
from services.integrations.domain.twilio_words import FAILURES as OF_TWILIO
from services.integrations.domain.twilio_words import failure_of
from services.integrations.messaging import registry
from services.integrations.usecases import choosing, outgoing
from shared.contracts.commands_out import CommandSort
from shared.contracts.message_codes import FAILURES, NEEDS_NONE, WAITS
from shared.contracts.messages import MessageState

KNOWN: dict[str, tuple[Mapping[str, str], Iterable[str]]] = {
    "failures": (words.FAILURE, FAILURES),
    "waits": (words.WAIT, WAITS),
    "states": (words.STATE, MessageState),
    "sorts of commands": (words.SORT, CommandSort),
    "reasons for no record": (words.SETTLED, NEEDS_NONE),
    "templates": (words.TEMPLATE, TEMPLATES),
}
SENDING = [Path(str(module.__file__)).parent for module in (registry, outgoing)]


@pytest.fixture(params=list(LANGUAGES))
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    before = SPOKEN.set(tongue(request.param))
    yield request.param
    SPOKEN.reset(before)


@pytest.mark.parametrize("what", KNOWN)
def test_every_code_has_words_and_every_word_a_code(language: str, what: str) -> None:
    table, codes = KNOWN[what]
    assert set(table) == {str(one) for one in codes}
    english = set(table.values())
    spoken = {said(table, code) for code in table}
    assert len(spoken) == len(english)
    # WhatsApp, SMS and the like are called so everywhere; whole sentences are not.
    untranslated = {one for one in spoken & english if " " in one}
    assert (untranslated == set()) is (language != "en" or not any(" " in one for one in english))


def test_reason_is_a_sentence_also_for_a_number_that_only_the_provider_knows(language: str) -> None:
    for code in (*FAILURES, *WAITS):
        assert words.why(code).endswith(".")
        assert "_" not in words.why(code)
    assert "99999" in words.why("provider_99999")
    assert words.why(None) == ""


def test_list_of_codes_holds_what_the_channels_say() -> None:
    of_provider = {*OF_TWILIO.values(), failure_of(None)}
    assert of_provider <= set(FAILURES)
    assert {choosing.QUIET, outgoing.SILENT, *outgoing.NOT_SENT} <= {*FAILURES, *WAITS}


def test_no_channel_says_a_code_that_the_list_lacks() -> None:
    sources = [*SENDING[0].glob("*.py"), SENDING[1] / "outgoing.py", SENDING[1] / "choosing.py"]
    codes = {code for source in sources for code in _raised(source.read_text())}
    assert {"circuit_open", "no_address", "recipient_refused", "server_busy"} <= codes
    assert codes - {*FAILURES, *WAITS} == set()


def _raised(source: str) -> Iterator[str]:
    for name in ("PmsRefused(", "PmsBusy(", "return PmsBusy(", 'failure="'):
        for part in source.split(name)[1:]:
            head = part if name.endswith('"') else part.partition('"')[2] if part.startswith('"') else ""
            yield from [head.partition('"')[0]] * bool(head)
