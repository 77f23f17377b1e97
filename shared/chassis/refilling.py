"""Sends an aggregate's events again when the audit log misses some of them; whose aggregate it is, has them."""

import logging
from collections.abc import Sequence

from shared.chassis.mongo import Tx
from shared.chassis.outbox import Outbox
from shared.chassis.policy import Policy
from shared.contracts.audit import GapEvent, GapState
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.values import Scope

log = logging.getLogger(__name__)


class Refilling:
    """The handler of `policy.v1` and `staff.v1` in every service: the projection, and what audit asks for again."""

    def __init__(self, policy: Policy, outbox: Outbox) -> None:
        self._policy, self._outbox = policy, outbox

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Project, and mark the events of aggregates with a gap as pending again; consumers skip what they have."""
        await self._policy.apply(tx, events)
        for event in events:
            body = body_of(event)
            if isinstance(body, GapEvent) and body.gap.state is GapState.OPEN:
                gap = body.gap
                count = await self._outbox.resend(tx, Scope(chain=gap.chain), gap.topic, gap.aggregate)
                if count:
                    log.warning("audit misses versions of an aggregate: %d events are sent again", count)

    async def hear(self, event: Envelope) -> None:
        """A heartbeat."""
        await self._policy.hear(event)

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop one projected row."""
        await self._policy.forget(tx, subject)
