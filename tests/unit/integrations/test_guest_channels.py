"""What messages amount to, when they may leave, whose they are and how they are signed."""

import datetime as dt
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.integrations.domain.guests import Profile, contacts_of
from services.integrations.domain.letters import arrival_of, bounced, unquoted
from services.integrations.domain.mail_marks import marked, read_mark
from services.integrations.domain.messages import GuestMessage, Handed, Progress, concluded, linked, merged, tried
from services.integrations.domain.numbers import e164
from services.integrations.domain.question_topics import keyword, topic_of
from services.integrations.domain.quiet import QuietHours, guest_zones, may_leave_at
from services.integrations.domain.templates import BUILT_IN, Wording, filled, place_faults, rendered
from services.integrations.domain.twilio_words import failure_of, signature, signed_by, spellings
from shared.contracts.messages import Direction, Message, MessageState
from tests.factories.records import NOON, PROPERTY

KEY = b"a-key-for-tests-only"
S = MessageState
QUIET = QuietHours(start=dt.time(22), end=dt.time(8))


def row(**more: object) -> GuestMessage:
    """A message that has just been handed over by SMS."""
    message = Message(
        id="m-1",
        property_id=PROPERTY,
        direction=Direction.OUTBOUND,
        channel="sms",
        topic_code="welcome",
        state=S.QUEUED,
        at=NOON,
        version=1,
    )
    plain = {"chain": "demo", "message": message, "send": True, "correlation": "c", "progress": Progress.SENDING}
    return GuestMessage(**plain | {"said": 0} | more)


def heard(one: GuestMessage, *states: S, channel: str = "sms") -> GuestMessage:
    """The row after these news."""
    for state in states:
        failure = "unreachable" if state is S.FAILED else None
        one = concluded(tried(one, channel, Handed(state, "SM1", failure), NOON), NOON)
    return one


@pytest.mark.parametrize("order", list(permutations((S.QUEUED, S.SENT, S.DELIVERED))))
def test_news_in_any_order_end_where_the_furthest_one_says(order: tuple[S, ...]) -> None:
    assert heard(row(), *order).message.state is S.DELIVERED


@given(st.lists(st.sampled_from([S.QUEUED, S.SENT, S.DELIVERED, S.READ, S.FAILED]), min_size=1, max_size=8))
def test_versions_of_a_message_rise_by_one_and_what_arrived_stays_arrived(states: list[S]) -> None:
    after = heard(row(), *states)
    assert [one.version for one in after.steps] == list(range(1, len(after.steps) + 1))
    arrived = [one for one in states if one in (S.DELIVERED, S.READ)]
    assert (after.message.state in (S.DELIVERED, S.READ)) == bool(arrived)


def test_failure_waits_for_the_next_way_and_is_told_when_none_is_left() -> None:
    more = heard(row(next_ways=("email",)), S.SENT, S.FAILED)
    assert (more.progress, more.way, [one.state for one in more.steps]) == (Progress.PENDING, None, [S.SENT])
    last = heard(row(), S.SENT, S.FAILED)
    assert (last.message.state, last.message.failure) == (S.FAILED, "unreachable")


def test_late_arrival_takes_back_the_way_that_still_waits() -> None:
    waits = heard(row(next_ways=("email",)), S.SENT, S.FAILED)
    assert heard(waits, S.DELIVERED).progress is Progress.SETTLED


def test_what_was_written_down_before_it_left_survives_our_own_failure() -> None:
    stored = row(way="sms", text="Hello", next_ways=("email",))
    lost = row(progress=Progress.UNKNOWN)
    after = merged(stored, lost, NOON)
    assert (after.way, after.text, [one.state for one in after.tries]) == ("sms", "Hello", [S.QUEUED])


def test_message_is_put_onto_one_record_only() -> None:
    once = linked(row(), "rec-1")
    assert linked(once, "rec-2") == once


