"""F44, F45: real processes are killed and frozen at every step of a posting or payment: at most one, none forgotten."""

import asyncio
import datetime as dt
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from services.integrations.app import Parts, parts
from services.integrations.domain.accounts import PaymentAccount
from services.integrations.domain.connections import ConnectionSpec
from services.integrations.domain.marks import Hint
from services.integrations.domain.payments import OperationRow
from services.integrations.domain.postings import PostingRow
from services.integrations.settings import Settings
from shared.chassis.provenance import Provenance
from shared.contracts.money import Posting, PostingState
from shared.contracts.payments import PaymentKind, PaymentOperation
from shared.contracts.records import LineKind
from shared.contracts.values import Money, Scope, stay_id
from tests.contract.pms.world import APALEO, MEWS, Rig, Sim
from tests.factories.records import CHAIN
from tests.factories.standing import NO_BROKER
from tests.fakes.pms.book import Booked, Entry
from tests.fakes.stripe_server import WEBHOOK_SECRET, StripeServer
from tests.faults.workers import Workers, hotels_known, until

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
SCOPE = Scope(chain=CHAIN)
EUROS = Money(amount=2500, currency="EUR")
RIGS = {"city": MEWS, "resort": APALEO}
"""A PMS that knows no keys of ours, and one that does."""
SETTLED = (PostingState.DONE.value, PostingState.UNKNOWN.value)


@dataclass
class Bank(Workers):
    """The hotels, what is outside of them, and the workers that post and pay."""

    have: Parts = None  # type: ignore[assignment] # given right after the processes are there
    sims: dict[str, Sim] = field(default_factory=dict)
    stripe: StripeServer = field(default_factory=StripeServer)
    asked: int = 0

    async def post(self, hotel: str, kind: LineKind = LineKind.CHARGE) -> str:
        """A line of 25 euros is asked for."""
        self.asked += 1
        rig = RIGS[hotel]
        posting = Posting(
            id=self.have.chassis.clock.new_id(),
            property_id=hotel,
            record_id=f"rec-{self.asked}",
            line_id="line-1",
            stay_id=stay_id(hotel, rig.vendor, rig.numbers[0]),
            kind=kind,
            amount=EUROS,
            state=PostingState.PENDING,
            at=dt.datetime.now(dt.UTC),
            version=1,
        )
        row, asked = PostingRow(chain=CHAIN, posting=posting, correlation="test-run-1", causation="e-1"), SCOPE
        provenance = Provenance.fresh("test-run-1")
        await self.have.chassis.mongo.run(lambda tx: self.have.postings.request(asked, tx, [row], provenance))
        return posting.id

    async def hold(self) -> str:
        """25 euros are to be held on a card."""
        self.asked += 1
        name = self.have.chassis.clock.new_id()
        operation = PaymentOperation(
            id=name,
            payment_id=name,
            property_id="city",
            stay_id=None,
            kind=PaymentKind.HOLD,
            amount=EUROS,
            state=PostingState.PENDING,
            provider="stripe",
            requested_by="fin",
            at=dt.datetime.now(dt.UTC),
            version=1,
        )
        row = OperationRow(chain=CHAIN, operation=operation, method="pm_card_visa", correlation="test-run-1")
        await self.have.chassis.mongo.collection("payments").insert_one(_payment_row(row))
        return name

    async def state(self, collection: str, name: str) -> str:
        """How a posting or payment stands."""
        row = await self.have.chassis.mongo.collection(collection).find_one({"_id": name})
        assert row is not None
        return str(row["state"])

    def entries(self, hotel: str, name: str) -> list[Entry]:
        """What stands on the folio under a key."""
        booked = self.sims[hotel].book.booked[RIGS[hotel].numbers[0]]
        return [one for one in booked.entries if one.key == name]

    async def ended(self, collection: str, name: str) -> str:
        """Wait until it is known, or known to be unknown."""
        await until(lambda: self.is_one_of(collection, name, SETTLED), f"{name} of {collection} ends")
        return await self.state(collection, name)

    async def is_one_of(self, collection: str, name: str, states: tuple[str, ...]) -> bool:
        """Whether it stands so."""
        return await self.state(collection, name) in states


