"""The auditor: looks every minute for what this service promised and does not do."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from services.alerts.domain.finding import Fault, Finding
from services.alerts.ports import Inspector, Permissions
from services.alerts.usecases.browsing import scope_of
from shared.contracts.errors import forbidden
from shared.contracts.identity import Principal
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

log = logging.getLogger(__name__)
OPERATIONS = "operations"


class Inspecting:
    """Looks, counts, remembers; `grace` is in business time."""

    def __init__(
        self,
        inspector: Inspector,
        permissions: Permissions,
        now: Callable[[], Instant],
        grace: timedelta,
        count: Callable[[Fault, int], None],
    ) -> None:
        self._inspector, self._permissions, self._now = inspector, permissions, now
        self._grace, self._count = grace, count

    async def look(self) -> list[Finding]:
        """Find what is wrong now, in every chain."""
        now, everywhere = self._now(), Scope(chain=SYSTEM_CHAIN)
        found = await self._inspector.findings(everywhere, now - self._grace)
        await self._inspector.keep(everywhere, found, now)
        counts = Counter(one.fault for one in found)
        for fault in Fault:
            self._count(fault, counts[fault])
        if found:
            log.error("the auditor found %s", dict(counts), extra={"ids": [one.id for one in found[:20]]})
        return found

    async def last(self, caller: Principal) -> tuple[Instant | None, list[Finding]]:
        """What the last look found in the caller's chain; needs the operations permission."""
        if not self._permissions.decide(caller, "status", OPERATIONS).allow:
            raise forbidden("not_granted", "You may not see the auditor's findings.")
        return await self._inspector.last(scope_of(caller))
