"""Who worked at a hotel at a moment: as they were then, not as they are today."""

import datetime as dt

from services.records.domain.staff_history import StaffVersion, as_of
from shared.contracts.staff import StaffMember
from tests.factories.guest_records import NOW, member

EARLIER, LATER = NOW - dt.timedelta(days=7), NOW + dt.timedelta(days=1)


def version(number: int, since: dt.datetime, name: str = "ana", **given: object) -> StaffVersion:
    return StaffVersion(since=since, member=member(name, version=number, **given))


def ids(found: tuple[StaffMember, ...]) -> list[str]:
    return [each.id for each in found]


def test_person_counts_as_they_were_then() -> None:
    history = [version(1, EARLIER, languages=("pt",)), version(2, LATER, languages=("de",))]
    [ana] = as_of(history, [history[1].member], "resort", NOW)
    assert ana.languages == ("pt",)


def test_who_left_since_was_there_and_who_was_hired_since_was_not() -> None:
    history = [version(1, EARLIER), version(2, LATER, active=False), version(1, LATER, "rui")]
    assert ids(as_of(history, [member("rui")], "resort", NOW)) == ["ana"]
    assert ids(as_of(history, [member("rui")], "resort", LATER)) == ["rui"]


def test_who_works_elsewhere_by_then_is_not_counted_and_who_was_never_heard_of_counts_as_today() -> None:
    history = [version(1, EARLIER, properties=("city",))]
    assert ids(as_of(history, [member("ana"), member("rui")], "resort", NOW)) == ["rui"]


def test_present_word_counts_where_earlier_versions_are_not_kept_any_more() -> None:
    history = [version(4, LATER, languages=("de",))]
    assert ids(as_of(history, [history[0].member], "resort", NOW)) == ["ana"]
