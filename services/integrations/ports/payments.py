"""What payments need: a provider, and where requests to it are kept."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.payments import OperationRow
from services.integrations.domain.reconciling import Movement
from shared.chassis.commands import CommandContext
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.payments import PaymentOperation
from shared.contracts.values import Money, Scope


class ProviderRefused(Exception):
    """The provider says no and nothing was done; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ProviderSilent(Exception):
    """No answer came: whether it was done is not known."""


@dataclass(frozen=True)
class ProviderSaid:
    """A signed word of a provider: `kind` is dispute, refund or other; `key` is ours where it names it."""

    id: str
    kind: str
    reference: str
    key: str | None
    amount: Money | None
    at: dt.datetime


class PaymentProvider(Protocol):
    """One provider of one hotel. Whatever is asked twice under one key is done once."""

    name: str

    async def carry_out(self, row: OperationRow) -> str:
        """Do what a request asks; the provider's reference. Raises ProviderRefused or ProviderSilent."""
        ...

    async def found(self, row: OperationRow) -> str | None:
        """Read back whether it was done: its reference, None when it was not. Raises ProviderSilent."""
        ...

    async def movements(self, since: dt.datetime, until: dt.datetime) -> list[Movement]:
        """Captures and refunds of a stretch of time. Raises ProviderSilent."""
        ...

    def heard(self, payload: bytes, signature: str, now: dt.datetime) -> ProviderSaid | None:
        """A webhook, verified; None for what does not concern us. A wrong signature is a 401 AppError."""
        ...


class PaymentStore(Protocol):
    """Keeps requests, each change with its event."""

    async def ask(self, scope: Scope, row: OperationRow, ctx: CommandContext) -> None:
        """Keep a request; while another one of its payment is open it is a conflict."""
        ...

    async def of_payment(self, scope: Scope, payment_id: str) -> list[PaymentOperation]:
        """The requests of a payment, oldest first."""
        ...

    async def of_stay(self, scope: Scope, stay_id: str) -> list[PaymentOperation]:
        """The requests about a stay, oldest first."""
        ...

    async def find(self, scope: Scope, operation_id: str) -> OperationRow | None:
        """One request."""
        ...

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[OperationRow, bool] | None:
        """Take the next one to send, saved as `sending` before anything leaves."""
        ...

    async def settle(self, scope: Scope, after: OperationRow, provenance: Provenance) -> bool:
        """Save how it ended, with its event and journal line; False if it was settled."""
        ...

    async def resolve(
        self,
        scope: Scope,
        after: OperationRow,
        event: NewEvent,
        provenance: Provenance,
        ctx: CommandContext | None = None,
    ) -> bool:
        """Save what became of an unknown one, by reading back or a person's word; False if it moved meanwhile."""
        ...

    async def unknown(self, scope: Scope) -> Sequence[OperationRow]:
        """Requests of which nobody knows whether they were carried out."""
        ...
