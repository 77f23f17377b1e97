"""`bellboard partners`: the topic, user and ACLs of a partner on Kafka, and taking them back."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from bellboard.screen import out, say
from deploy.local.faults import StackFault
from shared.chassis.kafka_access import AccessRefused, Granted, PartnerAccess
from shared.contracts.partners import PartnerSlug

app = typer.Typer(help="Third parties that subscribe to topics.", no_args_is_help=True)
Partner = Annotated[str, typer.Argument(help="The partner's id, as it was added at integrations.")]
Kafka = Annotated[str, typer.Option("--kafka", metavar="HOST:PORT", help="The cluster.")]
Admin = Annotated[str | None, typer.Option(help="Who may make users and ACLs; without it nobody signs in there.")]
AdminPassword = Annotated[str, typer.Option(envvar="BELLBOARD_KAFKA_PASSWORD", help="Their password.")]
Protocol = Annotated[str, typer.Option(help="SASL_SSL, or SASL_PLAINTEXT on a closed network.")]
Namespace = Annotated[str, typer.Option(help="What stands before topic names, as BELLBOARD_KAFKA_NAMESPACE.")]


def _login(admin: str | None, password: str, protocol: str) -> Mapping[str, Any]:
    if admin is None:
        return {}
    return {
        "security.protocol": protocol,
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": admin,
        "sasl.password": password,
    }


def _checked(partner: str) -> str:
    try:
        return TypeAdapter(PartnerSlug).validate_python(partner)
    except ValidationError as wrong:
        raise StackFault(f"{partner!r} is no partner's id: small letters, digits and dashes, at most 32.") from wrong


@app.command()
def grant(
    partner: Partner,
    kafka: Kafka,
    admin: Admin = None,
    password: AdminPassword = "",
    protocol: Protocol = "SASL_SSL",
    namespace: Namespace = "",
    replication: Annotated[int, typer.Option(min=1, help="Copies of each record.")] = 1,
) -> None:
    """Create `ext.<partner>.v1`, its user with a new password, and ACLs that open this one topic and nothing else.

    Run it again for a new password. Without --admin only the topic is made, for a cluster that nobody signs in at.
    """
    access = PartnerAccess(kafka, _login(admin, password, protocol), namespace)
    try:
        made: Granted = access.grant(_checked(partner), users=admin is not None, replication=replication)
    except AccessRefused as refused:
        raise StackFault(f"The cluster at {kafka} does not do it: {refused.why}") from refused
    say(f"{made.topic} is there.")
    if made.password:
        out.print(f"user      {made.user}\npassword  {made.password}\ngroups    {made.group_prefix}*", highlight=False)
        say("The password is shown this once. It signs in by SCRAM-SHA-512.")


@app.command()
def revoke(
    partner: Partner,
    kafka: Kafka,
    admin: Admin = None,
    password: AdminPassword = "",
    protocol: Protocol = "SASL_SSL",
    namespace: Namespace = "",
) -> None:
    """Take a partner's user and ACLs back at once; its topic stays until its records have run out."""
    try:
        PartnerAccess(kafka, _login(admin, password, protocol), namespace).revoke(_checked(partner))
    except AccessRefused as refused:
        raise StackFault(f"The cluster at {kafka} does not do it: {refused.why}") from refused
    say(f"{partner} reads nothing any more.")
