"""What the screen shows while a day is played, and the table at its end."""

import contextlib
import datetime as dt
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deploy.demo.hotels import CHAIN, PASSWORD, SHOWN, ZONE
from deploy.demo.promises import Finding
from deploy.local.stack import ProcessStatus

STATUSES = ("new", "pending", "approved", "blocked", "complete")


class Figures:
    """Counts read from the stores; the last known ones while a store does not answer."""

    def __init__(self, mongo_url: str) -> None:
        self._client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_url, tz_aware=True, timeoutMS=3000)
        self.now: dict[str, Any] = {}

    async def read(self, business: dt.datetime) -> dict[str, Any]:
        """Stays, records by status, late ones, alerts, audit entries."""
        with contextlib.suppress(PyMongoError):  # killed or just starting: the old figures stand
            self.now = await self._read(business)
        return self.now

    async def _read(self, business: dt.datetime) -> dict[str, Any]:
        records = self._client["bellboard_records"]["records"]
        by_status = await (await records.aggregate([{"$group": {"_id": "$status", "n": {"$sum": 1}}}])).to_list()
        late = {"status": {"$nin": ["complete", "blocked"]}, "due_at": {"$lt": business}}
        return {
            "stays": await self._client["bellboard_integrations"]["stays"].estimated_document_count(),
            "by_status": {row["_id"]: row["n"] for row in by_status},
            "late": await records.count_documents(late),
            "alerts": await self._client["bellboard_alerts"]["alerts"].count_documents({"live": True}),
            "audit": await self._client["bellboard_auth"]["audit"].estimated_document_count(),
        }


def live(
    url: str,
    business: dt.datetime,
    figures: dict[str, Any],
    processes: list[ProcessStatus],
    acts: Counter[str],
    refused: Counter[str],
    guests: Counter[str],
) -> Panel:
    """One glance: where to look, what time it is in the hotels, what happens, what runs."""
    local = business.astimezone(ZoneInfo(ZONE))
    by_status = figures.get("by_status", {})
    facts = Table.grid(padding=(0, 2))
    facts.add_row("Board", Text(url, style="bold cyan"), "Hotel time", Text(f"{local:%a %d %b %H:%M}", style="bold"))
    facts.add_row(
        "Records",
        "  ".join(f"{by_status.get(status, 0)} {status}" for status in STATUSES),
        "Late now",
        Text(str(figures.get("late", 0)), style="red" if figures.get("late") else "green"),
    )
    facts.add_row("Stays", str(figures.get("stays", 0)), "Alerts ringing", str(figures.get("alerts", 0)))
    facts.add_row("Staff did", _top(acts), "Audit entries", str(figures.get("audit", 0)))
    facts.add_row("Refused by rule", _top(refused), "Guests said", _top(guests))
    running = "  ".join(
        f"[green]●[/] {one.name}" + (f" ([yellow]{one.restarts} restarts[/])" if one.restarts else "")
        if one.running
        else f"[red]○ {one.name}[/]"
        for one in processes
    )
    return Panel(Group(facts, Text(""), Text.from_markup(running)), title="Bellboard", subtitle="Ctrl-C stops it all")


def _top(counts: Counter[str], most: int = 4) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.most_common(most)) or "–"


def accounts(url: str) -> Table:
    """Who can sign in, one account for each kind of visitor."""
    table = Table(title=f"Sign in at {url}  ·  chain {CHAIN}  ·  password {PASSWORD}", title_justify="left")
    table.add_column("You are the")
    table.add_column("Login", style="cyan")
    for who, login in SHOWN.items():
        table.add_row(who, login)
    return table


def outcome(findings: list[tuple[str, Finding]], day: dict[str, Any]) -> Group:
    """The promises of the day with what was looked at and what was wrong."""
    table = Table(title="Promises, checked against stores and topics", title_justify="left")
    table.add_column("Promise")
    table.add_column("Checked", justify="right")
    table.add_column("Broken", justify="right")
    table.add_column("")
    for name, found in findings:
        kept = not found.faults
        table.add_row(name, f"{found.checked:,}", str(len(found.faults)), "[green]✓[/]" if kept else "[red]✗[/]")
    figures = Table(title="The day", title_justify="left", show_header=False)
    for name, value in day.items():
        figures.add_row(name, str(value))
    broken = [Text(f"✗ {name}: {fault}", style="red") for name, found in findings for fault in found.faults[:5]]
    return Group(figures, table, *broken)
