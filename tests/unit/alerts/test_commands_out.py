"""A dead command to the PMS rings the supervisor until it is redriven or settled; a posting rings at finance."""

import pytest

from services.alerts.domain.watch import Watch, observe
from services.alerts.events import sighting_of
from shared.contracts.commands_out import CommandOut, CommandOutEvent, CommandSort, CommandState
from shared.contracts.envelope import Envelope
from shared.contracts.identity import system
from tests.factories.records import CHAIN, NOON, PROPERTY, envelope

DEAD = CommandOut(
    id="command:note-1",
    command="note-1",
    sort=CommandSort.NOTE,
    property_id=PROPERTY,
    state=CommandState.DEAD,
    failure="unavailable",
    attempts=12,
    at=NOON,
    version=1,
)


def told(command: CommandOut, verb: str) -> Envelope:
    """The event of a command."""
    body = CommandOutEvent(actor=system("integrations"), command=command)
    return envelope(f"command.{verb}.v1", command.id, command.version, NOON, body)


def seen(event: Envelope) -> Watch:
    """What alerts then watches."""
    sighting = sighting_of(event)
    assert sighting is not None
    return Watch(id=sighting.aggregate, chain=CHAIN, property_id=PROPERTY, subjects=sighting.subjects)


@pytest.mark.parametrize(("state", "verb"), [(CommandState.REDRIVEN, "redriven"), (CommandState.SETTLED, "settled")])
def test_dead_command_rings_until_somebody_or_something_ends_it(state: CommandState, verb: str) -> None:
    plan = observe(None, seen(told(DEAD, "died")), NOON)
    rung = [one.rule for one in plan.opened] + [clock.rule for clock in plan.armed]

    after = observe(plan.watch, seen(told(DEAD.model_copy(update={"state": state, "version": 2}), verb)), NOON)

    assert rung == ["command_dead"]
    assert [clock.due for clock in after.watch.clocks if clock.rule == "command_dead"] in ([], [None])


def test_posting_that_is_dead_rings_as_a_posting_only() -> None:
    posting = DEAD.model_copy(update={"sort": CommandSort.POSTING})

    plan = observe(None, seen(told(posting, "died")), NOON)

    assert (plan.opened, plan.armed) == ((), ())
