"""`bellboard staff invite`: a code by which somebody sets a password, for a new account or at night for a lost one."""

from typing import Annotated

import typer

from bellboard.commands.rota import At, Auth, Chain, Login, Me, Password
from bellboard.screen import out, say


def invite(
    person: Annotated[str, typer.Argument(help="The id of the person, as the directory has it.")],
    login: Login,
    password: Password,
    reason: Annotated[str, typer.Option(help="Why, as a code, e.g. new_colleague or password_forgotten.")],
    new_login: Annotated[str | None, typer.Option(help="The login of somebody who has none yet.")] = None,
    second_factor: Annotated[bool, typer.Option("--second-factor", help="Forget a lost second factor, too.")] = False,
    chain: Chain = "grand",
    auth: Auth = At,
) -> None:
    """Give somebody a code; whoever invites must be allowed more than the invited."""
    body = {"reason_code": reason, "login": new_login, "second_factor": second_factor}
    made = Me(auth, chain, login, password).ask("POST", f"/v1/staff/{person}/invitations", body)
    out.print(f"login  {made['login']}\ncode   {made['code']}", highlight=False)
    say(f"The code is told this once; it is good for {made['minutes']} minutes.")
