"""What comes at the same time goes to the store together, and nobody gets another's answer or failure."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from shared.chassis.mongo import DatabaseError, Delete, Document, Duplicate, Insert, Put, Tx
from shared.chassis.together import MOST, Lookups, Together


class FakeCollection:
    """Notes bulks; a document that says so is refused."""

    def __init__(self, bulks: list[list[Any]], ordered: list[bool]) -> None:
        self._bulks, self._ordered = bulks, ordered

    async def bulk(self, ops: Sequence[Any], *, ordered: bool = True, tx: Tx) -> int:
        self._bulks.append(list(ops))
        self._ordered.append(ordered)
        inserted = [op.document for op in ops if isinstance(op, Insert)]
        if {"_id": "taken"} in inserted:
            raise Duplicate("taken")
        if {"_id": "down"} in inserted:
            raise DatabaseError("no answer")
        if {"_id": "unsayable"} in inserted:
            raise OverflowError("no 64 bits hold this")
        return sum(isinstance(op, Put) and op.filter == {"_id": "there"} for op in ops)


class FakeMongo:
    """Runs transactions one by one; `alone` counts those of work that was done again by itself."""

    def __init__(self) -> None:
        self.bulks: list[list[Any]] = []
        self.ordered: list[bool] = []
        self.transactions = 0

    def collection(self, name: str) -> FakeCollection:
        return FakeCollection(self.bulks, self.ordered)

    async def run(self, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        self.transactions += 1
        await asyncio.sleep(0)
        tx = Tx("a session")
        result = await work(tx)
        for then in tx.after_commit:
            then()
        return result


def writing(*ops: Any, done: list[str]) -> Callable[[Tx], Awaitable[str]]:
    """Work that writes some operations; `done` tells in which sort of transaction it ran."""

    async def work(tx: Tx) -> str:
        done.append("alone" if tx.gathered is None else "gathered")
        if tx.gathered is not None:
            tx.gathered.setdefault("things", []).extend(ops)
        tx.after_commit.append(lambda: done.append("committed"))
        return "answer"

    return work


def inserting(mongo: FakeMongo, one: str) -> Callable[[Tx], Awaitable[str]]:
    """Work that inserts one document, with the others or alone."""

    async def work(tx: Tx) -> str:
        if tx.gathered is None:
            await mongo.collection("things").bulk([Insert({"_id": one})], tx=tx)
        else:
            tx.gathered["things"] = [Insert({"_id": one})]
        return one

    return work


async def test_work_that_is_ready_together_shares_a_transaction() -> None:
    mongo, done = FakeMongo(), list[str]()
    together = Together(mongo)  # type: ignore[arg-type]  # a fake of what is used of it
    works = [writing(Insert({"_id": number}), done=done) for number in range(5)]
    assert await asyncio.gather(*(together.run(work) for work in works)) == ["answer"] * 5
    assert [len(bulk) for bulk in mongo.bulks] == [5]
    assert (done.count("gathered"), done.count("committed"), done.count("alone")) == (5, 5, 0)


@pytest.mark.parametrize("loser", [Insert({"_id": "taken"}), Put({"_id": "moved on"}, {}, upsert=False)])
async def test_everybody_goes_alone_when_one_of_the_group_lost(loser: Any) -> None:
    mongo, done = FakeMongo(), list[str]()
    together = Together(mongo)  # type: ignore[arg-type]  # a fake of what is used of it
    works = [writing(Put({"_id": "there"}, {}, upsert=False), done=done), writing(loser, done=done)]
    assert await asyncio.gather(*(together.run(work) for work in works)) == ["answer", "answer"]
    assert (done.count("gathered"), done.count("alone")) == (2, 2)
    assert mongo.transactions == 3


async def test_only_the_culprit_fails_when_its_writes_cannot_be_sent() -> None:
    mongo = FakeMongo()
    together = Together(mongo)  # type: ignore[arg-type]  # a fake of what is used of it

    most = ["unsayable", *(f"fine-{number}" for number in range(MOST * 2))]
    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(*(together.run(inserting(mongo, one)) for one in most), return_exceptions=True)
    assert isinstance(outcomes[0], OverflowError)
    assert outcomes[1:] == most[1:]


async def test_writes_of_one_sort_go_out_together_and_in_order_when_several_share_a_transaction() -> None:
    mongo = FakeMongo()
    together = Together(mongo)  # type: ignore[arg-type]  # a fake of what is used of it
    there = Put({"_id": "there"}, {}, upsert=False)
    works = [writing(Delete({"_id": one}), there, Insert({"_id": one}), done=[]) for one in ("a", "b")]
    await asyncio.gather(*(together.run(work) for work in works))
    assert [type(op) for op in mongo.bulks[0]] == [Insert, Insert, Put, Put, Delete, Delete]
    assert mongo.ordered == [True]


async def test_everybody_is_told_when_the_store_does_not_answer() -> None:
    done = list[str]()
    together = Together(FakeMongo())  # type: ignore[arg-type]  # a fake of what is used of it
    works = [writing(Insert({"_id": one}), done=done) for one in ("down", "fine")]
    outcomes = await asyncio.gather(*(together.run(work) for work in works), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [DatabaseError, DatabaseError]
    assert "alone" not in done


async def test_what_was_refused_takes_no_part_in_the_group() -> None:
    mongo, done = FakeMongo(), list[str]()
    together = Together(mongo)  # type: ignore[arg-type]  # a fake of what is used of it

    async def refused(tx: Tx) -> str:
        assert tx.gathered is not None
        tx.gathered["things"] = [Insert({"_id": "never"})]
        raise ValueError("no")

    fine = together.run(writing(Insert({"_id": 1}), done=done))
    outcomes = await asyncio.gather(fine, together.run(refused), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["answer", "no"]
    assert mongo.bulks == [[Insert({"_id": 1})]]


async def test_ids_asked_for_during_a_question_are_the_next_question() -> None:
    asked: list[list[str]] = []

    async def find(ids: Sequence[str]) -> dict[str, Document]:
        asked.append(list(ids))
        await asyncio.sleep(0)
        return {one: {"_id": one} for one in ids if one != "unknown"}

    lookups = Lookups(find)
    first = asyncio.create_task(lookups.find("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = await asyncio.gather(*(lookups.find(one) for one in ("b", "unknown", "b", "a")))
    assert await first == {"_id": "a"}
    assert rest == [{"_id": "b"}, None, {"_id": "b"}, {"_id": "a"}]
    assert asked == [["a"], ["b", "unknown", "a"]]


async def _no_answer(ids: Sequence[str]) -> dict[str, Document]:
    raise DatabaseError("no answer")


async def _all_there(ids: Sequence[str]) -> dict[str, Document]:
    return {one: {"_id": one} for one in ids}


async def test_a_look_up_that_failed_fails_for_those_who_asked_and_for_nobody_after() -> None:
    answers = iter((_no_answer, _all_there))

    async def find(ids: Sequence[str]) -> dict[str, Document]:
        return await next(answers)(ids)

    lookups = Lookups(find)
    failed = await asyncio.gather(lookups.find("a"), lookups.find("b"), return_exceptions=True)
    assert [type(one) for one in failed] == [DatabaseError, DatabaseError]
    assert await lookups.find("a") == {"_id": "a"}
