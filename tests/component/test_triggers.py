"""Four sources open records in both workflows: the source's event is kept, and told twice it opens nothing more."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.records.domain.state import RecordState
from shared.contracts.envelope import Envelope
from shared.contracts.records import TriggerKind, Workflow
from shared.contracts.values import Money
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_events import finance_told, message_told, stay_told, task_told
from tests.factories.guest_records import FIRST_VALUES, NOW, stay, wish

Happens = Callable[[FrontDesk, httpx.AsyncClient], Awaitable[None]]
GUEST_EXPERIENCE, UPSELL = Workflow.GUEST_EXPERIENCE, Workflow.UPSELL


def heard(event: Envelope) -> Happens:
    """An event on a topic."""

    async def happens(desk: FrontDesk, http: httpx.AsyncClient) -> None:
        await desk.hears(event)

    return happens


def entered(kind: str) -> Happens:
    """A task that staff enter."""

    async def happens(desk: FrontDesk, http: httpx.AsyncClient) -> None:
        body = {"property_id": "resort", "kind": kind, "room": "214", "fields": FIRST_VALUES[kind]}
        reply = await Caller(http, "ana").post("/v1/records", body, key="key-of-the-task")
        assert reply.status_code == 201, reply.text

    return happens


EUROS, MORE = Money(amount=4_500, currency="EUR"), Money(amount=5_400, currency="EUR")
BOOKED = stay_told(stay())
WISHED = stay_told(stay(requests=(wish("baby_cot"), wish("late_checkout"))))
ASKED = message_told("received", topic_code="extra_towels")
ANSWERED = message_told("received", topic_code="spa_day", answer="accepted")
REFUNDED, CHARGED = finance_told("refund_seen"), finance_told("charge_seen")
DIFFERS = finance_told("difference_seen", code="wrong_amount", record_id="rec-1", expected=EUROS, found=MORE)
SOURCES: list[tuple[str, TriggerKind, str, Happens]] = [
    (GUEST_EXPERIENCE, TriggerKind.BOOKING, "pre_arrival_message", heard(BOOKED)),
    (GUEST_EXPERIENCE, TriggerKind.GUEST_REQUEST, "guest_request", heard(ASKED)),
    (GUEST_EXPERIENCE, TriggerKind.GUEST_REQUEST, "guest_request", heard(WISHED)),
    (GUEST_EXPERIENCE, TriggerKind.STAFF_TASK, "guest_request", entered("guest_request")),
    (GUEST_EXPERIENCE, TriggerKind.STAFF_TASK, "guest_request", heard(task_told("extra_pillow"))),
    (GUEST_EXPERIENCE, TriggerKind.STAFF_TASK, "service_recovery", heard(task_told("noise"))),
    (GUEST_EXPERIENCE, TriggerKind.FINANCE_ACTION, "service_recovery", heard(REFUNDED)),
    (GUEST_EXPERIENCE, TriggerKind.FINANCE_ACTION, "money_difference", heard(DIFFERS)),
    (UPSELL, TriggerKind.BOOKING, "pre_arrival_offer", heard(BOOKED)),
    (UPSELL, TriggerKind.GUEST_REQUEST, "campaign_reply", heard(ANSWERED)),
    (UPSELL, TriggerKind.GUEST_REQUEST, "upsell_guest_request", heard(WISHED)),
    (UPSELL, TriggerKind.STAFF_TASK, "upsell_guest_request", entered("upsell_guest_request")),
    (UPSELL, TriggerKind.STAFF_TASK, "upsell_guest_request", heard(task_told("late_checkout"))),
    (UPSELL, TriggerKind.FINANCE_ACTION, "upsell_preference_note", heard(CHARGED)),
]


def of_kind(desk: FrontDesk, kind: str, source: TriggerKind) -> list[RecordState]:
    rows = desk.database.tables.records.values()
    return [row for row in rows if row.kind == kind and row.trigger.kind is source]


@pytest.mark.parametrize(
    ("workflow", "source", "kind", "happens"), SOURCES, ids=[f"{one[0]}-{one[1]}-{one[2]}" for one in SOURCES]
)
async def test_source_opens_one_record_that_keeps_its_event_however_often_it_is_told(
    workflow: str, source: TriggerKind, kind: str, happens: Happens
) -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        await happens(desk, http)
        before = len(desk.database.tables.records)
        await happens(desk, http)
    [record] = of_kind(desk, kind, source)
    assert (record.workflow, len(desk.database.tables.records)) == (workflow, before)
    assert record.trigger.source_event
    assert record.owner


def test_all_four_sources_are_there_in_both_workflows() -> None:
    assert {(one[0], one[1]) for one in SOURCES} == {
        (workflow, source) for workflow in (GUEST_EXPERIENCE, UPSELL) for source in TriggerKind
    }


async def test_task_of_the_pms_keeps_its_room_department_and_deadline_and_an_unknown_code_is_no_loss() -> None:
    desk = FrontDesk()
    due = NOW + dt.timedelta(hours=3)
    task = task_told("wash_the_dog", stay_id="stay-unheard-of", department="concierge", due_at=due)
    await desk.hears(task)
    [record] = desk.database.tables.records.values()
    assert (record.fields["topic"], record.room, record.department, record.due_at) == ("other", "214", "concierge", due)
    assert record.trigger.source_event == task.id


async def test_task_that_is_closed_in_the_pms_opens_nothing() -> None:
    desk = FrontDesk()
    await desk.hears(task_told("pms_task", "closed"))
    assert desk.database.tables.records == {}


async def test_task_about_what_the_guest_asked_already_counts_there() -> None:
    desk = FrontDesk()
    await desk.hears(stay_told(stay()))
    asked = message_told("received", topic_code="extra_towels", stay_id=stay().id)
    await desk.hears(asked, task_told("extra_towels", stay_id=stay().id))
    [record] = of_kind(desk, "guest_request", TriggerKind.GUEST_REQUEST)
    assert (record.repeats, of_kind(desk, "guest_request", TriggerKind.STAFF_TASK)) == (1, [])


async def test_accepted_campaign_reply_puts_its_charge_on_the_folio_and_asks_who_delivers() -> None:
    desk = FrontDesk()
    async with desk.client() as http:
        await desk.hears(ANSWERED)
        [reply] = of_kind(desk, "campaign_reply", TriggerKind.GUEST_REQUEST)
        sofia = Caller(http, "sofia")
        record: dict[str, Any] = (await sofia.get(f"/v1/records/{reply.id}")).json()
        price = {"fields": {"price": {"amount": 9_000, "currency": "EUR"}}, "reason": "As advertised"}
        for action, body in (("accept", None), ("edit", price), ("check-value", None), ("approve", None)):
            said = await sofia.act(record, action, body)
            assert said.status_code == 200, said.text
            record = said.json()
        said = await sofia.act(record, "complete", {"outcome": "fulfilled"})
        assert said.status_code == 200, said.text
    [line] = said.json()["money"]
    assert (line["kind"], line["amount"]) == ("charge", {"amount": 9_000, "currency": "EUR"})
    posted = [event for event in desk.database.tables.events if event.type == "record.posting_requested.v1"]
    [delivery] = [row for row in desk.database.tables.records.values() if row.kind == "guest_request"]
    assert (len(posted), delivery.parent) == (1, reply.id)
    assert delivery.trigger.kind is TriggerKind.GUEST_REQUEST


async def test_difference_of_money_is_owned_by_finance_and_tells_its_story() -> None:
    desk = FrontDesk()
    await desk.hears(DIFFERS)
    [record] = of_kind(desk, "money_difference", TriggerKind.FINANCE_ACTION)
    assert (record.department.value, bool(record.owner), record.links) == ("finance", True, ("rec-1",))
    assert (record.fields["expected"]["amount"], record.fields["found"]["amount"]) == (4_500, 5_400)
    await desk.hears(finance_told("difference_settled", code="wrong_amount"))
    assert len(desk.database.tables.records) == 1
