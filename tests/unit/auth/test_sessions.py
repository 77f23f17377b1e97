"""Refresh tokens, throttling and passwords."""

import datetime as dt

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from services.auth.adapters.passwords import Argon2Passwords
from services.auth.domain.sessions import Refresh, Session, Ticket, judge, read_refresh_token, refresh_token
from services.auth.domain.throttle import FADES_S, FREE_TRIES, LONGEST_S, Gate, Tries, faded, wait_s
from services.auth.usecases.importing import NO_PASSWORD
from shared.contracts.errors import AppError

NOW = dt.datetime(2026, 8, 1, 3, 10, tzinfo=dt.UTC)
SECRET = b"s" * 32
TICKET = Ticket(chain="atlantic", session_id="s-1", generation=3)


def session(**changed: object) -> Session:
    base = Session(id="s-1", chain="atlantic", staff_id="ana", generation=3, created_at=NOW, rotated_at=NOW)
    return base.model_copy(update=changed)


@pytest.mark.parametrize(
    ("generation", "after_s", "worth"),
    [
        (3, 0, Refresh.ROTATE),
        (3, 13 * 3600, Refresh.ROTATE),
        (3, 15 * 3600, Refresh.ENDED),
        (2, 10, Refresh.REPEAT),
        (2, 11, Refresh.REUSED),
        (1, 0, Refresh.REUSED),
        (4, 0, Refresh.REUSED),
    ],
)
def test_worth_of_a_refresh_token(generation: int, after_s: int, worth: Refresh) -> None:
    assert judge(session(), generation, NOW + dt.timedelta(seconds=after_s)) is worth


def test_ended_session_and_one_older_than_a_week_are_worth_nothing() -> None:
    assert judge(session(ended=True), 3, NOW) is Refresh.ENDED
    assert judge(session(created_at=NOW - dt.timedelta(days=8)), 3, NOW) is Refresh.ENDED


def test_refresh_token_reads_back_and_not_under_another_secret() -> None:
    token = refresh_token(SECRET, TICKET)
    assert read_refresh_token(SECRET, token) == TICKET
    assert read_refresh_token(b"t" * 32, token) is None


@pytest.mark.parametrize("forged", ["s-1.4", "s-2.3", "s-1.03", "s-1.-3"])
def test_refresh_token_with_changed_words_is_refused(forged: str) -> None:
    token = refresh_token(SECRET, TICKET).replace("s-1.3", forged)
    assert read_refresh_token(SECRET, token) is None


@given(st.text(max_size=80))
def test_any_other_text_is_no_refresh_token(text: str) -> None:
    assert read_refresh_token(SECRET, text) is None


@pytest.mark.parametrize("gate", list(Gate))
def test_waiting_begins_after_the_free_tries_doubles_and_is_bounded(gate: Gate) -> None:
    free = FREE_TRIES[gate]
    waits = [wait_s(gate, Tries(failures=n, last=NOW), NOW) for n in (free - 1, free, free + 1, free + 2, free + 500)]
    assert waits == [0, 1, 2, 4, LONGEST_S[gate]]
    assert wait_s(gate, Tries(failures=free, last=NOW), NOW + dt.timedelta(seconds=1)) == 0


@pytest.mark.parametrize("gate", [Gate.SOURCE, Gate.START, Gate.ACCOUNT])
def test_failures_of_a_busy_place_fade_however_often_somebody_comes(gate: Gate) -> None:
    tries, now, waited = Tries(), NOW, 0.0
    pause = dt.timedelta(seconds=FADES_S[gate] + 1)
    for _ in range(FREE_TRIES[gate] * 5):  # one person after the other mistypes, all day long
        now += pause
        left = faded(gate, tries, now)
        waited = max(waited, wait_s(gate, left, now))
        tries = Tries(failures=left.failures + 1, last=now)
    assert (waited, tries.failures) == (0.0, 1.0)


@pytest.mark.parametrize("gate", list(Gate))
def test_failures_at_once_close_the_door_and_never_fade_below_none(gate: Gate) -> None:
    closed = Tries(failures=FREE_TRIES[gate] + 3, last=NOW)
    assert wait_s(gate, faded(gate, closed, NOW + dt.timedelta(seconds=1)), NOW) > 0
    assert faded(gate, closed, NOW + dt.timedelta(days=9)).failures >= 0
    assert faded(gate, Tries(failures=3, last=NOW), NOW - dt.timedelta(seconds=5)).failures == 3


def test_stranger_cannot_lock_the_owner_out_for_long() -> None:
    assert wait_s(Gate.ACCOUNT, Tries(failures=10_000, last=NOW), NOW) <= 10


async def test_password_matches_itself_in_any_unicode_form_and_nothing_else() -> None:
    passwords = Argon2Passwords(memory_kib=64)
    digest = await passwords.hashed("caf\u00e9 at three")
    assert await passwords.matches(digest, "cafe\u0301 at three")
    assert not await passwords.matches(digest, "cafe at three")
    assert not await passwords.matches("no hash", "caf\u00e9 at three")


async def test_unknown_account_costs_the_same_hash_and_never_matches() -> None:
    passwords = Argon2Passwords(memory_kib=64)
    assert not await passwords.matches(None, "anything")
    assert passwords._nobody.startswith("$argon2id$v=19$m=64,t=1,p=1$")


async def test_known_unknown_and_passwordless_accounts_cost_the_very_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Argon2Passwords(memory_kib=64)
    held = await passwords.hashed("the night porter knows")
    worked: list[Parameters] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hashed: str, given: bytes) -> bool:
        worked.append(extract_parameters(hashed))
        return verify(hasher, hashed, given)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    said = [await passwords.matches(one, "a guess") for one in (held, None, NO_PASSWORD, "")]
    assert said == [False] * 4
    assert len(worked) == 4
    assert len(set(map(str, worked))) == 1


async def test_full_queue_is_refused() -> None:
    passwords = Argon2Passwords(threads=1, queue=-1, memory_kib=64)
    with pytest.raises(AppError, match="Too many people"):
        await passwords.hashed("anything")
