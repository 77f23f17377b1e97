"""The one error of the application, and what each kind of it means."""

import enum
from collections.abc import Mapping, Sequence

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

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


class Phrase(Frozen):
    """What a message says before it is put into a language: a template of the catalogue, or somebody's own words."""

    template: str | None = None
    params: dict[str, str | int] = Field(default_factory=dict)
    own: dict[str, str] = Field(default_factory=dict, description="By language, as a hotel wrote it")


class Breach(Frozen):
    """One rule broken by one field. `message` is English; `said`, which never travels, lets it be said otherwise."""

    field: str
    rule: str
    message: str
    said: SkipJsonSchema[Phrase | None] = Field(default=None, exclude=True, repr=False)


class AppError(Exception):
    """A refusal that names its reason: `code` is stable, `message` is for people, `breaches` name fields and rules."""

    def __init__(
        self,
        kind: ErrorKind,
        code: str,
        message: str,
        breaches: Sequence[Breach] = (),
        own: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind, self.code, self.message, self.breaches = kind, code, message, tuple(breaches)
        self.own = dict(own or {})
        """The message by language, where somebody wrote it so."""

    def __repr__(self) -> str:
        return f"AppError({self.kind}, {self.code!r}, {self.message!r}, {list(self.breaches)!r})"


def invalid(field: str, rule: str, message: str) -> AppError:
    """A refusal for a single field."""
    return AppError(ErrorKind.INVALID, rule, message, [Breach(field=field, rule=rule, message=message)])


def refused(breach: Breach) -> AppError:
    """A refusal for a single field, under its rule's own name."""
    return AppError(ErrorKind.INVALID, breach.rule, breach.message, [breach])


def breached(breaches: Sequence[Breach]) -> AppError:
    """A refusal that reports all breaches at once."""
    return AppError(ErrorKind.INVALID, "rules_breached", "; ".join(b.message for b in breaches), breaches)


def not_found(what: str) -> AppError:
    """The thing is absent, or belongs to somebody else: the caller cannot tell which."""
    return AppError(ErrorKind.NOT_FOUND, f"{what}_not_found", f"There is no such {what}.")


def forbidden(code: str, message: str) -> AppError:
    """The caller may not do this."""
    return AppError(ErrorKind.FORBIDDEN, code, message)


def conflict(code: str, message: str, own: Mapping[str, str] | None = None) -> AppError:
    """The state does not allow this now. `own`: the message by language."""
    return AppError(ErrorKind.CONFLICT, code, message, own=own)
