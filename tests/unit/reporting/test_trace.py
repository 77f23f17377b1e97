"""The business trace of a close: true times, the same ids for ever."""

from services.reporting.domain import recompute
from services.reporting.domain.trace import BusinessSpan, BusinessTrace, trace_of
from shared.contracts.identity import Department
from tests.factories.records import NOON, Story, minutes


def handed_over() -> Story:
    """Housekeeping twenty minutes, the desk thirty of which ten paused, then closed, reopened and closed."""
    story = Story().handed_to(Department.FRONT_OFFICE, "staff-f", NOON + minutes(20))
    story.blocked(NOON + minutes(30)).unblocked(NOON + minutes(40)).completed(NOON + minutes(50))
    return story.reopened(NOON + minutes(90), due_at=NOON + minutes(200)).completed(NOON + minutes(100))


def trace(number: int) -> BusinessTrace:
    """The trace of one close of that record."""
    found = trace_of(recompute(handed_over().events)["rec-1"], number)
    assert found is not None
    return found


def minutes_of(span: BusinessSpan) -> tuple[str, float, float]:
    """Name, begin and end in minutes after noon."""
    begin, end = ((moment - NOON).total_seconds() / 60 for moment in (span.start, span.end))
    return span.name, begin, end


def test_trace_spans_trigger_to_close_and_each_department_within() -> None:
    root = trace(1).root
    assert minutes_of(root) == ("guest_request", 0, 50)
    assert [minutes_of(span) for span in root.children] == [("housekeeping", 0, 20), ("front_office", 20, 50)]
    desk = root.children[1].children
    assert [(*minutes_of(span), span.attributes["bellboard.paused"]) for span in desk] == [
        ("new", 20, 30, False),
        ("blocked", 30, 40, True),
        ("new", 40, 50, False),
    ]


def test_trace_of_a_second_close_is_another_and_starts_at_the_reopening() -> None:
    assert minutes_of(trace(2).root) == ("guest_request", 90, 100)
    assert trace(1).id != trace(2).id


def test_trace_has_the_same_ids_whenever_it_is_made() -> None:
    assert trace(1) == trace(1)
    ids = [span.id for span in (trace(1).root, *trace(1).root.children, *trace(1).root.children[1].children)]
    assert len(set(ids)) == len(ids)
    assert trace(1).id < 2**128
    assert all(0 < one < 2**64 for one in ids)


def test_trace_of_an_unknown_close_is_none() -> None:
    assert trace_of(recompute(handed_over().events)["rec-1"], 3) is None
