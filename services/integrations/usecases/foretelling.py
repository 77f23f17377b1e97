"""Says what would become of a message if it were written now: by which way, when, or why not at all."""

import datetime as dt
from dataclasses import dataclass

from services.integrations.domain.messages import GuestMessage, Progress
from services.integrations.domain.quiet import QuietHours
from services.integrations.domain.templates import Rendered, rendered
from services.integrations.ports import PmsRefused
from services.integrations.ports.vendors import PmsBusy
from services.integrations.usecases.choosing import QUIET, Choosing, House
from services.integrations.usecases.reading import scope_of
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.messages import Direction, Message, MessageState
from shared.contracts.policy import Resource
from shared.contracts.stays import Stay

NOTHING = Rendered("", "en")


@dataclass(frozen=True)
class Outlook:
    """What a message would do. `leaves_at`: it waits until then, because of `why`; without either it fails so."""

    channel: str | None
    language: str
    quiet: QuietHours | None
    leaves_at: dt.datetime | None = None
    why: str | None = None


class Foretelling:
    """Asks what sending asks, and sends nothing. It may be otherwise when the message leaves: that decides."""

    def __init__(self, house: House) -> None:
        self._house, self._choosing = house, Choosing(house)

    async def look(
        self, principal: Principal, stay_id: str, template: str | None, topic_code: str, urgent: str | None
    ) -> Outlook:
        """What becomes of a message to the guest of a stay; another hotel's is not found."""
        house, scope = self._house, scope_of(principal)
        self._writes(principal, None)
        kept = await house.stays.get(scope, stay_id)
        if kept is None:
            raise not_found("stay")
        stay = kept.stay
        self._writes(principal, stay.property_id)
        rules = await house.rules.rules(scope, stay.property_id)
        found = await house.stays.profiles(scope, [stay.guest_id]) if stay.guest_id else []
        if not found:
            return Outlook(None, stay.language, rules.quiet, why="no_address")
        [profile] = found
        row = _row(stay, template, topic_code, urgent)
        said = NOTHING
        if template:
            wordings = await house.templates.wordings(scope, stay.property_id, house.clock.now())
            said = rendered((template, topic_code), profile, stay, wordings)
        try:
            [channel, *_] = await self._choosing.ways(scope, row, profile, said, rules)
        except PmsRefused as refused:
            return Outlook(None, profile.language, rules.quiet, why=refused.code)
        except PmsBusy as busy:
            later = house.clock.now() + (busy.after or dt.timedelta())
            return Outlook(None, profile.language, rules.quiet, later, busy.code)
        until = await self._choosing.day(scope, row, rules, channel, stay, profile)
        night = (until, QUIET) if until > house.clock.now() else (None, None)
        return Outlook(channel, profile.language, rules.quiet, *night)

    def _writes(self, principal: Principal, property_id: str | None) -> None:
        if not self._house.policy.decide(principal, "request_message", Resource.MESSAGE, property_id).allow:
            raise forbidden("messages_not_writable", "Your role does not write guest messages.")


def _row(stay: Stay, template: str | None, topic_code: str, urgent: str | None) -> GuestMessage:
    message = Message(
        id="outlook",
        property_id=stay.property_id,
        stay_id=stay.id,
        guest_id=stay.guest_id,
        direction=Direction.OUTBOUND,
        channel="email",
        topic_code=topic_code,
        state=MessageState.QUEUED,
        at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC),
        version=1,
    )
    work = {"send": True, "template": template, "urgent": urgent, "progress": Progress.PENDING}
    return GuestMessage(chain=stay.chain, message=message, correlation="outlook", **work)
