"""What carrying messages needs: ways to guests, and where what goes by them is kept."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.integrations.domain.commanding import ENDED, Ending, Waiting
from services.integrations.domain.consents import Given
from services.integrations.domain.guests import Profile
from services.integrations.domain.messages import Draft, GuestMessage, Handed
from services.integrations.domain.sending_rules import SendingRules
from services.integrations.domain.templates import Wording
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.messages import Message
from shared.contracts.values import Scope


@dataclass(frozen=True)
class Letter:
    """A message as it leaves: to one address, in words or as a provider's approved template with its values."""

    chain: str
    message: Message
    address: str
    text: str
    subject: str | None = None
    content: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    valid_s: int | None = None


class Way(Protocol):
    """One way to reach a guest. Registered in `messaging/registry.py`.

    `idempotent`: the same message handed over twice arrives once. `receipts`: the provider tells what became of it.
    `windowed`: words of ours may go only a day after the guest's own, else a template that the provider approved.
    """

    name: str
    idempotent: bool
    receipts: bool
    windowed: bool

    def serves(self, property_id: str) -> bool:
        """Whether a hotel has it."""
        ...

    def address(self, profile: Profile) -> str | None:
        """Where it reaches a guest; None: nowhere."""
        ...

    async def deliver(self, letter: Letter) -> Handed:
        """Hand a letter over. Raises PmsRefused (it was not and will not be), PmsBusy (not now) or PmsSilent."""
        ...

    async def found(self, letter: Letter, since: dt.datetime, known: frozenset[str]) -> Handed | None:
        """Look whether it was handed over since then (real time) under none of the references known. Raises PmsBusy."""
        ...

    async def state(self, property_id: str, reference: str) -> Handed | None:
        """What became of one. Raises PmsBusy."""
        ...


class Outbound(Protocol):
    """Where messages that leave are kept."""

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: Sequence[str] = ()
    ) -> tuple[GuestMessage, bool] | None: ...
    async def sending(self, scope: Scope, row: GuestMessage, now: dt.datetime) -> bool: ...
    async def put_off(self, scope: Scope, row: GuestMessage, until: dt.datetime, why: str) -> None: ...
    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None: ...
    async def settle(
        self, scope: Scope, after: GuestMessage, provenance: Provenance, now: dt.datetime, ending: Ending = ENDED
    ) -> bool: ...
    async def draft(self, scope: Scope, draft_id: str) -> Draft | None: ...
    async def choose(self, scope: Scope, row: GuestMessage) -> None:
        """Write down words and way before anything leaves. Raises PmsRefused when its guest was forgotten."""
        ...

    async def last_inbound(self, scope: Scope, guest_id: str, channel: str | None = None) -> dt.datetime | None:
        """When a guest last wrote, by any channel or by one."""
        ...

    async def references(self, scope: Scope, guest_id: str) -> frozenset[str]:
        """The providers' ids of everything sent to a guest."""
        ...

    async def doubtful(self, scope: Scope, guest_id: str, text: str) -> int:
        """How many messages to a guest in these words nobody knows the fate of."""
        ...


class Heard(Protocol):
    """Where what others say of messages is kept."""

    async def hear(
        self,
        scope: Scope,
        message_id: str,
        decide: Callable[[GuestMessage], GuestMessage],
        provenance: Provenance,
        tx: Tx | None = None,
    ) -> GuestMessage | None:
        """Save what somebody says of one; the row after it, None when there is no such."""
        ...

    async def together(self, work: Callable[[Tx], Awaitable[None]]) -> None:
        """Do some work in one transaction."""
        ...


class Said(Protocol):
    """What guests agree to."""

    async def given(self, scope: Scope, guest_id: str) -> Given: ...


class Rules(Protocol):
    """How hotels send."""

    async def rules(self, scope: Scope, property_id: str) -> SendingRules: ...


class Templates(Protocol):
    """What hotels say."""

    async def wordings(self, scope: Scope, property_id: str, now: dt.datetime) -> Mapping[str, Mapping[str, Wording]]:
        """By code and language, what is in force at a hotel: its own, else its chain's, else the house's."""
        ...


class Breakers(Protocol):
    """Which ways are left alone for a while."""

    async def open_until(self, scope: Scope, way: str, now: dt.datetime) -> dt.datetime | None: ...
    async def failed(self, scope: Scope, way: str, code: str, now: dt.datetime) -> None: ...
    async def worked(self, scope: Scope, way: str, now: dt.datetime) -> None: ...


class Links(Protocol):
    """Makes the addresses of pages that guests answer on."""

    def of(self, row: GuestMessage) -> Mapping[str, str]: ...
