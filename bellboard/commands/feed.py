"""`bellboard feed`: plays days of a booking file as the live events of a PMS."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bellboard.commands.servers import Folder, MongoUrl, integrations_of, mongo_of
from bellboard.screen import out, say
from deploy.local.faults import StackFault
from deploy.local.stack import DEFAULT_FOLDER
from services.integrations.app import parts
from services.integrations.domain.connections import Connection
from services.integrations.pms.hotel_bookings.adapter import hotel_of
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.pms.hotel_bookings.player import play
from services.integrations.pms.hotel_bookings.poster import Poster, Refused
from services.integrations.pms.hotel_bookings.schedule import Plan, Schedule, build, deliveries
from services.integrations.pms.hotel_bookings.source import for_window
from services.integrations.pms.hotel_bookings.windows import Window
from services.integrations.settings import Settings
from shared.chassis.clock import Clock
from shared.contracts.values import Scope, local_day

File = Annotated[Path | None, typer.Option(help="A hotel booking file; without one, bookings are generated.")]
Day = Annotated[dt.datetime, typer.Option("--window", formats=["%Y-%m-%d"], help="First day of the file to play.")]
Days = Annotated[int, typer.Option(min=1, max=60, help="How many days to play.")]
Ahead = Annotated[int, typer.Option(min=0, max=60, help="Known arrivals this many days beyond.")]
Speed = Annotated[float, typer.Option(min=0.01, help="How much faster than real time, where no business clock is set.")]
Share = Annotated[float, typer.Option(min=0, max=1)]
Url = Annotated[str | None, typer.Option(help="Base URL of integrations.")]


def run(
    window: Day = dt.datetime(2016, 7, 1),  # noqa: DTZ001 -- a day of the file, which has no zone
    file: File = None,
    days: Days = 1,
    ahead: Ahead = 3,
    speed: Speed = 60.0,
    duplicates: Share = 0.0,
    shuffle: Share = 0.0,
    seed: int = 7,
    chain: str = "grand",
    url: Url = None,
    mongo: MongoUrl = None,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Move days of bookings onto today and push what happens in them, as a PMS would, some twice or out of order."""
    settings = Settings(mongo_url=mongo_of(mongo, folder), connections=specs(chain))
    try:
        hotels = asyncio.run(_connections(settings, chain))
        played = Window(window.date(), days, ahead)
        clock, schedule = _schedule(settings, hotels, played, file, speed, seed)
        say(f"{len(schedule.events):,} events of {len(hotels)} hotels, {schedule.known:,} of them known at the start.")
        asyncio.run(_play(schedule, clock, hotels, integrations_of(url, folder), duplicates, shuffle, seed))
    except OSError as failure:
        raise StackFault(
            f"{failure.filename or file}: {failure.strerror}; check the path and your rights."
        ) from failure
    except Refused as refused:
        raise StackFault(f"Integrations refused an event ({refused}); nothing more was sent.") from refused
    except KeyboardInterrupt:
        say("Stopped; the same command goes on, what was sent has no effect twice.")


async def _connections(settings: Settings, chain: str) -> list[Connection]:
    have = parts(settings)
    try:
        await have.prepare()
        return [one for one in await have.connections.all(Scope(chain=chain)) if one.pms == NAME]
    finally:
        await have.chassis.mongo.close()


def _schedule(
    settings: Settings, hotels: list[Connection], window: Window, file: Path | None, speed: float, seed: int
) -> tuple[Clock, Schedule]:
    """The business clock, and the window moved onto its today."""
    known = {one.hotel: hotel_of(one) for one in hotels}
    clock = Clock.of(settings)
    today = local_day(clock.now(), next(iter(known.values())).zone)
    schedule = build(for_window(file, window, seed), known, Plan(window, today, seed))
    if clock.points is None:
        clock = Clock(schedule.start, speed, clock.real_now())
    return clock, schedule


async def _play(
    schedule: Schedule,
    clock: Clock,
    hotels: list[Connection],
    url: str,
    duplicates: float,
    shuffle: float,
    seed: int,
) -> None:
    planned = deliveries(schedule, duplicates, shuffle, seed)
    look = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with httpx.AsyncClient(base_url=url, timeout=10, trust_env=False) as client:
        poster = Poster(client, {one.property_id: one.token for one in hotels})
        with Progress(*look, console=out) as progress:
            task = progress.add_task("feed", total=len(planned))

            def sent(count: int) -> None:
                progress.update(task, advance=count, description=f"{clock.now():%d %b %H:%M}")

            count = await play(planned, clock, poster, sent)
    say(f"{count:,} deliveries in {poster.requests:,} requests; {poster.changed:,} changed a stay.")
