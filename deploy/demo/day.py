"""A hotel day: starts everything, plays the PMS, the staff and the guests, and checks the promises at the end."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.live import Live

from deploy.demo import hotels, summary
from deploy.demo.answering import Answering
from deploy.demo.clock import DemoClock
from deploy.demo.crew import Crew, desk
from deploy.demo.desk import Desk, Refused
from deploy.demo.draining import drained
from deploy.demo.evidence import SERVICES, gather
from deploy.demo.feed import Feed
from deploy.demo.guests import Guests
from deploy.demo.promises import PROMISES, Context, Finding
from deploy.demo.recomputed import audit_verifies, reports_match, stays_are_the_last_word
from deploy.demo.sales_promises import SALES
from deploy.demo.shop import Shop
from deploy.demo.staffing import Staffing
from deploy.demo.trouble import Trouble
from deploy.local import services
from deploy.local.faults import StackFault
from deploy.local.stack import Stack

SIGN_IN_S = 60


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for. `seconds=None`: until Ctrl-C."""

    folder: Path
    seconds: float | None = None
    rate: float = 60.0
    share: float = 1.0
    seed: int = 7
    window: dt.date = dt.date(2016, 7, 1)
    file: Path | None = None
    kafka: str | None = None
    mongo: str | None = None
    ports: Mapping[str, int] = field(default_factory=dict)


