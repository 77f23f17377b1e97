"""Keys take over from one another: whoever holds a token that is still good is never refused for its key."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth import rotate
from services.auth.adapters.keyring import FileKeyRing
from services.auth.domain.keys import encode
from services.auth.domain.rotation import EVER, LEAD, OUTAGE, DatedKey, rotated, signing, verifying
from services.auth.domain.sessions import ACCESS_TTL

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
FIRST = DatedKey(seed=encode(b"0" * 32))


def seed(number: int) -> str:
    return encode(number.to_bytes(32, "big"))


def after_rotations(hours: list[int]) -> tuple[DatedKey, ...]:
    keys, now = (FIRST,), START
    for number, pause in enumerate(hours, start=1):
        now += dt.timedelta(hours=pause)
        keys = rotated(keys, seed(number), now)
    return keys


@given(
    pauses=st.lists(st.integers(0, 60), max_size=6),
    issued=st.integers(0, 20_000),
    age=st.integers(0, int((ACCESS_TTL + OUTAGE).total_seconds() // 60)),
)
def test_key_of_a_good_token_still_verifies_after_any_rotations(pauses: list[int], issued: int, age: int) -> None:
    keys, made = after_rotations(pauses), START + dt.timedelta(minutes=issued)
    assert signing(keys, made) in verifying(keys, made + dt.timedelta(minutes=age))


@given(pauses=st.lists(st.integers(0, 60), max_size=6))
def test_key_is_published_for_its_lead_before_it_signs(pauses: list[int]) -> None:
    keys = after_rotations(pauses)
    assert all(signing(keys, key.signs_from - LEAD) != key for key in keys if key.signs_from != EVER)
    assert all(key in verifying(keys, key.signs_from) for key in keys)


def test_rotation_that_waits_is_not_begun_again() -> None:
    once = rotated((FIRST,), seed(1), START)
    assert rotated(once, seed(2), START + LEAD / 2) == once
    assert len(rotated(once, seed(2), START + LEAD)) == 3


class _Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> dt.datetime:
        return self.time


def test_other_replica_signs_with_the_new_key_when_its_time_has_come(tmp_path: Path) -> None:
    hands = _Hands()
    here, there = (FileKeyRing(tmp_path / "keys.json", hands.now) for _ in range(2))
    before = here.access
    here.rotate()
    assert there.access == before
    assert next(key["kid"] for key in there.published) == before.id
    assert len(there.published) == 2
    hands.time += LEAD
    assert there.access == here.access != before
    hands.time += ACCESS_TTL + OUTAGE + dt.timedelta(hours=1)
    assert there.retired == (before.id,)
    assert [key["kid"] for key in there.published] == [here.access.id]


def test_rotated_file_stays_private_and_keeps_the_other_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    ring = FileKeyRing(file, lambda: START)
    held = json.loads(file.read_text())
    ring.rotate()
    again = json.loads(file.read_text())
    assert file.stat().st_mode & 0o077 == 0
    assert (again["audit"], again["refresh"]) == (held["audit"], held["refresh"])
    assert next(key["seed"] for key in again["access_keys"]) == held["access"]


def test_command_adds_a_key_and_refuses_what_is_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BELLBOARD_AUTH_KEYS", str(tmp_path / "keys.json"))
    assert rotate.main(["soon"]) == 2
    assert "number of minutes" in capsys.readouterr().err
    assert rotate.main(["0"]) == 0
    ring = FileKeyRing(tmp_path / "keys.json", lambda: dt.datetime.now(dt.UTC))
    assert len(ring.published) == 2
