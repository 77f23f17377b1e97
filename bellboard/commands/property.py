"""`bellboard property …`: open a hotel by a template, see what it lacks, let it go live, empty a training hotel."""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bellboard.commands.operations import Chain, Operator, Password
from bellboard.commands.servers import Folder
from bellboard.opening import Answer, Refused, copy, posts
from bellboard.screen import out, say, table
from deploy.local.faults import StackFault
from deploy.local.stack import DEFAULT_FOLDER

LOOKED_BY = ("auth", "records", "alerts", "integrations")
KNOWN_WITHIN_S, AGAIN_S, PAGE = 60.0, 0.5, 200
app = typer.Typer(help="Open hotels.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The id of the hotel, e.g. harbour.")]
Login = Annotated[str, typer.Option(help="An administrator of the whole chain.")]


class Hall:
    """The services of one installation, to somebody who is signed in."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def ask(
        self, method: str, service: str, path: str, body: Any = None, version: int | None = None, key: str | None = None
    ) -> Answer:
        """An answer; Refused when it is none."""
        headers = {"Idempotency-Key": key or f"cli-{uuid.uuid4()}"}
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        reply = self._operator.sent(method, service, path, json=body, headers=headers)
        if not reply.is_success:
            problem = reply.json()
            raise Refused(reply.status_code, problem.get("code", ""), problem.get("detail", str(reply.status_code)))
        found: Answer = reply.json()
        return found

    def must(self, method: str, service: str, path: str, body: Any = None, version: int | None = None) -> Answer:
        """An answer; a sentence on the screen when it is none."""
        try:
            return self.ask(method, service, path, body, version)
        except Refused as refused:
            raise StackFault(f"{service} says no: {refused.detail}") from refused

    def hotel(self, property_id: str) -> Answer:
        """One hotel of the chain, as auth has it."""
        found = {one["id"]: one for one in self.must("GET", "auth", "/v1/properties")["items"]}
        if property_id not in found:
            raise StackFault(f"There is no hotel {property_id}; there are {', '.join(sorted(found)) or 'none'}.")
        return dict(found[property_id])


@app.command("add")
def add(
    name: Name,
    template: Annotated[str, typer.Option("--like", help="The id of the hotel that it is to be like.")],
    title: Annotated[str, typer.Option(help="What people call it.")],
    rooms: Annotated[int, typer.Option(min=0, help="How many rooms it has.")],
    password: Password,
    zone: Annotated[str | None, typer.Option(help="IANA time zone; default the template's.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217; default the template's.")] = None,
    mode: Annotated[str, typer.Option(help="shadow, training or live.")] = "shadow",
    posts_to: Annotated[Path | None, typer.Option("--posts", help="Write the template's posts here.")] = None,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Open a hotel like another. What needs another person's yes waits for it; run again, it goes on."""
    hall = Hall(Operator(folder, chain, login, password))
    like = hall.hotel(template)
    draft = {"id": name, "name": title, "rooms": rooms, "mode": mode, "departments": like["departments"]}
    draft |= {"zone": zone or like["zone"], "currency": currency or like["currency"]}
    try:
        hall.ask("POST", "auth", "/v1/properties", draft)
        say(f"{title} is opened as {mode}.")
    except Refused as refused:
        if refused.code != "property_exists":
            raise StackFault(f"auth says no: {refused.detail}") from refused
        say(f"{name} is there already; what it lacks of {template} is added.")
    _known_everywhere(hall, name)
    shown = table(f"Copied from {template}", "what", "outcome", "look at")
    refused_steps = 0
    for step in copy(hall, template, name):
        shown.add_row(step.what, step.outcome, step.note)
        refused_steps += step.outcome == "refused"
    out.print(shown)
    if draft["currency"] != like["currency"]:
        say(f"Amounts in the rules are those of {template}, in {like['currency']}: look at them before you approve.")
    if posts_to is not None:
        found = posts(list(_staff(hall)), template, name)
        posts_to.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
        say(f"{len(found)} posts are in {posts_to}: fill in logins and names, then `bellboard property staff {name}`.")
    raise typer.Exit(1 if refused_steps else 0)


