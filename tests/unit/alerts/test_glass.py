"""Broken glass rings the general manager at once and until somebody has reviewed it."""

import datetime as dt

from services.alerts.domain.default_rules import RULES
from services.alerts.domain.rules import Concern
from services.alerts.domain.watch import Watch, observe
from services.alerts.events import sighting_of
from services.alerts.pipeline.quiet_hours import BYPASS
from shared.contracts.envelope import Envelope
from shared.contracts.identity import system
from shared.contracts.staff import Glass, GlassEvent
from tests.factories.records import CHAIN, NOON, PROPERTY, ZONE, envelope

GLASS = Glass(
    id="glass:1",
    chain=CHAIN,
    property_id=PROPERTY,
    zone=ZONE,
    staff_id="dan",
    broken_at=NOON,
    until=NOON + dt.timedelta(minutes=15),
    version=1,
)


def told(glass: Glass, verb: str) -> Envelope:
    """The event of a glass."""
    body = GlassEvent(actor=system("auth"), glass=glass)
    return envelope(f"glass.{verb}.v1", glass.id, glass.version, NOON, body)


def test_broken_glass_rings_now_and_the_review_ends_it() -> None:
    sighting = sighting_of(told(GLASS, "broken"))
    assert sighting is not None
    fresh = Watch(id=sighting.aggregate, chain=CHAIN, property_id=PROPERTY, subjects=sighting.subjects)
    plan = observe(None, fresh, sighting.at)
    rung = [one.rule for one in plan.opened] + [clock.rule for clock in plan.armed]
    assert rung == ["glass_broken"]
    reviewed = sighting_of(told(GLASS.model_copy(update={"reviewed_by": "gil", "version": 2}), "reviewed"))
    assert reviewed is not None
    after = fresh.model_copy(update={"subjects": reviewed.subjects})
    again = observe(plan.watch, after, reviewed.at)
    assert not again.opened
    assert again.closed or again.disarmed


def test_no_quiet_hour_holds_it_back() -> None:
    [rule] = [one for one in RULES if one.code == "glass_broken"]
    assert rule.concern is Concern.SECURITY
    assert rule.concern in BYPASS
