"""A team's chat: Slack's incoming webhooks, and Teams' workflow webhooks with an adaptive card."""

from typing import Any, Self

import httpx

from services.alerts.channels.answers import tried
from services.alerts.domain.outgoing import Letter, Result, To
from services.alerts.ports.channels import Limits
from services.alerts.settings import Settings
from shared.contracts.alerts import Severity

MARKS = {Severity.NOTICE: ":information_source:", Severity.WARNING: ":warning:", Severity.CRITICAL: ":rotating_light:"}
COLOURS = {Severity.NOTICE: "default", Severity.WARNING: "warning", Severity.CRITICAL: "attention"}


class Slack:
    """One message a second is what an incoming webhook bears."""

    name = "slack"

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.limits = Limits(per_minute=60, at_once=2, timeout_s=15.0)

    @classmethod
    def of(cls, settings: Settings, outside: httpx.AsyncClient, providers: httpx.AsyncClient) -> Self | None:
        """The channel: it needs no settings."""
        return cls(outside)

    async def send(self, to: To, letter: Letter) -> Result:
        """Post the letter."""
        assert to.destination is not None
        url, told = to.destination.url, self.said(letter)
        return await tried(lambda: self._http.post(url, json=told))

    @staticmethod
    def said(letter: Letter) -> dict[str, Any]:
        """The body. What could be markup is none."""
        plain = letter.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return {"text": f"{MARKS[letter.severity]} {plain}"}


class Teams(Slack):
    """The same to Teams."""

    name = "teams"

    @staticmethod
    def said(letter: Letter) -> dict[str, Any]:
        """The body: a card."""
        head = {"type": "TextBlock", "text": letter.subject, "weight": "bolder", "wrap": True}
        lines = [{"type": "TextBlock", "text": line, "wrap": True} for line in letter.lines] if letter.lines[1:] else []
        card = {
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [head | {"color": COLOURS[letter.severity]}, *lines],
        }
        attached = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        return {"type": "message", "attachments": [attached]}
