"""`bellboard cluster`: topics, users and rights on a Kafka cluster, as declared; what has to be done, and doing it."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from bellboard.screen import out, say
from deploy.cluster.admin import ClusterAdmin
from deploy.cluster.plan import Plan, plan
from deploy.cluster.rights import READS, Cluster, declared, user_of
from deploy.local.faults import StackFault
from shared.chassis.access import Access

app = typer.Typer(help="Topics, users and rights on a Kafka cluster.", no_args_is_help=True)
Kafka = Annotated[str, typer.Option("--kafka", metavar="HOST:PORT,…", help="The cluster.")]
Admin = Annotated[str, typer.Option(help="Who may make topics, users and rights.")]
Password = Annotated[str, typer.Option(envvar="BELLBOARD_KAFKA_PASSWORD", help="Their password.")]
Tls = Annotated[bool, typer.Option("--tls/--no-tls", help="By TLS; without it only on a closed network.")]
Authority = Annotated[Path | None, typer.Option("--ca", help="PEM file of whoever vouches for the brokers.")]
Replication = Annotated[int, typer.Option(min=1, help="Copies of each record.")]
Namespace = Annotated[str, typer.Option(help="What stands before names, as BELLBOARD_KAFKA_NAMESPACE.")]
SEEN_S = 20
OF_A_SERVICE = "BELLBOARD_KAFKA_PASSWORD_{}"


@app.command("plan")
def show(
    kafka: Kafka,
    admin: Admin,
    password: Password,
    tls: Tls = True,
    ca: Authority = None,
    namespace: Namespace = "",
    replication: Replication = 3,
) -> None:
    """Say what `apply` would do; exit code 1 when there is something to do."""
    steps = plan(declared(namespace, replication), ClusterAdmin(Access(kafka, admin, password, tls, ca)).look())
    _say(steps)
    raise typer.Exit(0 if steps.empty else 1)


@app.command()
def apply(
    kafka: Kafka,
    admin: Admin,
    password: Password,
    tls: Tls = True,
    ca: Authority = None,
    namespace: Namespace = "",
    replication: Replication = 3,
) -> None:
    """Make the cluster as declared; run it again harmlessly.

    A user that is not there needs its password in BELLBOARD_KAFKA_PASSWORD_RECORDS and so on. Rights of our users that
    are not declared are taken away; nobody else's are touched.
    """
    cluster, wanted = ClusterAdmin(Access(kafka, admin, password, tls, ca)), declared(namespace, replication)
    steps = plan(wanted, cluster.look())
    if steps.stuck:
        raise StackFault(f"Nothing was done: {', '.join(steps.stuck)} has another number of partitions than declared.")
    cluster.carry_out(steps, _passwords(steps, namespace), replication)
    _say(steps)
    _until_seen(cluster, wanted)
    say("The cluster is as declared.")


def _until_seen(cluster: ClusterAdmin, wanted: Cluster) -> None:
    """A broker hears of what the controller has done a moment later; what it has not heard of, it does not allow."""
    deadline = time.monotonic() + SEEN_S
    while not plan(wanted, cluster.look()).empty:
        if time.monotonic() > deadline:
            raise StackFault(f"All steps were done, and after {SEEN_S} s the cluster still shows another state.")
        time.sleep(0.2)


def _passwords(steps: Plan, namespace: str) -> dict[str, str]:
    variables = {user_of(service, namespace): OF_A_SERVICE.format(service.upper()) for service in READS}
    missing = [variables[user] for user in steps.add if not os.environ.get(variables[user])]
    if missing:
        raise StackFault(f"Nothing was done: set {', '.join(missing)}.")
    return {user: os.environ[variables[user]] for user in steps.add}


def _say(steps: Plan) -> None:
    for line in steps.lines():
        out.print(f"  {line}", highlight=False)
    if steps.empty:
        say("Everything is as declared.")
