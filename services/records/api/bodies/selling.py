"""What a record sells: priced again, bid for, granted, cancelled."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from services.records.api.bodies.why import Why
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.values import Frozen, Money


class TakePrice(Why):
    """Sell it at the price the catalogue asks now."""

    action: ClassVar[str] = "edit"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.TakePrice(self.why(asked))


class Asking(Frozen):
    """A price of one, in minor units."""

    amount: int = Field(strict=True, ge=1, le=10**9)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class CancelSale(Why):
    """Take back what was sold, also after it was charged: the charge is refunded, its place is free again."""

    action: ClassVar[str] = "add_line"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.CancelSale(self.why(asked))


class PlaceBid(Why):
    """Take down what the guest would pay for one: it stands in line, and nobody else's guest hears of it."""

    action: ClassVar[str] = "edit"

    price: Asking

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.PlaceBid(Money(amount=self.price.amount, currency=self.price.currency), self.why(asked))


class GrantSale(Why):
    """Give it to this one now, before its hour: a place is taken, or there is none."""

    action: ClassVar[str] = "approve"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.GrantSale(asked.new_id(), self.why(asked))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "take-price": (TakePrice, {"reason": {"code": "price_changed"}}),
    "cancel-sale": (CancelSale, {"reason": {"code": "asked_by_guest"}}),
    "place-bid": (PlaceBid, {"price": {"amount": 5000, "currency": "EUR"}, "reason": {"code": "asked_by_guest"}}),
    "grant-sale": (GrantSale, {"reason": {"code": "place_is_free"}}),
}
"""By the last part of its path: the body, and an example of it."""
