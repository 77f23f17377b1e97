"""Declining work, and giving it to somebody by name."""

from typing import Any, ClassVar

from services.records.api.bodies.why import Why
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.values import EntityId


class Decline(Why):
    """Say that you will not take what was given to you, with a reason: the next best has it."""

    action: ClassVar[str] = "decline"

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        owners = await asked.owners(asked.state.department, declined=asked.state.owner)
        return c.DeclineRecord(owners.owner, owners.supervisor, self.why(asked))


class Reassign(Why):
    """Give the work to one person of its department, or to a manager, with a reason."""

    action: ClassVar[str] = "reassign"
    staff_id: EntityId

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        person = asked.successor(self.staff_id, asked.state.department)
        return c.ReassignRecord(person.id, self.why(asked))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "decline": (Decline, {"reason": {"code": "busy", "text": "I am with a group until ten."}}),
    "reassign": (Reassign, {"staff_id": "rui", "reason": {"code": "knows_the_guest"}}),
}
"""By the last part of its path: the body, and an example of it."""
