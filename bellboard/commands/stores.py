"""`bellboard stores`: a user of the database for each service, which may use that service's store and no other."""

from typing import Annotated

import typer

from bellboard.passwords import passwords
from bellboard.screen import out, say
from deploy.cluster.store_admin import StoreAdmin
from deploy.cluster.stores import StorePlan, declared, plan

app = typer.Typer(help="Users and roles of the database.", no_args_is_help=True)
Mongo = Annotated[
    str, typer.Option("--mongo", metavar="URL", envvar="BELLBOARD_MONGO_URL", help="An administrator's address.")
]
Initiate = Annotated[
    str, typer.Option(metavar="HOST:PORT", help="Make a replica set of this one server first, if it is in none.")
]
Renew = Annotated[bool, typer.Option("--renew", help="Set the passwords of users that are there already, too.")]
OF_A_SERVICE = "BELLBOARD_MONGO_PASSWORD_{}"


@app.command("plan")
def show(mongo: Mongo) -> None:
    """Say what `apply` would do; exit code 1 when there is something to do."""
    steps = plan(declared(), StoreAdmin(mongo).look())
    _say(steps)
    raise typer.Exit(0 if steps.empty else 1)


@app.command()
def apply(mongo: Mongo, initiate: Initiate = "", renew: Renew = False) -> None:
    """Make users and roles as declared; run it again harmlessly, and after each update of Bellboard.

    A user that is not there needs its password in BELLBOARD_MONGO_PASSWORD_RECORDS and so on. Roles of our users that
    are not declared are taken away; nobody else's are touched.
    """
    admin, wanted = StoreAdmin(mongo), declared()
    if initiate:
        admin.initiate(initiate)
    steps = plan(wanted, admin.look())
    if renew:
        steps = steps._replace(change=tuple(name for name in wanted.users if name not in steps.add))
    admin.carry_out(steps, wanted, passwords(OF_A_SERVICE, wanted.users if renew else steps.add))
    _say(steps)
    say("Each service has a user of its own, for its own store.")


def _say(steps: StorePlan) -> None:
    for line in steps.lines():
        out.print(f"  {line}", highlight=False)
    if steps.empty:
        say("Everything is as declared.")
