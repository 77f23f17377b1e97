"""Sends or stores what records ask to tell a guest: filled in at sending, at most once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from services.integrations.domain.consents import Given, allowed, purpose_of
from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import Draft, GuestMessage, moved
from services.integrations.domain.templates import rendered
from services.integrations.ports import Channel, ChannelRefused, Delivery, StayStore
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.messages import MessageState
from shared.contracts.values import SYSTEM_CHAIN, Scope

STALE = dt.timedelta(seconds=30)
ALL = Scope(chain=SYSTEM_CHAIN)


class Messages(Protocol):
    """The part of the message store that the work needs."""

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[GuestMessage, bool] | None: ...
    async def sending(self, scope: Scope, row: GuestMessage, now: dt.datetime) -> bool: ...
    async def settle(self, scope: Scope, states: Sequence[GuestMessage], provenance: Provenance) -> bool: ...
    async def draft(self, scope: Scope, draft_id: str) -> Draft | None: ...


class Said(Protocol):
    """What guests agree to."""

    async def given(self, scope: Scope, guest_id: str) -> Given: ...


class NotWritable(Exception):
    """There is no text to send; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SendMessages:
    """Works off the messages that wait."""

    def __init__(
        self, messages: Messages, stays: StayStore, channels: Mapping[str, Channel], consents: Said, clock: Clock
    ) -> None:
        self._messages, self._stays, self._channels, self._clock = messages, stays, channels, clock
        self._consents = consents

    async def __call__(self) -> int:
        """Settle everything that waits; how many were settled."""
        settled = 0
        while True:
            real = self._clock.real_now()
            claimed = await self._messages.claim(ALL, real, real - STALE)
            if claimed is None:
                return settled
            row, again = claimed
            states = await self._states(row, again)
            if not states:
                continue
            provenance = Provenance(row.correlation, row.causation)
            settled += await self._messages.settle(Scope(chain=row.chain), states, provenance)

    async def _states(self, row: GuestMessage, again: bool) -> list[GuestMessage]:
        """The states a message goes through from here, oldest first; none when somebody else has it."""
        scope, now = Scope(chain=row.chain), self._clock.now()
        profile = await self._profile(scope, row)
        try:
            text = await self._text(scope, row, profile)
        except NotWritable as fault:
            return [moved(row, MessageState.FAILED, now, failure=fault.code)]
        if not row.send:
            return [moved(row, MessageState.STORED, now, text)]
        if again:
            # It may have gone out before we stopped: a guest is never told twice, a person looks at it.
            return [moved(row, MessageState.FAILED, now, text, failure="outcome_unknown")]
        return await self._delivered(scope, row, profile, text, now)

    async def _delivered(
        self, scope: Scope, row: GuestMessage, profile: Profile | None, text: str, now: dt.datetime
    ) -> list[GuestMessage]:
        address = (profile.email or profile.phone) if profile else None
        if profile is None or address is None:
            return [moved(row, MessageState.FAILED, now, text, failure="no_address")]
        row = self._by(row, profile)
        purpose = purpose_of((row.template, row.message.topic_code))
        if not allowed(await self._consents.given(scope, profile.id), row.message.channel, purpose):
            return [moved(row, MessageState.SUPPRESSED, now, text, failure="no_consent")]
        # Only now may anything leave: whatever failed before, the store among it, has told the guest nothing.
        if not await self._messages.sending(scope, row, self._clock.real_now()):
            return []
        written = row.model_copy(update={"text": text})
        try:
            delivery = await self._channels[row.message.channel].deliver(scope, written, address)
        except ChannelRefused as refused:
            return [moved(row, MessageState.FAILED, now, text, failure=refused.code)]
        sent = moved(row, MessageState.SENT, now, text)
        return [sent, moved(sent, MessageState.DELIVERED, now)] if delivery is Delivery.DELIVERED else [sent]

    def _by(self, row: GuestMessage, profile: Profile) -> GuestMessage:
        """The message on the channel it goes by, in the guest's language: mail where there is a server for it."""
        by = "email" if profile.email and "email" in self._channels else row.message.channel
        said = {"channel": by, "language": profile.language}
        return row.model_copy(update={"message": row.message.model_copy(update=said)})

    async def _profile(self, scope: Scope, row: GuestMessage) -> Profile | None:
        guest = row.message.guest_id
        found = await self._stays.profiles(scope, [guest]) if guest else []
        return found[0] if found else None

    async def _text(self, scope: Scope, row: GuestMessage, profile: Profile | None) -> str:
        if row.draft is None:
            kept = await self._stays.get(scope, row.message.stay_id) if row.message.stay_id else None
            return rendered((row.template, row.message.topic_code), profile, kept.stay if kept else None)
        draft = await self._messages.draft(scope, row.draft.ref)
        if draft is None:
            raise NotWritable("draft_missing")
        if draft.reference.digest != row.draft.digest:
            raise NotWritable("draft_changed")
        return draft.text
