"""An alert says what its record is about, in every language, and does without where there is no topic."""

import pytest

from services.alerts.domain.alert import LiveAlert, opened
from services.alerts.domain.book import DEFAULT
from services.alerts.domain.subject import at_home, record_subjects
from services.alerts.domain.watch import Opening
from services.alerts.domain.wording import worded
from tests.factories.records import CHAIN, NOON, ZONE, minutes, snapshot


def alert(**record: object) -> LiveAlert:
    """An alert about a record that is late."""
    subject = record_subjects(snapshot(**record), NOON)[0]
    opening = Opening(alert_id="a", terms=DEFAULT.by_code["overdue"], subject=subject, due=NOON + minutes(60))
    return opened(opening, CHAIN, ZONE, NOON + minutes(61))


@pytest.mark.parametrize("language", ["en", "de", "pt"])
def test_alert_says_what_it_is_about(language: str) -> None:
    live = alert(topic="extra_towels")
    assert live.alert.topic == "extra_towels"
    assert worded(live, language).startswith("Guest request (extra towels), ")


def test_alert_without_a_topic_says_its_kind_alone() -> None:
    assert worded(alert(), "en").startswith("Guest request, room 412")


def test_message_of_a_record_is_about_what_the_record_is_about() -> None:
    subjects = record_subjects(snapshot(topic="extra_towels"), NOON)
    bare = subjects[0].model_copy(update={"topic": None, "kind": None})
    assert at_home(bare, subjects[0]).topic == "extra_towels"