class Day:
    """One run of the demo."""

    def __init__(self, wishes: Wishes, console: Console, trouble: Trouble | None = None) -> None:
        self._wishes, self._console, self._trouble = wishes, console, trouble or Trouble()
        self._clock = DemoClock(wishes.folder, wishes.rate)
        self.kept = True

    async def run(self) -> None:
        """Play it; `kept` then says whether the promises held. Cancelled, it stops in order and checks nothing."""
        wishes = self._wishes
        environment = {
            **self._clock.environment,
            **self._trouble.environment,
            "BELLBOARD_AUTH_SEED": str(hotels.file_in(wishes.folder).resolve()),
            "BELLBOARD_CONNECTIONS": hotels.connections(),
            "BELLBOARD_SEED": str(wishes.seed),
            "BELLBOARD_CONSOLE_CHAIN": hotels.CHAIN,
            "BELLBOARD_TRUSTED_PROXIES": "127.0.0.1",  # the console, which says for whom it signs in
        }
        say = self._console.print
        reading: list[asyncio.Task[Feed]] = []

        async def opened(stack: Stack) -> None:
            # Only now is the folder ours: a second demo that is refused must not touch the first one's files.
            self._clock.open()
            hotels.write(wishes.folder, wishes.seed)
            # The bookings are read while the servers and services start.
            reading.append(asyncio.create_task(asyncio.to_thread(self._feed)))
            await self._trouble.opened(stack)

        async with Stack(
            folder=wishes.folder,
            kafka=wishes.kafka,
            mongo=wishes.mongo,
            given_ports=wishes.ports,
            environment=environment,
            proxied_kafka=self._trouble.proxied_kafka,
            at_once=services.SERVICES,
            opened=opened,
            say=say,
        ) as stack:
            say("Reading the bookings")
            feed = await reading[0]
            async with httpx.AsyncClient(timeout=15, trust_env=False, limits=httpx.Limits(max_connections=40)) as http:
                await self._play(stack, http, feed)

    def _feed(self) -> Feed:
        return Feed(self._wishes.file, self._wishes.window, self._clock, self._wishes.seed, self._wishes.share)

    async def _play(self, stack: Stack, http: httpx.AsyncClient, feed: Feed) -> None:
        urls = {name: stack.url(name) for name in SERVICES}
        tokens = await self._tokens(stack.mongo_url)
        admin = desk(http, urls, "admin")
        await self._known_everywhere(admin)
        crews = [
            Crew.of(at, http, urls, self._clock, self._wishes.seed, self._trouble.told) for at in hotels.PROPERTIES
        ]
        staffs, answers = [Staffing(crew) for crew in crews], [Answering(crew) for crew in crews]
        guests = Guests(stack.mongo_url, stack.url("integrations"), tokens, self._clock, self._wishes.seed)
        self._console.print(summary.accounts(stack.url("console")))
        pms = httpx.AsyncClient(base_url=stack.url("integrations"), timeout=15, trust_env=False)
        await Shop(desk(http, urls, "revenue"), {crew.property_id: crew.watcher for crew in crews}, self._clock).open()
        self._clock.run()
        players = [
            asyncio.create_task(feed.run(pms, tokens)),
            *(asyncio.create_task(staff.run()) for staff in staffs),
            *(asyncio.create_task(one.run()) for one in answers),
            asyncio.create_task(guests.run(http)),
            asyncio.create_task(self._trouble.strike(stack)),
        ]
        try:
            await self._show(stack, players, staffs, guests)
        except asyncio.CancelledError:
            for staff in staffs:
                staff.drop()
            raise
        finally:
            for task in players:
                task.cancel()
            await asyncio.gather(*players, return_exceptions=True)
            self._clock.hold()
            await pms.aclose()
        for staff in staffs:
            await staff.stop()
        self._console.print("Time stands still: waiting until every event has had its effect")
        self.kept = await self._check(stack, admin, feed, staffs, guests)

    async def _tokens(self, mongo_url: str) -> dict[str, str]:
        """The secret part of each hotel's inbound addresses, as an operator would look it up."""
        async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
            rows = await client["bellboard_integrations"]["connections"].find().to_list()
        return {row["_id"]: row["token"] for row in rows}

    async def _known_everywhere(self, admin: Desk) -> None:
        """Wait until policy and staff have reached every service: before that each answers 401."""
        for service in admin.urls:
            try:
                await asyncio.wait_for(_known(admin, service), SIGN_IN_S)
            except (TimeoutError, Refused) as failure:
                raise StackFault(
                    f"{service} does not know the administrator after {SIGN_IN_S} s ({failure}); see its log."
                ) from failure

    async def _show(
        self, stack: Stack, players: list["asyncio.Task[None]"], staffs: list[Staffing], guests: Guests
    ) -> None:
        figures = summary.Figures(stack.mongo_url)
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._wishes.seconds if self._wishes.seconds else float("inf")
        with Live(console=self._console, refresh_per_second=2, transient=True) as screen:
            while loop.time() < ends:
                for task in players:
                    if task.done() and task.exception():
                        task.result()
                now = self._clock.clock.now()
                self._clock.save()
                acts, refused = _tallied(staffs)
                seen = await figures.read(now)
                screen.update(
                    summary.live(stack.url("console"), now, seen, stack.status(), acts, refused, guests.tally)
                )
                await asyncio.sleep(1.0)

    async def _check(self, stack: Stack, admin: Desk, feed: Feed, staffs: list[Staffing], guests: Guests) -> bool:
        await self._trouble.mend(stack)
        await drained(stack.mongo_url, admin)
        evidence = await gather(stack.mongo_url, stack.kafka_servers)
        context = Context(self._clock.clock.now(), self._grace())
        checks = [
            *PROMISES,
            *SALES,
            ("The audit log verifies", audit_verifies),
            ("Stays equal the PMS's last word", stays_are_the_last_word(feed.pushed())),
            ("Reports = recomputed from the topics", reports_match),
        ]
        findings: list[tuple[str, Finding]] = []
        for name, check in checks:
            findings.append((name, await asyncio.to_thread(check, evidence, context)))
        findings += self._trouble.checks(evidence)
        self._console.print(summary.outcome(findings, self._figures(feed, staffs, guests)))
        return not any(found.faults for _, found in findings)

    def _grace(self) -> dt.timedelta:
        """How long after its deadline a record may still be waiting for its alert: 15 real seconds."""
        return dt.timedelta(seconds=15 * self._wishes.rate)

    def _figures(self, feed: Feed, staffs: list[Staffing], guests: Guests) -> dict[str, Any]:
        acts, refused = _tallied(staffs)
        return {
            "PMS deliveries": f"{feed.sent:,} of {len(feed.deliveries):,}",
            "Staff actions": f"{acts.total():,}: " + ", ".join(f"{k} {n}" for k, n in acts.most_common()),
            "Refused": f"{refused.total():,}: " + ", ".join(f"{k} {n}" for k, n in refused.most_common()),
            "Guests said": f"{guests.tally.total():,}",
            **self._trouble.figures(),
        }


async def _known(admin: Desk, service: str) -> None:
    """Wait for a service that knows the keys already, and what the administrator may do not yet (403)."""
    while True:
        try:
            await admin.get(service, "/ops/v1/status")
            return
        except Refused as refused:
            if refused.status != httpx.codes.FORBIDDEN:
                raise
        await asyncio.sleep(0.5)


def _tallied(staffs: list[Staffing]) -> tuple[Counter[str], Counter[str]]:
    """What the staff of all hotels did, and what they were refused."""
    done = sum((staff.crew.tally.done for staff in staffs), Counter[str]())
    return done, sum((staff.crew.tally.refused for staff in staffs), Counter[str]())
