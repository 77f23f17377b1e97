"""Where an event came from: carried from HTTP through event rows and Kafka headers to the next effect."""

from dataclasses import dataclass

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.contracts.cards import card_numbers
from shared.contracts.envelope import Envelope

_PROPAGATOR = TraceContextTextMapPropagator()


def current_traceparent() -> str | None:
    """The W3C trace context of the span that is open now, if any."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


@dataclass(frozen=True)
class Provenance:
    """The correlation of a whole chain of effects, the event that caused this one, and its trace context."""

    correlation: str
    causation: str | None = None
    traceparent: str | None = None

    @classmethod
    def of(cls, envelope: Envelope) -> "Provenance":
        """What is done because of an event."""
        return cls(envelope.correlation, envelope.id, current_traceparent() or envelope.traceparent)

    @classmethod
    def fresh(cls, correlation: str) -> "Provenance":
        """The start of a chain of effects."""
        return cls(correlation, None, current_traceparent())


def correlation_of(given: str) -> str | None:
    """A caller's request id where it may be kept: printable, of some length, and no card number; else None."""
    usable = given.isascii() and given.isprintable() and 8 <= len(given) <= 64
    return given if usable and not card_numbers(given) else None
