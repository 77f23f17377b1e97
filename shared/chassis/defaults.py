"""A service that anybody could open with a secret from a document does not start."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from shared.chassis.settings import ServiceSettings

KNOWN = frozenset(
    {
        *("admin", "bellboard", "changeme", "default", "demo", "example", "guest", "mongo", "mongodb", "pass"),
        *("passw0rd", "password", "root", "secret", "test", "token", "bellboarddemo", "thenightporterknows"),
    }
)
"""What stands in documents, examples and tests, ours and others'; letters and digits only."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FEWEST = 12


def refuse_default_secrets(settings: ServiceSettings) -> None:
    """Raise SystemExit that names every setting whose secret is none, unless this is the embedded stack."""
    found = [] if settings.embedded else [*_weak(settings), *_open_store(settings)]
    if found:
        raise SystemExit("Bellboard does not start: " + "; ".join(found) + ". See docs/security.md.")


def is_default(secret: str) -> bool:
    """Whether a secret is one that everybody knows, or so short or uniform that it need not be known."""
    words = re.findall(r"[a-z]+", secret.lower())
    plain = re.sub(r"[^a-z0-9]", "", secret.lower())
    known = (bool(words) and KNOWN.issuperset(words)) or {plain, plain.rstrip("0123456789")} & KNOWN
    return bool(known) or len(set(secret)) < 5 or len(secret) < FEWEST


def _weak(settings: ServiceSettings) -> Iterator[str]:
    for name in type(settings).model_fields:
        held = getattr(settings, name)
        if isinstance(held, SecretStr) and is_default(held.get_secret_value()):
            yield f"BELLBOARD_{name.upper()} holds a default or a guessable secret"


def _open_store(settings: ServiceSettings) -> Iterator[str]:
    address = urlsplit(settings.mongo_url)
    password = unquote(address.password or "")
    hosts = {each.rsplit(":", 1)[0] for each in address.netloc.rpartition("@")[2].split(",")}
    if password and (is_default(password) or password == unquote(address.username or "")):
        yield "the password in BELLBOARD_MONGO_URL is a default or a guessable one"
    if not password and not hosts <= LOOPBACK:
        yield "BELLBOARD_MONGO_URL names a store on another machine without a user and password"
