"""A thread: everything said to and by the guest of one stay, and whether somebody waits for an answer."""

import enum

from shared.contracts.values import Code, EntityId, Frozen, Instant, Version


class ThreadState(enum.StrEnum):
    """Which threads are asked for."""

    WAITING = "waiting"
    ANSWERED = "answered"
    ALL = "all"


class Thread(Frozen):
    """One stay's thread. `unanswered`: how many messages of the guest came since we last said something."""

    stay_id: EntityId
    property_id: str
    guest_id: EntityId | None
    channel: Code
    language: str
    waiting: bool
    unanswered: int
    last: Instant
    last_in: Instant | None
    last_out: Instant | None
    version: Version
