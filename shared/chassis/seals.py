"""The seal on what auth says of policy and keys: whoever may write on the topic cannot sign for auth."""

import json
from typing import Any

import jwt

from shared.contracts.envelope import Envelope
from shared.contracts.policy import SEAL_TYPE, Sealed

ALGORITHM = "EdDSA"
Root = dict[str, Any]


class Forged(ValueError):
    """What bears no seal, or one that is not auth's, or one that was made for something else."""


def root_of(x: str) -> Root | None:
    """The public key of an installation, as configuration names it; None where none is."""
    return {"kty": "OKP", "crv": "Ed25519", "x": x} if x else None


def opened(root: Root | None, event: Envelope, body: Sealed) -> dict[str, Any] | None:
    """What auth sealed about this very subject at this very version; raises Forged.

    None where nothing is sealed and no root is known yet: the first sealed word that is heard makes its root the one
    that all others must bear. An installation that names its root takes nothing unsealed from the beginning.
    """
    trusted = root or body.root
    if body.seal is None or trusted is None:
        if root is None:
            return None
        raise Forged("it is not sealed")
    try:
        if jwt.get_unverified_header(body.seal).get("typ") != SEAL_TYPE:
            raise Forged("the seal is of another sort")
        sealed: dict[str, Any] = jwt.decode(
            body.seal,
            jwt.PyJWK(trusted, algorithm=ALGORITHM),
            algorithms=[ALGORITHM],
            options={"verify_exp": False, "verify_aud": False},
        )
    except (jwt.PyJWTError, TypeError, KeyError) as failure:
        raise Forged(type(failure).__name__) from failure
    if (sealed.get("subject"), sealed.get("version")) != (event.subject, event.sequence):
        raise Forged("the seal was made for something else")
    said = json.loads(sealed["says"])
    assert isinstance(said, dict)
    return said
