"""`bellboard partners`: a partner's topic, user and rights on Kafka, and taking them back."""

import asyncio
import secrets
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from bellboard.commands.cluster import Authority, Kafka, Mechanism, Namespace, Password, Tls
from bellboard.screen import out, say
from deploy.cluster.admin import ClusterAdmin
from deploy.cluster.partners import granting, revoking, topic_for, user_of
from deploy.local.faults import StackFault
from deploy.local.topics import create_topics
from shared.chassis.access import SCRAM, Access
from shared.contracts.partners import PartnerSlug

app = typer.Typer(help="Third parties that subscribe to topics.", no_args_is_help=True)
Partner = Annotated[str, typer.Argument(help="The partner's id, as it was added at integrations.")]
Admin = Annotated[str, typer.Option(help="Who may make users and rights; without one the topic alone is made.")]
PASSWORD_BYTES = 24


def _checked(partner: str) -> str:
    try:
        return str(TypeAdapter(PartnerSlug).validate_python(partner))
    except ValidationError as wrong:
        raise StackFault(f"{partner!r} is no partner's id: small letters, digits and dashes, at most 32.") from wrong


@app.command()
def grant(
    partner: Partner,
    kafka: Kafka,
    admin: Admin = "",
    password: Password = "",
    tls: Tls = True,
    ca: Authority = None,
    namespace: Namespace = "",
    mechanism: Mechanism = SCRAM,
    replication: Annotated[int, typer.Option(min=1, help="Copies of each record.")] = 1,
) -> None:
    """Make `ext.<partner>.v1`, its user with a new password, and rights that open this one topic and nothing else.

    Run it again for a new password. Without --admin only the topic is made, for a cluster that nobody signs in at.
    """
    name = _checked(partner)
    topic = topic_for(name, namespace)
    if not admin:
        asyncio.run(create_topics(Access(kafka), [topic], replication))
        say(f"{topic.name} is there.")
        return
    cluster, user, word = (
        ClusterAdmin(Access(kafka, admin, password, tls, ca, mechanism)),
        user_of(name, namespace),
        _drawn(),
    )
    cluster.carry_out(granting(name, cluster.look(), namespace), {user: word}, replication)
    out.print(f"topic     {topic.name}\nuser      {user}\npassword  {word}\ngroups    {user}.*", highlight=False)
    say("The password is shown this once. It signs in by SCRAM-SHA-512.")


@app.command()
def revoke(
    partner: Partner,
    kafka: Kafka,
    admin: Admin,
    password: Password,
    tls: Tls = True,
    ca: Authority = None,
    namespace: Namespace = "",
    mechanism: Mechanism = SCRAM,
) -> None:
    """Shut a partner out at once; its topic stays until its records have run out."""
    name = _checked(partner)
    cluster, user = ClusterAdmin(Access(kafka, admin, password, tls, ca, mechanism)), user_of(name, namespace)
    cluster.carry_out(revoking(name, cluster.look(), namespace), {user: _drawn()}, 1)
    say(f"{name} reads nothing any more.")


def _drawn() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)
