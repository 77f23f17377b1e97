"""`bellboard staff absent|back`, `staff swap …` and `staff delegate …`: one's own time, and rights lent for a time."""

import uuid
from collections.abc import Callable
from typing import Annotated, Any

import httpx
import typer

from bellboard.screen import out, say, table
from deploy.local.faults import StackFault

Chain = Annotated[str, typer.Option(help="The chain.")]
Login = Annotated[str, typer.Option(help="Who you are.")]
Password = Annotated[str, typer.Option(envvar="BELLBOARD_PASSWORD", prompt=True, hide_input=True)]
Auth = Annotated[str, typer.Option(envvar="BELLBOARD_AUTH_URL", help="Where auth is.")]
At = "http://127.0.0.1:8001"

swaps = typer.Typer(help="Swap shifts with a colleague.", no_args_is_help=True)
delegations = typer.Typer(help="Lend rights to a colleague for a time.", no_args_is_help=True)


class Me:
    """Somebody signed in at auth."""

    def __init__(self, auth: str, chain: str, login: str, password: str) -> None:
        self._client = httpx.Client(base_url=auth, timeout=30, trust_env=False)
        said = self.ask("POST", "/v1/sessions", {"chain": chain, "login": login, "password": password})
        self._client.headers["Authorization"] = f"Bearer {said['access_token']}"

    def ask(self, method: str, path: str, body: Any = None, version: int | None = None) -> dict[str, Any]:
        """An answer; StackFault with its reasons when it is refused."""
        headers = {"Idempotency-Key": f"cli-{uuid.uuid4()}"}
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as failure:
            raise StackFault(f"Auth does not answer ({type(failure).__name__}); name it with --auth.") from failure
        if not answer.is_success:
            raise StackFault(f"Refused: {answer.json().get('detail', answer.status_code)}")
        found: dict[str, Any] = answer.json()
        return found


def absent(
    login: Login,
    password: Password,
    start: Annotated[str | None, typer.Option(help="From when, e.g. 2026-03-30T22:00:00Z; default now.")] = None,
    end: Annotated[str | None, typer.Option(help="Until when; default until further notice.")] = None,
    chain: Chain = "grand",
    auth: Auth = At,
) -> None:
    """Call in sick: your open work moves on, and the supervisor hears of a shift you will miss."""
    body = {name: moment for name, moment in (("start", start), ("end", end)) if moment}
    Me(auth, chain, login, password).ask("POST", "/v1/me/absences", body)
    say("You are down as absent. Get well.")


def back(login: Login, password: Password, chain: Chain = "grand", auth: Auth = At) -> None:
    """Be there again from now on."""
    Me(auth, chain, login, password).ask("POST", "/v1/me/absences/end")
    say("You are back.")


@swaps.command("offer")
def offer(
    colleague: Annotated[str, typer.Argument(help="The id of the colleague.")],
    start: Annotated[str, typer.Argument(help="When the shift begins, e.g. 2026-03-30T22:00:00Z.")],
    property_id: Annotated[str, typer.Argument(help="The hotel.")],
    login: Login,
    password: Password,
    in_return: Annotated[str | None, typer.Option(help="When the shift begins that you take for it.")] = None,
    chain: Chain = "grand",
    auth: Auth = At,
) -> None:
    """Offer a shift of yours to a colleague."""
    body = {"colleague": colleague, "start": start, "property_id": property_id, "in_return": in_return}
    made = Me(auth, chain, login, password).ask("POST", "/v1/me/shift-swaps", body)
    say(f"{made['id']} waits for an answer until {made['answer_by']}.")


@swaps.command("list")
def listed(
    login: Login,
    password: Password,
    waiting: Annotated[bool, typer.Option("--waiting", help="What waits for your yes as a supervisor.")] = False,
    chain: Chain = "grand",
    auth: Auth = At,
) -> None:
    """What you offered or were offered."""
    path = "/v1/shift-swaps" if waiting else "/v1/me/shift-swaps"
    shown = table("Swaps", "id", "from", "to", "shift", "in return", "state")
    for one in Me(auth, chain, login, password).ask("GET", path)["items"]:
        given, taken = one["given"]["start"], (one["in_return"] or {}).get("start", "")
        shown.add_row(one["id"], one["asker"], one["colleague"], given, taken, one["state"])
    out.print(shown)


