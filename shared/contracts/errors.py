"""The one error of the application, and what each kind of it means."""

import enum
from collections.abc import Sequence

from shared.contracts.values import Frozen


class ErrorKind(enum.StrEnum):
    """What kind of refusal; the chassis maps it to an HTTP status and to ack, retry or park."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    PRECONDITION_REQUIRED = "precondition_required"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    BROKEN = "broken"


class Breach(Frozen):
    """One rule broken by one field."""

    field: str
    rule: str
    message: str


class AppError(Exception):
    """A refusal that names its reason: `code` is stable, `message` is for people, `breaches` name fields and rules."""

    def __init__(self, kind: ErrorKind, code: str, message: str, breaches: Sequence[Breach] = ()) -> None:
        super().__init__(message)
        self.kind, self.code, self.message, self.breaches = kind, code, message, tuple(breaches)

    def __repr__(self) -> str:
        return f"AppError({self.kind}, {self.code!r}, {self.message!r}, {list(self.breaches)!r})"


def invalid(field: str, rule: str, message: str) -> AppError:
    """A refusal for a single field."""
    return AppError(ErrorKind.INVALID, rule, message, [Breach(field=field, rule=rule, message=message)])


def breached(breaches: Sequence[Breach]) -> AppError:
    """A refusal that reports all breaches at once."""
    return AppError(ErrorKind.INVALID, "rules_breached", "; ".join(b.message for b in breaches), breaches)


def not_found(what: str) -> AppError:
    """The thing is absent, or belongs to somebody else: the caller cannot tell which."""
    return AppError(ErrorKind.NOT_FOUND, f"{what}_not_found", f"There is no such {what}.")


def forbidden(code: str, message: str) -> AppError:
    """The caller may not do this."""
    return AppError(ErrorKind.FORBIDDEN, code, message)


def conflict(code: str, message: str) -> AppError:
    """The state does not allow this now."""
    return AppError(ErrorKind.CONFLICT, code, message)
