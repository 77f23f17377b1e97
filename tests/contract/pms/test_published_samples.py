"""What vendors publish as samples is read as it stands; they lie beside the project and are no part of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.integrations.domain.marks import About, Hint
from services.integrations.pms.apaleo import reading as apaleo
from services.integrations.pms.apaleo import shapes as apaleo_shapes
from services.integrations.pms.calling import read
from services.integrations.pms.mews import reading as mews
from services.integrations.pms.mews import shapes as mews_shapes
from services.integrations.pms.ohip import reading as ohip
from services.integrations.pms.ohip import shapes as ohip_shapes
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


def test_mews_notification_names_each_thing_once() -> None:
    world = at("mews", "851df8c8-90f2-4c4a-8e01-a4fc46b25178")

    heard = world.vendor.heard(sample("mews_general_webhook_multi_event"), world.connection)

    assert [(one.about, one.ref[:8]) for one in heard.hints] == [
        (About.RESERVATION, "bfee2c44"),
        (About.GUEST, "c2f1d888"),
        (About.GUEST, "b3ce0fd7"),
        (About.PAYMENT, "a41e2d45"),
    ]
    assert heard.ignored == 2


def test_mews_token_of_this_hotel_is_kept_and_shown_nowhere() -> None:
    world = at("mews", "8865aa96-f62d-4f9b-a912-ab2100f60f42")

    heard = world.vendor.heard(sample("mews_integration_webhook_IntegrationCreated"), world.connection)

    assert heard.secrets == {"access_token": "REDACTED-ACCESS-TOKEN"}
    assert "REDACTED" not in repr(heard)


def test_mews_token_of_another_hotel_is_not_kept() -> None:
    world = at("mews", "851df8c8-90f2-4c4a-8e01-a4fc46b25178")

    heard = world.vendor.heard(sample("mews_integration_webhook_IntegrationCreated"), world.connection)

    assert heard.secrets == {}


def test_mews_reservation_is_read_as_published() -> None:
    world = at("mews", "851df8c8-90f2-4c4a-8e01-a4fc46b25178")
    page = read(mews_shapes.Reservations, sample("mews_reservations_getAll_response"))
    around = mews.Around(None, "12", {}, frozenset({"1f67644f-052d-4863-acdf-ae1600c60ca0"}), (), (), ())

    fetched = mews.fetched(page.reservations[0], around, world.connection)

    assert fetched is not None
    seen = fetched.reservation
    assert (seen.number[:8], seen.confirmation, seen.status) == ("0f515589", "52", StayStatus.BOOKED)
    assert (str(seen.arrival), str(seen.departure), seen.room) == ("2023-04-23", "2023-04-25", "12")
    assert (seen.party.adults, seen.party.children) == (2, 2)


def test_mews_order_is_read_as_published() -> None:
    assert read(mews_shapes.Ordered, sample("mews_orders_add_response")).order[:8] == "cdfd5caa"


@pytest.mark.parametrize("name", ["cloudbeds_reservation.created", "cloudbeds_reservation.status_changed"])
def test_cloudbeds_notification_is_a_hint_whatever_its_names(name: str) -> None:
    world = at("cloudbeds", "318267")

    heard = world.vendor.heard(sample(name), world.connection)

    assert heard.hints == (Hint(ref="7061304407766"),)


def test_ohip_queue_is_read_with_ids_as_numbers_and_as_texts() -> None:
    world = at("ohip", "HOTEL1")

    heard = world.vendor.heard(sample("ohip_businessEvents_polling_response"), world.connection)

    assert heard.hints == (
        Hint(about=About.GUEST, ref="1280812"),
        Hint(ref="919074"),
        Hint(ref="934171"),
    )


def test_ohip_reservation_is_read_as_published() -> None:
    world = at("ohip", "HOTEL1")
    [said] = read(ohip_shapes.Reservations, sample("ohip_getReservation_response")).reservations.one
    folio = ohip.folio("571062", ohip_shapes.Folios(), "EUR")

    fetched = ohip.fetched(said, folio, world.connection)

    seen = fetched.reservation
    assert (seen.number, seen.confirmation, seen.status) == ("571062", "813595", StayStatus.BOOKED)
    assert (str(seen.arrival), str(seen.departure), seen.deposit) == ("2020-01-13", "2020-01-14", "c_6pm")
    assert seen.guest is not None
    assert (seen.guest.profile, seen.guest.name) == ("687128", "Jennifer Clarke")
    assert [(one.kind, one.ref) for one in fetched.comments] == [("reservation", "113803"), ("cashier", "113804")]
