"""What one unit of work costs, as bench/results.json has it: core-seconds, both cores of that machine counted whole."""

import json
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results.json"
CORES = 2
"""Of the machine that was measured. Clients, Kafka and MongoDB shared them: each cost is more than a service's own."""
_COMMANDS = "commands over HTTP: accept a record"
_RELAY = "relay with 1,000,000 records, beside the same with 10,000"
_PROJECTION = "projection: reporting's facts"
_IMPORT = "import: bookings of a file to stays"
_DRAIN = "timers: 10,000 due in one second, all fired once after (1,000,000 armed, 2 workers)"


@dataclass(frozen=True)
class Costs:
    """Core-seconds for one unit; `bytes_an_event` of a store, its indexes in it."""

    command: float
    relayed_event: float
    applied_event: float
    stay_event: float
    timer: float
    bytes_an_event: float = 2_000.0


def measured(results: Path = RESULTS) -> Costs:
    """The costs that were last measured. Raises KeyError naming a figure that is not there."""
    figures = {row["name"]: float(row["value"]) for row in json.loads(results.read_text())}
    return Costs(
        command=CORES / figures[_COMMANDS],
        relayed_event=CORES / figures[_RELAY],
        applied_event=CORES / figures[_PROJECTION],
        stay_event=CORES / figures[_IMPORT],
        timer=CORES * figures[_DRAIN] / 10_000,
    )
