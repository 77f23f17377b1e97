"""A payment provider that does whatever it is asked, at once, and knows one good signature."""

import datetime as dt

from services.integrations.domain.payments import OperationRow
from services.integrations.domain.reconciling import Movement
from services.integrations.ports.payments import ProviderSaid
from shared.contracts.errors import AppError, ErrorKind

GOOD = "t=1,v1=good"


class FakeProvider:
    """Answers, moves nothing and tells nothing."""

    name = "stripe"

    async def carry_out(self, row: OperationRow) -> str:
        """Done."""
        return "pi_1"

    async def found(self, row: OperationRow) -> str | None:
        """Never heard of."""
        return None

    async def movements(self, since: dt.datetime, until: dt.datetime) -> list[Movement]:
        """None."""
        return []

    def heard(self, payload: bytes, signature: str, now: dt.datetime) -> ProviderSaid | None:
        """Nothing that concerns us."""
        if signature != GOOD:
            raise AppError(ErrorKind.UNAUTHENTICATED, "signature_wrong", "The signature is not this account's.")
        return None
