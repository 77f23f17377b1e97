"""Explain an owner: the rule that chose, what it went by, and what it would say now."""

from services.records.domain.owners import Standing, Weighed, choose, need_of, weighed
from services.records.usecases.house import House
from services.records.usecases.permissions import may
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_owners import ShownCandidate, ShownOwner
from shared.contracts.errors import not_found
from shared.contracts.identity import DataClass, Principal

MOST = 50


class Owning:
    """The use case behind `GET /v1/records/{id}/owner`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def explain(self, principal: Principal, record_id: str) -> ShownOwner:
        """Why a record has its owner. Who is absent is shown to those who may read of staff, as off duty to others."""
        scope = scope_of(principal)
        state = await self._house.records.find(scope, record_id)
        if state is None:
            raise not_found("record")
        verdict = may(self._house, principal, "read", state)
        hotel = self._house.hotel_of_event(state.chain, state.property_id)
        rules = await self._house.hotel_rules(scope, hotel.id)
        roster = self._house.roster(hotel, rules, await self._house.loads.of(scope, hotel.id))
        need, now = need_of(state, rules), self._house.clock.now()
        chosen = choose(need, roster, now)
        assert chosen.because is not None
        of_staff = DataClass.STAFF in verdict.read
        return ShownOwner(
            record_id=state.id,
            owner=state.owner,
            owner_rule=state.owner_rule,
            because=state.owner_because,
            declined_by=state.declined_by,
            handoffs=state.handoffs,
            now=chosen.because,
            now_owner=chosen.owner,
            candidates=tuple(_shown(each, of_staff) for each in weighed(need, roster, now)[:MOST]),
        )


def _shown(one: Weighed, of_staff: bool) -> ShownCandidate:
    standing = Standing.OFF_DUTY if one.standing is Standing.ABSENT and not of_staff else one.standing
    return ShownCandidate(**dict(one.candidate), standing=standing)