@pytest.mark.parametrize(
    ("at", "zones", "leaves"),
    [
        ("2026-03-10T12:00Z", ["Europe/Lisbon"], "2026-03-10T12:00Z"),
        ("2026-03-10T22:00Z", ["Europe/Lisbon"], "2026-03-11T08:00Z"),
        ("2026-03-11T07:59Z", ["Europe/Lisbon"], "2026-03-11T08:00Z"),
        ("2026-03-11T07:30Z", ["Asia/Tokyo"], "2026-03-11T07:30Z"),
        ("2026-03-10T23:00Z", ["Europe/Lisbon", "Atlantic/Azores"], "2026-03-11T09:00Z"),
        # The clock goes forward in the night before: eight is an hour earlier.
        ("2026-03-29T00:30Z", ["Europe/Berlin"], "2026-03-29T06:00Z"),
        ("2026-10-25T00:30Z", ["Europe/Berlin"], "2026-10-25T07:00Z"),
        # Nobody is awake in all of these at once: the first one counts.
        ("2026-03-10T23:00Z", ["Europe/Lisbon", "Asia/Tokyo", "Pacific/Honolulu"], "2026-03-11T08:00Z"),
    ],
)
def test_message_leaves_when_it_is_day_on_every_clock(at: str, zones: list[str], leaves: str) -> None:
    assert may_leave_at(dt.datetime.fromisoformat(at), QUIET, zones) == dt.datetime.fromisoformat(leaves)


