"""Sends notes and tasks to the hotel's PMS; both are looked for by their key before they are made again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.orders import Ability, NoteOrder, TaskAct, TaskOrder
from services.integrations.domain.pms_orders import OrderRow, moved, opening_id
from services.integrations.ports import Connections, PmsRefused
from services.integrations.ports.following import Endpoints
from services.integrations.ports.vendors import Vendor
from services.integrations.usecases.commanding import CarryOut, Ready, Rows, Whose
from services.integrations.usecases.incoming import refuse_cards
from services.integrations.usecases.reservations import Reservations, Stays
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.provenance import Provenance
from shared.contracts.commands_out import CommandSort
from shared.contracts.errors import conflict, not_found
from shared.contracts.values import Scope
from shared.contracts.writebacks import WritebackState


class Orders(Rows[OrderRow], Protocol):
    """Where notes and tasks are kept."""

    async def ask(self, scope: Scope, row: OrderRow, ctx: CommandContext) -> None: ...
    async def find(self, scope: Scope, order_id: str) -> OrderRow | None: ...


class Tasks(Protocol):
    """Where the PMS's own tasks are written down."""

    async def number(self, scope: Scope, task_id: str) -> str | None: ...


@dataclass(frozen=True)
class ReadyOrder:
    """A note or task with the PMS it goes to. An adapter looks for its key first, so that again is once."""

    row: OrderRow
    connection: Connection
    vendor: Vendor
    clock: Clock
    idempotent: bool = True

    async def send(self) -> OrderRow:
        """Have it written down."""
        if self.row.note:
            reference = await self.vendor.add_note(self.connection, self.row.note)
        else:
            assert self.row.task is not None, "an order is a note or a task"
            reference = await self.vendor.put_task(self.connection, self.row.task)
        return moved(self.row, WritebackState.DONE, self.clock.now(), reference=reference)

    async def look(self) -> OrderRow | None:
        """It is sent again instead."""
        return None


class SendOrders(CarryOut[OrderRow]):
    """Works off the notes and tasks that wait."""

    def __init__(
        self,
        orders: Orders,
        tasks: Tasks,
        connections: Connections,
        vendors: Mapping[str, Vendor],
        reservations: Reservations,
        endpoints: Endpoints,
        clock: Clock,
    ) -> None:
        super().__init__(orders, self, endpoints, clock)
        self._orders, self._connections, self._vendors = orders, connections, vendors
        self._reservations, self._tasks = reservations, tasks

    def whose(self, row: OrderRow) -> Whose:
        """See the port."""
        unknown = row.state is WritebackState.UNKNOWN
        return Whose(row.id, row.chain, row.property_id, unknown, Provenance.fresh(row.id))

    async def ready(self, row: OrderRow) -> Ready[OrderRow]:
        """See the port."""
        scope = Scope(chain=row.chain)
        connection = await self._connections.find(scope, row.property_id)
        vendor = self._vendors.get(connection.pms) if connection else None
        if connection is None or vendor is None:
            raise PmsRefused("not_connected")
        number = await self._reservations(scope, row.stay_id)
        if number is None:
            raise PmsRefused("no_reservation")
        if row.note:
            return ReadyOrder(
                _with(row, note=row.note.model_copy(update={"reservation": number})), connection, vendor, self._clock
            )
        assert row.task is not None, "an order is a note or a task"
        task = row.task.model_copy(update={"reservation": number})
        if task.act is TaskAct.CLOSE:
            if Ability.TASK_CLOSE not in vendor.can:
                raise PmsRefused("not_supported")
            task = task.model_copy(update={"number": await self._number(scope, task)})
        return ReadyOrder(_with(row, task=task), connection, vendor, self._clock)

    async def _number(self, scope: Scope, task: TaskOrder) -> str:
        """The PMS's number of the task that a record is about."""
        if task.theirs:
            number = await self._tasks.number(scope, task.theirs)
        else:
            opened = await self._orders.find(scope, opening_id(task.record_id))
            number = opened.reference if opened else None
        if number is None:
            raise PmsRefused("never_opened")
        return number

    def refused(self, row: OrderRow, code: str) -> OrderRow:
        """See the port."""
        return moved(row, WritebackState.REFUSED, self._clock.now(), code)

    def unknown(self, row: OrderRow) -> OrderRow:
        """See the port."""
        return moved(row, WritebackState.UNKNOWN, self._clock.now(), "no_answer")


def _with(row: OrderRow, **fields: object) -> OrderRow:
    return row.model_copy(update=fields)


class WriteNotes:
    """Takes what somebody wants to have on a reservation in the PMS."""

    def __init__(
        self, orders: Orders, stays: Stays, connections: Connections, vendors: Mapping[str, Vendor], clock: Clock
    ) -> None:
        self._orders, self._stays, self._connections = orders, stays, connections
        self._vendors, self._clock = vendors, clock

    async def place(self, ctx: CommandContext, stay_id: str) -> str:
        """The hotel of a stay; another hotel's stay is not found."""
        kept = await self._stays.get(ctx.scope, stay_id)
        if kept is None:
            raise not_found("stay")
        return kept.stay.property_id

    async def __call__(self, ctx: CommandContext, stay_id: str, text: str) -> OrderRow:
        """Keep a note until it is sent. Card numbers are a 422, a PMS that takes no notes a 409."""
        refuse_cards("text", text)
        kept = await self._stays.get(ctx.scope, stay_id)
        if kept is None:
            raise not_found("stay")
        stay = kept.stay
        connection = await self._connections.find(ctx.scope, stay.property_id)
        vendor = self._vendors.get(connection.pms) if connection else None
        if vendor is None or Ability.NOTE not in vendor.can:
            raise conflict("pms_takes_no_notes", "The PMS of this hotel takes no notes from outside.")
        key = self._clock.new_id()
        row = OrderRow(
            id=key,
            chain=stay.chain,
            property_id=stay.property_id,
            sort=CommandSort.NOTE,
            stay_id=stay.id,
            at=self._clock.now(),
            note=NoteOrder(key=key, reservation=stay.reservation, text=text),
        )
        await self._orders.ask(ctx.scope, row, ctx)
        return row

    async def kept(self, ctx: CommandContext, order_id: str) -> OrderRow:
        """A note that this Idempotency-Key made before."""
        found = await self._orders.find(ctx.scope, order_id)
        if found is None:
            raise not_found("note")
        return found
