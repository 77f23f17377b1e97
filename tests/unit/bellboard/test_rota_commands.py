"""What the commands of one's own time and of lent rights ask of auth, and what they say to a refusal."""

import json
from collections.abc import Callable

import httpx
import pytest
from typer.testing import CliRunner

from bellboard.commands import rota
from bellboard.commands.staff import app
from deploy.local.faults import StackFault

SWAP = {
    "id": "swap-1",
    "asker": "ana",
    "colleague": "bea",
    "given": {"start": "2026-03-30T22:00:00Z"},
    "in_return": None,
    "state": "accepted",
    "version": 3,
    "answer_by": "2026-03-30T22:00:00Z",
}
LENT = {"id": "lent-1", "lender": "gil", "to": "rui", "roles": ["finance"], "start": "2026-01-01", "end": "2026-01-02"}
INVITED = {"login": "rui.night", "code": "abcde-fghij", "minutes": 4320}
HELD = {"delegations": LENT, "invitations": INVITED}
ME = ("--login", "ana", "--password", "the night porter knows")
Seen = list[tuple[str, object, str | None]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What auth was asked; it answers everything with a swap or a delegation."""
    asked: Seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked.append((f"{request.method} {request.url.path}", body, request.headers.get("if-match")))
        one = next((held for part, held in HELD.items() if part in request.url.path), SWAP)
        return httpx.Response(200, json={"items": [one], "access_token": "t", **one})

    plain: Callable[..., httpx.Client] = httpx.Client
    monkeypatch.setattr(rota.httpx, "Client", lambda **told: plain(**told, transport=httpx.MockTransport(answer)))
    return asked


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("absent", "--end", "2026-01-01T00:00:00Z"), ("POST /v1/me/absences", {"end": "2026-01-01T00:00:00Z"}, None)),
        (("back",), ("POST /v1/me/absences/end", None, None)),
        (
            ("invite", "rui", "--reason", "new_colleague", "--new-login", "rui.night"),
            (
                "POST /v1/staff/rui/invitations",
                {"reason_code": "new_colleague", "login": "rui.night", "second_factor": False},
                None,
            ),
        ),
        (("swap", "accept", "swap-1"), ("POST /v1/me/shift-swaps/swap-1/answer", {"accept": True}, '"3"')),
        (("swap", "decline", "swap-1"), ("POST /v1/me/shift-swaps/swap-1/answer", {"accept": False}, '"3"')),
        (("swap", "withdraw", "swap-1"), ("POST /v1/me/shift-swaps/swap-1/withdraw", None, '"3"')),
        (("swap", "agree", "swap-1"), ("POST /v1/shift-swaps/swap-1/decision", {"approve": True}, '"3"')),
        (("swap", "refuse", "swap-1"), ("POST /v1/shift-swaps/swap-1/decision", {"approve": False}, '"3"')),
        (("swap", "list", "--waiting"), ("GET /v1/shift-swaps", None, None)),
        (
            ("swap", "offer", "bea", "2026-03-30T22:00:00Z", "city"),
            (
                "POST /v1/me/shift-swaps",
                {"colleague": "bea", "start": "2026-03-30T22:00:00Z", "property_id": "city", "in_return": None},
                None,
            ),
        ),
        (
            ("delegate", "lend", "rui", "--role", "finance", "--end", "2026-01-02", "--reason", "holiday"),
            (
                "POST /v1/me/delegations",
                {"to": "rui", "roles": ["finance"], "end": "2026-01-02", "reason_code": "holiday"},
                None,
            ),
        ),
        (("delegate", "list", "--all"), ("GET /v1/delegations", None, None)),
        (("delegate", "revoke", "lent-1"), ("POST /v1/delegations/lent-1/revoke", None, None)),
    ],
)
def test_command_asks_auth_for_what_it_says(
    seen: Seen, words: tuple[str, ...], asked: tuple[str, object, str | None]
) -> None:
    ran = CliRunner().invoke(app, [*words, *ME])
    assert ran.exit_code == 0, ran.output
    assert seen[0][0] == "POST /v1/sessions"
    assert seen[-1] == asked


def test_swap_that_is_not_ones_own_is_a_plain_sentence(seen: Seen) -> None:
    ran = CliRunner().invoke(app, ["swap", "accept", "another", *ME])
    assert isinstance(ran.exception, StackFault)
    assert "no such swap" in str(ran.exception)
