"""Where an alert belongs when the news of its record comes late, and how long it may be left once it was taken."""

from services.alerts.domain.default_rules import RULES
from services.alerts.domain.feeds import Heard, feeds_id
from services.alerts.events import sighting_of
from services.alerts.usecases.watching import Sighting, Watching
from shared.chassis.provenance import Provenance
from shared.contracts.identity import Department, system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from tests.factories.records import CHAIN, NOON, PROPERTY, ZONE, Story, envelope, minutes
from tests.factories.staff import TEAM, member
from tests.fakes.alerts import TX, House

DESK = member("staff-desk", departments=(Department.FRONT_OFFICE,))
FORERUNNERS = {"accept_near", "at_risk"}
"""What only says that a deadline comes: the deadline itself rings, and has a second limit."""


async def test_message_that_failed_rings_the_desk_and_is_its_record_s_once_that_is_known() -> None:
    house = House((*TEAM, DESK), PROPERTY, ZONE)
    watching = Watching(house.parts, lambda: NOON + minutes(1))
    message = Message(
        id="msg-1", property_id=PROPERTY, record_id="rec-1", direction=Direction.OUTBOUND, channel="email",
        topic_code="pre_arrival", state=MessageState.FAILED, at=NOON, version=1,
    )  # fmt: skip
    failed = envelope("message.failed.v1", "msg-1", 1, NOON, MessageEvent(actor=system("tests"), message=message))
    for event in (failed, Story("rec-1").events[0]):
        sighting = sighting_of(event)
        assert sighting
        await watching.see(TX, [sighting])
    assert {each.staff_id for each in house.notices.rows.values()} == {DESK.id}
    [live] = [each for each in house.alerts.rows.values() if each.alert.rule == "message_failed"]
    assert (live.alert.kind, live.alert.department, live.owner) == (
        "guest_request", Department.HOUSEKEEPING, "staff-ana",
    )  # fmt: skip


def test_rule_rings_again_when_what_was_taken_is_not_ended() -> None:
    assert {rule.code for rule in RULES if rule.second_limit_s is None} == FORERUNNERS


async def test_what_names_no_zone_itself_is_at_its_hotel_s_own_time() -> None:
    house = House(TEAM, PROPERTY, "Pacific/Auckland")
    heard = Heard(pms="opera", answered_at=NOON)
    sign = Sighting("feed-1", CHAIN, PROPERTY, NOON, (), Provenance.fresh("tests"), heard=heard)
    await Watching(house.parts, lambda: NOON).see(TX, [sign])
    assert [one.zone for one in house.watches.rows[feeds_id(PROPERTY)].subjects] == ["Pacific/Auckland"]
