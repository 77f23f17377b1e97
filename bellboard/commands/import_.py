"""`bellboard import`: a hotel booking file into the past of its hotels."""

import asyncio
import csv
import gc
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bellboard.commands.servers import Folder, MongoUrl, mongo_of
from bellboard.screen import out, say, table
from deploy.local.faults import StackFault
from deploy.local.stack import DEFAULT_FOLDER
from services.integrations.app import Parts, parts
from services.integrations.domain.imports import Problem, Summary
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.hotels import specs
from services.integrations.settings import Settings
from services.integrations.usecases.imports import OnProblem
from shared.chassis.mongo import DatabaseError
from shared.contracts.values import Scope

File = Annotated[Path, typer.Argument(help="A hotel booking file: .csv, .csv.xz or .csv.gz.", show_default=False)]
Chain = Annotated[str, typer.Option(help="The chain whose hotels these are.")]
Report = Annotated[Path | None, typer.Option(help="Where the bad and odd lines are listed; default beside you.")]


def run(
    file: File,
    chain: Chain = "grand",
    report: Report = None,
    mongo: MongoUrl = None,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Import a booking file as stays of the past; a second run changes nothing.

    Exit code 0: every line is in. 1: some lines were rejected, all others are in. 2: nothing could be used.
    """
    settings = Settings(mongo_url=mongo_of(mongo, folder), connections=specs(chain))
    listing = report or Path(f"{file.name.split('.')[0]}.report.csv")
    try:
        summary = asyncio.run(_import(settings, chain, file, file.stat().st_size, listing))
    except OSError as failure:
        raise StackFault(
            f"{failure.filename or file}: {failure.strerror}; check the path and your rights."
        ) from failure
    except DatabaseError as failure:
        raise StackFault(
            f"The database stopped answering ({type(failure).__name__}); run the same import again, it goes on."
        ) from failure
    _show(summary, listing)
    raise typer.Exit(0 if not summary.rejected else 1 if summary.lines > summary.rejected else 2)


async def _import(settings: Settings, chain: str, file: Path, size: int, listing: Path) -> Summary:
    have = parts(settings)
    # Nothing here makes reference cycles worth looking for, and looking costs a third of the whole run.
    gc.disable()
    try:
        await have.chassis.outbox.prepare()
        await have.prepare()
        with listing.open("w", newline="", encoding="utf-8") as opened:
            rows = csv.writer(opened)
            rows.writerow(["line", "field", "rule", "effect", "message"])

            def note(problem: Problem) -> None:
                effect = "rejected" if problem.rejected else "imported"
                rows.writerow([problem.line, problem.field, problem.rule, effect, problem.message])

            return await _with_bar(have, chain, file, size, note)
    finally:
        gc.enable()
        await have.chassis.mongo.close()


async def _with_bar(have: Parts, chain: str, file: Path, size: int, note: OnProblem) -> Summary:
    look = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    connections = {one.hotel: one for one in await have.connections.all(Scope(chain=chain)) if one.pms == NAME}
    with Progress(*look, console=out) as progress:
        task = progress.add_task(file.name, total=size)

        def move(read: int, summary: Summary) -> None:
            said = f"{summary.lines:,} lines, {summary.imported:,} new"
            progress.update(task, completed=read, description=said)

        return await have.imports(chain, have.adapters[NAME], file, connections, on_problem=note, on_progress=move)


def _show(summary: Summary, listing: Path) -> None:
    shown = table("Import", "", "bookings")
    shown.add_row("new", f"{summary.imported:,}")
    shown.add_row("there already, unchanged", f"{summary.unchanged:,}")
    shown.add_row("live by now, left as they are", f"{summary.live:,}")
    shown.add_row("rejected", f"{summary.rejected:,}")
    out.print(shown)
    if summary.rules:
        rules = table(f"What was odd, line by line in {listing}", "field", "rule", "effect", "lines")
        for (field, rule, rejected), count in summary.rules.most_common():
            rules.add_row(field, rule, "rejected" if rejected else "imported", f"{count:,}")
        out.print(rules)
    nothing = "" if summary.imported else " Nothing changed."
    speed = summary.lines / summary.seconds if summary.seconds else 0
    say(f"{summary.lines:,} bookings in {summary.seconds:.1f} s, {speed:,.0f} a second.{nothing}")
