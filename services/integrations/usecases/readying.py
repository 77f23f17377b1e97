"""Says what a hotel's ways to its PMS, its guests and its payment provider lack before it can open."""

from collections.abc import Callable, Collection
from typing import Protocol

from services.integrations.domain.message_templates import TemplateVersion
from services.integrations.ports import Connections
from services.integrations.ports.following import Endpoints
from shared.contracts.readiness import Check, check
from shared.contracts.staff import Property
from shared.contracts.values import Scope


class Templates(Protocol):
    """Where versions of templates are kept."""

    async def waiting(self, scope: Scope, where: str, limit: int = 20) -> list[TemplateVersion]: ...


class Readying:
    """Looks at one hotel. `channels`: the ways to guests that are set up for it, beyond keeping what is said."""

    def __init__(
        self,
        connections: Connections,
        endpoints: Endpoints,
        known: Collection[str],
        channels: Callable[[str], Collection[str]],
        templates: Templates,
        providers: Collection[str],
    ) -> None:
        self._connections, self._endpoints, self._known = connections, endpoints, frozenset(known)
        self._channels, self._templates, self._providers = channels, templates, frozenset(providers)

    async def __call__(self, hotel: Property) -> list[Check]:
        """PMS, channels to guests, what is said on them, and payments."""
        scope = Scope(chain=hotel.chain)
        none = "No channel to guests is set up for this hotel: messages are kept and brought to nobody."
        waiting = sorted({one.code for one in await self._templates.waiting(scope, hotel.id)})
        paid = () if hotel.id in self._providers else ("No account at a payment provider is set up for this hotel.",)
        return [
            check("pms", await self._pms(scope, hotel)),
            check("guest_channels", () if self._channels(hotel.id) else (none,)),
            check("message_templates", [f"The template {code} waits for another person." for code in waiting]),
            check("payments", paid),
        ]

    async def _pms(self, scope: Scope, hotel: Property) -> list[str]:
        connection = await self._connections.find(scope, hotel.id)
        if connection is None:
            return ["The hotel is connected to no PMS."]
        missing = []
        if connection.pms not in self._known:
            missing.append(f"There is no adapter for {connection.pms}.")
        if connection.zone != hotel.zone:
            missing.append(f"The PMS is connected in the zone {connection.zone}, the hotel is in {hotel.zone}.")
        if connection.currency != hotel.currency:
            missing.append(f"The PMS is connected in {connection.currency}, the hotel uses {hotel.currency}.")
        endpoint = await self._endpoints.find(scope, hotel.id)
        if endpoint.failing or (endpoint.failure and not endpoint.worked_at):
            missing.append(f"The PMS does not answer ({endpoint.failure}).")
        return missing
