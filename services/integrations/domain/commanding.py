"""Commands out, whatever they are about: how often one is tried, when it is dead, and what is told of that; pure."""

import datetime as dt
from dataclasses import dataclass

from services.integrations.domain.messages import digest
from shared.contracts.commands_out import CommandOut, CommandOutEvent, CommandSort, CommandState
from shared.contracts.envelope import NewEvent, TextRef
from shared.contracts.identity import Actor, system
from shared.contracts.values import EntityId, Frozen, Instant

ME = system("integrations")
MOST_TRIES = 12
"""With the waits between them about an hour and a half: longer than most outages, shorter than a night."""
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=5), dt.timedelta(minutes=15)
READ_BACK = dt.timedelta(minutes=2)
VERBS = {CommandState.DEAD: "died", CommandState.REDRIVEN: "redriven", CommandState.SETTLED: "settled"}
GAVE_UP, NO_ANSWER = "gave_up", "no_answer"


class Waiting(Frozen):
    """A command out as people see it."""

    id: EntityId
    sort: CommandSort
    chain: str
    property_id: str
    record_id: EntityId | None = None
    stay_id: EntityId | None = None
    state: str
    dead: bool = False
    attempts: int = 0
    next_try: Instant | None = None
    failure: str | None = None
    asked_at: Instant | None = None
    deaths: int = 0

    @property
    def version(self) -> int:
        """What a redrive is decided on: it changes whenever the command moves."""
        return 1 + self.deaths


@dataclass(frozen=True)
class Ending:
    """How one ends besides its state: why, whether a person has to look, and when we look again by ourselves."""

    why: str | None = None
    dead: bool = False
    next_try: dt.datetime | None = None


ENDED = Ending()


class Redrive(Frozen):
    """Who had a command tried again, and why. The words stay here."""

    by: Actor
    at: Instant
    ref: EntityId
    salt: str
    reason: str


def wait(attempts: int) -> dt.timedelta:
    """How long after so many attempts the next one is."""
    longer: dt.timedelta = min(FIRST_WAIT * (1 << min(attempts, 12)), LONGEST_WAIT)
    return longer


def died(one: Waiting, now: dt.datetime) -> NewEvent:
    """It is tried no more, or nobody knows what became of it."""
    return _by_ourselves(one, CommandState.DEAD, now)


def settled(one: Waiting, now: dt.datetime) -> NewEvent:
    """What became of a dead one is known after all."""
    return _by_ourselves(one, CommandState.SETTLED, now)


def _by_ourselves(one: Waiting, state: CommandState, now: dt.datetime) -> NewEvent:
    return _told(one, state, now, CommandOutEvent(actor=ME, command=_command(one, state, now)))


def redriven(one: Waiting, by: Redrive) -> NewEvent:
    """A person had it tried again."""
    reason = TextRef(ref=by.ref, digest=digest(by.salt, by.reason))
    command = _command(one, CommandState.REDRIVEN, by.at)
    return _told(one, CommandState.REDRIVEN, by.at, CommandOutEvent(actor=by.by, reason=reason, command=command))


def _command(one: Waiting, state: CommandState, now: dt.datetime) -> CommandOut:
    return CommandOut(
        id=f"command:{one.id}",
        command=one.id,
        sort=one.sort,
        property_id=one.property_id,
        record_id=one.record_id,
        stay_id=one.stay_id,
        state=state,
        failure=one.failure,
        attempts=one.attempts,
        at=now,
        version=one.deaths,
    )


def _told(one: Waiting, state: CommandState, now: dt.datetime, body: CommandOutEvent) -> NewEvent:
    return NewEvent(
        type=f"command.{VERBS[state]}.v1",
        chain=one.chain,
        property_id=one.property_id,
        subject=f"command:{one.id}",
        sequence=one.deaths,
        time=now,
        body=body,
    )
