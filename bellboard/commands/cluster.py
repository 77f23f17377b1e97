"""`bellboard cluster`: topics, users and rights on a Kafka cluster, as declared; what has to be done, and doing it."""

import time
from pathlib import Path
from typing import Annotated

import typer

from bellboard.passwords import passwords
from bellboard.screen import out, say
from deploy.cluster.admin import ClusterAdmin
from deploy.cluster.plan import Plan, plan
from deploy.cluster.rights import READS, Cluster, declared, is_group, user_of
from deploy.local.faults import StackFault
from shared.chassis.access import SCRAM, Access

app = typer.Typer(help="Topics, users and rights on a Kafka cluster.", no_args_is_help=True)
Kafka = Annotated[str, typer.Option("--kafka", metavar="HOST:PORT,…", help="The cluster.")]
Admin = Annotated[str, typer.Option(help="Who may make topics, users and rights.")]
Password = Annotated[str, typer.Option(envvar="BELLBOARD_KAFKA_PASSWORD", help="Their password.")]
Tls = Annotated[bool, typer.Option("--tls/--no-tls", help="By TLS; without it only on a closed network.")]
Authority = Annotated[Path | None, typer.Option("--ca", help="PEM file of whoever vouches for the brokers.")]
Mechanism = Annotated[str, typer.Option(metavar="SCRAM-SHA-512|PLAIN", help="How the administrator signs in.")]
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
    mechanism: Mechanism = SCRAM,
) -> None:
    """Say what `apply` would do; exit code 1 when there is something to do."""
    steps = plan(
        declared(namespace, replication), ClusterAdmin(Access(kafka, admin, password, tls, ca, mechanism)).look()
    )
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
    mechanism: Mechanism = SCRAM,
) -> None:
    """Make the cluster as declared; run it again harmlessly.

    A user that is not there needs its password in BELLBOARD_KAFKA_PASSWORD_RECORDS and so on. Rights of our users that
    are not declared are taken away; nobody else's are touched.
    """
    cluster, wanted = ClusterAdmin(Access(kafka, admin, password, tls, ca, mechanism)), declared(namespace, replication)
    steps = plan(wanted, cluster.look())
    if steps.stuck:
        raise StackFault(f"Nothing was done: {', '.join(steps.stuck)} has another number of partitions than declared.")
    cluster.carry_out(steps, _passwords(steps, namespace), replication)
    _say(steps)
    _until_seen(cluster, wanted)
    say("The cluster is as declared.")


@app.command()
def remake(
    kafka: Kafka,
    admin: Admin = "",
    password: Password = "",
    tls: Tls = True,
    ca: Authority = None,
    namespace: Namespace = "",
    replication: Replication = 3,
    mechanism: Mechanism = SCRAM,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete our topics and the offsets of our groups, and make the topics anew: after stores were put back.

    What the topics hold of a future that did not happen would else be read again. Services must be stopped; afterwards
    each sends its events again (`bellboard republish`). Partners' topics stay: their records have ids.
    """
    cluster, wanted = ClusterAdmin(Access(kafka, admin, password, tls, ca, mechanism)), declared(namespace, replication)
    if not yes:
        typer.confirm(f"Delete {len(wanted.topics)} topics at {kafka} with all they hold?", abort=True)
    gone = cluster.forget([topic.name for topic in wanted.topics], lambda group: is_group(group, namespace))
    say(f"Deleted {len(gone)} topics and groups.")
    _made(cluster, wanted, replication)
    say("The topics are there again, and empty.")


def _made(cluster: ClusterAdmin, wanted: Cluster, replication: int) -> None:
    """Make the topics; a broker takes a moment to let go of a name."""
    deadline = time.monotonic() + SEEN_S
    while left := plan(wanted, cluster.look()._replace(users=wanted.users, rights=wanted.rights)).make:
        try:
            cluster.carry_out(Plan(make=left), {}, replication)
        except StackFault:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _until_seen(cluster: ClusterAdmin, wanted: Cluster) -> None:
    """A broker hears of what the controller has done a moment later; what it has not heard of, it does not allow."""
    deadline = time.monotonic() + SEEN_S
    while not plan(wanted, cluster.look()).empty:
        if time.monotonic() > deadline:
            raise StackFault(f"All steps were done, and after {SEEN_S} s the cluster still shows another state.")
        time.sleep(0.2)


def _passwords(steps: Plan, namespace: str) -> dict[str, str]:
    users = {service: user_of(service, namespace) for service in READS}
    found = passwords(OF_A_SERVICE, [service for service, user in users.items() if user in steps.add])
    return {users[service]: password for service, password in found.items()}


def _say(steps: Plan) -> None:
    for line in steps.lines():
        out.print(f"  {line}", highlight=False)
    if steps.empty:
        say("Everything is as declared.")