def _step(name: str, path: str, body: dict[str, bool] | None, sentence: str, listed_at: str) -> Callable[..., None]:
    def step(
        swap: Annotated[str, typer.Argument(help="The id of the swap, as `list` says.")],
        login: Login,
        password: Password,
        chain: Chain = "grand",
        auth: Auth = At,
    ) -> None:
        me = Me(auth, chain, login, password)
        found = next((one for one in me.ask("GET", listed_at)["items"] if one["id"] == swap), None)
        if found is None:
            raise StackFault("There is no such swap of yours; `bellboard staff swap list` shows them.")
        say(f"It is {me.ask('POST', path.format(swap), body, found['version'])['state']}.")

    step.__doc__ = sentence
    return swaps.command(name)(step)


_MINE, _THEIRS = "/v1/me/shift-swaps", "/v1/shift-swaps"
_step("accept", f"{_MINE}/{{}}/answer", {"accept": True}, "Take the shift that you were offered.", _MINE)
_step("decline", f"{_MINE}/{{}}/answer", {"accept": False}, "Say no to it.", _MINE)
_step("withdraw", f"{_MINE}/{{}}/withdraw", None, "Take your offer back.", _MINE)
_step("agree", f"{_THEIRS}/{{}}/decision", {"approve": True}, "Agree to a swap of your people.", _THEIRS)
_step("refuse", f"{_THEIRS}/{{}}/decision", {"approve": False}, "Do not agree to it.", _THEIRS)


@delegations.command("lend")
def lend(
    to: Annotated[str, typer.Argument(help="The id of the colleague.")],
    role: Annotated[list[str], typer.Option(help="A role of yours; may be said again.")],
    end: Annotated[str, typer.Option(help="Until when, at most 31 days, e.g. 2026-04-10T08:00:00Z.")],
    reason: Annotated[str, typer.Option(help="A code, e.g. holiday.")],
    login: Login,
    password: Password,
    start: Annotated[str | None, typer.Option(help="From when; default now.")] = None,
    action: Annotated[
        list[str] | None, typer.Option(help="Only this, e.g. decide_proposal; may be said again.")
    ] = None,
    hotel: Annotated[list[str] | None, typer.Option(help="Only there; may be said again.")] = None,
    chain: Chain = "grand",
    auth: Auth = At,
) -> None:
    """Lend roles of yours; it ends by itself, and at once when either of you leaves."""
    body: dict[str, Any] = {"to": to, "roles": role, "end": end, "reason_code": reason}
    body |= {name: said for name, said in (("start", start), ("actions", action), ("properties", hotel)) if said}
    made = Me(auth, chain, login, password).ask("POST", "/v1/me/delegations", body)
    say(f"{made['id']}: {', '.join(made['roles'])} from {made['start']} to {made['end']}.")


@delegations.command("list")
def lent(
    login: Login,
    password: Password,
    everybody: Annotated[bool, typer.Option("--all", help="All of your hotels.")] = False,
    chain: Chain = "grand",
    auth: Auth = At,
) -> None:
    """What you lent and were lent."""
    path = "/v1/delegations" if everybody else "/v1/me/delegations"
    shown = table("Lent", "id", "by", "to", "roles", "from", "until")
    for one in Me(auth, chain, login, password).ask("GET", path)["items"]:
        shown.add_row(one["id"], one["lender"], one["to"], ", ".join(one["roles"]), one["start"], one["end"])
    out.print(shown)


@delegations.command("revoke")
def revoke(
    delegation: Annotated[str, typer.Argument(help="The id of the delegation.")],
    login: Login,
    password: Password,
    chain: Chain = "grand",
    auth: Auth = At,
) -> None:
    """End one at once."""
    Me(auth, chain, login, password).ask("POST", f"/v1/delegations/{delegation}/revoke")
    say("It is over.")
