"""Takes what a PMS says that something changed: marks it and answers at once, as vendors wait two to five seconds."""

import asyncio
from collections.abc import Mapping

from services.integrations.domain.connections import Connection
from services.integrations.ports.following import Marks
from services.integrations.ports.vendors import Secrets, Vendor
from shared.chassis.clock import Clock
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.values import Scope

ANSWER_S = 1.5
"""The shortest a vendor waits is 2 s (Cloudbeds); a refusal in time is sent again, one that is late is not."""


class HearFromPms:
    """The door of vendors whose notifications are hints. Nothing of a payload is kept but ids."""

    def __init__(self, vendors: Mapping[str, Vendor], marks: Marks, secrets: Secrets, clock: Clock) -> None:
        self._vendors, self._marks, self._secrets, self._clock = vendors, marks, secrets, clock

    def knows(self, vendor: str) -> bool:
        """Whether a vendor's notifications are hints."""
        return vendor in self._vendors

    async def __call__(self, connection: Connection, payload: object) -> int:
        """Mark what it is about; how many marks. Raises 422 for what is no notification, 503 when it takes too long."""
        heard = self._vendors[connection.pms].heard(payload, connection)
        scope = Scope(chain=connection.chain, properties=frozenset({connection.property_id}))
        try:
            async with asyncio.timeout(ANSWER_S):
                if heard.secrets:
                    await self._secrets.keep(connection, heard.secrets)
                if not heard.hints:
                    return 0
                return await self._marks.raise_all(scope, connection, heard.hints, self._clock.real_now())
        except TimeoutError as late:
            raise AppError(ErrorKind.UNAVAILABLE, "too_slow", "The store takes too long. Send it again.") from late
