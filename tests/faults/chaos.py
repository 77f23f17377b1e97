"""`python -m tests.faults.chaos`: a hotel day struck by random faults of a seed, and the audit of its books."""

import asyncio
import contextlib
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from deploy.demo.day import Day, Wishes
from deploy.demo.desk import Answer
from deploy.demo.evidence import Evidence
from deploy.demo.feed import FILE
from deploy.demo.promises import Finding
from deploy.demo.trouble import KILLABLE, Trouble
from deploy.local.faults import StackFault
from deploy.local.interruption import run_until_stopped
from deploy.local.runfolder import STATE_ROOT, RunFolder
from deploy.local.stack import Stack
from shared.chassis import faultpoints
from tests.faults.accounts import read, told
from tests.faults.books import Books, Told, Verdict, audit
from tests.faults.proxy import Proxy

FOLDER = STATE_ROOT / "chaos"
PAUSE_S = (3.0, 8.0)
HOURS = 14
KILLING_POINTS = tuple(sorted(faultpoints.POINTS))


@dataclass(frozen=True)
class Blow:
    """One fault: what, at which process, for how long (seconds), and the pause before the next."""

    name: str
    target: str
    lasts_s: float
    pause_s: float
    point: str = ""


def blows(seed: int) -> Iterator[Blow]:
    """The blows of a seed, for ever: the same ones in the same order each time."""
    lot = random.Random(seed)
    kinds: list[tuple[str, Sequence[str], tuple[float, float], int]] = [
        ("kill -9", KILLABLE, (0, 0), 5),
        ("kill -9 at a fault point", KILLABLE, (0, 0), 5),
        ("SIGTERM", KILLABLE, (0, 0), 2),
        ("freeze", KILLABLE, (2, 20), 2),
        ("kill -9", ("mongod",), (0, 0), 1),
        ("freeze", ("mongod",), (1, 5), 1),
        ("kill -9", ("kafka",), (0, 0), 1),
        ("freeze", ("kafka",), (1, 8), 1),
        ("cut the network of", ("kafka",), (2, 12), 1),
        ("lose the answers of", ("kafka",), (1, 4), 1),
        ("hold up requests to", ("kafka",), (1, 3), 1),
    ]
    while True:
        name, targets, lasts, _ = lot.choices(kinds, weights=[kind[3] for kind in kinds])[0]
        point = lot.choice(KILLING_POINTS) if name == "kill -9 at a fault point" else ""
        yield Blow(name, lot.choice(targets), lot.uniform(*lasts), lot.uniform(*PAUSE_S), point)


