"""A command and its key: nothing is looked up while it goes well, and no refusal is given before the key is."""

import pytest

from shared.chassis.commands import CommandContext, request_digest
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Duplicate
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, conflict
from shared.contracts.identity import Principal, Role

PERSON = Principal(staff_id="ana", chain="demo", roles=frozenset({Role.ASSOCIATE}), session="s")
ASKED = CommandContext(PERSON, "key-1234", "digest", None, Provenance("correlation"))


class Keys:
    """What was kept, and how often it was asked for."""

    def __init__(self, kept: Kept | AppError | None) -> None:
        self._kept, self.asked = kept, 0

    async def seen(self, ctx: CommandContext) -> Kept | None:
        self.asked += 1
        if isinstance(self._kept, AppError):
            raise self._kept
        return self._kept


async def _answer(keys: Keys, refusal: Exception | None) -> str:
    async def work() -> str:
        if refusal is not None:
            raise refusal
        return "done now"

    async def again(kept: Kept) -> str:
        return f"done before: {kept.subject}"

    return await once(keys.seen, ASKED, work, again)


async def test_key_is_not_looked_up_when_all_goes_well() -> None:
    keys = Keys(Kept(200, "record-1", 2))
    assert (await _answer(keys, None), keys.asked) == ("done now", 0)


@pytest.mark.parametrize(
    "refusal", [conflict("record_closed", "Closed."), AppError(ErrorKind.STALE, "moved", "Moved."), Duplicate("key")]
)
async def test_first_answer_is_given_again_when_what_is_refused_was_done_before(refusal: Exception) -> None:
    assert await _answer(Keys(Kept(200, "record-1", 2)), refusal) == "done before: record-1"


async def test_refusal_is_given_when_the_key_did_nothing_before() -> None:
    with pytest.raises(AppError, match=r"Closed\."):
        await _answer(Keys(None), conflict("record_closed", "Closed."))


async def test_key_of_another_request_is_refused_as_such() -> None:
    reused = AppError(ErrorKind.INVALID, "idempotency_key_reused", "Used for another request.")
    with pytest.raises(AppError, match="another request"):
        await _answer(Keys(reused), conflict("record_closed", "Closed."))


def test_digest_with_a_secret_cannot_be_guessed_from_the_body() -> None:
    asked = ("POST", "/v1/staff", b'{"password": "sunshine"}')
    plain, kept = request_digest(*asked), request_digest(*asked, b"secret")
    assert len({plain, kept, request_digest(*asked, b"another")}) == 3
    assert kept == request_digest(*asked, b"secret")
