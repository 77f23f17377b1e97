"""What hotels ask of the house in a day and in its busiest minute; pure assumptions, each one to be replaced."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hotel:
    """An average hotel. Shares are of one, counts are of one day unless said otherwise."""

    rooms: int = 120
    occupied: float = 0.75
    nights: float = 2.3
    records_a_room: float = 0.6
    commands_a_record: float = 5.0
    events_a_record: float = 7.0
    timers_a_record: float = 3.0
    alerts_a_record: float = 0.15
    events_an_alert: float = 4.0
    changes_a_stay: float = 12.0
    boards: int = 8


@dataclass(frozen=True)
class Swing:
    """How uneven a day is: the busiest hour's share of it, and the busiest minute beside that hour's average."""

    busiest_hour: float = 0.12
    busiest_minute: float = 2.5


@dataclass(frozen=True)
class Rates:
    """Units a second, or a day."""

    commands: float
    record_events: float
    stay_events: float
    alert_events: float
    timers: float

    @property
    def events(self) -> float:
        """Every event, whoever wrote it."""
        return self.record_events + self.stay_events + self.alert_events

    def times(self, factor: float) -> "Rates":
        """All of them, more or less of it."""
        return Rates(*(value * factor for value in vars(self).values()))


def a_day(hotels: int, hotel: Hotel = Hotel()) -> Rates:
    """What so many hotels ask in one day."""
    rooms = hotels * hotel.rooms * hotel.occupied
    records = rooms * hotel.records_a_room
    return Rates(
        commands=records * hotel.commands_a_record,
        record_events=records * hotel.events_a_record,
        stay_events=rooms / hotel.nights * hotel.changes_a_stay,
        alert_events=records * hotel.alerts_a_record * hotel.events_an_alert,
        timers=records * hotel.timers_a_record,
    )


def busiest_minute(day: Rates, swing: Swing = Swing()) -> Rates:
    """Units a second in the busiest minute of the busiest hour."""
    return day.times(swing.busiest_hour * swing.busiest_minute / 3600)
