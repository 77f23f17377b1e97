"""`bellboard audit`: prove offline that nobody bent the audit log."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bellboard.commands.operations import Login, Operator, Password
from bellboard.commands.servers import Folder, mongo_of
from bellboard.screen import complain, out, say, table
from deploy.local.faults import StackFault
from deploy.local.stack import DEFAULT_FOLDER
from services.auth.app import audit_store
from services.auth.domain.export import LineReader, NoExport, reader_of
from services.auth.domain.verification import Report, Verification
from services.auth.settings import Settings
from shared.chassis.mongo import DatabaseError
from shared.contracts.audit import Checkpoint
from shared.contracts.values import Scope

app = typer.Typer(help="The audit log.", no_args_is_help=True)

File = Annotated[
    Path | None, typer.Argument(help="An export of the log, or evidence from it (JSON lines).", show_default=False)
]
MongoUrl = Annotated[str | None, typer.Option("--mongo", metavar="URL", help="Read the log from auth's database.")]
Chain = Annotated[str | None, typer.Option(help="Only this chain's log; by default each one in the database.")]
WitnessFiles = Annotated[
    list[Path], typer.Option("--witness", help="A file of checkpoints kept outside the database; repeatable.")
]
KeyFiles = Annotated[
    list[Path], typer.Option("--key", help="A public key to trust, instead of those beside the log; repeatable.")
]
_LOOK = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
    TimeRemainingColumn(),
)
_SHOWN = 20
Keys = dict[str, dict[str, Any]]


@app.command()
def verify(
    file: File = None,
    mongo: MongoUrl = None,
    chain: Chain = None,
    witness: WitnessFiles = [],  # noqa: B006 -- typer wants a literal default and never changes it
    key: KeyFiles = [],  # noqa: B006 -- as above
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Verify an export, or without one the log in the database; name the first entry that is wrong.

    Exit code 0: the log is whole and unaltered. 1: it is not. 2: nothing could be verified.
    """
    pinned, heads = _keys(key), _checkpoints(witness)
    try:
        if file is not None:
            reports = [_verify_file(file, pinned, heads)]
        else:
            settings = Settings(mongo_url=mongo_of(mongo, folder))
            reports = asyncio.run(_verify_store(settings, chain, pinned, heads))
    except NoExport as none:
        raise StackFault(f"{file}: {none}") from none
    except OSError as failure:
        raise StackFault(f"{failure.filename}: {failure.strerror}; check the path and your rights.") from failure
    except DatabaseError as failure:
        raise StackFault(f"The database does not answer ({type(failure).__name__}); check its address.") from failure
    if not reports:
        raise StackFault("There is no audit log in this database.")
    for report in reports:
        _show(report)
    if not pinned and any(report.checkpoints for report in reports):
        say("The keys came with the log; give --key and --witness kept elsewhere to find a log that was made anew.")
    raise typer.Exit(0 if all(report.sound for report in reports) else 1)


@app.command()
def evidence(
    about: Annotated[str, typer.Argument(help="The id of a record or of a stay.")],
    password: Password,
    to: Annotated[Path | None, typer.Option("--to", help="The file to write; default evidence-ID.jsonl here.")] = None,
    chain: Annotated[str, typer.Option(help="The chain to sign in at.")] = "grand",
    login: Login = "auditor",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Write everything the log says of one record or stay into one file, with its proofs, masked for its reader.

    `bellboard audit verify FILE` checks it without the log. Exit code 1: nothing is known of it.
    """
    operator = Operator(folder, chain, login, password)
    target = to or Path(f"evidence-{about}.jsonl")
    for kind in ("record", "stay"):
        lines = operator.lines("auth", "/v1/audit/evidence", **{kind: about})
        if told := [one["text"] for one in lines if one["kind"] == "entry"]:
            words = operator.words(about) if kind == "record" else []
            target.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in (*lines, *words)))
            for text in told:
                say(text)
            say(f"{len(told):,} entries about this {kind} are in {target}.")
            return
    complain(f"The log says nothing about {about}.")
    raise typer.Exit(1)


def _keys(files: Iterable[Path]) -> Keys:
    try:
        return {str((jwk := json.loads(file.read_text()))["kid"]): jwk for file in files}
    except (OSError, ValueError, KeyError, TypeError) as unreadable:
        raise StackFault(f"A --key file holds no public key as JSON ({unreadable}).") from unreadable


def _checkpoints(files: Iterable[Path]) -> list[Checkpoint]:
    found = []
    try:
        for line in (line for file in files for line in file.read_text().splitlines() if line):
            try:
                found.append(Checkpoint.model_validate_json(line))
            except ValidationError:
                complain("A line of a witness file is torn and is left out; the checkpoint stands again below it.")
    except (OSError, ValueError) as unreadable:
        raise StackFault(f"A --witness file cannot be read ({unreadable}).") from unreadable
    return found


def _verify_file(file: Path, pinned: Keys, heads: list[Checkpoint]) -> Report:
    with Progress(*_LOOK[:2], *_LOOK[3:], console=out) as progress, file.open("rb") as lines:
        task = progress.add_task(file.name, total=file.stat().st_size)
        reader: LineReader | None = None
        for line in lines:
            reader = reader or reader_of(line, pinned, heads)
            reader.line(line)
            progress.advance(task, len(line))
    if reader is None:
        raise NoExport("The file is empty.")
    return reader.finish()


async def _verify_store(settings: Settings, chain: str | None, pinned: Keys, heads: list[Checkpoint]) -> list[Report]:
    mongo, store = audit_store(settings)
    try:
        chains = [chain] if chain else await store.chains(Scope(chain="system"))
        with Progress(*_LOOK, console=out) as progress:
            reports = []
            for name in chains:
                scope = Scope(chain=name)
                keys = pinned or {jwk["kid"]: jwk for jwk in await store.keys(scope)}
                own = [head for head in heads if head.chain == name]
                check = Verification(name, keys, [*own, *await store.checkpoints(scope)])
                size = (await store.head(scope)).size
                task = progress.add_task(name, total=size)
                async for entry in store.stream(scope, size):
                    check.entry(entry)
                    progress.advance(task)
                reports.append(check.finish(size))
            return reports
    finally:
        await mongo.close()


def _show(report: Report) -> None:
    verdict = "[green]whole and unaltered[/]" if report.sound else f"[red]faults found: {len(report.findings)}[/]"
    out.print(
        f"[bold]{report.chain}[/]: {verdict}. entries {report.entries:,}, aggregates {report.aggregates:,}, "
        f"checkpoints {report.checkpoints:,}, newer than the last one {report.unsigned:,}."
    )
    if report.withheld:
        say(f"Of {report.withheld:,} masked entries only the place is proven: their reader may not see all they say.")
    if report.sound:
        return
    shown = table("What is wrong, first things first", "entry", "fault", "aggregate", "what")
    for finding in report.findings[:_SHOWN]:
        index = "" if finding.index is None else str(finding.index)
        shown.add_row(index, finding.fault.value, finding.subject or "", finding.message)
    out.print(shown)
    if len(report.findings) > _SHOWN:
        say(f"… and {len(report.findings) - _SHOWN} more.")
