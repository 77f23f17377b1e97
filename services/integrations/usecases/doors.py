"""Inbound doors: finds the hotel behind an unguessable address and applies what its PMS tells."""

import hmac
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.integrations.domain.connections import Connection
from services.integrations.domain.following import Delivered, Followed, follow, guests_of
from services.integrations.ports import Connections, GuestKey, Pms, StayStore
from services.integrations.ports.masked import MaskedLog
from services.integrations.usecases.hearing import HearFromPms
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.cards import holds_code
from shared.contracts.errors import not_found
from shared.contracts.values import SYSTEM_CHAIN, Scope, mask_cards

log = logging.getLogger(__name__)
DOORS = Scope(chain=SYSTEM_CHAIN)
TYPED_IDS = frozenset({"event_id", "number", "profile_number", "id", "message_id", "stay_id", "offer_id", "record_id"})
"""Fields that hold an id by their contract: a long number there is no card (architecture.md, Guest data)."""


async def behind(
    connections: Connections, property_id: str, token: str, caller: str | None = None, *, anywhere: bool = True
) -> Connection:
    """The connection behind an address; a wrong token looks the same as an unknown hotel (404)."""
    found = await connections.find(DOORS, property_id)
    if found is None or not hmac.compare_digest(found.token.encode(), token.encode()):
        raise not_found("address")
    if not anywhere and not found.called_from(caller):
        raise not_found("address")
    return found


@dataclass(frozen=True)
class Taken:
    """What one request of a PMS came to: how many stays it changed, or how much is to be asked about now."""

    changed: int = 0
    marked: int = 0


def masked(value: Any, field: str = "") -> Any:
    """A payload with every card number masked and every security code left out, however deep; typed ids stay."""
    if isinstance(value, dict):
        return {name: masked(each, name) for name, each in value.items() if not holds_code(str(name))}
    if isinstance(value, list):
        return [masked(each, field) for each in value]
    return mask_cards(value) if isinstance(value, str) and field not in TYPED_IDS else value


def _chunks(batch: Sequence[Delivered], size: int) -> Iterator[Sequence[Delivered]]:
    return (batch[start : start + size] for start in range(0, len(batch), size))


class TakeFromPms:
    """Applies a PMS's webhook: newest vendor time wins, whatever the order and however often it comes."""

    BATCH = 100

    def __init__(
        self,
        connections: Connections,
        stays: StayStore,
        adapters: Mapping[str, Pms],
        hear: HearFromPms,
        clock: Clock,
        key: GuestKey,
        cards: MaskedLog,
    ) -> None:
        self._hear = hear
        self._connections, self._stays, self._adapters = connections, stays, adapters
        self._clock, self._key, self._cards = clock, key, cards

    async def __call__(
        self,
        property_id: str,
        token: str,
        vendor: str,
        payload: object,
        correlation: str,
        caller: str | None = None,
    ) -> Taken:
        """Take one request whole. Wrong fields: 422, nothing changed."""
        connection = await behind(self._connections, property_id, token, caller, anywhere=False)
        adapter = self._adapters.get(vendor)
        if connection.pms != vendor:
            raise not_found("address")
        if self._hear.knows(vendor):
            return Taken(marked=await self._hear(connection, payload))
        if adapter is None:
            raise not_found("address")
        safe = masked(payload)
        if safe != payload:
            log.warning("card numbers in a payload of %s were masked", vendor, extra={"property": property_id})
            await self._cards.note(Scope(chain=connection.chain), property_id, vendor, self._clock.real_now())
        delivered = adapter.read(safe, connection)
        changed = 0
        for batch in _chunks(delivered, self.BATCH):
            changed += await self.take(connection, batch, Provenance.fresh(correlation))
        return Taken(changed=changed)

    async def take(self, connection: Connection, batch: Sequence[Delivered], provenance: Provenance) -> int:
        """Apply deliveries of one hotel in one transaction; returns how many changed a stay."""
        scope = Scope(chain=connection.chain, properties=frozenset({connection.property_id}))
        now = self._clock.now()

        def decide(loaded: Any) -> Followed:
            return follow(loaded, batch, self._key.value, connection.chain, now)

        guests = guests_of(batch, self._key.value, connection.chain)
        done = await self._stays.follow(scope, [each.stay_id for each in batch], guests, decide, provenance)
        return len(done.events)
