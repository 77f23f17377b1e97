"""What a person's own time needs: the links by which calendars read rotas."""

import datetime as dt
from typing import Protocol

from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope


class RotaLinkStore(Protocol):
    """Keeps one link for each person, by the digest of its token."""

    async def keep(self, scope: Scope, staff_id: str, digest: str) -> None:
        """Keep a new link; the one before it is good no more."""
        ...

    async def drop(self, scope: Scope, staff_id: str) -> None:
        """End the link."""
        ...

    async def missing(self, scope: Scope, now: dt.datetime) -> list[StaffMember]:
        """Who was missing in a shift that is over by now, of every chain; the scope is the system's."""
        ...

    async def owner(self, scope: Scope, digest: str) -> tuple[str, str] | None:
        """Chain and staff id of a link; the scope is the system's, for the token alone says whose it is."""
        ...
