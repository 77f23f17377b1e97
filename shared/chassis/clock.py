"""The business clock, which may run faster than real time, and the ids that come with time."""

import datetime as dt

import uuid_utils

from shared.chassis.settings import ServiceSettings


class Clock:
    """Business time = origin + rate × (real time − start). Leases, tokens and TTLs use `real_now` instead."""

    def __init__(self, origin: dt.datetime | None = None, rate: float = 1.0, start: dt.datetime | None = None) -> None:
        self.origin = origin
        self.rate = rate if origin else 1.0
        self.start = start or origin

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Clock":
        """The clock that a service's environment asks for."""
        points = settings.clock_points
        return cls(*points) if points else cls()

    def real_now(self) -> dt.datetime:
        """This machine's time, UTC, at MongoDB's millisecond precision."""
        return _milliseconds(dt.datetime.now(dt.UTC))

    def now(self) -> dt.datetime:
        """Business time, UTC."""
        return self.business_of(self.real_now())

    def business_of(self, real: dt.datetime) -> dt.datetime:
        """The business time at a real moment."""
        if self.origin is None or self.start is None:
            return real
        return _milliseconds(self.origin + (real - self.start) * self.rate)

    def real_of(self, business: dt.datetime) -> dt.datetime:
        """The real moment at which the business clock shows this time."""
        if self.origin is None or self.start is None:
            return business
        return self.start + (business - self.origin) / self.rate

    def new_id(self) -> str:
        """A time-ordered random id (UUID version 7, RFC 9562)."""
        return str(uuid_utils.uuid7())


def _milliseconds(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
