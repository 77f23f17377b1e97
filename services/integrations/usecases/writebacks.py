"""Writes approved changes back to the hotel's PMS: once each; what it then holds comes back by its own feed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError

from services.integrations.domain.connections import Connection
from services.integrations.domain.messages import Draft
from services.integrations.domain.orders import Ability, ChangeOrder, NewProfile
from services.integrations.domain.writebacks import WritebackRow, moved
from services.integrations.ports import Connections, Pms, PmsRefused
from services.integrations.ports.following import Endpoints
from services.integrations.ports.vendors import Vendor
from services.integrations.usecases.commanding import CarryOut, Ready, Rows, Whose
from services.integrations.usecases.reservations import Reservations
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.values import Scope
from shared.contracts.writebacks import PmsField, WritebackState

ABILITY = {PmsField.RATE: Ability.RATE, PmsField.ROOM: Ability.ROOM, PmsField.GUEST: Ability.GUEST}


class Drafts(Protocol):
    """Where the words of a changed profile lie until they are sent."""

    async def draft(self, scope: Scope, draft_id: str) -> Draft | None: ...


@dataclass(frozen=True)
class ReadyChange:
    """A change with the PMS it goes to. Setting a value again to what it is harms nothing."""

    row: WritebackRow
    order: ChangeOrder
    connection: Connection
    vendor: Vendor
    clock: Clock
    idempotent: bool = True

    async def send(self) -> WritebackRow:
        """Have it changed."""
        await self.vendor.write_back(self.connection, self.order)
        return moved(self.row, WritebackState.DONE, self.clock.now())

    async def look(self) -> WritebackRow | None:
        """It is sent again instead."""
        return None


@dataclass(frozen=True)
class ReadyPush:
    """A change for a PMS that pushes whole payloads, or for none."""

    row: WritebackRow
    connection: Connection
    pms: Pms
    clock: Clock
    idempotent: bool = True

    async def send(self) -> WritebackRow:
        """Have it changed."""
        await self.pms.write_back(self.connection, self.row.writeback)
        return moved(self.row, WritebackState.DONE, self.clock.now())

    async def look(self) -> WritebackRow | None:
        """It is sent again instead."""
        return None


class WriteBack(CarryOut[WritebackRow]):
    """Works off what waits; changes of one stay go one after the other."""

    def __init__(
        self,
        rows: Rows[WritebackRow],
        connections: Connections,
        adapters: Mapping[str, Pms],
        vendors: Mapping[str, Vendor],
        reservations: Reservations,
        drafts: Drafts,
        endpoints: Endpoints,
        clock: Clock,
    ) -> None:
        super().__init__(rows, self, endpoints, clock)
        self._connections, self._adapters, self._vendors = connections, adapters, vendors
        self._reservations, self._drafts = reservations, drafts

    def whose(self, row: WritebackRow) -> Whose:
        """See the port."""
        unknown = row.writeback.change.state is WritebackState.UNKNOWN
        where = row.writeback.property_id
        return Whose(row.id, row.chain, where, unknown, Provenance(row.correlation, row.causation))

    async def ready(self, row: WritebackRow) -> Ready[WritebackRow]:
        """See the port."""
        scope = Scope(chain=row.chain)
        connection = await self._connections.find(scope, row.writeback.property_id)
        vendor = self._vendors.get(connection.pms) if connection else None
        pms = self._adapters.get(connection.pms) if connection else None
        if connection is not None and pms is not None:
            return ReadyPush(row, connection, pms, self._clock)
        if connection is None or vendor is None:
            raise PmsRefused("not_connected")
        if ABILITY[row.writeback.change.field] not in vendor.can:
            raise PmsRefused("not_supported")
        number = await self._reservations(scope, row.writeback.stay_id)
        if number is None:
            raise PmsRefused("no_reservation")
        order = ChangeOrder(writeback=row.writeback, reservation=number, guest=await self._guest(scope, row))
        return ReadyChange(row, order, connection, vendor, self._clock)

    async def _guest(self, scope: Scope, row: WritebackRow) -> NewProfile | None:
        """The profile that a draft holds, as a JSON object; one that was changed since it was approved is refused."""
        change = row.writeback.change
        if change.field is not PmsField.GUEST:
            return None
        draft = await self._drafts.draft(scope, str(change.after["ref"]))
        if draft is None:
            raise PmsRefused("draft_missing")
        if draft.reference.digest != change.after["digest"]:
            raise PmsRefused("draft_changed")
        try:
            return NewProfile.model_validate_json(draft.text)
        except ValidationError as unreadable:
            raise PmsRefused("draft_unreadable") from unreadable

    def refused(self, row: WritebackRow, code: str) -> WritebackRow:
        """See the port. One that was given up is not known to be refused: it stays open for a person."""
        given_up = code == "gave_up"
        return moved(row, WritebackState.UNKNOWN if given_up else WritebackState.REFUSED, self._clock.now(), code)

    def unknown(self, row: WritebackRow) -> WritebackRow:
        """See the port."""
        return moved(row, WritebackState.UNKNOWN, self._clock.now(), "no_answer")
