"""Whoever an alert rang for takes it, after a while, and sometimes lets it ring on."""

import asyncio
import logging

from deploy.demo.crew import Crew
from deploy.demo.desk import Refused

log = logging.getLogger(__name__)
LOOK_S, AT_ONCE = 2.0, 8
IGNORES = 0.4


class Answering:
    """The people of one hotel and their ringing alerts."""

    def __init__(self, crew: Crew) -> None:
        self._crew, self._lot = crew, crew.lot("alerts")
        self._left: set[str] = set()

    async def run(self) -> None:
        """For ever: look what rings, and have some of it taken."""
        while True:
            try:
                page = await self._crew.watcher.get(
                    "alerts", "/v1/alerts", property=self._crew.property_id, state="open", limit=50
                )
                fresh = [alert for alert in page.body["items"] if alert["id"] not in self._left]
                for alert in fresh[:AT_ONCE]:
                    await self._take(alert["id"], alert["audience"])
            except Refused as refused:
                log.warning("the alerts of %s: %s", self._crew.property_id, refused)
            await asyncio.sleep(LOOK_S)

    async def _take(self, alert_id: str, audience: list[str]) -> None:
        self._left.add(alert_id)
        local = self._crew.clock.clock.now().astimezone(self._crew.zone)
        there = [self._crew.workers[one] for one in audience if one in self._crew.workers]
        hearing = [worker for worker in there if worker.on_duty(local)]
        if not hearing or self._lot.random() < IGNORES:
            return
        try:
            await self._lot.choice(hearing).desk.act("alerts", f"/v1/alerts/{alert_id}/acknowledge")
            self._crew.tally.done["take an alert"] += 1
        except Refused as refused:
            self._crew.tally.refused[refused.code] += 1
