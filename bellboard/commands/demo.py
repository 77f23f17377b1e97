"""`bellboard demo`: a hotel day on the embedded stack, with its promises checked at the end."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from bellboard.commands.stack import Ports, parse_ports
from bellboard.screen import out
from deploy.demo.day import Day, Wishes
from deploy.demo.feed import FILE
from deploy.demo.trouble import Kills
from deploy.local.faults import StackFault
from deploy.local.interruption import run_until_stopped
from deploy.local.stack import DEFAULT_FOLDER

WATCHED_RATE, UNATTENDED_RATE = 60.0, 180.0
WATCHED_SHARE, UNATTENDED_SHARE = 1.0, 0.2


def run(
    seconds: Annotated[float | None, typer.Option(min=10, help="Stop by itself after this many seconds.")] = None,
    rate: Annotated[float | None, typer.Option(min=1, max=2000, help="Hotel time runs this much faster.")] = None,
    share: Annotated[float | None, typer.Option(min=0.01, max=1, help="Which share of the bookings to play.")] = None,
    window: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the bookings file to play.")
    ] = dt.datetime(2016, 7, 1),  # noqa: DTZ001 -- a day of the file, which has no zone
    file: Annotated[Path | None, typer.Option(help="The bookings; generated where there are none.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the run keeps its state.")] = DEFAULT_FOLDER,
    kafka: Annotated[str | None, typer.Option(help="An existing Kafka, host:port.")] = None,
    mongo: Annotated[str | None, typer.Option(help="An existing MongoDB replica set, as a URL.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another day.")] = 7,
    port: Ports = [],  # noqa: B006  # typer copies it
    kill_every: Annotated[
        float | None, typer.Option(min=2, help="Kill a random service that often, in seconds.")
    ] = None,
) -> None:
    """Watch two real hotels live through a day. Exits with 1 when a promise was broken."""
    if file is not None and not file.exists():
        raise StackFault(f"There is no file {file}; leave out --file and bookings are generated.")
    found = file or (FILE if FILE.exists() else None)
    watched = seconds is None
    wishes = Wishes(
        folder=folder,
        seconds=seconds,
        rate=rate or (WATCHED_RATE if watched else UNATTENDED_RATE),
        share=share or (WATCHED_SHARE if watched else UNATTENDED_SHARE),
        seed=seed,
        window=window.date(),
        file=found,
        kafka=kafka,
        mongo=mongo,
        ports=parse_ports(port),
    )
    day = Day(wishes, out, Kills(every_s=kill_every, seed=seed) if kill_every else None)
    if not run_until_stopped(day.run()):
        out.print("Stopped. The same command goes on from here; `make demo-reset` forgets it.")
    if not day.kept:
        raise typer.Exit(1)