def _payment_row(row: OperationRow) -> dict[str, Any]:
    one = row.operation
    return {
        **{"_id": one.id, "chain": row.chain, "prop": one.property_id, "payment": one.payment_id, "stay": one.stay_id},
        **{"state": one.state.value, "open": True, "at": one.at, "body": row.model_dump(mode="json"), "claimed": None},
    }


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """A simulator at an address of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started, "a simulator listens")
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.force_exit = server.should_exit = True
    await running


def connected(hotel: str, rig: Rig, sim: Sim, url: str) -> ConnectionSpec:
    """A hotel at its simulated PMS."""
    options = {name: url if value == "http://localhost" else value for name, value in rig.options.items()}
    return ConnectionSpec(
        property_id=hotel,
        chain=CHAIN,
        pms=rig.vendor,
        hotel=sim.book.hotel,
        zone="Europe/Lisbon",
        currency="EUR",
        credentials=hotel,
        base_url=url,
        options=options,
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bank]:
    """Two hotels and a bank."""
    folder, database = tmp_path_factory.mktemp("money"), f"test_money_{os.getpid()}"
    sims, stripe = {hotel: rig.make() for hotel, rig in RIGS.items()}, StripeServer()
    async with AsyncExitStack() as stack:
        urls = {hotel: await stack.enter_async_context(served(sim.app)) for hotel, sim in sims.items()}
        at = await stack.enter_async_context(served(stripe.app))
        account = {"property_id": "city", "chain": CHAIN, "api_key": "sk_test_x", "webhook_secret": WEBHOOK_SECRET}
        specs = [connected(hotel, rig, sims[hotel], urls[hotel]) for hotel, rig in RIGS.items()]
        (folder / "secrets").mkdir()
        for hotel, rig in RIGS.items():
            (folder / "secrets" / f"{hotel}.json").write_text(json.dumps(dict(rig.secrets)))
            sims[hotel].book.book(Booked(rig.numbers[0]))
        settings = Settings(
            mongo_url=mongo_url,
            mongo_database=database,
            kafka_servers=NO_BROKER,
            connections=tuple(specs),
            secrets_dir=folder / "secrets",
            payment_accounts=(PaymentAccount.model_validate(account | {"base_url": at}),),
        )
        environment = os.environ | {
            "BELLBOARD_MONGO_URL": mongo_url,
            "BELLBOARD_MONGO_DATABASE": database,
            "BELLBOARD_KAFKA_SERVERS": NO_BROKER,
            "BELLBOARD_SECRETS_DIR": str(folder / "secrets"),
            "BELLBOARD_PAYMENT_ACCOUNTS": json.dumps([account | {"base_url": at}]),
        }
        have = parts(settings)
        await have.prepare()
        await hotels_known(have.chassis)
        await have.chassis.policy.refresh()
        for connection in await have.connections.all(SCOPE):
            hint = Hint(ref=RIGS[connection.property_id].numbers[0])
            await have.following.marks.raise_all(SCOPE, connection, [hint], have.chassis.clock.real_now())
        await have.fetch_marked()
        command = [sys.executable, "-m", "tests.faults.money_worker"]
        made = Bank.of(command, environment, folder / "points")
        made.have, made.sims, made.stripe = have, sims, stripe
        yield made
        made.close()
        await have.chassis.mongo.close()


POSTING = ("outgoing.claimed", "outgoing.sending", "outgoing.answered", "outgoing.settled")
PAYMENT = ("payment.claimed", "payment.answered", "payment.settled")


@pytest.mark.parametrize("kind", [LineKind.CHARGE, LineKind.DEPOSIT])
@pytest.mark.parametrize("point", POSTING)
@pytest.mark.parametrize("hotel", sorted(RIGS))
async def test_posting_is_on_the_folio_at_most_once_when_its_worker_is_killed(
    bank: Bank, hotel: str, point: str, kind: LineKind
) -> None:
    met = bank.arm(point, "kill")
    name = await bank.post(hotel, kind)
    worker = bank.start()
    await until(lambda: bank.gone(worker), f"a worker dies at {point}")
    assert met.exists()
    another = bank.start()

    state = await bank.ended("postings", name)
    # Where the PMS knows no keys, what may have left is never sent again: nobody knows, and a person hears of it.
    lost = point == "outgoing.sending" and hotel == "city"
    assert (state, len(bank.entries(hotel, name))) == (("unknown", 0) if lost else ("done", 1))
    await bank.end(another)


@pytest.mark.parametrize("kind", [LineKind.CHARGE, LineKind.DEPOSIT])
@pytest.mark.parametrize("point", POSTING[:3])
@pytest.mark.parametrize("hotel", sorted(RIGS))
async def test_worker_that_was_frozen_and_wakes_up_posts_nothing_twice(
    bank: Bank, hotel: str, point: str, kind: LineKind
) -> None:
    met = bank.arm(point, "stop")
    name = await bank.post(hotel, kind)
    frozen = bank.start()
    await until(met.exists, f"a worker freezes at {point}")
    another = bank.start()
    await bank.ended("postings", name)
    os.kill(frozen, signal.SIGCONT)

    # Who woke up sends what it had in hand at most once; what was unknown is then found on the folio.
    last = await bank.post(hotel)
    assert await bank.ended("postings", last) == "done"
    await until(lambda: bank.is_one_of("postings", name, ("done",)), f"{name} is found after {point}")
    assert [len(bank.entries(hotel, each)) for each in (name, last)] == [1, 1]
    await bank.end(frozen, another)


@pytest.mark.parametrize("point", PAYMENT)
@pytest.mark.parametrize("act", ["kill", "stop"])
async def test_payment_is_made_once_however_its_worker_ends(bank: Bank, act: str, point: str) -> None:
    before = len(bank.stripe.intents)
    met = bank.arm(point, act)
    name = await bank.hold()
    struck = bank.start()
    await until(met.exists, f"a worker meets {point}")
    another = bank.start()
    assert await bank.ended("payments", name) == "done"
    with suppress(ProcessLookupError):
        os.kill(struck, signal.SIGCONT)

    last = await bank.hold()
    assert await bank.ended("payments", last) == "done"
    assert len(bank.stripe.intents) - before == 2
    await bank.end(struck, another)
