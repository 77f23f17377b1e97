"""What goes wrong in a day: nothing, or services that are killed now and then."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.desk import Answer
from deploy.demo.evidence import Evidence
from deploy.demo.promises import Finding
from deploy.local.faults import StackFault
from deploy.local.stack import Stack

KILLABLE = ("records", "alerts", "reporting", "integrations", "auth")


@dataclass
class Trouble:
    """A quiet day; what strikes a day otherwise overrides some of this."""

    environment: Mapping[str, str] = field(default_factory=dict)
    proxied_kafka: bool = False

    async def opened(self, stack: Stack) -> None:
        """Called when all ports are known and nothing is started yet."""

    async def strike(self, stack: Stack) -> None:
        """Strike for as long as people work; cancelled then."""

    async def mend(self, stack: Stack) -> None:
        """Put right what is still broken when the day has ended."""

    def told(self, key: str, answer: Answer) -> None:
        """Hear of a command that was acknowledged."""

    def checks(self, evidence: Evidence) -> list[tuple[str, Finding]]:
        """What is checked beside the promises."""
        return []

    def figures(self) -> dict[str, Any]:
        """What was done, for the summary."""
        return {}


@dataclass
class Kills(Trouble):
    """One service after the other is killed with -9."""

    every_s: float = 15.0
    seed: int = 7
    _killed: Counter[str] = field(default_factory=Counter)

    async def strike(self, stack: Stack) -> None:
        """Kill one of them, wait, kill the next."""
        lot = random.Random(self.seed)
        while True:
            await asyncio.sleep(self.every_s)
            name = lot.choice(KILLABLE)
            with contextlib.suppress(StackFault, ProcessLookupError, KeyError):
                stack.kill(name)
                self._killed[name] += 1

    def figures(self) -> dict[str, Any]:
        """Who was killed how often."""
        return {"Killed with -9": ", ".join(f"{k} {n}" for k, n in self._killed.items()) or "nobody"}
