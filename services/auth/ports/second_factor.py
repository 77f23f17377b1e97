"""What the second factor needs: its store, and a seal for its secrets."""

from typing import Protocol

from services.auth.domain.second_factor import SecondFactor
from shared.contracts.values import Scope


class SecondFactorStore(Protocol):
    """Keeps one factor for each person."""

    async def find(self, scope: Scope, staff_id: str) -> SecondFactor | None:
        """A person's factor, confirmed or not."""
        ...

    async def begin(self, scope: Scope, factor: SecondFactor) -> bool:
        """Keep an unconfirmed factor in place of another such; False when a confirmed one stands."""
        ...

    async def use(self, scope: Scope, before: SecondFactor, after: SecondFactor) -> bool:
        """Replace what was read; False when somebody else used it meanwhile."""
        ...


class Seal(Protocol):
    """Encrypts what must be read again."""

    def close(self, said: str, about: str) -> str:
        """The sealed text; `about` must be given again to open it."""
        ...

    def open(self, sealed: str, about: str) -> str:
        """The text; another's seal or a changed one raises AppError."""
        ...
