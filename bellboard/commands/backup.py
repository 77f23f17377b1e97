"""`bellboard backup` and `bellboard restore`: every store as it was at one moment, and putting that back."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from bellboard.commands.servers import Folder, MongoUrl, mongo_of
from bellboard.screen import out, say
from deploy.backup import putting_back, taking
from deploy.backup.manifest import Manifest
from deploy.backup.taking import Told
from deploy.cluster.stores import database_of
from deploy.local.services import SERVICES
from deploy.local.stack import DEFAULT_FOLDER

To = Annotated[Path, typer.Argument(help="An empty folder for it.")]
Of = Annotated[Path, typer.Argument(help="The backup's folder.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is told to the audit log.", min=3)]
Replace = Annotated[bool, typer.Option("--replace", help="Delete what the stores hold.")]
STORES = tuple(database_of(service) for service in SERVICES)


def take(to: To, mongo: MongoUrl = None, folder: Folder = DEFAULT_FOLDER) -> None:
    """Copy all stores as they are at one moment of the cluster's clock, while people work.

    Not in it, and to be kept apart: auth's keys and witness files, the ledger of erasures, your secrets.
    """
    with _progress() as told:
        manifest = taking.take(mongo_of(mongo, folder), to, STORES, told)
    _say(manifest)


def restore(
    of: Of, reason: Why, mongo: MongoUrl = None, replace: Replace = False, folder: Folder = DEFAULT_FOLDER
) -> None:
    """Put a backup back into the stores; services must be stopped. docs/operations.md says what comes after it."""
    with _progress() as told:
        manifest = putting_back.put_back(mongo_of(mongo, folder), of, reason=reason, replace=replace, told=told)
    _say(manifest)
    say("Next: `bellboard cluster remake`, start the services, `republish` each, `bellboard erasures replay`.")


@contextlib.contextmanager
def _progress() -> Iterator[Told]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(pulse_style="cyan"),
        TextColumn("{task.completed:,}"),
    )
    with Progress(*columns, console=out, transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda name, count: shown.update(task, description=name, completed=count)


def _say(manifest: Manifest) -> None:
    collections = sum(len(store) for store in manifest.stores.values())
    say(f"{manifest.documents:,} documents in {collections} collections of {len(manifest.stores)} stores,")
    say(f"as of cluster time {manifest.cluster_time[0]}.{manifest.cluster_time[1]}; digest {manifest.digest}")
