"""At its hour, a line is decided: the first are granted while places last, the others are told and let go."""

from dataclasses import replace

from services.records.domain import commands as c
from services.records.domain.offers import Way
from services.records.domain.standby import WAITING
from services.records.domain.state import RecordState
from services.records.usecases.desk import CATALOGUE_TERMS, Desk
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.values import Scope

AT_ONCE = 50
"""How many of a line one transaction decides."""


class Granting:
    """What the timer of a sale in line does. Each decides the head of the whole line, so that the line's order holds.

    Slots are unique keys and records go by their versions: whoever decides a line beside us, nothing is given twice.
    """

    def __init__(self, house: House) -> None:
        self._house = house

    async def fire(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Decide the line this record stands in; beyond the head of a long one, come again for the next."""
        desk = Desk(self._house, Scope(chain=str(timer.data["chain"])), tx)
        state = await desk.find(timer.subject)
        sale = state.sale if state else None
        if state is None or sale is None or sale.state != WAITING or sale.decides_at is None:
            return
        if sale.decides_at > timer.due_at:
            return  # it has moved on; its own timer will come. Our own clock is not asked: it may be behind the timers'
        line = await self._house.lines.first(desk.scope, sale.offer_id, sale.decides_at, AT_ONCE, tx)
        await desk.expect((), await self._house.records.find_all(desk.scope, line, tx))
        for record_id in line:
            await self._decide(desk, record_id)
        await desk.flush()
        if state.id not in line:
            await self._house.alarm.arm(tx, [replace(timer, generation=timer.generation + 1)])

    async def _decide(self, desk: Desk, record_id: str) -> None:
        state = await desk.find(record_id)
        if state is None or state.sale is None or state.sale.state != WAITING:
            return
        provenance, message = Provenance.fresh(f"grant-{record_id}"), self._house.clock.new_id()
        try:
            await desk.tell(state, c.GrantSale(message), CATALOGUE_TERMS, provenance)
        except AppError as refusal:
            if refusal.kind not in (ErrorKind.CONFLICT, ErrorKind.INVALID):
                raise
            await desk.tell(state, c.LetSaleGo(message, _because(state, refusal)), CATALOGUE_TERMS, provenance)


def _because(state: RecordState, refusal: AppError) -> str:
    bid = state.sale is not None and state.sale.way == Way.BID
    return "outbid" if bid and refusal.code == "sold_out" else refusal.code
