"""The `bellboard` command line: registers the commands and turns a fault into one sentence."""

import sys

import typer

from bellboard.commands import (
    audit,
    backup,
    cluster,
    connections,
    demo,
    drill,
    erasures,
    feed,
    guests,
    import_,
    operations,
    partners,
    policy,
    property,
    stack,
    staff,
    stores,
)
from bellboard.screen import complain
from deploy.local.faults import StackFault

app = typer.Typer(
    name="bellboard",
    help="The bell board of a hotel chain.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(stack.app, name="stack")
app.add_typer(cluster.app, name="cluster")
app.add_typer(stores.app, name="stores")
app.add_typer(audit.app, name="audit")
app.add_typer(policy.app, name="policy")
app.add_typer(property.app, name="property")
app.add_typer(staff.app, name="staff")
app.add_typer(connections.app, name="connections")
app.add_typer(erasures.app, name="erasures")
app.add_typer(guests.app, name="guests")
app.add_typer(partners.app, name="partners")
app.command("backup")(backup.take)
app.command("restore")(backup.restore)
app.command("drill")(drill.run)
app.command("demo")(demo.run)
app.command("status")(operations.status)
app.command("republish")(operations.republish)
app.command("reread")(operations.reread)
app.command("rebuild")(operations.rebuild)
app.command("redrive")(operations.redrive)
app.command("import")(import_.run)
app.command("feed")(feed.run)


def main() -> None:
    """Run the command line; a fault is one sentence on stderr and exit code 2, never a traceback."""
    try:
        app()
    except StackFault as fault:
        complain(fault.sentence)
        sys.exit(2)
