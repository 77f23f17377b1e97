"""A link says what we wrote on it, or nothing."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.integrations.domain.guest_links import Form, GuestLink, read, written
from services.integrations.domain.guest_words import LANGUAGES, WORDS
from tests.factories.records import NOON

KEY = b"a-key-for-tests-only"
LINK = GuestLink(
    chain="demo",
    property_id="city",
    stay_id="stay-1",
    form=Form.FEEDBACK,
    ends=int((NOON + dt.timedelta(days=1)).timestamp()),
)
TOKEN = written(LINK, KEY)


def test_link_is_read_back_until_it_ends() -> None:
    assert read(TOKEN, KEY, NOON) == LINK
    assert read(TOKEN, KEY, NOON + dt.timedelta(days=1)) is None
    assert read(TOKEN, b"another-key", NOON) is None


@given(at=st.integers(0, len(TOKEN) - 1), char=st.sampled_from("ABCDxyz019-_"))
def test_any_other_letter_makes_it_nobodys(at: int, char: str) -> None:
    changed = TOKEN[:at] + char + TOKEN[at + 1 :]
    assert (read(changed, KEY, NOON) == LINK) is (changed == TOKEN)


@given(text=st.text(max_size=200))
def test_whatever_is_sent_in_its_place_is_no_link(text: str) -> None:
    assert read(text, KEY, NOON) is None


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_word_is_said_in_every_language(name: str) -> None:
    assert set(WORDS[name]) == set(LANGUAGES)
    assert all(WORDS[name].values())
