"""The people of a shared desk: who signed in on this device lately, so that the next one only types a password."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 6


@dataclass(frozen=True)
class Face:
    """One person of the desk; names of staff only."""

    login: str
    name: str


def faces_of(cookie: str) -> list[Face]:
    """The faces a cookie holds, the last one first; any other text holds none."""
    try:
        rows = json.loads(base64.b64decode(cookie, altchars=b"-_", validate=True))
        found = [Face(str(login)[:100], str(name)[:100]) for login, name in rows]
    except (ValueError, TypeError):
        return []
    return found[:MOST]


def cookie_of(faces: Sequence[Face]) -> str:
    """The faces as a cookie holds them."""
    rows = json.dumps([[one.login, one.name] for one in faces[:MOST]]).encode()
    return base64.urlsafe_b64encode(rows).decode()


def with_face(faces: Sequence[Face], face: Face) -> list[Face]:
    """The faces once this one has signed in."""
    return [face, *(one for one in faces if one.login != face.login)][:MOST]
