"""What waits for the caller's decision: proposals and exception notes, oldest first."""

import datetime as dt
from collections.abc import Collection

from services.records.domain.authority import may_decide
from services.records.domain.commands import Doer, StandIn
from services.records.ports import Waiting
from services.records.usecases import showing
from services.records.usecases.house import House
from services.records.usecases.masks import Mask
from services.records.usecases.permissions import lenders, may_or_for, stand_ins
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_reviews import Exceptions, Proposals, WaitingException, WaitingProposal
from shared.chassis.paging import cursor, cursor_of
from shared.chassis.policy import Verdict
from shared.contracts.errors import AppError
from shared.contracts.identity import DataClass, Principal

ACTIONS = {"proposal": "decide_proposal", "exception": "review_exception"}
BATCH = 200
MOST_BATCHES = 25
"""A page is given up on after this many looks, with a cursor to go on from: nobody waits for ever."""
Place = tuple[dt.datetime, str]


class Queues:
    """The use cases behind `GET /v1/proposals` and `GET /v1/exceptions`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def proposals(
        self, caller: Principal, properties: Collection[str], after: str | None, limit: int
    ) -> Proposals:
        """The proposals the caller may decide."""
        found, last = await self._found("proposal", caller, properties, cursor(after), limit)
        return Proposals(proposals=tuple(self._proposal(caller, each) for each in found), next=cursor_of(last))

    async def exceptions(
        self, caller: Principal, properties: Collection[str], after: str | None, limit: int
    ) -> Exceptions:
        """The exception notes the caller may review."""
        found, last = await self._found("exception", caller, properties, cursor(after), limit)
        return Exceptions(exceptions=tuple(self._exception(each) for each in found), next=cursor_of(last))

    async def _found(
        self, what: str, caller: Principal, properties: Collection[str], after: Place | None, limit: int
    ) -> tuple[list[Waiting], Place | None]:
        scope = scope_of(caller)
        for one in properties:
            self._house.hotel(scope, one)
        scope = scope.narrow(properties) if properties else scope
        found: list[Waiting] = []
        doers: dict[str, Doer] = {}
        for _ in range(MOST_BATCHES):
            batch = await self._house.records.waiting(scope, what, after, BATCH)
            for each in batch:
                hotel = each.state.property_id
                if hotel not in doers:
                    stands_in = await stand_ins(self._house, caller, hotel)
                    stands_in += lenders(caller, ACTIONS[what], hotel)
                    doers[hotel] = Doer(caller.actor, caller.roles, stands_in)
                after = (each.review.since, each.review.id)
                if self._may(ACTIONS[what], caller, each, doers[hotel]):
                    found.append(each)
                    if len(found) == limit:
                        return found, after
            if len(batch) < BATCH:
                return found, None
        return found, after

    def _may(self, action: str, caller: Principal, waiting: Waiting, doer: Doer) -> bool:
        review = waiting.review
        if not may_decide(doer, review.reviewer_role, review.requested_by):
            return False
        return self._granted(action, caller, waiting, doer.stands_in) and self._reads(caller, waiting)

    def _granted(self, action: str, caller: Principal, waiting: Waiting, stands_in: tuple[StandIn, ...]) -> bool:
        try:
            return may_or_for(self._house, caller, action, waiting.state, stands_in).allow
        except AppError:
            return False

    def _reads(self, caller: Principal, waiting: Waiting) -> bool:
        return self._read(caller, waiting).allow

    def _read(self, caller: Principal, waiting: Waiting) -> Verdict:
        state = waiting.state
        return self._house.people.decide(caller, "read", state.kind, state.property_id, state.department)

    def _proposal(self, caller: Principal, waiting: Waiting) -> WaitingProposal:
        state = waiting.state
        kind = self._house.catalogue.kind(state.kind)
        held = next(each for each in state.proposals if each.id == waiting.review.id)
        mask = Mask(kind, frozenset({DataClass.ORDINARY}), {})
        lines = Mask(kind, self._read(caller, waiting).read, {}).lines
        return WaitingProposal(
            id=held.id,
            what=held.what,
            requested_by=held.requested_by,
            since=held.requested_at,
            approve_by=held.approve_by,
            reviewer_role=held.reviewer_role,
            reason_code=held.reason_code,
            before=mask.fields(held.before),
            after=mask.fields(held.after),
            masked_fields=mask.hidden(held.after),
            line=held.line if lines else None,
            digest=held.digest,
            record=showing.card(state, kind, self._house.clock.now()),
        )

    def _exception(self, waiting: Waiting) -> WaitingException:
        state = waiting.state
        kind = self._house.catalogue.kind(state.kind)
        held = next(each for each in state.exception_notes if each.id == waiting.review.id)
        return WaitingException(
            id=held.id,
            cause=held.cause,
            raised_by=held.raised_by,
            since=held.raised_at,
            reviewer_role=waiting.review.reviewer_role,
            record=showing.card(state, kind, self._house.clock.now()),
        )