@dataclass
class Chaos(Trouble):
    """A day on which everything goes wrong that a seed can think of."""

    seed: int = 1
    folder: Path = FOLDER
    proxied_kafka: bool = True
    struck: Counter[str] = field(default_factory=Counter)
    commands: list[Told] = field(default_factory=list)
    books: Books | None = None
    verdict: Verdict | None = None
    _network: Proxy | None = None
    _lasting: set["asyncio.Task[None]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.environment = {faultpoints.VARIABLE: f"{(self.folder / 'points').resolve()}/{{name}}"}

    async def opened(self, stack: Stack) -> None:
        """Put the network between everybody and Kafka."""
        self._network = Proxy(stack.ports["kafka-proxy"], stack.ports["kafka"])
        await self._network.start()

    async def strike(self, stack: Stack) -> None:
        """One blow after the other; those that last may overlap."""
        ways: dict[str, Callable[[Stack, Blow], Awaitable[None]]] = {
            "kill -9": self._kill,
            "kill -9 at a fault point": self._arm,
            "SIGTERM": self._end,
            "freeze": self._freeze,
            "cut the network of": self._cut,
            "lose the answers of": self._lose,
            "hold up requests to": self._hold,
        }
        for blow in blows(self.seed):
            await asyncio.sleep(blow.pause_s)
            task = asyncio.create_task(self._one(ways[blow.name], stack, blow))
            self._lasting.add(task)
            task.add_done_callback(self._lasting.discard)

    async def _one(self, way: Callable[[Stack, Blow], Awaitable[None]], stack: Stack, blow: Blow) -> None:
        with contextlib.suppress(StackFault, ProcessLookupError, KeyError):  # it was down already
            await way(stack, blow)
            self.struck[f"{blow.name} {blow.point or blow.target}"] += 1

    async def _kill(self, stack: Stack, blow: Blow) -> None:
        stack.kill(blow.target)

    async def _end(self, stack: Stack, blow: Blow) -> None:
        stack.kill(blow.target, signal.SIGTERM)

    async def _freeze(self, stack: Stack, blow: Blow) -> None:
        stack.kill(blow.target, signal.SIGSTOP)
        try:
            await asyncio.sleep(blow.lasts_s)
        finally:
            stack.kill(blow.target, signal.SIGCONT)

    async def _arm(self, stack: Stack, blow: Blow) -> None:
        file = self.folder / "points" / blow.target / blow.point
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("kill")
        met = file.with_suffix(file.suffix + ".met")
        met.unlink(missing_ok=True)
        while not met.exists():  # it counts when somebody came by; the day's end cancels it
            await asyncio.sleep(0.2)

    async def _cut(self, stack: Stack, blow: Blow) -> None:
        assert self._network is not None
        self._network.cut()
        try:
            await asyncio.sleep(blow.lasts_s)
        finally:
            self._network.mend()

    async def _lose(self, stack: Stack, blow: Blow) -> None:
        assert self._network is not None
        await self._network.lose_answers(blow.lasts_s)

    async def _hold(self, stack: Stack, blow: Blow) -> None:
        assert self._network is not None
        await self._network.hold(blow.lasts_s, each_s=blow.lasts_s)

    async def mend(self, stack: Stack) -> None:
        """Nothing is armed, cut or frozen any more, and everything runs."""
        for task in list(self._lasting):
            task.cancel()
        await asyncio.gather(*self._lasting, return_exceptions=True)
        for armed in (self.folder / "points").glob("*/*"):
            armed.unlink()
        assert self._network is not None
        self._network.mend()
        for one in stack.status():
            with contextlib.suppress(StackFault, ProcessLookupError):
                stack.kill(one.name, signal.SIGCONT)
        for name in KILLABLE:
            await stack.until_ready(name)

    def told(self, key: str, answer: Answer) -> None:
        """Note a command that was acknowledged, with the version it was told."""
        self.commands.append(told(key, answer))

    def checks(self, evidence: Evidence) -> list[tuple[str, Finding]]:
        """The audit of the books."""
        self.books = read(evidence, self.commands)
        verdict = self.verdict = audit(self.books)
        commands, rows = len(self.commands), len(self.books.rows)
        return [
            ("Nothing acknowledged or written is lost", Finding(commands + rows, list(verdict.lost))),
            ("Nothing is done twice", Finding(commands + rows, list(verdict.doubled))),
            ("Every aggregate's events stand in order", Finding(rows, list(verdict.disordered))),
        ]

    def figures(self) -> dict[str, Any]:
        """The faults that struck, and how much there was to lose."""
        books = self.books
        copies = sum(len(found) for found in books.wire.values()) if books else 0
        rows = len(books.rows) if books else 0
        found = self.verdict or Verdict((), (), ())
        return {
            "Seed": self.seed,
            "Faults": f"{self.struck.total()}: " + ", ".join(f"{name} {n}" for name, n in sorted(self.struck.items())),
            "Commands acknowledged": f"{len(self.commands):,}",
            "Event rows": f"{rows:,}",
            "Records on topics": f"{copies:,}, {max(0, copies - rows):,} of them sent again",
            "Lost, doubled, out of order": f"{len(found.lost)}, {len(found.doubled)}, {len(found.disordered)}",
        }


def main(
    minutes: Annotated[float, typer.Option(min=0.5, help="How long faults strike.")] = 10,
    seed: Annotated[int | None, typer.Option(help="Strike the same blows as a run before.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the run keeps its state.")] = FOLDER,
) -> None:
    """Live a hotel day while processes, broker, database and network fail. Exits with 1 when anything was lost."""
    number = random.SystemRandom().randint(1, 999_999) if seed is None else seed
    console = Console()
    console.print(f"Seed {number}: `make chaos MINUTES={minutes:g} SEED={number}` strikes the same blows again.")
    RunFolder(folder).wipe()
    seconds = minutes * 60
    wishes = Wishes(
        folder=folder,
        seconds=seconds,
        rate=min(180.0, HOURS * 3600 / seconds),
        share=0.2,
        seed=number,
        file=FILE if FILE.exists() else None,
    )
    day = Day(wishes, console, Chaos(seed=number, folder=folder))
    if not run_until_stopped(day.run()) or not day.kept:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
