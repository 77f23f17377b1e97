"""Which database and which services a command works on: the ones given, else those of the stack in a folder."""

from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.local.faults import StackFault
from deploy.local.runfolder import RunFolder
from deploy.local.services import SERVICES

Folder = Annotated[Path, typer.Option(help="The folder of the stack to work on.")]
MongoUrl = Annotated[str | None, typer.Option("--mongo", metavar="URL", help="Work on this MongoDB instead.")]


def mongo_of(given: str | None, folder: Path) -> str:
    """The MongoDB to work on. Raises StackFault when none is given and no stack ever ran in the folder."""
    return given or str(_known(folder, "mongo_url", "--mongo mongodb://…"))


def _known(folder: Path, what: str, instead: str) -> Any:
    found = RunFolder(folder).read("stack").get(what)
    if found is None:
        raise StackFault(f"No stack ever ran in {folder}; start one with `bellboard stack up`, or give {instead}.")
    return found


def integrations_of(given: str | None, folder: Path) -> str:
    """The base URL of integrations. Raises StackFault when none is given and no stack ever ran in the folder."""
    if given:
        return given
    port = RunFolder(folder).read("ports").get("integrations")
    if port is None:
        raise StackFault(f"No stack ever ran in {folder}; start one with `bellboard stack up`, or give --url http://….")
    return f"http://127.0.0.1:{port}"


def services_of(folder: Path) -> dict[str, str]:
    """The base URL of every service of a folder's stack. Raises StackFault when none ever ran there."""
    ports = RunFolder(folder).read("ports")
    if not ports:
        raise StackFault(f"No stack ever ran in {folder}; start one with `make demo` or `bellboard stack up`.")
    return {name: f"http://127.0.0.1:{ports[name]}" for name in SERVICES if name in ports}
