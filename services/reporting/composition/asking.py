"""What people ask for, have delivered, check and import."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from services.reporting.adapters.mail import SmtpMailer
from services.reporting.adapters.press import Press
from services.reporting.composition.stores import Stores
from services.reporting.settings import Settings
from services.reporting.usecases.answering import Answering
from services.reporting.usecases.clearing import Clearing
from services.reporting.usecases.delivering import Delivering
from services.reporting.usecases.exporting import Exporting
from services.reporting.usecases.forecasting import Forecasting
from services.reporting.usecases.mailing import Mailings
from services.reporting.usecases.overseeing import Overseeing
from services.reporting.usecases.reviewing import Reviewing
from services.reporting.usecases.scheduling import Scheduling
from services.reporting.usecases.spotting import Spotting
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal

UNKNOWN_ZONE = "UTC"


@dataclass(frozen=True)
class Asking:
    """The use cases behind the doors, and the press that makes their files."""

    press: Press
    answering: Answering
    forecasting: Forecasting
    exporting: Exporting
    spotting: Spotting
    reviewing: Reviewing
    scheduling: Scheduling
    overseeing: Overseeing
    delivering: Delivering
    mailing: Mailings
    clearing: Clearing


def asking(chassis: Chassis, settings: Settings, have: Stores) -> Asking:
    """Over the stores."""
    keys, run, now, real_now = chassis.idempotency, chassis.mongo.run, chassis.clock.now, chassis.clock.real_now
    append, new_id, hotel = chassis.outbox.append, chassis.clock.new_id, chassis.policy.property
    policy, press, files = chassis.policy, Press(), have.files
    answering = Answering(have.facts, have.sums, have.spots, policy, now, _zones(chassis))
    forecasting = Forecasting(have.stays, answering, hotel, now)
    scheduling = Scheduling(
        have.schedules, have.runs, answering, forecasting, keys, chassis.timers.arm, run, hotel, now
    )
    delivering = Delivering(
        have.schedules, have.runs, have.mailings, files, answering, press, keys, append, run, now, real_now, new_id
    )
    return Asking(
        press=press,
        answering=answering,
        forecasting=forecasting,
        exporting=Exporting(have.exports, have.facts, files, answering, policy, press, keys, run, now),
        spotting=Spotting(
            have.spots, have.facts, have.stays, have.sums, answering, keys, append, run, now, new_id, policy.hotels
        ),
        reviewing=Reviewing(have.reviews, have.sums, answering, keys, run),
        scheduling=scheduling,
        overseeing=Overseeing(scheduling, have.runs, have.mailings, forecasting, hotel, now),
        delivering=delivering,
        mailing=Mailings(have.mailings, files, SmtpMailer.of(settings), delivering, answering, now, real_now),
        clearing=Clearing(files, *_kept(settings), real_now),
    )


def _kept(settings: Settings) -> tuple[dt.timedelta, dt.timedelta]:
    return dt.timedelta(days=settings.exports_kept_days), dt.timedelta(days=settings.deliveries_kept_days)


def _zones(chassis: Chassis) -> Callable[[Principal, str | None], str]:
    """Whose days a question means: the named property's, else those of the caller's first."""

    def zone_of(caller: Principal, property_id: str | None) -> str:
        allowed = [property_id] if property_id else caller.properties
        found = chassis.policy.properties(caller.chain, allowed)
        return found[0].zone if found else UNKNOWN_ZONE

    return zone_of
