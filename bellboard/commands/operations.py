"""`bellboard status`, `republish`, `reread`, `rebuild`, `redrive`: what operators do, through the services' doors."""

import json
import time
import uuid
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import Progress
from rich.table import Table

from bellboard.commands.servers import Folder, services_of
from bellboard.screen import out, say
from deploy.local.faults import StackFault
from deploy.local.stack import DEFAULT_FOLDER

WITHIN_S = 600
Chain = Annotated[str, typer.Option(help="The chain to sign in at.")]
Login = Annotated[str, typer.Option(help="An account that may do this.")]
Password = Annotated[str, typer.Option(envvar="BELLBOARD_PASSWORD", prompt=True, hide_input=True)]
Service = Annotated[str, typer.Argument(help="auth, integrations, records, alerts or reporting.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is written down.", min=3)]


class Operator:
    """A signed-in operator at the services of one run."""

    def __init__(self, folder: Path, chain: str, login: str, password: str) -> None:
        self.urls = services_of(folder)
        self._http = httpx.Client(timeout=30, trust_env=False)
        body = {"chain": chain, "login": login, "password": password}
        token = self._asked("POST", "auth", "/v1/sessions", json=body)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, service: str, path: str, **params: Any) -> Any:
        """Read something."""
        return self._asked("GET", service, path, params=params)

    def lines(self, service: str, path: str, **params: Any) -> list[dict[str, Any]]:
        """Read a file of JSON lines."""
        return [json.loads(line) for line in self._reply("GET", service, path, params=params).text.splitlines()]

    def words(self, record_id: str) -> list[dict[str, Any]]:
        """What people wrote on a record, as records shows it to this reader; none where it does not."""
        reply = self.sent("GET", "records", f"/v1/records/{record_id}/history")
        return [{"kind": "words", "record": record_id, **reply.json()}] if reply.is_success else []

    def post(self, service: str, path: str, body: dict[str, Any]) -> Any:
        """Do something."""
        return self._asked("POST", service, path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    def _asked(self, method: str, service: str, path: str, **options: Any) -> Any:
        return self._reply(method, service, path, **options).json()

    def _reply(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        reply = self.sent(method, service, path, **options)
        if not reply.is_success:
            raise StackFault(f"{service} says no: {reply.json().get('detail', reply.status_code)}")
        return reply

    def sent(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        """The reply of a service, whatever it says; no reply raises StackFault."""
        if service not in self.urls:
            raise StackFault(f"There is no service {service!r}; there are {', '.join(sorted(self.urls))}.")
        try:
            return self._http.request(method, f"{self.urls[service]}{path}", **options)
        except httpx.TransportError as failure:
            raise StackFault(f"{service} does not answer at {self.urls[service]}; is it started?") from failure


def status(password: Password, chain: Chain = "grand", login: Login = "admin", folder: Folder = DEFAULT_FOLDER) -> None:
    """What is behind, parked or missing, service by service."""
    operator = Operator(folder, chain, login, password)
    table = Table("Service", "Unsent", "Group", "Behind", "Parked", "Gaps", "Lost", "Alive")
    for service in sorted(set(operator.urls) - {"console"}):
        seen = operator.get(service, "/ops/v1/status")
        for number, group in enumerate(seen["groups"]):
            table.add_row(
                service if number == 0 else "",
                f"{seen['outbox']:,}" if number == 0 else "",
                group["group"],
                f"{group['lag']:,}",
                str(group["parked"]),
                str(group["gaps"]),
                str(group["losses"]),
                "[green]✓[/]" if group["alive"] else "[red]✗[/]",
            )
    out.print(table)


def republish(
    service: Service,
    password: Password,
    reason: Why,
    subject: Annotated[str | None, typer.Option(help="Only this aggregate.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Send a service's events again, from its own history; consumers skip what they have applied."""
    operator = Operator(folder, chain, login, password)
    count = operator.post(service, "/ops/v1/republish", {"subject": subject, "topic": topic, "reason": reason})["count"]
    _until_sent(operator, service, count)
    say(f"{count:,} events of {service} were sent again.")


def _until_sent(operator: Operator, service: str, count: int) -> None:
    ends = time.monotonic() + WITHIN_S
    with Progress(console=out) as progress:
        task = progress.add_task("sending", total=max(count, 1))
        while time.monotonic() < ends:
            left = operator.get(service, "/ops/v1/status")["outbox"]
            progress.update(task, completed=max(0, count - left))
            if left == 0:
                return
            time.sleep(0.5)
    raise StackFault(f"After {WITHIN_S} s {service} has still events to send; is Kafka up? See `bellboard status`.")


def reread(
    service: Service,
    group: Annotated[str, typer.Argument(help="The consumer group that goes back to the beginning.")],
    password: Password,
    reason: Why,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Let a group read its topics from their first record, after a topic was made anew; what it knows it skips."""
    operator = Operator(folder, chain, login, password)
    operator.post(service, "/ops/v1/reread", {"group": group, "reason": reason})
    say(f"{group} begins again within a few seconds.")


def rebuild(
    service: Service,
    group: Annotated[str, typer.Argument(help="The consumer group that holds it wrongly.")],
    owner: Annotated[str, typer.Argument(help="The service whose aggregate it is.")],
    subject: Annotated[str, typer.Argument(help="The aggregate.")],
    password: Password,
    reason: Why,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Forget what one group made of an aggregate, and send its events again from version 1."""
    operator = Operator(folder, chain, login, password)
    operator.post(service, "/ops/v1/rebuild", {"group": group, "subject": subject, "reason": reason})
    count = operator.post(owner, "/ops/v1/republish", {"subject": subject, "reason": reason})["count"]
    _until_sent(operator, owner, count)
    say(f"{group} reads {count:,} events of {subject} again.")


def redrive(
    service: Service,
    group: Annotated[str, typer.Argument(help="The consumer group that parked it.")],
    password: Password,
    reason: Why,
    subject: Annotated[str | None, typer.Option(help="Only this aggregate.")] = None,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Apply parked events again, in order, once what they stumbled over is mended."""
    operator = Operator(folder, chain, login, password)
    parked = operator.get(service, "/ops/v1/parked", group_name=group)
    subjects = [subject] if subject else sorted({row["aggregate"] for row in parked if row["aggregate"]})
    done = 0
    with Progress(console=out) as progress:
        for one in progress.track(subjects, description="redriving"):
            body = {"group": group, "subject": one, "reason": reason}
            done += operator.post(service, "/ops/v1/redrive", body)["count"]
    say(f"{done:,} parked events of {group} were applied.")