@app.command("staff")
def staff(
    name: Name,
    file: Annotated[Path, typer.Argument(help="Posts, as `property add --posts` wrote them, with people in them.")],
    password: Password,
    chain: Chain = "grand",
    login: Login = "admin",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Hire who was put into posts, with their shifts; posts without a name stay open. Run again, nobody is hired twice.

    People get no password by this: `bellboard staff invite` lets them set one.
    """
    hall = Hall(Operator(folder, chain, login, password))
    hall.hotel(name)
    try:
        rows: list[Answer] = json.loads(file.read_text(encoding="utf-8"))
        named = [(number, row) for number, row in enumerate(rows) if row.get("display_name")]
    except (OSError, ValueError, AttributeError) as failure:
        raise StackFault(f"{file} cannot be read as posts: {failure}.") from failure
    for number, row in named:
        body = {field: value for field, value in row.items() if field != "login"} | {"properties": [name]}
        try:
            hall.ask("POST", "auth", "/v1/staff", body, key=f"post-{name}-{number}-{_digest(body)}")
        except Refused as refused:
            raise StackFault(f"Post {number + 1} was refused: {refused.detail}") from refused
    say(f"{len(named)} of {len(rows)} posts are filled.")


@app.command("ready")
def ready(
    name: Name, password: Password, chain: Chain = "grand", login: Login = "admin", folder: Folder = DEFAULT_FOLDER
) -> None:
    """What a hotel lacks before it can open, thing by thing. Exit code 1 while anything is missing."""
    hall = Hall(Operator(folder, chain, login, password))
    hotel, missing = hall.hotel(name), 0
    shown = table(f"{hotel['name']} ({hotel['mode']})", "asked", "check", "", "missing")
    for service in LOOKED_BY:
        for one in hall.must("GET", service, f"/v1/readiness/{name}")["checks"]:
            shown.add_row(service, one["check"], "✓" if one["ready"] else "✗", "\n".join(one["missing"]))
            missing += not one["ready"]
    out.print(shown)
    say("Nothing is missing." if not missing else f"{missing} things are not ready.")
    raise typer.Exit(1 if missing else 0)


@app.command("live")
def live(
    name: Name, password: Password, chain: Chain = "grand", login: Login = "admin", folder: Folder = DEFAULT_FOLDER
) -> None:
    """Let what a shadow does leave the house, from now on. There is no way back."""
    hall = Hall(Operator(folder, chain, login, password))
    hall.must("POST", "auth", f"/v1/properties/{name}/live", {}, hall.hotel(name)["version"])
    say(f"{name} is live.")


@app.command("reset-training")
def reset_training(
    name: Name, password: Password, login: Login, chain: Chain = "grand", folder: Folder = DEFAULT_FOLDER
) -> None:
    """Cancel all open work of a training hotel, so that the next class begins with an empty board."""
    hall = Hall(Operator(folder, chain, login, password))
    if hall.hotel(name)["mode"] != "training":
        raise StackFault(f"{name} is no training hotel: its work is real.")
    done, refused = 0, list[str]()
    tried: set[str] = set()
    while page := [one for one in _open(hall, name) if one["id"] not in tried][:PAGE]:
        tried |= {one["id"] for one in page}
        items = [{"id": one["id"], "version": one["version"]} for one in page]
        order = {"do": "complete", "outcome": "cancelled", "reason": {"code": "training_over"}}
        result = hall.must("POST", "records", "/v1/records/bulk", {"items": items, "order": order})
        done += result["done"]
        refused += [f"{one['id']}: {one['detail']}" for one in result["items"] if one["code"] != "done"]
    for line in refused:
        say(line)
    say(f"{done} records were cancelled, {len(refused)} could not be.")
    raise typer.Exit(1 if refused else 0)


def _open(hall: Hall, name: str) -> Iterator[Answer]:
    for status in ("new", "pending", "approved", "blocked"):
        after = ""
        while True:
            path = f"/v1/records?property={name}&status={status}&limit={PAGE}" + (f"&after={after}" if after else "")
            page = hall.must("GET", "records", path)
            yield from page["cards"]
            after = page["next"] or ""
            if not after:
                break


def _staff(hall: Hall) -> Iterator[Answer]:
    after = ""
    while True:
        page = hall.must("GET", "auth", "/v1/staff?limit=1000" + (f"&after={after}" if after else ""))
        yield from page["items"]
        after = page["next"] or ""
        if not after:
            return


def _known_everywhere(hall: Hall, name: str, services: Sequence[str] = LOOKED_BY) -> None:
    ends = time.monotonic() + KNOWN_WITHIN_S
    waiting = list(services)
    while waiting:
        try:
            hall.ask("GET", waiting[0], f"/v1/readiness/{name}")
            waiting.pop(0)
        except Refused as refused:
            if refused.status != 404:
                raise StackFault(f"{waiting[0]} says no: {refused.detail}") from refused
            if time.monotonic() > ends:
                raise StackFault(f"{waiting[0]} has not heard of {name} yet; run it again.") from refused
            time.sleep(AGAIN_S)


def _digest(body: Answer) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(body, sort_keys=True)).hex
