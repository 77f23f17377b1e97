"""What a benchmark says: a figure, its floor, their ratio and the aim."""

import dataclasses
import gc
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

Better = Literal["higher", "lower"]
Round = Callable[[], Awaitable[float]]
ROUNDS = 3
FEW = 2
"""Rounds of what takes long to set up, so that a whole run stays within ten minutes."""


@dataclass(frozen=True)
class Figure:
    """One line of the results.

    With a `floor`, `ratio` is value / floor and `aim` is a ratio: the least one of what is better higher (a rate), the
    most of what is better lower (a time). Without one, `aim` is a value, and `ratio` says how far it is reached: 1 or
    more is reached. Without `aim` it is only stated. `n` is the number of measured rounds, and `load` the machine's
    1-minute load when the run began.
    """

    name: str
    unit: str
    value: float
    floor: float | None
    ratio: float | None
    aim: float | None
    better: Better
    n: int
    date: str
    machine: str
    load: float

    @property
    def reached(self) -> bool | None:
        """Whether the aim is reached; None when there is none."""
        if self.aim is None or self.ratio is None:
            return None
        if self.floor is None:
            return self.ratio >= 1.0
        return self.ratio >= self.aim if self.better == "higher" else self.ratio <= self.aim


@dataclass(frozen=True)
class Occasion:
    """When and where a run happens: what all of its figures share."""

    date: str
    machine: str
    load: float

    def beside(
        self,
        name: str,
        unit: str,
        ours: Sequence[float],
        bare: Sequence[float],
        aim: float | None,
        better: Better = "higher",
    ) -> Figure:
        """A rate (or a time, where lower is better) with its floor, each the median of its rounds."""
        value, floor = median(ours), median(bare)
        ratio = round(value / floor, 3)
        return Figure(
            name,
            unit,
            _three(value),
            _three(floor),
            ratio,
            aim,
            better,
            len(ours),
            self.date,
            self.machine,
            self.load,
        )

    def alone(self, name: str, unit: str, values: Sequence[float], aim: float | None) -> Figure:
        """A cost that nothing bare compares to: the median of its rounds, less is better."""
        value = median(values)
        ratio = None if aim is None else round(aim / value, 3)
        return Figure(
            name, unit, _three(value), None, ratio, aim, "lower", len(values), self.date, self.machine, self.load
        )


def _three(value: float) -> float:
    """Three digits that mean something; more would be noise."""
    return float(f"{value:.3g}")


async def alternate(ours: Round, bare: Round, rounds: int = ROUNDS) -> tuple[list[float], list[float]]:
    """The results of rounds that take turns, after one of each that does not count."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for each, results in zip((ours, bare), found, strict=True):
            gc.collect()
            result = await each()
            if number:
                results.append(result)
    return found


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Keep the results as JSON; figures that were not measured this time stay as they were."""
    kept = {one["name"]: one for one in json.loads(path.read_text())} if path.exists() else {}
    kept |= {one.name: dataclasses.asdict(one) for one in figures}
    path.write_text(json.dumps(list(kept.values()), indent=1) + "\n")


def read(path: Path) -> list[Figure]:
    """The results as they were kept."""
    return [Figure(**one) for one in json.loads(path.read_text())]
