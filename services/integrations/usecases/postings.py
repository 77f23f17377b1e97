"""Posts money lines to the hotel's PMS: once each, under a key of ours, looked for where nobody knows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.postings import Charge, PostingRow, moved
from services.integrations.ports import Connections, Pms, PmsRefused, Posted
from services.integrations.ports.following import Endpoints
from services.integrations.ports.vendors import PmsBusy, Vendor
from services.integrations.usecases.commanding import CarryOut, Ready, Rows, Whose
from services.integrations.usecases.reservations import Reservations
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.money import PostingState
from shared.contracts.values import Scope

PAYMENT_AGAIN = dt.timedelta(seconds=2)
"""How long until it is asked again whether the provider has taken a deposit."""


class Deposits(Protocol):
    """How far deposits are that are taken at a provider."""

    async def deposit(self, scope: Scope, record_id: str, line_id: str) -> PostingState | None: ...


@dataclass(frozen=True)
class ReadyPosting:
    """A line with the PMS it goes to."""

    row: PostingRow
    charge: Charge
    connection: Connection
    pms: Pms | Vendor
    vendor: Vendor | None
    clock: Clock

    @property
    def idempotent(self) -> bool:
        """Whether the PMS knows our keys."""
        return self.pms.idempotent_charges

    async def send(self) -> PostingRow:
        """Post it."""
        return self._done(await self.pms.post_charge(self.connection, self.charge))

    async def look(self) -> PostingRow | None:
        """Look for it on the folio."""
        if self.vendor is None or self.charge.reservation is None:
            return None
        folio = await self.vendor.folio(self.connection, self.charge.reservation)
        entry = folio.under(self.charge.key)
        return self._done(Posted(folio.number, entry.id)) if entry else None

    def _done(self, posted: Posted) -> PostingRow:
        now = self.clock.now()
        return moved(self.row, PostingState.DONE, now, folio=posted.folio, reference=posted.reference)


class PostCharges(CarryOut[PostingRow]):
    """Works off what waits; lines of one stay go one after the other."""

    def __init__(
        self,
        postings: Rows[PostingRow],
        connections: Connections,
        adapters: Mapping[str, Pms],
        vendors: Mapping[str, Vendor],
        reservations: Reservations,
        deposits: Deposits,
        endpoints: Endpoints,
        clock: Clock,
    ) -> None:
        super().__init__(postings, self, endpoints, clock)
        self._connections, self._adapters, self._vendors = connections, adapters, vendors
        self._reservations, self._deposits = reservations, deposits

    def whose(self, row: PostingRow) -> Whose:
        """See the port."""
        one = row.posting
        unknown = one.state is PostingState.UNKNOWN
        return Whose(one.id, row.chain, one.property_id, unknown, Provenance(row.correlation, row.causation))

    async def ready(self, row: PostingRow) -> Ready[PostingRow]:
        """See the port."""
        scope = Scope(chain=row.chain)
        await self._taken(scope, row)
        connection = await self._connections.find(scope, row.posting.property_id)
        vendor = self._vendors.get(connection.pms) if connection else None
        pms = vendor or (self._adapters.get(connection.pms) if connection else None)
        if connection is None or pms is None:
            raise PmsRefused("not_connected")
        number = await self._reservations(scope, row.posting.stay_id) if vendor else None
        charge = row.charge.model_copy(update={"reservation": number})
        return ReadyPosting(row, charge, connection, pms, vendor, self._clock)

    async def _taken(self, scope: Scope, row: PostingRow) -> None:
        """A deposit that is taken at the provider is put onto the folio when it was, not before."""
        taken = await self._deposits.deposit(scope, row.posting.record_id, row.posting.line_id)
        if taken is PostingState.FAILED:
            raise PmsRefused("payment_failed")
        if taken not in (None, PostingState.DONE):
            raise PmsBusy("payment_open", PAYMENT_AGAIN)

    def refused(self, row: PostingRow, code: str) -> PostingRow:
        """See the port."""
        return moved(row, PostingState.FAILED, self._clock.now(), failure=code)

    def unknown(self, row: PostingRow) -> PostingRow:
        """See the port."""
        return moved(row, PostingState.UNKNOWN, self._clock.now(), failure="no_answer")
