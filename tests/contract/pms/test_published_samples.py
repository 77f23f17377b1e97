"""What vendors publish as samples is read as it stands; they lie beside the project and are no part of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.integrations.domain.marks import About, Hint
from services.integrations.pms.apaleo import reading as apaleo
from services.integrations.pms.apaleo import shapes as apaleo_shapes
from services.integrations.pms.calling import read
from shared.contracts.stays import StayStatus
from tests.contract.pms.world import RIGS, World

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the vendors' samples are not beside the project")
pytestmark = needs_samples


def sample(name: str) -> Any:
    """One sample."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


def at(vendor: str, hotel: str) -> World:
    """A world whose hotel is that of a sample."""
    world = World(RIGS[vendor])
    world.connection = world.connection.model_copy(update={"hotel": hotel})
    return world


def test_apaleo_notification_is_a_hint_whatever_its_case() -> None:
    world = at("apaleo", "HFTF-AADS")

    heard = world.vendor.heard(sample("apaleo_webhook_reservation.created"), world.connection)

    assert heard.hints == (Hint(about=About.RESERVATION, ref="XPGMSXGF-1"),)


def test_apaleo_health_check_is_taken_and_means_nothing() -> None:
    world = at("apaleo", "BER")

    heard = world.vendor.heard(sample("apaleo_webhook_system.healthcheck"), world.connection)

    assert (heard.hints, heard.ignored) == ((), 1)


def test_apaleo_notification_of_another_hotel_means_nothing_here() -> None:
    world = at("apaleo", "MUC")

    heard = world.vendor.heard(sample("apaleo_webhook_reservation.created"), world.connection)

    assert heard.hints == ()


def test_apaleo_reservation_is_read_without_papers_and_cards() -> None:
    world = at("apaleo", "BER")
    said = read(apaleo_shapes.Reservation, sample("apaleo_reservation_get_thirdparty"))

    fetched = apaleo.fetched(said, world.connection)

    seen = fetched.reservation
    assert (seen.number, seen.status, seen.room_type_reserved) == ("XPGMSXGF-1", StayStatus.BOOKED, "DBL")
    assert (str(seen.arrival), str(seen.departure)) == ("2026-08-01", "2026-08-04")
    assert (seen.rate.amount, seen.balance.amount, seen.party.adults) == (10_000, 0, 2)
    assert seen.guest is not None
    assert (seen.guest.name, seen.guest.language) == ("Anna Muster", "de")
    assert [one.text for one in fetched.comments] == ["Late arrival", "Quiet room please"]
    assert not [word for word in ("X1234567", "1984-03-12", "411111") if word in repr(fetched) + repr(said)]
