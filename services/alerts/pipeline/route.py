"""Stage 6: each person on each way to them, now or after the quiet hours, and the places that hear of it, too."""

import datetime as dt
from typing import Any

from services.alerts.domain.digests import next_digest
from services.alerts.domain.notice import Delivery, Notice, World
from services.alerts.domain.preferences import INBOX, PLACE, Digest, Person
from services.alerts.pipeline.dedupe import delivery_id
from services.alerts.pipeline.quiet_hours import BYPASS, quiet_until
from shared.contracts.alerts import Severity
from shared.contracts.values import zone


def route(notice: Notice, world: World) -> Notice:
    """Deliveries for everyone told; with nobody in the whole chain, one to the role itself."""
    people: tuple[str | None, ...] = notice.told.people
    if not people and notice.told.final:
        people = (None,)
    found = [one for person in people for one in _of_person(notice, world, person)]
    if people:
        found += _of_places(notice, world)
    return notice.model_copy(update={"deliveries": tuple(found)})


def _of_person(notice: Notice, world: World, staff_id: str | None) -> list[Delivery]:
    mine = _made(notice, world, staff_id, INBOX)
    alert = notice.live.alert
    if staff_id is None or alert.property_id in world.indoors:
        return [mine]
    person = world.person(staff_id)
    ways = world.book(alert.property_id).route(alert.severity, alert.rule, notice.told.role).channels
    ways = person.ways(ways, alert.severity, world.usable)
    if person.wishes.digest is not Digest.NEVER and alert.severity is not Severity.CRITICAL and "email" in world.usable:
        unwanted = person.wishes.channels is not None and "email" not in person.wishes.channels
        if unwanted or not person.has("email"):
            return [mine]
        told = _made(notice, world, staff_id, "email", digest=True, language=person.language)
        return [mine, told.model_copy(update=_digested(notice, world, person))]
    if not ways or not mine.lead:
        return [mine]
    return [mine, _made(notice, world, staff_id, ways[0], fallbacks=ways[1:], language=person.language)]


def _digested(notice: Notice, world: World, person: Person) -> dict[str, Any]:
    """When a digest is told: at its next hour, but not in quiet hours, unless somebody chose that time themselves."""
    wishes, zone_name = person.wishes, notice.live.zone
    at = next_digest(wishes.digest, wishes.digest_at, zone(zone_name), world.now)
    chosen = wishes.digest is Digest.DAILY and wishes.digest_at is not None
    later = None if chosen else _later(notice, world, person.staff_id, at)
    waits = later is not None or wishes.digest is Digest.DAILY
    # An hour is an hour whatever the clocks do; a time of day moves with them.
    wall = _wall(later or at, zone_name) if waits else None
    return {"visible_at": later or at, "wall": wall, "zone": zone_name if waits else None}


def _wall(at: dt.datetime, zone_name: str) -> str:
    return at.astimezone(zone(zone_name)).replace(tzinfo=None).isoformat()


def _of_places(notice: Notice, world: World) -> list[Delivery]:
    alert = notice.live.alert
    if alert.property_id in world.indoors:
        return []
    route = world.book(alert.property_id).route(alert.severity, alert.rule, notice.told.role)
    return [
        _made(notice, world, None, PLACE, destination=place)
        for place in route.destinations
        if place not in notice.heard and delivery_id(notice.id, place, PLACE) not in world.sent
    ]


def _made(notice: Notice, world: World, staff_id: str | None, channel: str, **more: Any) -> Delivery:
    alert, place = notice.live.alert, more.get("destination")
    hearer = place or staff_id or f"role:{notice.told.role.value}"
    later = _later(notice, world, staff_id, world.now)
    return Delivery(
        id=delivery_id(notice.id, place or staff_id, channel),
        notice=notice.id,
        alert=alert.id,
        property_id=alert.property_id,
        staff_id=staff_id,
        role=notice.told.role.value,
        channel=channel,
        severity=alert.severity,
        group=notice.group,
        lead=hearer not in notice.heard,
        visible_at=later or world.now,
        round=notice.live.round,
        step=notice.told.step,
        wall=_wall(later, notice.live.zone) if later else None,
        zone=notice.live.zone if later else None,
        **more,
    )


def _later(notice: Notice, world: World, staff_id: str | None, at: dt.datetime) -> dt.datetime | None:
    # Quiet hours belong to the person who is off duty, the hotel's or their own; somebody on shift is told at once.
    if staff_id is None or staff_id not in notice.told.off_duty:
        return None
    if notice.live.rule.concern in BYPASS:
        return None
    own = world.person(staff_id).wishes.quiet
    return quiet_until(own or world.book(notice.live.alert.property_id).quiet, notice.live.zone, at)
