"""How long a sign-in must wait after wrong passwords: per account and address, per account, per address; and codes."""

import datetime as dt
import enum

from shared.contracts.values import Frozen

MAX_WAIT_S = 900
FORGOTTEN_AFTER_S = 3600
"""After so long without any try a gate is as new."""


class Gate(enum.StrEnum):
    """What is counted.

    Of passwords only the pair is strict: a stranger who tries an account must not lock its owner out.

    Codes of six digits are counted for the account: who gets that far knows its password.
    """

    PAIR = "pair"
    ACCOUNT = "account"
    SOURCE = "source"
    CODE = "code"
    START = "start"
    """Sign-ins through a provider that were begun from an address: each keeps a row, and may call the provider."""


FREE_TRIES = {Gate.PAIR: 5, Gate.ACCOUNT: 50, Gate.SOURCE: 50, Gate.CODE: 5, Gate.START: 200}
LONGEST_S = {
    Gate.PAIR: MAX_WAIT_S,
    Gate.ACCOUNT: 10,
    Gate.SOURCE: MAX_WAIT_S,
    Gate.CODE: MAX_WAIT_S,
    Gate.START: 60,  # a whole hotel may stand behind one address
}


FADES_S = {Gate.ACCOUNT: 120.0, Gate.SOURCE: 120.0, Gate.START: 18.0}
"""Where many people pass one gate all day, a failure fades after so long; others wait for a right try."""


class Tries(Frozen):
    """Failures of one gate that are not forgotten yet; `last` is the real time of the newest try."""

    failures: float = 0
    last: dt.datetime | None = None


def faded(gate: Gate, tries: Tries, now: dt.datetime) -> Tries:
    """What is left of the failures: those of people who mistype over a day never add up to a closed door."""
    if gate not in FADES_S or tries.last is None:
        return tries
    passed = max(0.0, (now - tries.last).total_seconds())
    return tries.model_copy(update={"failures": max(0.0, tries.failures - passed / FADES_S[gate])})


def wait_s(gate: Gate, tries: Tries, now: dt.datetime) -> float:
    """Seconds until the next try is heard (0: now): 1, 2, 4 … after the free ones, at most LONGEST_S."""
    over = int(tries.failures) - FREE_TRIES[gate]
    if over < 0 or tries.last is None:
        return 0.0
    pause = min(LONGEST_S[gate], 1 << min(over, 20))
    return max(0.0, float(pause) - (now - tries.last).total_seconds())
