"""Reads the hotels' inboxes: every mail at least once by its number, once in effect by its own id."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from services.integrations.domain.letters import BOUNCE, arrival_of, bounced
from services.integrations.domain.mail import MailBox
from services.integrations.domain.messages import GuestMessage, Handed, concluded, tried
from services.integrations.ports import GuestKey
from services.integrations.ports.mail import Box, BoxMark, BoxMarks, BoxSilent, Fetched
from services.integrations.ports.messaging import Heard
from services.integrations.usecases.incoming import TakeFromGuests
from shared.chassis.clock import Clock
from shared.chassis.faultpoints import reach
from shared.chassis.provenance import Provenance
from shared.contracts.values import Scope

log = logging.getLogger(__name__)
MAIL = "email"
PAGES = 20


class ReadMail:
    """Works off what came in; a box that cannot be read now is read at the next look."""

    def __init__(
        self,
        boxes: Sequence[MailBox],
        box: Box,
        marks: BoxMarks,
        from_guests: TakeFromGuests,
        messages: Heard,
        key: GuestKey,
        clock: Clock,
    ) -> None:
        self._boxes, self._box, self._marks = boxes, box, marks
        self._from_guests, self._messages, self._key, self._clock = from_guests, messages, key, clock

    async def __call__(self) -> int:
        """Read every box; how many mails were new."""
        return sum([await self.read(one) for one in self._boxes])

    async def read(self, box: MailBox) -> int:
        """Read one box to its end, or some pages of it."""
        scope, new = Scope(chain=box.chain, properties=frozenset({box.property_id})), 0
        for _ in range(PAGES):
            mark = await self._marks.find(scope, box.name)
            try:
                page = await self._box.look(box, mark, self._clock.real_now().date())
            except BoxSilent as silent:
                log.warning("the inbox of %s could not be read (%s)", box.property_id, silent)
                return new
            reach("inbox.read")
            for mail in page.mails:
                new += await self._take(box, mail)
                # Noted after each: killed before this, the same mail comes again and has no effect.
                await self._marks.keep(scope, box.name, BoxMark(page.mark.validity, mail.uid + 1))
            if page.mark != mark:
                await self._marks.keep(scope, box.name, page.mark)
            if not page.more:
                return new
        return new

    async def _take(self, box: MailBox, mail: Fetched) -> int:
        provenance = Provenance.fresh(self._clock.new_id())
        if await self._bounced(box, mail, provenance):
            return 0
        arrival = arrival_of(mail.raw, self._key.value, whole=mail.whole)
        if arrival.sender == box.sender.lower():
            return 0  # a copy of our own
        if arrival.auto == BOUNCE:
            return 0  # of a mail that is none of ours
        _, new = await self._from_guests.by_channel(box.chain, box.property_id, arrival, provenance)
        return int(new)

    async def _bounced(self, box: MailBox, mail: Fetched, provenance: Provenance) -> bool:
        """Whether this says what became of a mail of ours; it moves on what it is about."""
        report = bounced(mail.raw) if mail.whole else None
        if report is None:
            return False
        scope = Scope(chain=box.chain, properties=frozenset({box.property_id}))
        for message_id in report[0]:
            await self._messages.hear(scope, message_id, _judged(report[1], self._clock.now()), provenance)
        return True


def _judged(handed: Handed, now: dt.datetime) -> Callable[[GuestMessage], GuestMessage]:
    def decide(row: GuestMessage) -> GuestMessage:
        return concluded(tried(row, MAIL, handed, now), now) if row.send else row

    return decide
