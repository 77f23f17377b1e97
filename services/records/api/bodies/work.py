"""Taking on, stopping and handing on."""

from typing import Any, ClassVar

from services.records.api.bodies.why import Why
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.errors import invalid
from shared.contracts.identity import Department
from shared.contracts.records import Awaited, Wait
from shared.contracts.values import AskedInstant, EntityId, Frozen


class Accept(Frozen):
    """Take the work on."""

    action: ClassVar[str] = "accept"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.AcceptRecord()


class Block(Why):
    """Stop the clock, with a reason and whom it waits for: `department` or `staff_id` where it is one of ours."""

    action: ClassVar[str] = "block"
    waits_for: Awaited
    department: Department | None = None
    staff_id: EntityId | None = None
    until: AskedInstant | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        person = asked.colleague(self.staff_id).id if self.staff_id else None
        wait = Wait(party=self.waits_for, department=self.department, staff_id=person, until=self.until)
        return c.BlockRecord(self.why(asked), wait)


class Unblock(Frozen):
    """Start the clock again."""

    action: ClassVar[str] = "unblock"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.UnblockRecord()


class HandOff(Why):
    """Give the work to a department, or to one person."""

    action: ClassVar[str] = "hand_off"
    department: Department | None = None
    staff_id: EntityId | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        if self.department is None and self.staff_id is None:
            raise invalid("department", "one_addressee", "Say to which department or to whom.")
        department = self.department or asked.state.department
        owners = await asked.owners(department)
        owner = owners.owner
        if self.staff_id is not None:
            owner = c.Ownership(asked.successor(self.staff_id, department).id, "handed_to")
        return c.HandOff(department, owner, owners.supervisor, self.why(asked))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "accept": (Accept, {}),
    "block": (
        Block,
        {
            "reason": {"code": "waiting_for_room", "text": "The room is not ready."},
            "waits_for": "department",
            "department": "housekeeping",
        },
    ),
    "unblock": (Unblock, {}),
    "hand-off": (HandOff, {"department": "front_office", "reason": {"code": "their_work"}}),
}
"""By the last part of its path: the body, and an example of it."""
