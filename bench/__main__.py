"""`python -m bench`: measures everything, keeps bench/results.json and writes the table of docs/performance.md."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import (
    audit,
    boards,
    commands,
    consume,
    decide,
    imports,
    instances,
    latency,
    live,
    memory,
    page,
    relay,
    reports,
    scale,
    search,
    startup,
    timers,
    webhooks,
)
from bench.figures import Figure, Occasion, read, write
from bench.ground import Ground, ground
from bench.machine import occasion
from shared.chassis.garbage import collect_seldom

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
START_UP = "start-up"
Measure = Callable[[Ground, Occasion], Awaitable[list[Figure]]]
ON_SERVERS: dict[str, Measure] = {
    "relay": relay.measure,
    "projection": consume.measure,
    "commands": commands.measure,
    "latency": latency.measure,
    "live": live.measure,
    "import": imports.measure,
    "decide": decide.measure,
    "audit": audit.measure,
    "scale": scale.measure,
    "instances": instances.measure,
    "search": search.measure,
    "reports": reports.measure,
    "webhooks": webhooks.measure,
    "memory": memory.measure,
    "timers": timers.measure,
    "boards": boards.measure,
}
Only = Annotated[list[str] | None, typer.Option(help=f"Any of {', '.join(ON_SERVERS)}, {START_UP}; default all.")]


def main(only: Only = None, keep: Annotated[bool, typer.Option(help="Write results and page.")] = True) -> None:
    """Measure each figure beside its floor, in turns, on a MongoDB and a Kafka of its own (about ten minutes)."""
    wanted = only or [*ON_SERVERS, START_UP]
    if unknown := set(wanted) - {*ON_SERVERS, START_UP}:
        raise typer.BadParameter(f"There is no {', '.join(sorted(unknown))}.")
    console = Console()
    collect_seldom()  # as every service does; floors in this process have it too
    figures: list[Figure] = []
    try:
        asyncio.run(_measured(wanted, occasion(), console, figures))
    finally:  # one that fails takes none of the others with it
        if keep and figures:
            write(RESULTS, figures)
            page.rewrite(PAGE, read(RESULTS))
            console.print(f"Kept in {RESULTS.name} and {PAGE.name}.", style="dim", highlight=False)


async def _measured(wanted: list[str], now: Occasion, console: Console, figures: list[Figure]) -> None:
    look = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console.print(f"{now.machine}, load {now.load:g}", style="dim", highlight=False)
    with Progress(*look, console=console, transient=True) as progress:

        async def one(name: str, work: Awaitable[list[Figure]]) -> None:
            task = progress.add_task(name)
            found = await work
            progress.remove_task(task)
            figures.extend(found)
            for figure in found:
                console.print(_said(figure), highlight=False, soft_wrap=True)

        servers = [name for name in ON_SERVERS if name in wanted]
        if servers:
            async with ground() as where:
                for name in servers:
                    await one(name, ON_SERVERS[name](where, now))
        if START_UP in wanted:
            await one(START_UP, startup.measure(now))


def _said(one: Figure) -> str:
    beside = "" if one.floor is None else f", bare {one.floor:g}, ratio {one.ratio:.2f}"
    aim = "" if one.aim is None else f" (aim {one.aim:g}, {'reached' if one.reached else 'not reached'})"
    return f"{one.name}: {one.value:g} {one.unit}{beside}{aim}"


if __name__ == "__main__":
    typer.run(main)
