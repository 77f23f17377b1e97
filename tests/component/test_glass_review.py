"""Broken glass opens a review for the general manager, once; the review at auth closes it."""

import datetime as dt

import httpx
import pytest

from services.records.domain.state import RecordState
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.records import Outcome, Status
from shared.contracts.staff import Glass, GlassEvent
from tests.factories.desk_work import ok
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_records import NOW
from tests.factories.records import CHAIN, envelope

GLASS = Glass(
    id="glass:0198",
    chain=CHAIN,
    property_id="resort",
    zone="Europe/Lisbon",
    staff_id="sofia",
    broken_at=NOW,
    until=NOW + dt.timedelta(minutes=15),
    version=1,
)


def told(verb: str, by: str, code: str, **changed: object) -> Envelope:
    """The event of a glass."""
    glass = GLASS.model_copy(update=changed)
    body = GlassEvent(actor=Actor(kind=ActorKind.STAFF, id=by), glass=glass, reason_code=code)
    return envelope(f"glass.{verb}.v1", glass.id, glass.version, NOW, body)


BROKEN = told("broken", "sofia", "nobody_in_charge")
REVIEWED = told("reviewed", "gil", "was_needed", reviewed_by="gil", version=2)


def reviews(desk: FrontDesk) -> list[RecordState]:
    return [each for each in desk.database.tables.records.values() if each.kind == "glass_review"]


async def test_broken_glass_opens_one_review_of_the_general_manager_with_a_deadline(desk: FrontDesk) -> None:
    for _ in range(2):
        await desk.hears(BROKEN)
    [opened] = reviews(desk)
    assert opened.owner in ("gil", "greta")
    assert (opened.owner_rule, opened.fields) == ("role", {"why": "nobody_in_charge"})
    assert (opened.due_at, opened.trigger.key) == (opened.opened_at + dt.timedelta(days=1), "glass_review:glass:0198")


async def test_review_at_auth_closes_it_in_the_reviewers_name_once(desk: FrontDesk) -> None:
    await desk.hears(BROKEN)
    for _ in range(2):
        await desk.hears(REVIEWED)
    [closed] = reviews(desk)
    assert (closed.status, closed.outcome, closed.owner) == (Status.COMPLETE, Outcome.FULFILLED, "gil")
    assert closed.checked is not None
    assert (closed.checked.value, closed.checked.checker.id) == ("was_needed", "gil")
    said = [event for event in desk.database.tables.events if event.subject == closed.id]
    assert len({event.sequence for event in said}) == len(said) == closed.version


@pytest.mark.parametrize("path", ["accept", "block"])
async def test_review_at_auth_closes_it_wherever_it_stands(http: httpx.AsyncClient, desk: FrontDesk, path: str) -> None:
    await desk.hears(BROKEN)
    gil = Caller(http, "gil")
    record = await ok(await gil.get(f"/v1/records/{reviews(desk)[0].id}"))
    block = {"reason": {"code": "asked_her"}, "waits_for": "other", "until": "2026-07-02T12:00:00Z"}
    await ok(await gil.act(record, path, block if path == "block" else None))
    await desk.hears(REVIEWED)
    assert reviews(desk)[0].status is Status.COMPLETE


async def test_whoever_broke_it_never_owns_its_review(desk: FrontDesk) -> None:
    await desk.hears(told("broken", "gil", "nobody_in_charge", staff_id="gil"))
    assert reviews(desk)[0].owner == "greta"


async def test_review_of_glass_that_was_never_heard_of_opens_nothing(desk: FrontDesk) -> None:
    await desk.hears(REVIEWED)
    assert reviews(desk) == []
