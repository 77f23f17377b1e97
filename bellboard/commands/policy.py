"""`bellboard policy show` and `diff`: what a chain's policy allows, and what a change of it would mean to whom."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bellboard.commands.operations import Chain, Login, Operator, Password
from bellboard.commands.servers import Folder
from bellboard.screen import out, say
from deploy.local.stack import DEFAULT_FOLDER

app = typer.Typer(name="policy", help="Who may do what in a chain.", no_args_is_help=True)


@app.command("show")
def show(
    password: Password,
    role: Annotated[str | None, typer.Option(help="Only what this role may do.")] = None,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """The policy in force, grant by grant; the chain's own edits; what waits for a second administrator."""
    policy = _operator(folder, chain, login, password).get("auth", "/v1/policy")
    table = Table("Roles", "May", "On", "Where", "Reads", "Writes", "Owes", title=f"Policy {policy['version']}")
    for grant in policy["grants"]:
        if role is None or role in grant["roles"]:
            table.add_row(*_cells(grant))
    out.print(table)
    for number, edit in enumerate(policy["edits"], 1):
        say(f"Edit {number}: {_sentence(edit)}")
    for waiting in policy["waiting"]:
        say(f"Version {waiting['version']} waits, asked for by {waiting['proposed_by']}: {waiting['reason']}")


@app.command("diff")
def diff(
    version: Annotated[int, typer.Argument(help="The number of a version, as `show` or GET /v1/policy/versions says.")],
    password: Password,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Who would gain and who would lose what if a version were in force instead of what is now."""
    seen = _operator(folder, chain, login, password).get("auth", f"/v1/policy/versions/{version}/preview")
    for person in seen["people"]:
        for sign, colour, abilities in (("+", "green", person["gains"]), ("−", "red", person["loses"])):
            for one in abilities:
                where = "own departments" if one["own_department"] else "everywhere"
                classes = f" ({', '.join(one['read'])})" if one["read"] else ""
                out.print(f"[{colour}]{sign} {person['staff_id']}: {one['action']} {one['kind']}, {where}{classes}[/]")
    say(f"{seen['gaining']} people gain, {seen['losing']} lose.")


def _operator(folder: Path, chain: str, login: str, password: str) -> Operator:
    return Operator(folder, chain, login, password)


def _cells(grant: dict[str, Any]) -> tuple[str, ...]:
    but = f" but {', '.join(grant['except_kinds'])}" if grant["except_kinds"] else ""
    kinds = ", ".join("every record" if kind == "*" else kind for kind in grant["kinds"])
    return (
        ", ".join(grant["roles"]),
        ", ".join(grant["actions"]),
        kinds + but,
        "own departments" if grant["own_department"] else "",
        ", ".join(grant["read"]),
        ", ".join(grant["write"]),
        ", ".join(grant["obligations"]),
    )


def _sentence(edit: dict[str, Any]) -> str:
    may = "may" if edit["effect"] == "allow" else "may not"
    return f"{', '.join(edit['roles'])} {may} {', '.join(edit['actions'])} {', '.join(edit['kinds'])}"
