"""`bellboard staff import`: a staff list into a chain, through auth's own API; beside it, one's own time."""

import csv
import io
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bellboard.commands import invitations, rota
from bellboard.screen import out, say, table
from deploy.local.faults import StackFault

ROWS = 100
"""Of one request; auth takes each request whole or not at all."""
app = typer.Typer(help="The people of a chain.", no_args_is_help=True)
app.command("absent")(rota.absent)
app.command("invite")(invitations.invite)
app.command("back")(rota.back)
app.add_typer(rota.swaps, name="swap")
app.add_typer(rota.delegations, name="delegate")

File = Annotated[Path, typer.Argument(help="A staff list as CSV, with a header line.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
Chain = Annotated[str, typer.Option(help="The chain.")]
Login = Annotated[str, typer.Option(help="Who you are: an administrator of the chain.")]
Password = Annotated[str, typer.Option(envvar="BELLBOARD_PASSWORD", prompt=True, hide_input=True)]
Auth = Annotated[str, typer.Option(envvar="BELLBOARD_AUTH_URL", help="Where auth is.")]


@app.callback()
def staff() -> None:
    """Keep `import` a command of a group, beside those that will follow."""


@app.command("import")
def run(
    file: File,
    login: Login,
    password: Password,
    chain: Chain = "grand",
    dry_run: DryRun = False,
    auth: Auth = "http://127.0.0.1:8001",
) -> None:
    """Take a staff list over. Nobody is deleted and no password is changed; the same list again changes nothing.

    Exit code 0: all rows are (or would be) in. 1: some are
    wrong; rows of other requests may be in. 2: nothing could be used.
    """
    parts = list(requests_of(_read(file)))
    with httpx.Client(base_url=auth, timeout=60, trust_env=False) as client:
        rows = _send(client, _token(client, chain, login, password), file, parts, dry_run)
    wrong = _show(rows, dry_run)
    raise typer.Exit(1 if wrong else 0)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise StackFault(f"{file} cannot be read: {failure}.") from failure


def requests_of(text: str) -> Iterator[tuple[int, int, str]]:
    """A list in parts with the header each: lines before the part, rows in it, and its text."""
    delimiter = ";" if ";" in text.partition("\n")[0] and "," not in text.partition("\n")[0] else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as broken:
        raise StackFault(f"The file is no CSV: {broken}.") from broken
    for start in range(1, max(len(lines), 2), ROWS):
        part = lines[start : start + ROWS]
        written = io.StringIO()
        csv.writer(written, delimiter=delimiter).writerows([*lines[:1], *part])
        yield start - 1, len(part), written.getvalue()


def _token(client: httpx.Client, chain: str, login: str, password: str) -> str:
    answer = _ask(client, "/v1/sessions", {"chain": chain, "login": login, "password": password})
    if answer.status_code != 201:
        raise StackFault(f"Signing in was refused: {answer.json().get('detail', answer.status_code)}")
    return str(answer.json()["access_token"])


def _ask(client: httpx.Client, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    try:
        return client.post(path, json=body, headers=headers)
    except httpx.HTTPError as failure:
        raise StackFault(f"Auth does not answer ({type(failure).__name__}); name its address with --auth.") from failure


def _send(
    client: httpx.Client, token: str, file: Path, parts: Sequence[tuple[int, int, str]], dry_run: bool
) -> list[dict[str, Any]]:
    look = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    rows: list[dict[str, Any]] = []
    with Progress(*look, console=out) as progress:
        task = progress.add_task(file.name, total=sum(count for _, count, _ in parts))
        for before, count, text in parts:
            rows += _part(client, token, text, before, dry_run)
            progress.advance(task, count)
    return rows


def _part(client: httpx.Client, token: str, text: str, before: int, dry_run: bool) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"staff-import-{uuid.uuid4()}"}
    answer = _ask(client, "/v1/staff/import", {"csv": text, "dry_run": True}, headers)
    if answer.status_code == 200 and not dry_run and not answer.json()["counts"]["error"]:
        answer = _ask(client, "/v1/staff/import", {"csv": text, "dry_run": False}, headers)
    if answer.status_code != 200:
        raise StackFault(f"The list was refused: {answer.json().get('detail', answer.status_code)}")
    return [row | {"line": row["line"] + before} for row in answer.json()["rows"]]


def _show(rows: Sequence[dict[str, Any]], dry_run: bool) -> int:
    shown = table("What would happen" if dry_run else "What happened", "line", "login", "result", "fields or faults")
    for row in rows:
        if row["result"] != "same":
            faults = "; ".join(f"{one['field']}: {one['message']} ({one['rule']})" for one in row["breaches"])
            shown.add_row(str(row["line"]), row["login"], row["result"], faults or ", ".join(row["fields"]))
    out.print(shown)
    counts = {name: [row["result"] for row in rows].count(name) for name in ("new", "changed", "same", "error")}
    say(", ".join(f"{count} {name}" for name, count in counts.items()) + (". Nothing was changed." if dry_run else "."))
    return counts["error"]
