"""E-mails of deliveries go out, each at most once: twice in an inbox is worse here than once in the list of the lost.

A row says `sending` before the server hears of it. Whoever finds one that began long ago cannot know whether it was
taken: it becomes `unknown`, is shown as such, and is not sent again.
"""

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from services.reporting.domain.mailing import Mailing, MailState, begun, handed
from services.reporting.ports import FileStore, Mailer, MailingStore
from services.reporting.usecases.answering import Answering
from services.reporting.usecases.delivering import Delivering
from shared.contracts.errors import AppError
from shared.contracts.identity import DataClass, Principal
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

log = logging.getLogger(__name__)
AT_ONCE = 50
LOST_AFTER = dt.timedelta(minutes=5)
"""Longer than any server is waited for."""


class Mailings:
    """Sends what waits. Without a mail server it goes on waiting."""

    def __init__(
        self,
        kept: MailingStore,
        files: FileStore,
        mailer: Mailer | None,
        delivering: Delivering,
        answering: Answering,
        now: Callable[[], Instant],
        real_now: Callable[[], Instant],
    ) -> None:
        self._kept, self._files, self._mailer, self._delivering = kept, files, mailer, delivering
        self._answering, self._now, self._real_now = answering, now, real_now

    async def send(self) -> int:
        """Send what is due; how many went out."""
        everywhere, sent = Scope(chain=SYSTEM_CHAIN), 0
        await self._lost(everywhere)
        if self._mailer is None:
            return 0
        for one in await self._kept.due(everywhere, self._real_now(), AT_ONCE):
            sent += await self._one(self._mailer, one)
        return sent

    async def _lost(self, everywhere: Scope) -> None:
        for one in await self._kept.begun_before(everywhere, self._real_now() - LOST_AFTER, AT_ONCE):
            lost = one.model_copy(update={"state": MailState.UNKNOWN, "code": "broken_off"})
            if await self._kept.move(everywhere, one, lost):
                log.warning("what became of an e-mail is not known; it is not sent again", extra={"run": one.run_id})

    async def _one(self, mailer: Mailer, one: Mailing) -> bool:
        scope = Scope(chain=one.chain)
        try:
            message = await self._files.read(scope, f"{one.run_id}.eml")
        except AppError:
            gone = one.model_copy(update={"state": MailState.REFUSED, "code": "file_gone"})
            await self._kept.move(scope, one, gone)
            return False
        under_way = begun(one, self._real_now())
        if not await self._kept.move(scope, one, under_way):
            return False
        said = await mailer.send(one.id, one.to, message, self._now())
        after = handed(under_way, said, self._real_now())
        await self._kept.move(scope, under_way, after)
        if after.state is not MailState.SENT:
            log.warning("an e-mail was not sent (%s, %s)", after.state.value, said.code, extra={"run": one.run_id})
        return after.state is MailState.SENT

    async def of(self, caller: Principal, run_id: str) -> Sequence[Mailing]:
        """What became of a delivery's e-mails; addresses for those who may read about staff."""
        run = await self._delivering.one(caller, run_id)
        found = await self._kept.of(Scope(chain=run.chain), run_id)
        if DataClass.STAFF in self._answering.may(caller, run.property_id).read:
            return found
        return [one.model_copy(update={"to": ""}) for one in found]
