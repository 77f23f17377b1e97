"""`bellboard guests export`: everything that is held of one person, over all services, as one archive."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import httpx
import typer

from bellboard.commands.operations import Chain, Login, Operator, Password
from bellboard.commands.servers import Folder
from bellboard.screen import complain, say
from bellboard.subject_archive import Subject, archive, file_name
from deploy.local.stack import DEFAULT_FOLDER

app = typer.Typer(help="What is held of a guest.", no_args_is_help=True)
MOST = 500


@app.callback()
def guests() -> None:
    """Keep `export` a sub-command while it is alone."""


@app.command()
def export(
    guest: Annotated[str, typer.Argument(help="The guest's id, as a stay names it.")],
    password: Password,
    to: Annotated[Path | None, typer.Option("--to", help="The archive to write; default guest-ID.zip here.")] = None,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Write one archive for a person who asks what is held of them: JSON, a readable page, photos and PDFs.

    Every service writes down that it was asked. What this account may not read is named inside. Exit code 1: some is
    missing.
    """
    operator = Operator(folder, chain, login, password)
    subject = gathered(operator, guest, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
    target = to or Path(f"guest-{guest}.zip")
    target.write_bytes(archive(subject))
    say(f"{target} holds what is held of {guest}: {', '.join(subject.parts)}, {len(subject.files)} files.")
    for one in subject.missing:
        complain(f"Not in it: {one}")
    raise typer.Exit(1 if subject.missing else 0)


def gathered(operator: Operator, guest: str, at: str) -> Subject:
    """Ask every service; what one refuses is named."""
    subject = Subject(guest, at)
    _ask(operator, subject, "integrations", "integrations", f"/v1/guests/{guest}/file")
    _ask(operator, subject, "records", "records", f"/v1/guests/{guest}/file")
    _ask(operator, subject, "reads", "auth", f"/v1/audit/reads?guest={guest}&limit={MOST}")
    for record in subject.parts.get("records", {}).get("records", ()):
        for file in record["files"]:
            reply = operator.sent("GET", "records", f"/v1/records/{record['id']}/attachments/{file['id']}")
            path = file_name(record["id"], file["id"], file["type"])
            if reply.is_success:
                subject.files[path] = reply.content
            else:
                subject.missing.append(f"{path} ({_why(reply)})")
    if subject.parts.get("integrations", {}).get("elsewhere"):
        subject.missing.append("what hotels hold that this account does not reach")
    return subject


def _ask(operator: Operator, subject: Subject, name: str, service: str, path: str) -> None:
    reply = operator.sent("GET", service, path)
    if reply.is_success:
        subject.parts[name] = reply.json()
    else:
        subject.missing.append(f"{name} ({_why(reply)})")


def _why(reply: httpx.Response) -> str:
    said = reply.headers.get("content-type", "").endswith("json")
    return str(reply.json().get("detail", reply.status_code)) if said else str(reply.status_code)
