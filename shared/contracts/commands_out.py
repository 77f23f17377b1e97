"""Commands to the outside that nobody could carry out, on `money.v1`: what waits for a person, and what came of it."""

import enum

from shared.contracts.envelope import EventBody
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class CommandSort(enum.StrEnum):
    """What was to be done in the PMS, or told to a guest."""

    POSTING = "posting"
    WRITEBACK = "writeback"
    NOTE = "note"
    TASK = "task"
    MESSAGE = "message"


class CommandState(enum.StrEnum):
    """Dead: tried for long enough, or nobody knows what became of it. Redriven: tried again. Settled: known at last."""

    DEAD = "dead"
    REDRIVEN = "redriven"
    SETTLED = "settled"


class CommandOut(Wire):
    """One command: `command` is its own id, under which the PMS knows it."""

    id: EntityId
    command: EntityId
    sort: CommandSort
    property_id: str
    record_id: EntityId | None = None
    stay_id: EntityId | None = None
    state: CommandState
    failure: Code | None = None
    attempts: int = 0
    at: Instant
    version: Version


class CommandOutEvent(EventBody):
    """Any event of such a command; its `reason` is a person's, for having it tried again."""

    command: CommandOut


COMMAND_VERBS = ("died", "redriven", "settled")
