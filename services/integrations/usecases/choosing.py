"""Chooses the way a message takes, and when: by reach, consent, breakers and the guest's quiet hours, as it leaves."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from services.integrations.domain.consents import allowed, purpose_of
from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import GuestMessage
from services.integrations.domain.quiet import guest_zones, may_leave_at
from services.integrations.domain.sending_rules import SendingRules
from services.integrations.domain.templates import Rendered
from services.integrations.ports import PmsRefused, StayStore
from services.integrations.ports.messaging import Breakers, Links, Outbound, Rules, Said, Templates, Way
from services.integrations.ports.vendors import PmsBusy
from shared.chassis.clock import Clock
from shared.chassis.policy import Policy
from shared.contracts.stays import Stay
from shared.contracts.values import Scope

WINDOW = dt.timedelta(hours=24)
AWAKE = dt.timedelta(minutes=30)
"""Whoever wrote to us so recently is not asleep."""
DRAWER = "maildrop"
QUIET = "quiet_hours"
"""Why a message waits for the guest's day."""


@dataclass(frozen=True)
class House:
    """What messages are made of and kept in."""

    messages: Outbound
    stays: StayStore
    ways: Mapping[str, Way]
    consents: Said
    rules: Rules
    templates: Templates
    breakers: Breakers
    links: Links
    policy: Policy
    clock: Clock


class Choosing:
    """What holds when a message leaves, not when it was asked for."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def ways(
        self, scope: Scope, row: GuestMessage, profile: Profile, said: Rendered, rules: SendingRules
    ) -> list[str]:
        """The channels it may go by, best first; of those tried already none. Raises why there is none."""
        house, place, now = self._house, row.message.property_id, self._house.clock.now()
        given = await house.consents.given(scope, profile.id)
        purpose = purpose_of((row.template, row.message.topic_code))
        gone = {one.channel for one in row.counted if one.failure is not None}
        there = [name for name in rules.order if name in house.ways and house.ways[name].serves(place)]
        reach = [name for name in there if house.ways[name].address(profile) is not None]
        agreed = [name for name in reach if name not in gone and allowed(given, name, purpose)]
        # The drawer is where messages lie that no channel takes: it is no second way to somebody.
        real = [name for name in reach if name != DRAWER]
        found = [name for name in agreed if name in real] if real else agreed
        if not found:
            raise PmsRefused(_why(row, reach))
        open_ones, wait = [], None
        for name in found:
            if house.ways[name].windowed and said.content is None and not await self._window(scope, profile, name, now):
                continue
            until = await house.breakers.open_until(scope, f"{row.chain}|{place}|{name}", house.clock.real_now())
            if until is None:
                open_ones.append(name)
            else:
                wait = min(wait, until) if wait else until
        if not open_ones and wait is not None:
            raise PmsBusy("circuit_open", wait - house.clock.real_now())
        if not open_ones:
            raise PmsRefused("window_closed")
        return open_ones

    async def _window(self, scope: Scope, profile: Profile, channel: str, now: dt.datetime) -> bool:
        last = await self._house.messages.last_inbound(scope, profile.id, channel)
        return last is not None and now - last < WINDOW

    async def wait_for_day(
        self,
        scope: Scope,
        row: GuestMessage,
        rules: SendingRules,
        channel: str,
        stay: Stay | None,
        profile: Profile,
    ) -> None:
        """Wait for the end of the guest's quiet hours. Raises PmsBusy."""
        until = await self.day(scope, row, rules, channel, stay, profile)
        real = self._house.clock
        if until > real.now():
            raise PmsBusy(QUIET, real.real_of(until) - real.real_now())

    async def day(
        self,
        scope: Scope,
        row: GuestMessage,
        rules: SendingRules,
        channel: str,
        stay: Stay | None,
        profile: Profile,
    ) -> dt.datetime:
        """When the guest's quiet hours end; now when there are none, when it is urgent or they have just written."""
        now = self._house.clock.now()
        named = {row.template, row.message.topic_code} & set(rules.urgent)
        if rules.quiet is None or channel not in rules.quiet_channels or row.urgent or named:
            return now
        last = await self._house.messages.last_inbound(scope, profile.id)
        if last is not None and now - last < AWAKE:
            return now
        hotel = self._house.policy.property(row.chain, row.message.property_id)
        return may_leave_at(now, rules.quiet, guest_zones(stay, profile, hotel.zone if hotel else "UTC"))


def _why(row: GuestMessage, reach: list[str]) -> str:
    failures = [one.failure for one in row.counted if one.failure is not None]
    if failures:
        return str(failures[-1])
    return "no_consent" if reach else "no_address"
