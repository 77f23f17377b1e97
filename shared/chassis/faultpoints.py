"""Fault points: named places between two steps where a test makes this process die, freeze or wait.

They do nothing unless `BELLBOARD_FAULT_POINTS` names a folder, which only tests set. There a file named after a point
arms it, once: the process that reaches the point renames the file to `<point>.met` and does what its text says.

| text | what happens |
|---|---|
| `kill` | the process kills itself with signal 9 |
| `stop` | it freezes (SIGSTOP) until it is continued |
| `block 40` | its event loop stands still for 40 s |
| `wait 40` | only the coroutine waits 40 s (where the point can wait) |
"""

import asyncio
import os
import signal
import time
from pathlib import Path

VARIABLE = "BELLBOARD_FAULT_POINTS"
POINTS = {
    "command.in_transaction": "a command's writes are made, not committed",
    "command.committed": "a command is committed, its answer not given",
    "campaign.in_transaction": "a batch of a campaign is written, not committed",
    "campaign.committed": "a batch of a campaign is committed, the next has not begun",
    "relay.read": "event rows are read, none is sent",
    "relay.acknowledged": "Kafka has acknowledged rows, they are not marked",
    "consume.read": "a batch is read, its transaction has not begun",
    "consume.in_transaction": "a batch's effects are written, not committed",
    "consume.committed": "a batch's effects are committed, its offsets are not",
    "outgoing.claimed": "a command out is claimed and made ready, `sending` is not saved",
    "outgoing.sending": "`sending` is saved, nothing has left",
    "outgoing.answered": "the vendor has answered, how it ended is not saved",
    "outgoing.settled": "how it ended is saved",
    "inbox.read": "mails are fetched, none is kept",
    "message.in_transaction": "what a guest wrote is written with its event, not committed",
    "message.kept": "it is committed; its sender has no answer, or its inbox no mark",
    "payment.claimed": "a payment is `sending`, the provider is not asked",
    "payment.answered": "the provider has answered, how it ended is not saved",
    "payment.settled": "how it ended is saved",
    "timer.in_transaction": "timers' effects are written, not committed",
    "timer.committed": "timers have fired",
}
"""Every point and where it stands."""


def _armed(point: str) -> tuple[str, float]:
    """What to do here now, and for how long; the file that says so is used up by asking."""
    assert point in POINTS, point
    folder = os.environ.get(VARIABLE)
    if not folder:
        return "", 0.0
    file = Path(folder) / point
    try:
        file.rename(file.with_suffix(file.suffix + ".met"))
    except OSError:
        return "", 0.0
    act, _, seconds = file.with_suffix(file.suffix + ".met").read_text().strip().partition(" ")
    return act, float(seconds or 0)


def _do(act: str, seconds: float) -> None:
    if act == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif act == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif act == "block":
        time.sleep(seconds)


def reach(point: str) -> None:
    """Die, freeze or block here when a test has armed this point."""
    _do(*_armed(point))


async def reach_waiting(point: str) -> None:
    """The same where a coroutine can also wait."""
    act, seconds = _armed(point)
    _do(act, seconds)
    if act == "wait":
        await asyncio.sleep(seconds)
