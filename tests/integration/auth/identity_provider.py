"""A real, certified OpenID provider as a program of its own, and a browser that signs in through it."""

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from services.auth.settings import Settings

HERE = Path(__file__).parent / "provider"
SECRET = "the secret of the client, +long/enough="
VERIFIER = "a-secret-of-the-console-that-no-other-browser-has"
CALLBACK = Settings().callback
BOARD = "http://127.0.0.1:8000/sign-in/return"


def challenge(verifier: str = VERIFIER) -> str:
    """The S256 challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class IdentityProvider:
    """Two issuers with the same client and people."""

    issuers: list[str]
    people: dict[str, Any] = field(default_factory=dict)

    def knows(self, subject: str, **claims: Any) -> None:
        """Give both providers a person, or other claims of one."""
        self.people[subject] = self.people.get(subject, {}) | claims
        for issuer in self.issuers:
            httpx.put(f"{issuer}/people", json=self.people, trust_env=False).raise_for_status()

    async def visited(self, address: str, subject: str) -> dict[str, str]:
        """Sign in at the provider as somebody, in a fresh browser; what it sends the browser back with."""
        async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
            for _ in range(12):
                if address.startswith(CALLBACK):
                    return dict(parse_qsl(urlsplit(address).query))
                here = f"{address}?login={subject}" if "/interaction/" in address else address
                answer = await browser.get(here)
                assert answer.is_redirect, f"{here}: {answer.status_code} {answer.text[:400]}"
                address = urljoin(here, answer.headers["location"])
        raise AssertionError("the provider sends the browser in circles")


def terms(issuer: str, **more: Any) -> dict[str, Any]:
    """The provider as a chain sets it up."""
    desk = {"group": "desk", "roles": ["associate"], "departments": ["front_office"], "properties": ["city"]}
    chiefs = {"group": "chiefs", "roles": ["duty_manager"], "properties": ["city", "resort"]}
    return {
        "name": "Atlantic Login",
        "issuer": issuer,
        "client_id": "bellboard",
        "client_secret": SECRET,
        "group_rules": [desk, chiefs],
    } | more


@contextmanager
def started() -> Iterator[IdentityProvider]:
    """The program while it runs, installed by its lock file."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm for a real OpenID provider: apt-get install npm")
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(install, cwd=HERE, check=True, capture_output=True, timeout=170)
    told = json.dumps({"callback": CALLBACK, "signedOut": BOARD})
    with subprocess.Popen(["node", "provider.mjs", told], cwd=HERE, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            yield IdentityProvider(json.loads(program.stdout.readline()))
        finally:
            program.terminate()
