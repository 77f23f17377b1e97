"""The console over a made-up hotel, without any other process: for tests, and for looking at pages."""

import argparse
import datetime as dt
import logging
from dataclasses import dataclass

import httpx
import uvicorn
from fastapi import FastAPI

from services.console.app import dress, over_http, routers
from services.console.domain.session import Session
from services.console.settings import Settings
from services.console.usecases.live import Bell, Feed
from shared.contracts.values import Scope
from tests.fakes.hotel import CHAIN, FakeClock, FakeHotel, FakeHouse
from tests.fakes.hotel_api import hotel_api


class FakeSessions:
    """Sessions in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Session] = {}

    async def find(self, scope: Scope, cookie: str) -> Session | None:
        return self.kept.get((scope.chain, cookie))

    async def save(self, scope: Scope, session: Session) -> None:
        self.kept[scope.chain, session.cookie] = session

    async def end(self, scope: Scope, cookie: str) -> None:
        self.kept.pop((scope.chain, cookie), None)


class WallClock(FakeClock):
    """A made-up business clock that really runs, for looking at pages."""

    def __init__(self, now: dt.datetime) -> None:
        super().__init__(now)
        self._began = dt.datetime.now(dt.UTC)

    def now(self) -> dt.datetime:
        return self._now + (dt.datetime.now(dt.UTC) - self._began)


@dataclass
class FakeConsole:
    """The console's app and everything behind it."""

    app: FastAPI
    hotel: FakeHotel
    house: FakeHouse
    sessions: FakeSessions
    clock: FakeClock
    feed: Feed
    services: FastAPI


def fake_console(clock: FakeClock, records: int = 0) -> FakeConsole:
    """A console over a hotel with this many made-up records and one that shows everything."""
    hotel, house, feed, sessions = FakeHotel(clock.now()), FakeHouse(), Feed(), FakeSessions()
    if records:
        hotel.fill(records)

    def told(property_id: str, noun: str, subject: str, version: int) -> None:
        feed.ring(Bell(CHAIN, property_id, noun, subject, version))

    services = hotel_api(hotel, house, told)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=services))
    settings = Settings(console_chain=CHAIN)
    app = FastAPI()
    for router in routers(over_http(settings, http, clock, sessions, house, feed), settings):
        app.include_router(router)
    return FakeConsole(dress(app), hotel, house, sessions, clock, feed, services)


def main() -> None:
    """Serve the made-up console: `uv run python -m tests.fakes.console --port 8090`, sign in as carla."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=8090)
    options.add_argument("--records", type=int, default=46)
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO)
    made = fake_console(WallClock(dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)), given.records)
    uvicorn.run(made.app, host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
