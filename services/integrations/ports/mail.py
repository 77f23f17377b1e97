"""What reading mail needs: the box, and how far it was read."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.mail import MailBox
from shared.contracts.values import Scope


@dataclass(frozen=True, slots=True)
class BoxMark:
    """How far a box was read: the numbers of one validity, up to the next one."""

    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as it came. `whole`: False when only its head was fetched."""

    uid: int
    raw: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some mails in order, where the box then stands, and whether there are more."""

    mark: BoxMark
    mails: tuple[Fetched, ...]
    more: bool


class BoxSilent(Exception):
    """The box could not be read now."""


class Box(Protocol):
    """Reads inboxes."""

    async def look(self, box: MailBox, mark: BoxMark | None, today: dt.date) -> Page:
        """The next mails after a mark. Raises BoxSilent."""
        ...


class BoxMarks(Protocol):
    """Keeps how far boxes were read."""

    async def find(self, scope: Scope, name: str) -> BoxMark | None: ...
    async def keep(self, scope: Scope, name: str, mark: BoxMark) -> None: ...
