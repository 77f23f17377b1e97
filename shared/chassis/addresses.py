"""Keeps the secret part of an unguessable address out of logs."""

import re

_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}(?=/|$)")


def without_token(path: str) -> str:
    """A path with every segment long enough to be a token (40 characters and more; a UUID has 36) left out."""
    return _TOKEN.sub(":token", path)
