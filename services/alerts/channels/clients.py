"""The HTTP clients of this service: under guard to what customers chose, plainly to the installation's own."""

import base64

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped] # it ships no types

from services.alerts.settings import Settings
from shared.chassis.outbound import GuardedTransport

MOST_ANSWER = 64 * 1024
TIMEOUT_S = 15.0


class Clients:
    """Made once; redirects are never followed."""

    def __init__(self, settings: Settings) -> None:
        guard = GuardedTransport(loopback=settings.outbound_loopback, longest=MOST_ANSWER)
        self.outside = httpx.AsyncClient(transport=guard, timeout=TIMEOUT_S)
        self.providers = httpx.AsyncClient(timeout=TIMEOUT_S)
        self._heartbeat = settings.heartbeat_url

    async def ping(self) -> bool:
        """Tell the watcher outside that all is well; whether it heard."""
        try:
            answer = await self.providers.get(self._heartbeat)
        except httpx.HTTPError:
            return False
        return answer.is_success


def push_key(settings: Settings) -> str | None:
    """The public key that browsers ask for when they subscribe."""
    if settings.vapid_private_key is None:
        return None
    public = Vapid02.from_string(settings.vapid_private_key.get_secret_value()).public_key
    raw = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