@given(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)),
    st.sampled_from(["Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_message_is_never_early_and_waits_less_than_a_day(at: dt.datetime, zone: str) -> None:
    now = at.replace(tzinfo=dt.UTC)
    leaves = may_leave_at(now, QUIET, [zone])
    assert dt.timedelta() <= leaves - now < dt.timedelta(hours=12)
    assert may_leave_at(leaves, QUIET, [zone]) == leaves


def profile(**more: object) -> Profile:
    """A guest from Germany with a number of theirs."""
    plain = {"id": "g-1", "chain": "demo", "properties": {PROPERTY}, "source_time": NOON}
    return Profile(**plain | {"phone": "030 901820", "country": "DEU", "email": "Ana@Guest.example"} | more)


def test_guest_lives_by_their_number_else_by_their_country_else_by_the_hotel() -> None:
    assert guest_zones(None, profile(), "Europe/Lisbon") == ("Europe/Berlin",)
    assert "Europe/Berlin" in guest_zones(None, profile(phone=None), "Europe/Lisbon")
    assert guest_zones(None, profile(phone=None, country=None), "Europe/Lisbon") == ("Europe/Lisbon",)
    assert guest_zones(None, None, "Europe/Lisbon") == ("Europe/Lisbon",)


@pytest.mark.parametrize(
    ("phone", "country", "number"),
    [
        ("030 901820", "DEU", "+4930901820"),
        ("+351 912 345 678", None, "+351912345678"),
        ("912345678", None, None),
        ("call me", "PT", None),
        ("1", "PT", None),
        (None, "PT", None),
        ("9" * 60, "PT", None),
    ],
)
def test_number_is_one_that_networks_know_or_none(phone: str | None, country: str | None, number: str | None) -> None:
    assert e164(phone, country) == number


def test_contacts_are_as_channels_say_them() -> None:
    assert contacts_of(profile()) == ["ana@guest.example", "+4930901820"]


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("STOP", "stop"),
        (" Stop. ", "stop"),
        ("please stop the noise", "noise"),
        ("START", "start"),
        ("Frühstück ab wann?", "breakfast"),
        ("Il y a un petit-déjeuner ?", "breakfast"),
        ("¿Hay aparcamiento?", "parking"),
        ("O quarto está sujo", "cleanliness"),
        ("yes", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_topic_is_read_from_a_guests_own_words(said: str | None, topic: str) -> None:
    assert topic_of(said) == topic


@given(st.text(max_size=3000))
def test_any_words_have_a_topic_and_a_keyword_is_the_whole_of_them(said: str) -> None:
    assert topic_of(said)
    assert keyword(f"{said} and more words") is None


def test_signature_is_that_of_address_and_sorted_fields() -> None:
    # The published example of the provider's own library.
    url, token = "https://mycompany.com/myapp.php?foo=1&bar=2", "12345"
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
        ("Caller", "+14158675309"),
    ]
    assert signature(token, url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signed_by(token, spellings(url), fields, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not signed_by(token, spellings(url), [*fields, ("More", "1")], "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not signed_by(token, spellings(url), fields, "")


def test_address_is_signed_with_or_without_its_usual_port() -> None:
    both = ("https://a.example/x", "https://a.example:443/x")
    assert set(spellings(both[0])) == set(spellings(both[1])) == set(both)
    assert spellings("https://a.example:8443/x") == ("https://a.example:8443/x",)


@pytest.mark.parametrize(
    ("code", "why"),
    [(21610, "opted_out"), ("63016", "window_closed"), (99999, "provider_99999"), ("x'", "refused_by_provider")],
)
def test_failure_is_a_code_whatever_the_provider_says(code: object, why: str) -> None:
    assert failure_of(code) == why


@pytest.mark.parametrize("message_id", ["0190aaaabbbb", "0190b3a1-7c00-7abc-8def-0123456789ab"])
def test_mark_of_an_address_is_read_back_by_us_alone(message_id: str) -> None:
    address = marked("desk@hotel.example", message_id, KEY)
    assert len(address.partition("@")[0]) <= 64
    assert read_mark(address.upper().replace("HOTEL", "hotel"), KEY) == message_id
    assert read_mark(address, b"another") is None
    assert read_mark("desk+anything@hotel.example", KEY) is None


def test_sender_too_long_to_be_marked_stays_as_it_is() -> None:
    long = f"{'reservations' * 3}@hotel.example"
    assert marked(long, "0190b3a1-7c00-7abc-8def-0123456789ab", KEY) == long


@given(st.binary(max_size=2000))
def test_any_bytes_are_some_mail(raw: bytes) -> None:
    arrival = arrival_of(raw, KEY)
    assert arrival.vendor_id.startswith("mail|")
    assert len(arrival.text or "") <= 4000
    bounced(raw)


def test_same_mail_is_the_same_message_wherever_it_lies() -> None:
    raw = b"Message-ID: <a@b.example>\r\nFrom: x@y.example\r\n\r\nHi"
    assert arrival_of(raw, KEY).vendor_id == arrival_of(raw + b"\r\nfooter", KEY).vendor_id


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes\n\nAm 3. März 2026 schrieb Desk <d@h.example>:\n> Hallo", "Yes"),
        ("Yes\n> quoted\nand no", "Yes\n\nand no"),
        ("Yes\n--- Original Message ---\nFrom: desk", "Yes"),
        ("On Monday we arrive.", "On Monday we arrive."),
    ],
)
def test_answer_is_read_without_what_it_quotes(text: str, own: str) -> None:
    assert unquoted(text) == own


def test_open_place_that_nobody_fills_is_a_fault_and_values_are_never_read_again() -> None:
    assert place_faults("Dear {name}, {nmae} {") == ("nmae", "{")
    assert filled("Dear {name}", {"name": "{arrival}", "arrival": "x"}) == "Dear {arrival}"


def test_every_built_in_template_can_be_filled() -> None:
    assert [
        place_faults(one.text) for texts in BUILT_IN.values() for one in texts.values() if place_faults(one.text)
    ] == []


def test_language_falls_back_to_english_and_then_to_whatever_there_is() -> None:
    said = {"update": {"de": Wording(text="Hallo {name}"), "en": Wording(text="Hello {name}")}}
    guest = profile(first_name="Ana", language="ja")
    assert rendered(("update",), guest, None, said).text == "Hello Ana"
    only = {"update": {"de": Wording(text="Hallo {name}")}}
    assert rendered(("nothing_known",), guest, None, only).text == "Hallo Ana"
