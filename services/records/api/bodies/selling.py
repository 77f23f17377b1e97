"""What a record sells: priced again, cancelled."""

from typing import Any, ClassVar

from services.records.api.bodies.why import Why
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked


class TakePrice(Why):
    """Sell it at the price the catalogue asks now."""

    action: ClassVar[str] = "edit"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.TakePrice(self.why(asked))


class CancelSale(Why):
    """Take back what was sold, also after it was charged: the charge is refunded, its place is free again."""

    action: ClassVar[str] = "add_line"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.CancelSale(self.why(asked))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "take-price": (TakePrice, {"reason": {"code": "price_changed"}}),
    "cancel-sale": (CancelSale, {"reason": {"code": "asked_by_guest"}}),
}
"""By the last part of its path: the body, and an example of it."""
