"""`python -m deploy.scale.page`: the tables of docs/scale.md, made from what was measured."""

import sys

from deploy.scale.costs import measured
from deploy.scale.model import Size, size
from deploy.scale.simulation import Group, Minute, live_through

HOTELS = (10, 1_000, 10_000)


def sizes() -> list[str]:
    """One row for each number of hotels."""
    lines = ["| hotels | commands/s | events/s | cores in use | processes | partitions | events stored in a year |"]
    lines += ["|---:|---:|---:|---:|---|---:|---:|"]
    return lines + [_row(size(hotels, measured())) for hotels in HOTELS]


def _row(one: Size) -> str:
    processes = ", ".join(f"{need.service} {need.processes}" for need in one.needs)
    peak = f"{one.peak.commands:,.1f} | {one.peak.events:,.1f}"
    year = f"{one.gigabytes_a_year:,.0f} GB"
    return f"| {one.hotels:,} | {peak} | {one.cores:,.2f} | {processes} | {one.partitions} | {year} |"


def minutes() -> list[str]:
    """What the simulation says of alerts' group in that minute: as sized, one process lost, a hot hotel, in bursts."""
    lines = ["| hotels | as sized | one process away for 15 s | one hotel has 30 % of all | 500 at once |"]
    lines += ["|---:|---:|---:|---:|---:|"]
    return lines + [_lived(size(hotels, measured())) for hotels in HOTELS]


def _lived(one: Size) -> str:
    cost = measured().applied_event
    [processes] = [need.processes for need in one.needs if need.service == "alerts"]
    group, rate = Group(processes, one.partitions, cost), one.peak.events
    cases = (
        live_through(Minute(rate, one.hotels), group),
        live_through(Minute(rate, one.hotels), Group(processes, one.partitions, cost, away=15.0)),
        live_through(Minute(rate, one.hotels, hot=0.3), group),
        live_through(Minute(max(rate, 500 / 60), one.hotels, batch=500), group),
    )
    return f"| {one.hotels:,} | " + " | ".join(f"{1000 * case.p99:,.1f} ms" for case in cases) + " |"


def main() -> None:
    """Print both tables."""
    sys.stdout.write("\n".join([*sizes(), "", *minutes(), ""]))


if __name__ == "__main__":
    main()
