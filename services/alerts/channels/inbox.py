"""The in-app inbox: a notification is a row that the console shows."""

from collections.abc import Sequence

from services.alerts.domain.notice import Delivery
from services.alerts.ports import NoticeStore
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class Inbox:
    """Delivers by writing, so it takes part in the transaction that told the step: exactly once."""

    name = "inbox"

    def __init__(self, notices: NoticeStore) -> None:
        self._notices = notices

    async def deliver(self, scope: Scope, deliveries: Sequence[Delivery], tx: Tx) -> None:
        """Put the notifications into their inboxes."""
        await self._notices.deliver(scope, deliveries, tx)
