"""Comments that staff or guests left in the PMS: words that belong to no record yet, kept here and nowhere else."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.contracts.stays import SpecialRequest
from shared.contracts.values import Code, EntityId, Frozen, Instant, mask_cards

CODE = "pms_comment"
OURS = "bellboard:"
"""How a note of ours begins in the PMS, on a line of its own: what comes back to us is no news."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as the PMS tells it; `ref` is its own id there, where it has one."""

    text: str
    kind: Code = "reservation"
    ref: str | None = None
    at: dt.datetime | None = None

    @property
    def theirs(self) -> str:
        """The words without those that we wrote."""
        lines = (line for line in self.text.splitlines() if not line.startswith(OURS))
        return mask_cards("\n".join(lines).strip())


class KeptComment(Frozen):
    """A comment as our store has it. Settled once it is on a record, or somebody said that it needs none."""

    id: EntityId
    chain: str
    property_id: str
    stay_id: EntityId
    guest_id: EntityId
    kind: Code
    ref: str | None = None
    text: str
    seen_at: Instant
    record_id: EntityId | None = None
    settled_by: EntityId | None = None
    settled_at: Instant | None = None
    reason_code: Code | None = None
    gone: bool = False
    version: int = 1

    @property
    def open(self) -> bool:
        """Whether it is work that stands in no record."""
        return self.settled_at is None and not self.gone

    @property
    def told(self) -> SpecialRequest:
        """What may travel of it."""
        return SpecialRequest(id=self.id, code=CODE)


@dataclass(frozen=True)
class Whose:
    """Whose comments they are."""

    chain: str
    property_id: str
    stay_id: str
    guest_id: str


def noted(
    known: Sequence[KeptComment], said: Sequence[Comment], whose: Whose, now: dt.datetime, new_id: Callable[[], str]
) -> list[KeptComment]:
    """The comments after the PMS told all of them: one that changed is new work, one that is gone is none."""
    left, out = [one for one in known if not one.gone], list[KeptComment]()
    for each in said:
        text = each.theirs
        if not text:
            continue
        same = next((one for one in left if (one.kind, one.ref, one.text) == (each.kind, each.ref, text)), None)
        if same:
            left.remove(same)
            out.append(same)
        else:
            fresh = {"kind": each.kind, "ref": each.ref, "text": text, "seen_at": each.at or now}
            out.append(KeptComment(id=new_id(), **vars(whose), **fresh))
    return [*out, *(one.model_copy(update={"gone": True, "version": one.version + 1}) for one in left)]
