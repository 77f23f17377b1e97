"""`bellboard erasures`: how far forgetting somebody is, and doing it again after a backup was restored."""

import time
from typing import Annotated, Any

import typer
from rich.progress import Progress

from bellboard.commands.operations import Chain, Login, Operator, Password
from bellboard.commands.servers import Folder
from bellboard.screen import complain, out, say, table
from deploy.local.stack import DEFAULT_FOLDER

app = typer.Typer(help="Guests who are forgotten.", no_args_is_help=True)
WITHIN_S = 600
STORES = 4


@app.command("list")
def show(
    password: Password,
    chain: Chain = "grand",
    login: Login = "admin",
    state: Annotated[str | None, typer.Option(help="requested, running, done or rejected.")] = None,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Requests to forget somebody, newest first, and which stores have not confirmed."""
    found = Operator(folder, chain, login, password).get(
        "integrations", "/v1/erasures", **({"state": state} if state else {})
    )
    shown = table("Guests to be forgotten", "request", "guest", "state", "asked by", "agreed by", "by", "waits for")
    for one in found["items"]:
        waits = ", ".join(one["missing"]) if one["state"] == "running" else ""
        who = (one["requested_by"], one["decided_by"] or "", one["confirm_by"] or "")
        shown.add_row(one["id"], one["guest_id"], one["state"], *who, waits)
    out.print(shown)


@app.command()
def replay(password: Password, chain: Chain = "grand", login: Login = "admin", folder: Folder = DEFAULT_FOLDER) -> None:
    """Erase again everybody whom the ledger outside the database names. Do it whenever a backup was restored.

    Exit code 1: some store has not confirmed within ten minutes; see `bellboard erasures list`.
    """
    operator = Operator(folder, chain, login, password)
    count = int(operator.post("integrations", "/v1/erasures/replay", {})["erasures"])
    left = _until_done(operator, count)
    if left:
        complain(f"{left:,} of {count:,} erasures wait for a store; `bellboard erasures list` says for which.")
        raise typer.Exit(1)
    say(f"{count:,} guests were erased again, in every store.")


def _until_done(operator: Operator, count: int) -> int:
    """Wait for every store; how many erasures are still running at the end."""
    ends = time.monotonic() + WITHIN_S
    with Progress(console=out) as progress:
        task = progress.add_task("erasing", total=max(count, 1) * STORES)
        while True:
            running: list[dict[str, Any]] = operator.get("integrations", "/v1/erasures", state="running", limit=200)[
                "items"
            ]
            progress.update(task, completed=max(count, 1) * STORES - sum(len(one["missing"]) for one in running))
            if not running or time.monotonic() > ends:
                return len(running)
            time.sleep(0.5)
